"""The engines of one process, loaded together."""

from dataclasses import dataclass, field

from models.detector import Detector
from models.digits import DigitReader
from models.hands import HandReader
from models.marks import MarkReader
from models.recogniser import Recogniser
from models.wording import Wording


@dataclass(frozen=True, kw_only=True, slots=True)
class Engines:
    """Everything that holds weights."""

    recogniser: Recogniser
    detector: Detector
    marks: MarkReader = field(default_factory=MarkReader.load)
    digits: DigitReader | None = None
    """Asked as well where digits stand apart; without it the recogniser reads them alone."""
    hands: HandReader | None = None
    """Looks whether words of pages that no form claims were written or printed."""
    wording: Wording | None = None
    """Asked about free text where the ink leaves more than one way to read it."""

    @property
    def versions(self) -> dict[str, str]:
        """Name and version of every model, for the suggestion."""
        manifests = [self.recogniser.manifest, self.detector.manifest, self.marks.manifest]
        manifests += [e.manifest for e in (self.digits, self.hands, self.wording) if e is not None]
        return {m.name: m.version for m in manifests}


def load_engines(threads: int = 1) -> Engines:
    """Load the current models on `threads` threads each. Raises `ModelError`."""
    return Engines(
        recogniser=Recogniser.load(threads),
        detector=Detector.load(threads),
        marks=MarkReader.load(threads),
        digits=DigitReader.load(threads),
        hands=HandReader.load(threads),
        wording=Wording.load(),
    )
