"""Words that an office's confirmations taught: which fields have some, and the lists themselves.

Only what is on `WordList` is ever learned or asked. Names of people, kana, numbers, dates, free
text and fields of special sensitivity have no list; of an address the town and the building are
words, the address is not.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from models.acceptors import Trie
from models.errors import ModelError, ModelProblem
from pipelines.forms.kinds import FieldKind, Sensitivity
from pipelines.forms.model import FieldDefinition
from pipelines.forms.roles import Thing
from pipelines.reference.postal import municipalities

MODEL = "office_words"
LEAST_APPLICANTS = 5
"""A word is learned from the papers of at least so many different applicants, never fewer."""
SHORTEST, LONGEST = 2, 24
_MOST_WORDS = 20_000


class WordList(StrEnum):
    """What words may be learned of. The value may stand as `lexicon` in a form definition."""

    TOWNS = "towns"
    BUILDINGS = "buildings"
    RELATIONS = "relations"
    BANKS = "banks"
    BRANCHES = "branches"
    EMPLOYERS = "employers"
    SCHOOLS = "schools"
    CLINICS = "clinics"
    INSURERS = "insurers"


_IN_ADDRESSES = (WordList.TOWNS, WordList.BUILDINGS)
_WHOLE = frozenset(WordList) - frozenset(_IN_ADDRESSES)
_CLOSED = frozenset({Sensitivity.SPECIAL, Sensitivity.NUMBER})
_ROLES: Mapping[str, WordList] = {
    Thing.BANK_NAME: WordList.BANKS,
    Thing.BRANCH_NAME: WordList.BRANCHES,
}
_LABELS = (
    (WordList.BANKS, re.compile("金融機関名|銀行名")),
    (WordList.BRANCHES, re.compile("支店名|店舗名")),
    (WordList.EMPLOYERS, re.compile("勤務先|就労先|就業先|事業所の?名称?|会社名")),
    (WordList.SCHOOLS, re.compile("学校|通学先|在学|園名|保育所名|施設名|施設の名称")),
    (WordList.CLINICS, re.compile("医療機関|病院|診療所|医院")),
    (WordList.INSURERS, re.compile("保険者の?名称?")),
)
# Who is named there is a person, or anything at all.
_NO_WORDS = re.compile("氏名|姓名|名前|フリガナ|ふりがな|代行者|代理人|担当|備考|理由|番号|本籍")
_TOWN_END = re.compile(r"[0-9\s-]|[一二三四五六七八九十]+(?:丁目|番|-)")
_BLOCK = re.compile("[0-9一二三四五六七八九十丁目番地号の-]+")
_ROOM = re.compile(r"[\s-]*[A-Za-z]?[0-9-]+(?:号室|号|階|F)?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficeWords:
    """The words of every list; nothing before a candidate is in use."""

    lists: Mapping[WordList, Trie] = field(default_factory=dict)


NO_WORDS = OfficeWords()


def lists_of(field: FieldDefinition) -> tuple[WordList, ...]:
    """List what words of this field belong to; nothing for all that is not on purpose.

    Its `lexicon` says so where it names a list, else its role, else its label.
    """
    if field.sensitivity in _CLOSED or _NO_WORDS.search(field.label):
        return ()
    if field.kind is FieldKind.ADDRESS:
        return _IN_ADDRESSES
    if field.kind is not FieldKind.TEXT or field.repertoire or field.parts or field.cells > 1:
        return ()
    if field.lexicon is not None:
        return (WordList(field.lexicon),) if field.lexicon in _WHOLE else ()
    if field.role is not None:
        return (_ROLES[field.role],) if field.role in _ROLES else ()
    return tuple(each for each, label in _LABELS if label.search(field.label))


def words_in(field: FieldDefinition, value: str) -> tuple[tuple[WordList, str], ...]:
    """Words of a value with their lists: the whole of it, or town and building of an address."""
    lists = lists_of(field)
    if lists != _IN_ADDRESSES:
        found = [(each, value.strip()) for each in lists]
    else:
        start, end = town_span(value)
        found = [(WordList.TOWNS, value[start:end])] if start else []
        found += [(WordList.BUILDINGS, _ROOM.sub("", value[building_start(value) :]).strip())]
    return tuple((each, word) for each, word in found if is_word(each, word))


def is_word(words: WordList, text: str) -> bool:
    """Whether a text may be a word of a list: of sound length, and no number."""
    shortest = SHORTEST + 1 if words is WordList.BUILDINGS else SHORTEST
    digits = sum(char.isdigit() for char in text)
    return shortest <= len(text) <= LONGEST and digits < 4 and digits < len(text) / 2


def town_span(address: str) -> tuple[int, int]:
    """Where the town stands in an address that begins with a city; start 0: there is no city."""
    start = _city_end(address)
    found = _TOWN_END.search(address, start)
    return start, found.start() if found else len(address)


def building_start(address: str) -> int:
    """Character of an address at which the name of a building may begin; its end for none."""
    _, town = town_span(address)
    block = _BLOCK.match(address, town)
    if block is None:
        return len(address)
    return block.end() + len(address[block.end() :]) - len(address[block.end() :].lstrip())


def dump_words(lists: Mapping[WordList, frozenset[str]]) -> bytes:
    """Write as JSON."""
    body = {str(each): sorted(words) for each, words in sorted(lists.items())}
    told = {"format": 1, "least_applicants": LEAST_APPLICANTS, "lists": body}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def parse_words(data: bytes) -> OfficeWords:
    """Read it back. Raises `ModelError(damaged)` also for words that no list may have."""
    try:
        body = json.loads(data)
        if body["format"] != 1 or body["least_applicants"] < LEAST_APPLICANTS:
            raise ValueError("unknown format")
        lists = {WordList(name): tuple(map(str, words)) for name, words in body["lists"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(ModelProblem.DAMAGED, MODEL, type(error).__name__) from error
    for each, words in lists.items():
        if len(words) > _MOST_WORDS or not all(is_word(each, word) for word in words):
            raise ModelError(ModelProblem.DAMAGED, MODEL, f"{each}: not a list of words")
    return OfficeWords(lists={each: Trie(words) for each, words in lists.items()})


def _city_end(address: str) -> int:
    """End of the longest city, with its prefecture or without, that the address begins with."""
    cities = _cities()
    return max((n for n in range(2, 16) if address[:n] in cities), default=0)


@cache
def _cities() -> frozenset[str]:
    places = municipalities()
    return frozenset(p + c for p, c in places) | frozenset(c for _, c in places)
