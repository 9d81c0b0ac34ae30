"""The request to complete (補正依頼) as text: what is missing or wrong, why, and to whom.

A draft for a person to edit; nothing here sends anything. No 個人番号 stands on it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from ocr_service.cases.records import Need
from ocr_service.cases.store import Content
from ocr_service.review.masking import holds_my_number
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.model import FieldDefinition, FormDefinition, MarkGroup, SealDefinition
from pipelines.forms.roles import Person
from pipelines.records import Finding, FindingKind, Severity
from pipelines.reference.readings import with_furigana
from pipelines.rules.catalogue import Language
from pipelines.rules.texts import TEXTS, told_in

MOST_ITEMS = 30
_Item = FieldDefinition | MarkGroup | SealDefinition
_MENDABLE = (FindingKind.COMPLETENESS, FindingKind.PLAUSIBILITY)
_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){11,}")
_FIRST_ROLES, _LAST_ROLES = (Person.APPLICANT,), (Person.INSURED, Person.HEAD)
_PREFIXES = ("applicant", "claimant", "head", "filer", "guardian1", "holder", "notifier")
"""Of the one who applies, in the names of fields, for forms that name no roles."""
_MEND = "もう一度《いちど》 見《み》て、直《なお》して ください。"
_BRACKETED = re.compile(r"([々〆ヶ一-鿿]+)（([ぁ-ん]+)）")
_SPLIT_NAMES = (("surname", "given_name"), ("family_name", "given_name"))


class LetterItem(BaseModel):
    """One thing to bring or to mend; `ground` is the ordinance or manual clause."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1, max_length=400)
    ground: str = Field(default="", max_length=200)


class Letter(BaseModel):
    """One wording of the request; readings stand behind their words as `書類《しょるい》`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=80)
    opening: str = Field(max_length=1000)
    items: tuple[LetterItem, ...] = Field(min_length=1, max_length=MOST_ITEMS)
    closing: str = Field(max_length=1000)


class RequestText(BaseModel):
    """What a person may edit of a request: both wordings and what stands around them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str = Field(max_length=60)
    issued_on: date
    reply_by: date | None = None
    recipient_postal_code: str = Field(default="", max_length=12)
    recipient_address: str = Field(default="", max_length=200)
    recipient_name: str = Field(default="", max_length=80)
    section: str = Field(max_length=120)
    plain: Letter
    easy: Letter


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Who applied, as far as it was confirmed or read without doubt; else empty."""

    name: str = ""
    address: str = ""
    postal_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One thing to mend, in both wordings."""

    plain: str
    easy: str
    ground: str


def missing_point(need: Need) -> Point:
    """Say that a paper must still come."""
    return Point(
        plain=f"「{need.label}」を提出してください。",
        easy=f"「{with_furigana(need.label)}」を 出《だ》して ください。",
        ground=need.ground,
    )


def finding_points(
    findings: Iterable[Finding],
    form: FormDefinition | None,
    *,
    hidden: frozenset[str] = frozenset(),
) -> Iterable[Point]:
    """Say what the citizen can mend of `findings`: no scans, no hints, nothing about the rules.

    A finding tells what was read; one about the fields `hidden` (個人番号) names only them.
    """
    items = {i.name: i for i in _items(form)}
    for finding in findings:
        mendable = finding.kind in _MENDABLE and finding.severity is not Severity.INFO
        if not mendable or finding.rule.startswith("attachment."):
            continue
        page = finding.rule.removeprefix("pages.missing.")
        if page != finding.rule:
            yield Point(
                plain=f"様式の{page}ページ目を提出してください。",
                easy=f"紙《かみ》の {page}ページを 出《だ》して ください。",
                ground=finding.ground,
            )
            continue
        named = [items[name] for name in finding.fields if name in items]
        plain, easy = finding.message, _easy(finding, named)
        if hidden.intersection(finding.fields):
            labels = "".join(f"「{item.label}」" for item in named) or "番号の欄"
            plain = f"{labels}を確かめて、書き直してください。"
            easy = f"{with_furigana(labels)}を {_MEND}"
        yield Point(plain=plain, easy=easy, ground=finding.ground)


def reason_point(reason: str) -> Point:
    """Say why a person returned a document."""
    text = " ".join(reason.split())[:400]
    return Point(plain=text, easy=with_furigana(text)[:400], ground="")


def recipient_of(content: Content, *, confirmed: bool) -> Recipient:
    """Find who applied in a main document: decided values, or those read without doubt."""
    doubtful = set() if confirmed else {f.name for f in content.fields if f.doubtful}
    known = {n: v for n, v in content.values.items() if v and n not in doubtful}
    names, address = _applicant(known, _roles(content.form))
    digits = re.sub(r"\D", "", known.get("postal_code", ""))
    return Recipient(
        name=_clean(" ".join(known[name] for name in names)),
        address=_clean(known.get(address, "")),
        postal_code=f"〒{digits[:3]}-{digits[3:]}" if len(digits) == 7 else "",
    )


