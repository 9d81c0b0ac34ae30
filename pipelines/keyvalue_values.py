"""What the writing in a proposed place says, as text of its kind."""

import re
from collections.abc import Mapping, Sequence

from pipelines.forms.blank_records import Area
from pipelines.forms.model import DatePart, Era, FieldKind
from pipelines.forms.propose_records import FieldPlace
from pipelines.keyvalue_tokens import Token

_ERA_WORDS = {
    Era.MEIJI: "明治",
    Era.TAISHO: "大正",
    Era.SHOWA: "昭和",
    Era.HEISEI: "平成",
    Era.REIWA: "令和",
    Era.WESTERN: "",
}
_UNITS = re.compile(r"(?<=[0-9])(円|人|歳|才|回|名|件|枚|%|点|か月|ヶ月|時間|日間|年間|年|日)$")


def place_text(place: FieldPlace, parts: Mapping[int, Sequence[Token]], era: Era | None) -> str:
    """Text of a place. `parts` are the tokens of each part by its index; 0 for a place without."""
    if not place.parts:
        text = joined(parts.get(0, ()), spaces=place.cells == 1)
        return without_unit(text, place.kind)
    texts = {
        name: joined(parts.get(index, ()), spaces=False)
        for index, (name, _, _) in enumerate(place.parts)
    }
    if place.kind is FieldKind.DATE:
        return _date(texts, era)
    if place.kind is FieldKind.TIME:
        hour, minute = texts.get(DatePart.HOUR, ""), texts.get(DatePart.MINUTE, "")
        return f"{hour}時{minute}分" if hour else ""
    return "-".join(text for text in texts.values() if text)


def _date(texts: Mapping[DatePart, str], era: Era | None) -> str:
    words = ((DatePart.YEAR, "年"), (DatePart.MONTH, "月"), (DatePart.DAY, "日"))
    written = "".join(f"{texts[part]}{word}" for part, word in words if texts.get(part))
    return _ERA_WORDS[era] + written if era is not None and written else written


def without_unit(text: str, kind: FieldKind) -> str:
    """Text without the unit behind its figure, where the kind is one of numbers."""
    if kind in (FieldKind.AMOUNT, FieldKind.DIGITS, FieldKind.TEXT):
        return _UNITS.sub("", text) if re.fullmatch(r"[0-9][0-9,.]*\D{1,2}", text) else text
    return text


def joined(tokens: Sequence[Token], *, spaces: bool) -> str:
    """Text of tokens from line to line, a space where words stand apart."""
    lines: list[list[Token]] = []
    for token in sorted(tokens, key=lambda t: (t.area.y0 + t.area.y1) / 2):
        if lines and _level(lines[-1][-1].area, token.area):
            lines[-1].append(token)
        else:
            lines.append([token])
    texts = []
    for line in lines:
        text = ""
        last: Token | None = None
        for token in sorted(line, key=lambda t: t.area.x0):
            # Where one writes wide, white says nothing; the reader of the line knows words.
            apart = last is not None and (token.line != last.line or token.chars[0].spaced)
            text += (" " if apart and spaces else "") + token.text
            last = token
        texts.append(text)
    return (" " if spaces else "").join(texts)


def _level(a: Area, b: Area) -> bool:
    return min(a.y1, b.y1) - max(a.y0, b.y0) > 0.4 * min(a.height, b.height)
