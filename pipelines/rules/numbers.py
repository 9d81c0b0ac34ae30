"""Rules about numbers of one kind: phones, banks and accounts, sums."""

import re
from collections.abc import Iterator

from pipelines.forms.model import FieldDefinition, FieldKind
from pipelines.forms.roles import Thing
from pipelines.forms.rule_ids import SharedRule
from pipelines.rules.lookups import Branch
from pipelines.rules.names import bare_name
from pipelines.rules.paper import Entry, Hit, Paper, hit

_LANDLINE = re.compile(r"0[1-9][1-9][0-9]{7}")
_ELEVEN = re.compile(r"(?:050|060|070|080|090)[1-9][0-9]{7}|0800[0-9]{7}")
"""IP phones, mobiles, and free calls that begin with 0800."""


def phone_numbers(paper: Paper) -> Iterator[Hit]:
    """Phone numbers whose prefix and length do not go together; other lengths are told elsewhere.

    Ten digits: area code (and 0120, 0570): no 0 in the second and third place. Eleven: the
    prefixes of mobiles and IP phones, whose fourth digit is no 0 (総務省 電気通信番号計画).
    """
    for field in paper.form.fields:
        digits = paper.values.get(field.name, "").replace("-", "")
        if field.kind is not FieldKind.PHONE or len(digits) not in (10, 11) or digits[0] != "0":
            continue
        usual = _LANDLINE if len(digits) == 10 else _ELEVEN
        if not usual.fullmatch(digits):
            yield hit(SharedRule.PHONE_NUMBER, Entry(item=field, value=digits))


def accounts(paper: Paper) -> Iterator[Hit]:
    """Numbers of banks, branches and accounts that nobody gives out."""
    for thing, rule, length in (
        (Thing.BANK_CODE, SharedRule.BANK_CODE, 4),
        (Thing.BRANCH_CODE, SharedRule.BANK_CODE, 3),
        (Thing.ACCOUNT_NUMBER, SharedRule.ACCOUNT_NUMBER, 7),
    ):
        entry = paper.thing(thing)
        if entry is None:
            continue
        # Branch 000 exists; bank 0000 and account 0000000 do not.
        zero = thing is not Thing.BRANCH_CODE and not entry.value.strip("0")
        if len(entry.value) != length or zero:
            yield hit(rule, entry)


def banks(paper: Paper) -> Iterator[Hit]:
    """Banks and branches that are not in the list of banks, or have another name there."""
    known, code = paper.lookups.banks, paper.thing(Thing.BANK_CODE)
    if known is None or code is None:
        return
    branches = known.branches(code.value)
    name = paper.thing(Thing.BANK_NAME)
    if not branches or (name is not None and not _named(name.value, branches[0].bank_name)):
        yield hit(SharedRule.BANK_UNKNOWN, *(e for e in (code, name) if e is not None))
        return
    branch, branch_name = paper.thing(Thing.BRANCH_CODE), paper.thing(Thing.BRANCH_NAME)
    if branch is None:
        return
    found = [b for b in branches if b.branch_code == branch.value]
    if not found or (branch_name is not None and not _named(branch_name.value, *_names(found))):
        yield hit(SharedRule.BRANCH_UNKNOWN, *(e for e in (branch, branch_name) if e is not None))


def totals(paper: Paper) -> Iterator[Hit]:
    """Find sums that are not what their parts come to, section by section.

    A sum with a part that was not surely read is not judged; a part left blank counts as nothing.
    """
    for item in paper.form.fields:
        if item.role != Thing.AMOUNT_TOTAL or item.name not in paper.values:
            continue
        parts = list(_parts(paper, item))
        there = [field for field in parts if field.name in paper.written]
        if not there or any(field.name not in paper.values for field in there):
            continue
        signs = {Thing.AMOUNT_PART: 1, Thing.AMOUNT_DEDUCTION: -1}
        try:
            amounts = [(f.role, int(paper.values[f.name])) for f in there]
            total = int(paper.values[item.name])
        except ValueError:
            continue
        right = sum(signs[Thing(str(role))] * amount for role, amount in amounts)
        if total != right:
            entries = [Entry(item=f, value=paper.values[f.name]) for f in (item, *there)]
            yield hit(SharedRule.AMOUNT_TOTAL, *entries, sum=f"{right:,}")


def _parts(paper: Paper, total: FieldDefinition) -> Iterator[FieldDefinition]:
    for field in paper.form.fields:
        wanted = field.role in (Thing.AMOUNT_PART, Thing.AMOUNT_DEDUCTION)
        if wanted and field.section == total.section:
            yield field


def _names(branches: list[Branch]) -> list[str]:
    return [branch.branch_name for branch in branches]


def _named(written: str, *names: str) -> bool:
    """Whether a name is one of the list, with or without 銀行, 支店 and the like."""
    plain = _without_kind(written)
    return any(plain == _without_kind(name) for name in names)


def _without_kind(name: str) -> str:
    return re.sub(
        r"(銀行|信用金庫|信用組合|信金|信組|支店|本店|出張所|営業部)$", "", bare_name(name)
    )