def draft(
    points: Sequence[Point],
    *,
    titles: Sequence[str],
    recipient: Recipient,
    section: str,
    reference: str,
    issued_on: date,
) -> RequestText:
    """Write the draft. Raises CASE_REQUEST_INVALID when there is nothing to ask for."""
    unique = tuple({point.plain: point for point in points}.values())[:MOST_ITEMS]
    if not unique:
        raise CodedError(ErrorCode.CASE_REQUEST_INVALID, "nothing is missing", field="items")
    named = "」「".join(titles) or "書類"
    return RequestText(
        reference=reference,
        issued_on=issued_on,
        recipient_postal_code=recipient.postal_code,
        recipient_address=recipient.address,
        recipient_name=recipient.name,
        section=section,
        plain=Letter(
            title="書類の補正について（依頼）",
            opening=(
                f"ご提出いただいた「{named}」を確認したところ、次のとおり、足りない書類や"
                "補っていただきたい記入がありました。お手数をおかけしますが、ご対応をお願いします。"
            ),
            items=tuple(_entry(point.plain, point.ground) for point in unique),
            closing=(
                "この用紙と一緒に、下の担当へお持ちいただくか、お送りください。"
                "すでにお出しいただいたときは、行き違いをお許しください。"
            ),
        ),
        easy=Letter(
            title="書類《しょるい》についての お願《ねが》い",
            opening=(
                f"あなたが 出《だ》した「{with_furigana(named)}」を 見《み》ました。"
                "足《た》りない ものが あります。下《した》の ことを して ください。"
            ),
            items=tuple(_entry(point.easy, "") for point in unique),
            closing=(
                "この 紙《かみ》と いっしょに、窓口《まどぐち》に "
                "持《も》って 来《き》て ください。"
                "郵便《ゆうびん》で 送《おく》っても いいです。"
                "わからない ことは、下《した》の 担当《たんとう》に 聞《き》いて ください。"
            ),
        ),
    )


def demand_no_number(text: RequestText) -> RequestText:
    """Give the text back. Raises CASE_REQUEST_INVALID when a 個人番号 stands in it."""
    whole = unicodedata.normalize("NFKC", text.model_dump_json())
    if any(_holds_number(found.group()) for found in _LONG_NUMBER.finditer(whole)):
        raise CodedError(ErrorCode.CASE_REQUEST_INVALID, "a 個人番号 may not stand here")
    return text


def _easy(finding: Finding, named: Sequence[_Item]) -> str:
    # What is missing is asked for in words of this letter, not only told.
    told = None if TEXTS in finding.params else told_in(finding, Language.EASY)
    if told is not None:
        # The catalogue writes its readings in brackets.
        marked = _BRACKETED.sub(lambda found: f"{found[1]}《{found[2]}》", told)
        return f"{with_furigana(marked)}{_MEND}"
    rule = finding.rule
    names = "と".join(f"「{with_furigana(item.label)}」" for item in named)
    what = names or "下《した》の ところ"
    if rule.startswith("required.") and named and isinstance(named[0], SealDefinition):
        if named[0].kind == "seal":
            return f"{what}に はんこを 押《お》して ください。"
        return f"{what}に あなたの 名前《なまえ》を 書《か》いて ください。"
    if rule.startswith("required.") and named and isinstance(named[0], MarkGroup):
        return f"{what}を えらんで しるしを つけて ください。"
    if rule.startswith("required."):
        return f"{what}を 書《か》いて ください。"
    if rule.startswith("marks.several."):
        return f"{what}は 1つだけ えらんで ください。"
    return f"{what}を {_MEND}"


def _items(form: FormDefinition | None) -> tuple[_Item, ...]:
    return (*form.fields, *form.marks, *form.seals) if form is not None else ()


def _applicant(known: Mapping[str, str], roles: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """Names of the fields that hold the applicant's name, and of the one with the address.

    By the role that the form gives them, by their names where it gives none.
    """
    for person in _FIRST_ROLES:
        name = roles.get(f"{person}.name", "")
        if name in known:
            return (name,), roles.get(f"{person}.address", "address")
    for prefix in _PREFIXES:
        for name in (f"{prefix}_name", prefix):
            if name in known:
                own = f"{prefix}_address"
                return (name,), own if own in known else "address"
    for person in _LAST_ROLES:
        name = roles.get(f"{person}.name", "")
        if name in known:
            return (name,), roles.get(f"{person}.address", "address")
    found = next((parts for parts in _SPLIT_NAMES if all(n in known for n in parts)), ())
    return found, "address"


def _roles(form: FormDefinition | None) -> dict[str, str]:
    """Names of fields by role, the first of each."""
    roles: dict[str, str] = {}
    for field in form.fields if form is not None else ():
        if field.role is not None:
            roles.setdefault(str(field.role), field.name)
    return roles


def _entry(text: str, ground: str) -> LetterItem:
    return LetterItem(text=_clean(text)[:400], ground=_clean(ground)[:200])


def _clean(text: str) -> str:
    """Text of a document without what would be a 個人番号."""
    return _LONG_NUMBER.sub(lambda m: "＊" * 12 if _holds_number(m.group()) else m.group(), text)


def _holds_number(text: str) -> bool:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return any(holds_my_number(digits[i : i + 12]) for i in range(len(digits) - 11))
