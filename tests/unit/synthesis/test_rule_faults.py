"""Faults that break one shared rule each: deterministic, told in the truth, found by the checks."""

from datetime import timedelta

import pytest

from pipelines.check import check_fields
from pipelines.forms.load import FormLibrary
from pipelines.forms.rule_ids import SharedRule
from pipelines.synthesis.conditions import expected_findings
from pipelines.synthesis.faults import apply_faults
from pipelines.synthesis.faults_of_rules import RULE_FAULTS
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Fault, Filling
from pipelines.synthesis.hand import make_writer
from pipelines.synthesis.perfect import read_perfectly

_WRITER = make_writer("strokes", 1)
_SEEDS = range(50, 56)
_FORMS = ("child-allowance-claim", "resident-tax-declaration", "health-insurance-change",
          "nursery-admission", "resident-move")  # fmt: skip
# Not every name of the list of surnames can be told from every other by its kana.
_SURE = sorted(set(RULE_FAULTS) - {Fault.OTHER_KANA, Fault.POSTAL_ELSEWHERE})


@pytest.fixture(scope="module")
def fillings() -> list[tuple[str, int, Filling]]:
    forms = {name: FormLibrary.builtin().find(name).definition for name in _FORMS}
    return [(n, s, fill_form(f, _WRITER, s)) for n, f in forms.items() for s in _SEEDS]


@pytest.mark.parametrize("fault", _SURE)
def test_a_fault_is_found_where_it_was_put(
    fault: Fault, fillings: list[tuple[str, int, Filling]]
) -> None:
    seeded = 0
    for name, seed, filling in fillings:
        form = FormLibrary.builtin().find(name).definition
        changed = apply_faults(form, filling, (str(fault),), _WRITER, seed)
        if not changed.faults or seeded >= 4:
            continue
        seeded += 1
        assert changed == apply_faults(form, filling, (str(fault),), _WRITER, seed)
        place = changed.faults[0].partition(":")[2]
        today = filling.on + timedelta(days=1)
        found = check_fields(read_perfectly(form, changed), form, today=today)
        before = {f.rule for f in check_fields(read_perfectly(form, filling), form, today=today)}
        new = [finding for finding in found if finding.rule not in before]
        wanted = {f"{rule}.{place}" for rule in RULE_FAULTS[fault].rules}
        assert wanted & {f.rule for f in new} or any(place in f.fields for f in new)
        told = {f.rule for f in found if not f.rule.startswith(("attachment.", "value."))}
        assert told <= set(expected_findings(form, changed))
    assert seeded


def test_every_shared_rule_that_can_be_broken_on_a_built_in_form_has_a_fault() -> None:
    broken = {rule for fault in RULE_FAULTS.values() for rule in fault.rules}
    without = set(SharedRule) - broken
    lists = {r for r in SharedRule if r.startswith("register.") or r.endswith("unknown")}
    others = {
        SharedRule.UNREADABLE,  # ink that says nothing: only a reader makes it
        SharedRule.TRACE,  # crumbs of ink: the same
        SharedRule.WRONG_LENGTH,  # combs have as many cells as there are digits
        SharedRule.ERA_MISSING,
        SharedRule.BEFORE_CALENDAR,
        SharedRule.FUTURE,  # found with `born-late`
        SharedRule.STATED_AGE,  # no built-in form asks for an age
        SharedRule.FOURTEEN_DAYS,  # the forms have rules of their own
        SharedRule.AGE_SCHOOL,  # no built-in form
    }
    assert without <= lists | others
