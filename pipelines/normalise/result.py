"""What normalising gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Normalised:
    """A value in its kind's one form, or None when the text is no such value.

    `problems` are stable codes of what is odd about the text; a value can have problems
    (`era_exceeded`) and no value always has one (`unparseable`, or `empty`).
    """

    value: str | None
    problems: tuple[str, ...] = ()

    @property
    def parsed(self) -> bool:
        """Whether something could be made of the text."""
        return self.value is not None


EMPTY = Normalised(None, ("empty",))
UNPARSEABLE = Normalised(None, ("unparseable",))
