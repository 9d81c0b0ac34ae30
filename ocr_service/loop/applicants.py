"""Which papers are of the same applicant, told without saying who it is.

A word may be learned only from the papers of several applicants, so an example keeps keyed digests
(HMAC-SHA256) of the people of its paper: kana name with date of birth, and the address they live
at, so that a household counts once. Their key comes from a sealed one of the installation: without
it no name can be tried, and it is another one than that of `person_digests`.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

from ocr_service.cases.matching import Basis, compact, digest_of, identities
from pipelines.forms.model import FieldKind
from pipelines.records import Field

_PURPOSE = b"training-examples"
_SHOWN = 16
"""Hexadecimal digits that are kept: enough to tell the papers of an office apart."""
_HOME = re.compile(r"^(?:new_|filer_|applicant_|insured_|claimant_|head_|child_|spouse_)?address$")


def applicant_keys(
    installation_key: bytes, fields: Iterable[Field], values: Mapping[str, str | None]
) -> tuple[str, ...]:
    """Digests of whom a paper is about; papers that share one are of the same applicant.

    `values` are the confirmed ones. Where nobody has both kana name and date of birth, the names
    alone count. None at all: the paper stands for itself.
    """
    known = tuple(fields)
    key = hmac.new(installation_key, _PURPOSE, hashlib.sha256).digest()
    found = {pair for pair in identities(known, values) if pair[0] is Basis.NAME_BIRTH}
    told = {digest_of(key, basis, text) for basis, text in found}
    if not found:
        names = (FieldKind.KANA_NAME, FieldKind.KANJI_NAME)
        texts = (values.get(f.name) for f in known if f.kind in names)
        told |= {_digest(key, "name", text) for text in texts if text}
    homes = (f.name for f in known if f.kind == FieldKind.ADDRESS and _HOME.match(f.name))
    told |= {_digest(key, "home", values[name] or "") for name in homes if values.get(name)}
    return tuple(sorted(digest[:_SHOWN] for digest in told))


def _digest(key: bytes, what: str, text: str) -> str:
    return hmac.new(key, f"{what}:{compact(text)}".encode(), hashlib.sha256).hexdigest()
