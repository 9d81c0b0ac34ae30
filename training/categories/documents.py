"""Papers made up from a kind and a seed: where every line stands, how large, what it says.

A drawn paper becomes text lines by way of `noise.py`, or pixels by way of `rendering.py`, which
the service then reads. Titles, words, values, notes and the papers that a form asks for (titles of
*other* kinds, which a classifier must not fall for) are all drawn.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from pipelines.category_features import TextLine
from pipelines.category_model import UNKNOWN
from pipelines.synthesis.person import draw_stranger, draw_ward_address
from training.categories.nothing import distraction, english, foreign_texts
from training.categories.vocabulary import (
    Kind,
    Stranger,
    known_kinds,
    phrases,
    stranger_titles,
)

_DRESS = (
    *("{}", "{}", "{}", "{}", "（{}）", "{}（表面）", "{}　その１", "令和８年度 {}", "{}（写し）"),
    *("【{}】", "足立区 {}", "{}（正）", "{}（本人用）", "{} №"),
)
PAPER_WIDTH, PAPER_HEIGHT = 210.0, 297.0
_DAY = date(2026, 4, 1)
_PAGE_LINES = 46
_ENDING = re.compile(r"(許可|認定|交付|支給)?(申請書|請求書|申告書|届出書|届)$")


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line of a paper in mm: its left and upper edge, its height; `written` by hand."""

    text: str
    x: float
    y: float
    size: float
    written: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A drawn paper: what it is, and its lines from the top."""

    label: str
    lines: tuple[DrawnLine, ...]

    def text_lines(self) -> list[TextLine]:
        """Lines as a perfect reading would give them, at 200 dpi."""
        dots = 200 / 25.4
        return [TextLine(line.text, line.size * dots, line.y * dots) for line in self.lines]


def draw_paper(
    kind: Kind, rng: random.Random, *, title: bool | None = None, held_out: bool = False
) -> Paper:
    """Draw one paper of a kind. Without `title`, two of a hundred have none (later pages)."""
    titled = rng.random() >= 0.02 if title is None else title
    heading = _dressed(rng.choice(kind.titles), rng) if titled and kind.titles else ""
    body = _STYLES[kind.style](kind, rng)
    if rng.random() < 0.5:
        # Real papers hold much that no list of ours has: strange words alone make none unknown.
        body += [_Body(text) for text in distraction(rng, held_out=held_out)]
        rng.shuffle(body)
    return Paper(kind.label, _laid_out(heading, body, kind.style, rng))


def draw_stranger_paper(stranger: Stranger, rng: random.Random, *, held_out: bool) -> Paper:
    """Draw an office form about a matter that is none of ours."""
    kind = Kind(
        label=UNKNOWN,
        style=rng.choice(("form", "form", "certificate")),
        titles=tuple(stranger_titles(stranger.matter)),
        words=stranger.words,
    )
    return draw_paper(kind, rng, title=True, held_out=held_out)


def draw_foreign_paper(rng: random.Random, *, held_out: bool) -> Paper:
    """Draw a paper of no office: sentences, English, answer sheets, numbers, hardly anything."""
    texts = foreign_texts(rng, held_out=held_out)
    if rng.random() < 0.15:
        texts += rng.choices(phrases("form_phrases.txt"), k=rng.randint(1, 20))
    lines = [_Body(text, written=rng.random() < 0.1) for text in texts]
    return Paper(UNKNOWN, _laid_out("", lines, "poster", rng))


@dataclass(frozen=True, slots=True)
class _Body:
    text: str
    written: bool = False
    size: float = 1.0


def _dressed(title: str, rng: random.Random) -> str:
    if rng.random() < 0.12:
        # Later pages and attached sheets name only the matter: 在留期間更新用.
        matter = _ENDING.sub("", title)
        title = f"{matter}用" if len(matter) >= 4 and rng.random() < 0.5 else title
    text = rng.choice(_DRESS).format(title)
    if rng.random() < 0.15:
        text = "　".join(text)
    return text


def _form(kind: Kind, rng: random.Random) -> list[_Body]:
    """Labels with values, notes, what is to be added, sentences that name the matter."""
    own = rng.sample(kind.words, min(len(kind.words), rng.randint(4, 12)))
    beside = rng.sample(kind.siblings, min(len(kind.siblings), rng.choice((0, 0, 1, 2, 4))))
    lines = [_label(word, rng) for word in (*own, *beside)]
    lines += [_common(rng) for _ in range(int(4 * 12 ** rng.random()))]
    lines += [_Body(_value(rng), written=True) for _ in range(rng.randint(0, 14))]
    if rng.random() < 0.5:
        lines.append(_Body(_sentence(kind, rng)))
    if rng.random() < 0.45:
        lines += _enclosures(kind.label, rng)
    if kind.lines:
        share = rng.uniform(0.2, 1.0)
        lines += [_Body(line) for line in kind.lines if rng.random() < share]
    if rng.random() < 0.15:
        # Forms for foreign residents say everything twice.
        count = rng.randint(2, 60)
        lines += [_Body(english(rng, 8)) for _ in range(count)]
    rng.shuffle(lines)
    return lines


def _certificate(kind: Kind, rng: random.Random) -> list[_Body]:
    """Fewer labels, values in print, a sentence that certifies."""
    own = rng.sample(kind.words, min(len(kind.words), rng.randint(4, 11)))
    lines = [_label(word, rng) for word in own]
    lines += [_Body(_value(rng)) for _ in range(rng.randint(2, 16))]
    lines += [_common(rng) for _ in range(rng.randint(0, 14))]
    end = ("上記のとおり証明します。", "以上のとおり相違ありません。", "この証明書は写しです。", "")
    lines.append(_Body(rng.choice(end)))
    rng.shuffle(lines)
    return lines


def _card(kind: Kind, rng: random.Random) -> list[_Body]:
    own = rng.sample(kind.words, min(len(kind.words), rng.randint(4, 10)))
    lines = [_label(word, rng) for word in own]
    lines += [_Body(_value(rng)) for _ in range(rng.randint(2, 14))]
    if rng.random() < 0.25:
        lines.append(_Body(rng.choice(("表面", "裏面", "写し", "見本", "コピー"))))
    return lines


def _letter(kind: Kind, rng: random.Random) -> list[_Body]:
    """Sentences by hand, some about other things, with the words of the topic in them."""
    count = rng.randint(3, min(8, len(kind.sentences)))
    lines = [_Body(text, written=True) for text in rng.sample(kind.sentences, count)]
    general = (
        *("いつもお世話になっております。", "よろしくお願いいたします。", "検討してください。"),
        *("以前から困っています。", "ご回答は不要です。", "何とかなりませんか。", "草々"),
    )
    lines += [_Body(text, written=True) for text in rng.sample(general, rng.randint(0, 3))]
    lines += [
        _Body(
            f"{word}のことで{rng.choice(('お願いです', '困っています', '一言', '質問です'))}。",
            written=True,
        )
        for word in rng.sample(kind.words, rng.randint(0, 3))
    ]
    rng.shuffle(lines)
    labels = ("氏名", "住所", "電話番号", "年齢", "ご意見の内容", "回答の希望 有・無", "件名")
    return [_Body(t) for t in rng.sample(labels, rng.randint(0, 5))] + lines


def _poster(kind: Kind, rng: random.Random) -> list[_Body]:
    own = rng.sample(kind.words, min(len(kind.words), rng.randint(4, 11)))
    lines = [_Body(word, size=rng.choice((1.0, 1.0, 1.6, 2.4))) for word in own]
    lines += [_Body(text) for text in rng.sample(kind.sentences, min(3, len(kind.sentences)))]
    lines += [_Body(_value(rng)) for _ in range(rng.randint(0, 8))]
    rng.shuffle(lines)
    return lines


_STYLES: dict[str, Callable[[Kind, random.Random], list[_Body]]] = {
    "form": _form,
    "certificate": _certificate,
    "card": _card,
    "letter": _letter,
    "poster": _poster,
}


def _label(word: str, rng: random.Random) -> _Body:
    shapes = ("{}", "{}", "{}", "□{}", "１ {}", "{}：", "（{}）", "{}　有・無", "※{}")
    text = rng.choice(shapes).format(word)
    return _Body(f"{text} {_value(rng)}" if rng.random() < 0.3 else text)


def _common(rng: random.Random) -> _Body:
    return _Body(rng.choice(phrases("form_phrases.txt")))


def _sentence(kind: Kind, rng: random.Random) -> str:
    word, title = rng.choice(kind.words), rng.choice(kind.titles)
    return rng.choice(
        (
            f"{title}について、次のとおり提出します。",
            f"{word}に関する事項は、もれなく記入してください。",
            f"この{title}は、窓口又は郵送で提出できます。",
            f"{word}を証明する書類を添えてください。",
            f"{title}を提出される方へ",
        )
    )


def _enclosures(label: str, rng: random.Random) -> list[_Body]:
    """Papers that a form asks for, by the titles of other kinds."""
    others = [
        kind
        for kind in known_kinds()
        if kind.label != label and kind.style in ("certificate", "card")
    ]
    chosen = rng.sample(others, rng.randint(1, 4))
    texts = [rng.choice(kind.titles) for kind in chosen]
    shapes = ("□{}", "・{}", "{}の写し", "{}を添付してください。", "（{}）")
    return [_Body(rng.choice(shapes).format(text)) for text in texts]


def _value(rng: random.Random) -> str:
    dice = rng.random()
    if dice < 0.4:
        return rng.choice(_people())[0 if dice < 0.3 else 1]
    if dice < 0.55:
        return rng.choice(_places())
    if dice < 0.75:
        era = rng.choice(("令和", "平成", "昭和", ""))
        return f"{era}{rng.randint(1, 40)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    if dice < 0.9:
        return str(rng.randint(0, 10 ** rng.randint(2, 12)))
    return f"{rng.randint(1, 900) * 1000:,}円"


@cache
def _people() -> tuple[tuple[str, str], ...]:
    """Names and kana names of people who do not exist."""
    source = np.random.default_rng(1)
    people = [draw_stranger(source, _DAY) for _ in range(3000)]
    return tuple((person.name, person.kana) for person in people)


@cache
def _places() -> tuple[str, ...]:
    source = np.random.default_rng(2)
    drawn = [draw_ward_address(source) for _ in range(1500)]
    return tuple(text for address in drawn for text in (address.full, address.short))


def _laid_out(
    heading: str, body: Sequence[_Body], style: str, rng: random.Random
) -> tuple[DrawnLine, ...]:
    """Give every line its place: what stands over a title, the title, one or two columns."""
    size = rng.uniform(2.6, 4.2)
    pitch = size * rng.uniform(1.35, 2.2)
    y, lines = rng.uniform(8, 25), []
    for text in _over_title(style, rng):
        lines.append(DrawnLine(text, rng.choice((15.0, 130.0)), y, size * rng.uniform(0.8, 1.1)))
        y += pitch
    if heading:
        tall = size * rng.choice((1.0, 1.3, 1.5, 1.8, 2.2, 2.6))
        lines.append(DrawnLine(heading, rng.uniform(20, 90), y, tall))
        y += tall * 1.8
    columns = 2 if style in ("form", "certificate") and len(body) > 16 else 1
    for index, item in enumerate(body[: _PAGE_LINES * columns]):
        column = index % columns
        lines.append(DrawnLine(item.text, 15.0 + 92.0 * column, y, size * item.size, item.written))
        if column == columns - 1:
            y += pitch * item.size
    lines.sort(key=lambda line: (line.y, line.x))
    return tuple(line for line in lines if line.text and line.y < PAPER_HEIGHT - 8)


def _over_title(style: str, rng: random.Random) -> list[str]:
    if style in ("card", "poster") or rng.random() < 0.35:
        return []
    number = rng.randint(1, 60)
    above = (
        *(
            f"第{number}号様式（第{number % 20 + 1}条関係）",
            f"様式第{number}号",
            "受付印",
            "足立区長 あて",
        ),
        *(
            "（宛先）足立区長",
            "令和　年　月　日",
            f"{rng.randint(2, 9)}年度",
            "整理番号",
            "別記様式",
        ),
    )
    return rng.sample(above, rng.randint(1, 3))
