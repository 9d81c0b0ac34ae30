"""Words that forms of an office print, as pairs of neighbouring characters.

What a page without a form says is taken for print that may be kept only where every pair of its
characters stands on a form that this program knows, or in a label. A name or an address does not.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import pairwise

import yaml

from pipelines.forms.load import FormLibrary
from pipelines.reference.names import is_name

_ALONE = frozenset(
    "年月日時分円人回歳才点番号氏名性別姓住所電話男女有無印〒様殿係欄職業第約満計歳・-"
)
_FIGURE = re.compile("[0-9]")


def surely_printed(text: str) -> bool:
    """Whether `text` is made of words of forms alone: no figures, no names."""
    plain = _squeezed(text)
    if not plain or _FIGURE.search(plain):
        return False
    if len(plain) == 1:
        return plain in _ALONE or not plain.isalnum()
    return not is_name(plain) and all(pair in _pairs() for pair in map("".join, pairwise(plain)))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@cache
def _pairs() -> frozenset[str]:
    texts = (_squeezed(text) for text in _printed())
    return frozenset("".join(pair) for text in texts for pair in pairwise(text))


def _printed() -> Iterator[str]:
    for entry in FormLibrary.builtin().entries:
        form = entry.definition
        yield form.title
        yield from (item.label for group in (form.fields, form.marks) for item in group)
        yield from (option.label for mark in form.marks for option in mark.options)
        yield from (i.text for page in form.pages for i in page.printed if i.type == "text")
    text = resources.files("pipelines.reference").joinpath("labels.yaml").read_text("utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    yield from (word for words in table.values() for word in words)
