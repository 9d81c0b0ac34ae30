"""The engines of one process, loaded together."""

from dataclasses import dataclass

from models.detector import Detector
from models.recogniser import Recogniser


@dataclass(frozen=True, kw_only=True, slots=True)
class Engines:
    """Everything that holds weights."""

    recogniser: Recogniser
    detector: Detector

    @property
    def versions(self) -> dict[str, str]:
        """Name and version of every model, for the suggestion."""
        manifests = (self.recogniser.manifest, self.detector.manifest)
        return {m.name: m.version for m in manifests}


def load_engines(threads: int = 1) -> Engines:
    """Load the current models on `threads` threads each. Raises `ModelError`."""
    return Engines(recogniser=Recogniser.load(threads), detector=Detector.load(threads))
