"""Takes words that the office taught where the recogniser itself holds them nearly as probable.

A second list beside the shipped ones, and a weaker one: only what is among the recogniser's own
options may be taken, and only when it is a tenth as probable as what was read or more, so that ink
that is clear (read with more than ten elevenths) stays whatever the list says.
"""

from dataclasses import replace

from models.acceptors import OneOf, Trie
from models.lattice import Found, Segment, line_text
from pipelines.field_lexicons import Supported
from pipelines.field_words import supported_word, with_word
from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.office_words import OfficeWords, WordList, building_start, lists_of, town_span

MARGIN = 0.1
"""A word of the office must be so probable beside what was read."""
_NO_WORDS = Trie(())


def with_office_words(
    field: FieldDefinition, supported: Supported, words: OfficeWords
) -> Supported:
    """Take the office's words in a line to which the shipped lists have already been put.

    What these found stays; `listed` stays what they said, so that confidences keep their meaning.
    """
    asked = [words.lists[each] for each in lists_of(field) if each in words.lists]
    if not asked or not line_text(supported.line).strip():
        return supported
    if field.kind is FieldKind.ADDRESS:
        return _address(supported, words)
    if supported.listed or supported.ratio != 1.0:
        return supported
    line, both = supported.line, OneOf(tuple(asked))
    ends = len(line)
    return _taken(
        supported,
        supported_word(
            line, 0, both, margin=MARGIN, twins=False, fits=lambda f: f.end == ends and not f.rest
        ),
    )


def _address(supported: Supported, words: OfficeWords) -> Supported:
    towns = words.lists.get(WordList.TOWNS, _NO_WORDS)
    buildings = words.lists.get(WordList.BUILDINGS, _NO_WORDS)
    start, end = town_span(line_text(supported.line))
    if start and not supported.listed and supported.ratio == 1.0:
        supported = _taken(supported, _word(supported.line, start, towns, end))
    at = building_start(line_text(supported.line))
    return _taken(supported, _word(supported.line, at, buildings, None))


def _word(line: tuple[Segment, ...], at: int, words: Trie, end: int | None) -> Found | None:
    """Word at character `at`; with `end` it must take the place of all that is read until there."""

    def fits(found: Found) -> bool:
        until = len(line_text(line[: found.end])) - len(found.rest)
        return end is None or until == end

    return supported_word(line, at, words, margin=MARGIN, twins=False, fits=fits)


def _taken(supported: Supported, found: Found | None) -> Supported:
    if found is None:
        return supported
    line = with_word(supported.line, found)
    return replace(supported, line=line, ratio=supported.ratio * found.ratio)
