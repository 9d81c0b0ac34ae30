"""A mistake in a form definition, before it is tied to a line of the file."""

from dataclasses import dataclass

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake at `path` of the definition; `line` counts from 0 within a multi-line value."""

    path: Path_
    message: str
    detail: str
    line: int = 0
