"""Forms that an office could have beside the built-in ones: other titles, labels, rows and boxes.

Made from the built-in definitions, so that they share frames and the words that all forms share,
as the forms of one office do. They carry no QR code. Forms whose print is a background have none.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.synthesis.seeding import seeded
from training.drift_revisions import Drift, revise

_PHRASES = Path(__file__).parent / "form_phrases.txt"
_RELABELLED = (0.35, 0.8)
"""Share of the labels that a variant words anew."""
_MOVES = (2.0, 12.0)
_CHANGES = (
    (Drift.ROW_MOVED, 1, 3),
    (Drift.BOX_MOVED, 0, 2),
    (Drift.BOX_REMOVED, 0, 3),
    (Drift.BOX_ADDED, 0, 3),
    (Drift.LABEL_MOVED, 1, 4),
    (Drift.LABEL_REMOVED, 1, 4),
)
_TITLE_SIZE = 4.4
_TITLES = (
    "児童 介護 年金 住民 納税 保険 医療 就学 障害 福祉 健康 道路 公園 住宅 環境 消防 図書 防災"
)
_MATTERS = "認定 給付 減免 登録 変更 喪失 支給 更新 廃止 利用 交付 還付 貸付 許可 承認"
_KINDS = "申請書 届出書 申告書 請求書 報告書 同意書 証明願 計画書"

Json = dict[str, Any]


def form_variants(count: int, seed: int) -> Iterator[FormEntry]:
    """Make `count` different forms; the same seed gives the same forms."""
    bases = [e for e in FormLibrary.builtin().entries if e.definition.pages[0].printed]
    for number in range(count):
        yield variant_of(bases[number % len(bases)], f"variant-{number:03}", seed + number)


def variant_of(base: FormEntry, form_id: str, seed: int) -> FormEntry:
    """Make another form of `base`: labels, title, rows and boxes differ, the QR code is gone."""
    rng = seeded(seed, "variant")
    made = base
    for drift, least, most in _CHANGES:
        for _ in range(int(rng.integers(least, most + 1))):
            revision = revise(made, drift, rng, _MOVES)
            made = made if revision is None else revision.entry
    form = made.definition.model_dump(mode="json", by_alias=True)
    form["id"] = form_id
    share = float(rng.uniform(*_RELABELLED))
    for page in form["pages"]:
        page["code"] = None
        for item in page["printed"]:
            if item["type"] == "text":
                item["text"] = _reworded(item, share, rng)
    return replace(made, definition=FormDefinition.model_validate(form))


def some_words(length: int, rng: np.random.Generator) -> str:
    """Give phrases of forms, together `length` characters long."""
    words = ""
    while len(words) < length:
        words += str(rng.choice(_phrases()))
    return words[:length]


def _reworded(item: Json, share: float, rng: np.random.Generator) -> str:
    text: str = item["text"]
    if item["size"] >= _TITLE_SIZE and len(text) >= 4:
        return "".join(str(rng.choice(words.split())) for words in (_TITLES, _MATTERS, _KINDS))
    if len(text.replace("　", "")) < 2 or rng.random() >= share:
        return text
    return "\n".join(some_words(len(line), rng) for line in text.split("\n"))


@cache
def _phrases() -> list[str]:
    lines = _PHRASES.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
