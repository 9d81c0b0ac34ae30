from datetime import date, timedelta

import pytest

from pipelines.check import check_fields
from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.synthesis.conditions import expected_findings
from pipelines.synthesis.faults import apply_faults
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.hand import make_writer
from pipelines.synthesis.perfect import read_perfectly

_WRITER = make_writer("strokes", 1)


@pytest.mark.parametrize("entry", FormLibrary.builtin().entries, ids=lambda e: e.definition.id)
@pytest.mark.parametrize("faults", [(), ("missing", "implausible", "two-options", "withdrawn")])
def test_the_checker_finds_what_the_truth_expects(
    entry: FormEntry, faults: tuple[str, ...]
) -> None:
    filling = fill_form(entry.definition, _WRITER, 31)
    filling = apply_faults(entry.definition, filling, faults, _WRITER, 31)
    found = check_fields(
        read_perfectly(entry.definition, filling),
        entry.definition,
        today=filling.on + timedelta(days=1),
    )
    rules = {f.rule for f in found if not f.rule.startswith("attachment.")}
    expected = set(expected_findings(entry.definition, filling))
    assert expected <= rules
    # What the checker says beyond the rules of the form: it looks across fields too.
    assert {r for r in rules - expected if not r.startswith(("value.", "agreement."))} == set()


def test_the_day_of_a_filling_is_a_working_day_within_the_form() -> None:
    for entry in FormLibrary.builtin().entries:
        on = fill_form(entry.definition, _WRITER, 5).on
        assert on >= entry.definition.valid.from_
        assert on.weekday() < 5
        assert on < date(2026, 11, 20)
