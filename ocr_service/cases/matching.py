"""What makes a paper an attachment, and what makes two papers those of one person.

People are compared by keyed digests (HMAC-SHA256): kana name with date of birth, and 個人番号. The
key is a sealed object of its own, so that it outlives the rotation of key-encryption keys.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum

from ocr_service.cases.records import CaseDocument
from ocr_service.review.masking import holds_my_number
from pipelines.forms.model import Attachment, DocumentKind, FieldKind, FormDefinition
from pipelines.records import Field

KEY_BYTES = 32
_CATEGORIES = {"id_card": "identity.card", "bank_book": "bank.book"}
"""Short names of `attachments` for categories that belong to no operation."""
_PAPERS = (DocumentKind.ATTACHMENT, DocumentKind.CERTIFICATE, DocumentKind.DECLARATION)
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_BETWEEN = re.compile(r"又は|または|若しくは|もしくは|および|及び|[・、，,／/]")
_COPY = re.compile(r"(の写し|等|など)+$")
_SHORTEST_TITLE = 3
_BIRTH = re.compile(r"^(?:(.*)_)?birth(?:_date)?$")
_NAMES = (("{0}_kana",), ("{0}_surname_kana", "{0}_given_name_kana"))
_OWN_NAMES = (("surname_kana", "given_name_kana"),)


class Basis(StrEnum):
    """What two documents have in common."""

    NAME_BIRTH = "name_birth"
    """The same kana name and date of birth."""
    NUMBER = "number"
    """The same 個人番号."""


def kind_fits(attachment: Attachment, form: FormDefinition, paper: CaseDocument) -> bool:
    """Whether the category of a paper is that of the attachment: a hint, not more."""
    if attachment.kind is None or not paper.category:
        return False
    wanted = _CATEGORIES.get(attachment.kind, attachment.kind)
    if "." in wanted:
        # What is a kind of the wanted one (`identity.card.x`) will do.
        return f"{paper.category}.".startswith(f"{wanted}.")
    operation, _, kind = paper.category.partition(".")
    kind = kind.partition(".")[0]
    # Certificates, declarations and other papers look alike to the classifier.
    kinds = _PAPERS if wanted in _PAPERS else (wanted,)
    return kind in kinds and operation in (form.operation, "other")


def title_fits(label: str, heading: str) -> bool:
    """Whether the name of the attachment, or one of its names, stands in the paper's heading."""
    return any(title in heading for title in attachment_titles(label))


def attachment_titles(label: str) -> tuple[str, ...]:
    """Names of a paper: 「健康保険資格喪失証明書または離職票」 has two."""
    plain = compact(_BRACKETS.sub("", label))
    names = (_COPY.sub("", part) for part in _BETWEEN.split(plain))
    return tuple(name for name in names if len(name) >= _SHORTEST_TITLE)


def compact(text: str) -> str:
    """Text without spaces and differences of width."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def identities(
    fields: Iterable[Field], values: Mapping[str, str | None]
) -> frozenset[tuple[Basis, str]]:
    """Who a document speaks of, in clear: only ever given to `digest_of`.

    `values` are what the fields say now (decided or suggested). A date of birth goes with the kana
    name of the same prefix (`claimant_birth`, `claimant_kana`), one without a prefix with the
    first kana name.
    """
    known = tuple(fields)
    kana = [f.name for f in known if f.kind == FieldKind.KANA_NAME]
    found: set[tuple[Basis, str]] = set()
    for field in known:
        value = values.get(field.name)
        if not value:
            continue
        birth = _BIRTH.match(field.name) if field.kind == FieldKind.DATE else None
        name = _name_for(birth.group(1), kana, values) if birth else ""
        if name:
            found.add((Basis.NAME_BIRTH, f"{name}|{value}"))
        if field.kind == FieldKind.MY_NUMBER and holds_my_number(value):
            found.add((Basis.NUMBER, re.sub(r"\D", "", value)))
    return frozenset(found)


def digest_of(key: bytes, basis: Basis, text: str) -> str:
    """Keyed digest (hex) of what `identities` gave."""
    return hmac.new(key, f"{basis}:{text}".encode(), hashlib.sha256).hexdigest()


def _name_for(prefix: str | None, kana: list[str], values: Mapping[str, str | None]) -> str:
    patterns = [tuple(p.format(prefix) for p in parts) for parts in _NAMES] if prefix else []
    if prefix is None:
        patterns = [*_OWN_NAMES, *((name,) for name in kana[:1])]
    for names in patterns:
        parts = [values.get(name) for name in names]
        if all(parts):
            return compact("".join(part or "" for part in parts))
    return ""
