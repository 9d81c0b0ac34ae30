from datetime import date

import pytest

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import DatePart, Era, FieldDefinition
from pipelines.normalise import normalise_value
from pipelines.synthesis.conditions import expected_findings
from pipelines.synthesis.faults import apply_faults
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.filling import Filling, write_date
from pipelines.synthesis.hand import make_writer
from pipelines.synthesis.roles import leader_of

_WRITER = make_writer("strokes", 1)


def _serious(entry: FormEntry, filling: Filling) -> list[str]:
    remarks = {r.id for r in entry.definition.rules if r.severity == "info"}
    return [f for f in expected_findings(entry.definition, filling) if f not in remarks]


@pytest.mark.parametrize("seed", range(8))
def test_a_filling_is_complete_and_keeps_the_rules(small_entry: FormEntry, seed: int) -> None:
    filling = fill_form(small_entry.definition, _WRITER, seed)
    assert expected_findings(small_entry.definition, filling) == ()


def test_conditional_fields_stand_only_where_their_condition_holds(small_entry: FormEntry) -> None:
    for seed in range(12):
        filling = fill_form(small_entry.definition, _WRITER, seed)
        assert ("reason_text" in filling.fields) == (filling.marks["reason"] == ("other",))


@pytest.mark.parametrize("entry", FormLibrary.builtin().entries, ids=lambda e: e.definition.id)
def test_builtin_forms_are_filled_without_findings(entry: FormEntry) -> None:
    for seed in (901, 902):
        filling = fill_form(entry.definition, _WRITER, seed)
        assert _serious(entry, filling) == []


@pytest.mark.parametrize("entry", FormLibrary.builtin().entries, ids=lambda e: e.definition.id)
def test_values_are_in_the_normal_form_of_what_is_written(entry: FormEntry) -> None:
    filling = fill_form(entry.definition, _WRITER, 903)
    for field in entry.definition.fields:
        written = filling.fields.get(field.name)
        if written is not None:
            normal = normalise_value(field.kind, written.text).value
            assert normal is not None, field.name
            assert normal.replace("\n", " ") == written.value, field.name


def _date_field(**more: object) -> FieldDefinition:
    box = {"x": 0, "y": 0, "width": 60, "height": 8}
    return FieldDefinition.model_validate(
        {"name": "day", "label": "日", "kind": "date", "box": box, **more}
    )


def _parts(year_width: float = 12.0) -> list[dict[str, object]]:
    return [
        {"part": part, "box": {"x": 0, "y": 0, "width": year_width, "height": 8}}
        for part in ("year", "month", "day")
    ]


def test_a_date_circles_its_era() -> None:
    eras = [
        {"value": era, "box": {"x": 0, "y": 0, "width": 5, "height": 5}}
        for era in ("showa", "heisei")
    ]
    written = write_date(_date_field(eras=eras, parts=_parts()), date(1989, 1, 7))
    assert written.era is Era.SHOWA
    assert written.parts[DatePart.YEAR] == "64"
    assert written.value == "1989-01-07"
    assert written.text == "昭和64年1月7日"


def test_a_date_with_a_printed_era_counts_in_it() -> None:
    written = write_date(_date_field(era="reiwa", parts=_parts()), date(2026, 11, 3))
    assert written.parts[DatePart.YEAR] == "8"


def test_a_date_without_an_era_in_a_wide_box_is_western() -> None:
    written = write_date(_date_field(parts=_parts(18)), date(1990, 5, 29))
    assert written.parts[DatePart.YEAR] == "1990"


@pytest.mark.parametrize(
    ("name", "leader"),
    [
        ("child_kana", "child_name"),
        ("old_postal_code", "old_address"),
        ("g1_workplace_phone", "g1_workplace"),
        ("child_name", None),
    ],
)
def test_followers_know_their_leader(name: str, leader: str | None) -> None:
    names = frozenset({"child_name", "old_address", "g1_workplace", name})
    assert leader_of(name, names) == leader


class TestFaults:
    @pytest.fixture
    def filling(self, small_entry: FormEntry) -> Filling:
        return fill_form(small_entry.definition, _WRITER, 7)

    def _with(self, entry: FormEntry, filling: Filling, *faults: str) -> Filling:
        return apply_faults(entry.definition, filling, faults, _WRITER, 7)

    def test_missing(self, small_entry: FormEntry, filling: Filling) -> None:
        faulty = self._with(small_entry, filling, "missing:applicant_name")
        assert faulty.faults == ("missing:applicant_name",)
        assert expected_findings(small_entry.definition, faulty) == ("required.applicant_name",)

    def test_implausible_number(self, small_entry: FormEntry, filling: Filling) -> None:
        faulty = self._with(small_entry, filling, "implausible:my_number")
        found = expected_findings(small_entry.definition, faulty)
        assert found == ("value.check_digit.my_number",)

    def test_implausible_month_has_no_value(self, small_entry: FormEntry, filling: Filling) -> None:
        faulty = self._with(small_entry, filling, "implausible:birth_date")
        assert faulty.fields["birth_date"].value is None
        assert int(faulty.fields["birth_date"].parts[DatePart.MONTH]) > 12
        found = expected_findings(small_entry.definition, faulty)
        assert found == ("value.unparseable.birth_date",)

    def test_two_options(self, small_entry: FormEntry, filling: Filling) -> None:
        faulty = self._with(small_entry, filling, "two-options")
        assert len(faulty.marks["reason"]) == 2
        assert "marks.several.reason" in expected_findings(small_entry.definition, faulty)

    def test_struck_keeps_the_new_value(self, small_entry: FormEntry, filling: Filling) -> None:
        faulty = self._with(small_entry, filling, "struck:applicant_name")
        written = faulty.fields["applicant_name"]
        assert written.value == filling.fields["applicant_name"].value
        assert written.struck is not None
        assert expected_findings(small_entry.definition, faulty) == ()

    def test_withdrawn_leaves_no_value(self, small_entry: FormEntry, filling: Filling) -> None:
        written = self._with(small_entry, filling, "withdrawn:remarks").fields["remarks"]
        assert written.value is None
        assert written.struck is not None

    def test_other_fields_stay_as_they_were(self, small_entry: FormEntry, filling: Filling) -> None:
        faulty = self._with(small_entry, filling, "missing:applicant_name")
        rest = {name: w for name, w in filling.fields.items() if name != "applicant_name"}
        assert faulty.fields == rest

    def test_a_place_that_cannot_have_the_fault_is_refused(
        self, small_entry: FormEntry, filling: Filling
    ) -> None:
        with pytest.raises(ValueError, match="cannot be put"):
            self._with(small_entry, filling, "two-options:applicant_name")
        with pytest.raises(ValueError, match="nonsense"):
            self._with(small_entry, filling, "nonsense")
