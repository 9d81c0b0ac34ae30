"""Soft word lists: a listed word is taken only where the ink nearly says it already.

A hard list does harm: whoever is not in it is misread. Here a word must not be much less probable
than the free reading, keep some of it, and never take the place of another listed word. It may be
longer or shorter than what was read.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.acceptors import Acceptor
from models.lattice import Found, Segment, accepted_words, line_text, segment_at
from models.readings import ReadCharacter, Reading

# A listed word may be this much less probable than the free reading.
MARGIN = 0.03
# Where the free reading begins with a listed word, a longer one needs this.
_LONGER_MARGIN = 0.1
# Another character of support makes a listed word worth this much more than a shorter one.
_LONGER = 2.0
# What a repair gave up stays possible: half as probable as what took its place.
_GIVEN_UP = 0.5
_NEAR = 1e-6
_LONGEST = 24
# The same strokes in two scripts, and kana in two sizes: a reading tells them by their neighbours
# only, so that it is no clear ink for one against a word with the other.
_SAME_INK = ("ー一―-", "二ニ", "八ハ", "力カ", "口ロ", "夕タ", "工エ", "卜ト", "千チ", "三ミ",
             "へヘ", "べベ", "ぺペ", "リり", "ケヶ", "〇○0O")  # fmt: skip
_TWO_SIZES = ("ツッ", "ヤャ", "ユュ", "ヨョ", "アァ", "イィ", "ウゥ", "エェ", "オォ",
              "つっ", "やゃ", "ゆゅ", "よょ")  # fmt: skip
_TWIN_SHARE, _SIZE_SHARE = 0.5, 0.2
_TWINS: dict[str, dict[str, float]] = {}
for _group, _share in (
    *((g, _TWIN_SHARE) for g in _SAME_INK),
    *((g, _SIZE_SHARE) for g in _TWO_SIZES),
):
    for _char in _group:
        _TWINS.setdefault(_char, {}).update({c: _share for c in _group if c != _char})


def line_segments(reading: Reading, characters: Sequence[ReadCharacter]) -> tuple[Segment, ...]:
    """Segments of a reading in which its repaired `characters` are what was read."""
    segments = reading.segments or tuple(
        Segment(c.start, c.end, ((c.text, c.confidence), *c.others)) for c in reading.characters
    )
    rest = list(characters)
    found = []
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        until = segment.end if last else min(segment.end, segments[number + 1].start)
        own = ""
        while rest and (last or rest[0].start < until - _NEAR):
            own += rest.pop(0).text
        found.append(_said(segment, own))
    return tuple(found)


def _said(segment: Segment, text: str) -> Segment:
    """Segment in which `text` was read after all."""
    if text == segment.text:
        return segment
    options = dict(segment.options)
    options[segment.text] = _GIVEN_UP * segment.probability
    options.pop(text, None)
    return replace(segment, options=((text, segment.probability), *options.items()))


def supported_word(
    line: Sequence[Segment],
    at: int,
    words: Acceptor,
    *,
    margin: float = MARGIN,
    twins: bool = True,
    fits: Callable[[Found], bool] = lambda _: True,
) -> Found | None:
    """Best listed word that begins at character `at` of the line and `fits` there.

    None when no listed word comes within `margin` of what was read, or when that is a listed word
    itself and no longer one is nearly as probable. Without `twins` only what the recogniser itself
    holds possible counts, not what has the same ink.
    """
    first, before = segment_at(line, at)
    if first is None:
        return None
    # No listed word is longer than that in segments.
    near = [_twinned(s) if twins else s for s in line[first : first + _LONGEST]]
    found = [
        replace(f, first=first + f.first) for f in accepted_words(near, before, words, least=margin)
    ]
    found = [f for f in found if fits(f)]
    text = line_text(line)[at:].replace(" ", "")
    listed = max((len(f.word) for f in found if _as_read(line, f)), default=0)
    if listed:
        found = [f for f in found if len(f.word) > listed and f.ratio >= _LONGER_MARGIN]
    found = [f for f in found if not _as_read(line, f) and _keeps(f.word, text)]
    return max(found, key=lambda f: f.ratio * _LONGER ** len(f.word), default=None)


def listed_at(text: str, at: int, words: Acceptor) -> str:
    """Longest listed word that stands at character `at` of a text; "" when there is none."""
    states = list(words.starts())
    longest, passed = "", ""
    for char in text[at:]:
        if char != " ":
            states = [after for state in states for after in words.step(state, char)]
            passed += char
        if not states:
            break
        if any(words.final(state) for state in states):
            longest = passed
    return longest


def beginnings(line: Sequence[Segment]) -> list[frozenset[str]]:
    """For each character of the line what a word that begins there may begin with."""
    found = []
    for segment in line:
        twins = _twinned(segment)
        for i in range(len(segment.text)):
            same = [o for o, _ in twins.options if o[:i] == segment.text[:i]]
            found.append(frozenset(o.lstrip()[i : i + 1] for o in same))
    return found


def with_word(line: Sequence[Segment], found: Found) -> tuple[Segment, ...]:
    """Line in which `found` is what was read."""
    changed = list(line)
    for number, text in enumerate(found.texts, start=found.first):
        options = dict(line[number].options)
        chance = dict(_twinned(line[number]).options)[text]
        options.pop(text, None)
        changed[number] = replace(line[number], options=((text, chance), *options.items()))
    return tuple(changed)


def _twinned(segment: Segment) -> Segment:
    """Segment in which what has the same ink as an option may stand, too."""
    options = dict(segment.options)
    for text, chance in segment.options:
        for at, char in enumerate(text):
            for twin, share in _TWINS.get(char, {}).items():
                other = text[:at] + twin + text[at + 1 :]
                options[other] = max(options.get(other, 0.0), share * chance)
    if len(options) == len(segment.options):
        return segment
    return replace(segment, options=tuple(options.items()))


def _as_read(line: Sequence[Segment], found: Found) -> bool:
    own = zip(line[found.first :], found.texts, strict=False)
    return all(segment.text == text for segment, text in own)


def _keeps(word: str, text: str) -> bool:
    """Whether a word of several characters keeps one of those that were read, near its place."""
    if len(word) == 1:
        return True
    return any(char in text[max(0, i - 1) : i + 2] for i, char in enumerate(word))
