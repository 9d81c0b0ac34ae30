"""How states look in pictures and tables: each has a colour, a sign and a word.

Nothing is told by colour alone: the sign stands in the picture, the word in the table and legend.
"""

from dataclasses import dataclass

from pipelines.records import Field, FieldState, Mark, MarkState


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """Colour (red, green, blue, 0..255), sign and word of a state."""

    colour: tuple[int, int, int]
    sign: str
    word: str

    @property
    def css(self) -> str:
        """Colour for a style sheet."""
        return "#" + "".join(f"{part:02x}" for part in self.colour)


READ = Look(colour=(0, 62, 179), sign="○", word="読取")
BLANK = Look(colour=(98, 98, 98), sign="－", word="空欄")
UNREADABLE = Look(colour=(190, 0, 0), sign="×", word="判読不能")
STRUCK = Look(colour=(111, 35, 208), sign="＝", word="抹消")
DOUBTFUL = Look(colour=(172, 62, 0), sign="？", word="要確認")
MARKED = Look(colour=(0, 62, 179), sign="●", word="印あり")
EMPTY = Look(colour=(98, 98, 98), sign="－", word="印なし")
AMBIGUOUS = Look(colour=(172, 62, 0), sign="？", word="判断できず")
DRIFTED = Look(colour=(190, 0, 0), sign="！", word="印刷が様式と違う")
FIELD_LOOKS = (READ, BLANK, DOUBTFUL, UNREADABLE, STRUCK)
MARK_LOOKS = (MARKED, EMPTY, STRUCK, AMBIGUOUS)
_FIELDS = {
    FieldState.READ: READ,
    FieldState.BLANK: BLANK,
    FieldState.UNREADABLE: UNREADABLE,
    FieldState.STRUCK: STRUCK,
}
_MARKS = {
    MarkState.MARKED: MARKED,
    MarkState.EMPTY: EMPTY,
    MarkState.STRUCK: STRUCK,
    MarkState.AMBIGUOUS: AMBIGUOUS,
}


def look_of_field(field: Field) -> Look:
    """How a field looks; one that is read or blank but wants a second look is `DOUBTFUL`."""
    if field.doubtful and field.state in (FieldState.READ, FieldState.BLANK):
        return DOUBTFUL
    return _FIELDS[field.state]


def look_of_mark(mark: Mark) -> Look:
    """How an option or a seal looks."""
    return _MARKS[mark.state]
