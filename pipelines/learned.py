"""What an office's confirmations taught, loaded together; nothing before a candidate is in use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.errors import ModelError, ModelProblem
from models.manifest import Manifest, load_manifest, read_weights
from pipelines import oddity as odd_values
from pipelines import office_words, recalibrate


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """Confidences by kind of field, what is usual by form, words, and the versions of all."""

    calibration: recalibrate.Calibration = field(default_factory=dict)
    oddity: odd_values.OddityModels = field(default_factory=dict)
    words: office_words.OfficeWords = office_words.NO_WORDS
    versions: Mapping[str, str] = field(default_factory=dict)


NOTHING_LEARNED = Learned()


def load_learned() -> Learned:
    """Load the versions in use. Raises `ModelError`."""
    names = (recalibrate.MODEL, odd_values.MODEL, office_words.MODEL)
    confidence, odd, words = found = tuple(_manifest(name) for name in names)
    return Learned(
        calibration=recalibrate.parse_calibration(read_weights(confidence)) if confidence else {},
        oddity=odd_values.parse_oddity(read_weights(odd)) if odd else {},
        words=office_words.parse_words(read_weights(words)) if words else office_words.NO_WORDS,
        versions={each.name: each.version for each in found if each is not None},
    )


def _manifest(name: str) -> Manifest | None:
    try:
        return load_manifest(name)
    except ModelError as error:
        if error.kind is ModelProblem.MISSING:
            return None
        raise
