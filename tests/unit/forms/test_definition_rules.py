"""What the rules of the built-in forms say about values, by example."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import pipelines.forms
from pipelines.check import check_fields
from pipelines.forms.load import load_form
from pipelines.forms.model import FormDefinition
from pipelines.records import Field, FieldSource, FieldState

FOLDER = Path(pipelines.forms.__file__).parent / "definitions"
TODAY = date(2026, 11, 23)

TAX = "resident-tax-declaration"
HEALTH = "health-insurance-change"
CARE = "care-need-application"
VEHICLE = "light-vehicle-tax-reduction"
PENSION = "national-pension-notice"
SEAL = "seal-registration"
REFUND = "late-elderly-care-refund"

CARE_AT_50 = {"birth_date": "1976-04-01", "applied_on": "2026-11-02"}
MENTAL = {"handbook_type": "mental"}
REFUND_BELOW = {"account_choice": "below", "insured_kana": "アダチ ハナコ"}


@cache
def form_of(name: str) -> FormDefinition:
    return load_form(FOLDER / f"{name}.yaml").definition


def field(name: str, value: str) -> Field:
    return Field(
        name=name,
        label=name,
        kind="text",
        value=value,
        raw_text=value,
        confidence=1.0,
        state=FieldState.READ,
        source=FieldSource.READ,
        box=None,
        page=1,
    )


def findings_of(name: str, values: Mapping[str, str]) -> set[str]:
    fields = [field(key, value) for key, value in values.items()]
    return {f.rule for f in check_fields(fields, form_of(name), today=TODAY)}


@pytest.mark.parametrize(
    ("form", "values", "rule"),
    [
        (
            TAX,
            {"salary_income": "10", "other_income": "20", "total_income": "40"},
            "income-total",
        ),
        (TAX, {"salary_revenue": "3000000"}, "income-salary-given"),
        (TAX, {"salary_revenue": "100", "salary_income": "101"}, "income-salary-within-revenue"),
        (TAX, {"life_insurance": "70001"}, "life-insurance-limit"),
        (TAX, {"personal_status": "widow,single_parent"}, "widow-or-single-parent"),
        (TAX, {"medical_paid": "90000", "medical_deduction": "90001"}, "medical-within-paid"),
        (TAX, {"dependent1_birth": "2015-06-01"}, "dependent1-under-16"),
        (HEALTH, {"change_type": "acquire", "lose_reason": "moved_out"}, "acquire-reason-matches"),
        (
            HEALTH,
            {"acquired_on": "2026-10-01", "notified_on": "2026-10-16"},
            "acquired-within-14-days",
        ),
        (
            HEALTH,
            {
                "change_type": "acquire",
                "member1_birth": "1950-01-01",
                "acquired_on": "2026-11-01",
            },
            "member1-under-75",
        ),
        (CARE, CARE_AT_50, "second-insured-disease"),
        (CARE, {"birth_date": "1990-01-01", "applied_on": "2026-11-02"}, "age-40"),
        (
            CARE,
            {
                "application_type": "renewal",
                "applied_on": "2026-11-02",
                "valid_until": "2027-01-31",
            },
            "renewal-window",
        ),
        (VEHICLE, {"licence_until": "2026-10-31", "applied_on": "2026-11-02"}, "licence-valid"),
        (VEHICLE, {**MENTAL, "handbook_grade": "2"}, "mental-grade-1"),
        (
            VEHICLE,
            {"driver_type": "self", "driver_name": "足立 太郎", "disabled_name": "足立花子"},
            "self-driver-name",
        ),
        (PENSION, {"pension_number": "123456789"}, "pension-number-length"),
        (
            PENSION,
            {
                "notice_type": "acquire",
                "birth_date": "1960-01-01",
                "acquired_on": "2026-11-01",
            },
            "acquire-age",
        ),
        (PENSION, {"lose_reason": "death", "notifier": "self"}, "death-not-by-self"),
        (SEAL, {"birth_date": "2012-01-01", "applied_on": "2026-11-02"}, "holder-15"),
        (
            SEAL,
            {"visitor": "agent", "application_type": "register", "verified_by": "licence"},
            "agent-inquiry",
        ),
        (SEAL, {"verified_by": "my_number_card", "document_number": "1"}, "no-my-number-here"),
        (REFUND, {"care1_paid": "5000", "care2_paid": "700", "total_paid": "5070"}, "total"),
        (REFUND, {"care1_month": "2024-09", "applied_on": "2026-11-02"}, "care1-within-two-years"),
        (REFUND, {"account_number": "123456"}, "account-number-length"),
        (REFUND, {**REFUND_BELOW, "account_holder": "アダチ タロウ"}, "holder-is-insured"),
    ],
)
def test_a_rule_speaks_when_it_is_broken(form: str, values: dict[str, str], rule: str) -> None:
    assert rule in findings_of(form, values)


@pytest.mark.parametrize(
    ("form", "values", "rule"),
    [
        (
            TAX,
            {"salary_income": "10", "other_income": "20", "total_income": "30"},
            "income-total",
        ),
        (TAX, {"life_insurance": "70000"}, "life-insurance-limit"),
        (TAX, {"dependent1_birth": "2009-12-31"}, "dependent1-under-16"),
        (
            HEALTH,
            {"acquired_on": "2026-10-01", "notified_on": "2026-10-15"},
            "acquired-within-14-days",
        ),
        (CARE, {**CARE_AT_50, "specified_disease": "関節リウマチ"}, "second-insured-disease"),
        (CARE, {"birth_date": "1940-01-01", "applied_on": "2026-11-02"}, "second-insured-disease"),
        (VEHICLE, {**MENTAL, "handbook_grade": "1"}, "mental-grade-1"),
        (
            VEHICLE,
            {"driver_type": "self", "driver_name": "足立 太郎", "disabled_name": "足立太郎"},
            "self-driver-name",
        ),
        (PENSION, {"pension_number": "1234567890"}, "pension-number-length"),
        (
            SEAL,
            {"visitor": "agent", "application_type": "register", "verified_by": "licence,inquiry"},
            "agent-inquiry",
        ),
        (REFUND, {"care1_paid": "5000", "care2_paid": "700", "total_paid": "5700"}, "total"),
        (REFUND, {**REFUND_BELOW, "account_holder": "アダチハナコ"}, "holder-is-insured"),
        (
            REFUND,
            {**REFUND_BELOW, "account_holder": "アダチ タロウ", "delegated_on": "2026-11-02"},
            "holder-is-insured",
        ),
    ],
)
def test_a_rule_is_silent_when_it_holds(form: str, values: dict[str, str], rule: str) -> None:
    assert rule not in findings_of(form, values)


def test_what_is_missing_depends_on_what_else_is_written() -> None:
    renewal = findings_of(CARE, {"application_type": "renewal"})
    assert {"required.previous_level", "required.valid_until"} <= renewal
    assert "required.previous_level" not in findings_of(CARE, {"application_type": "new"})
    below = findings_of(REFUND, {"account_choice": "below"})
    assert {"required.bank", "required.account_number", "required.account_holder"} <= below
    assert "required.bank" not in findings_of(REFUND, {"account_choice": "public"})
    assert "required.my_number" in findings_of(PENSION, {"notice_type": "lose"})
    assert "required.my_number" not in findings_of(PENSION, {"pension_number": "1234567890"})
    assert "required.agent_name" in findings_of(SEAL, {"visitor": "agent"})
    assert "required.guarantor_seal" in findings_of(SEAL, {"verified_by": "guarantor"})
