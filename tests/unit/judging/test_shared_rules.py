"""The shared rules, each by an example that breaks it and one that does not."""

import re
from dataclasses import replace
from datetime import date

import pytest

from pipelines.check import check_fields
from pipelines.forms.model import FormDefinition
from pipelines.forms.rule_ids import SharedRule
from pipelines.records import Field, FieldSource, FieldState, Finding, FindingKind, Severity
from pipelines.rules.catalogue import Language, active_rules, catalogue, message_in
from pipelines.rules.lookups import Branch, Lookups, Resident

TODAY = date(2026, 11, 23)
BOX = {"x": 10, "y": 10, "width": 40, "height": 8}
SEX = [{"value": v, "label": v, "box": BOX} for v in ("male", "female")]


def field(name: str, kind: str, role: str | None = None, **more: object) -> dict[str, object]:
    return {"name": name, "label": name, "kind": kind, "box": BOX, "role": role, **more}


FIELDS = [
    field("filed", "date", "filing.date"),
    field("event", "date", "event.date"),
    field("start", "date", "period.from"),
    field("parent", "kanji_name", "applicant.name"),
    field("parent_kana", "kana_name", "applicant.kana"),
    field("parent_birth", "date", "applicant.birth_date"),
    field("parent_age", "digits", "applicant.age"),
    field("parent_number", "my_number", "applicant.my_number"),
    field("parent_address", "address", "applicant.address"),
    field("spouse", "kanji_name", "spouse.name"),
    field("spouse_birth", "date", "spouse.birth_date"),
    field("spouse_number", "my_number", "spouse.my_number"),
    field("child", "kanji_name", "child.name", row=1),
    field("child_birth", "date", "child.birth_date", row=1),
    field("second", "kanji_name", "child.name", row=2),
    field("second_birth", "date", "child.birth_date", row=2),
    field("member", "kanji_name", "member.name", row=1),
    field("member_birth", "date", "member.birth_date", row=1),
    field("member_relation", "text", "member.relation", row=1),
    field("insured_birth", "date", "insured.birth_date"),
    field("phone", "phone"),
    field("code", "postal_code"),
    field("place", "address"),
    field("part_a", "amount", "amount.part", section="sum"),
    field("part_b", "amount", "amount.part", section="sum"),
    field("minus", "amount", "amount.deduction", section="sum"),
    field("total", "amount", "amount.total", section="sum"),
    field("bank", "text", "account.bank_name"),
    field("bank_code", "digits", "account.bank_code"),
    field("branch", "text", "account.branch_name"),
    field("branch_code", "digits", "account.branch_code"),
    field("account", "digits", "account.number"),
]


def form(**changes: object) -> FormDefinition:
    base: dict[str, object] = {
        "id": "test-form",
        "revision": "1",
        "title": "試験様式",
        "operation": "other",
        "document_kind": "application",
        "valid": {"from": "2026-04-01"},
        "pages": [{"number": 1}],
        "fields": FIELDS,
        "marks": [
            {
                "name": "member_sex",
                "label": "性別",
                "role": "member.sex",
                "row": 1,
                "options": SEX,
            }
        ],
    }
    return FormDefinition.model_validate(base | changes)


FORM = form()
KINDS = {f.name: str(f.kind) for f in FORM.fields}


class Register:
    def find(self, name: str, birth: date) -> tuple[Resident, ...]:
        known = Resident(name="足立太郎", birth=date(1990, 1, 2), address="足立区梅田3-4-5")
        same = name.replace(" ", "") == known.name and birth == known.birth
        return (known,) if same else ()


class Banks:
    def branches(self, bank_code: str) -> tuple[Branch, ...]:
        branch = Branch(
            bank_code="0999", bank_name="見本銀行", branch_code="012", branch_name="梅島支店"
        )
        return (branch,) if bank_code == branch.bank_code else ()


LISTS = Lookups(residents=Register(), banks=Banks())


def read(name: str, value: str, **more: object) -> Field:
    made = Field(
        name=name,
        label=name,
        kind=KINDS.get(name, "mark"),
        value=value,
        raw_text=value,
        confidence=0.99,
        state=FieldState.READ,
        source=FieldSource.READ,
        box=None,
        page=1,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def found(
    values: dict[str, str], checked: FormDefinition = FORM, lookups: Lookups = LISTS
) -> tuple[Finding, ...]:
    fields = [read(name, value) for name, value in values.items()]
    return check_fields(fields, checked, today=TODAY, lookups=lookups)


PARENT = {"parent": "足立 太郎", "parent_birth": "1990-01-02"}
CASES: list[tuple[str, dict[str, str], dict[str, str], str]] = [
    # rule with its field, values that break it, what is different where it holds, operation
    ("value.phone_number.phone", {"phone": "030-1234-5678"}, {"phone": "090-1234-5678"}, "other"),
    ("value.phone_number.phone", {"phone": "090-123-4567"}, {"phone": "03-1234-5678"}, "other"),
    ("value.phone_number.phone", {"phone": "03-1234-56789"}, {"phone": "0120-123-456"}, "other"),
    ("value.phone_number.phone", {"phone": "0012345678"}, {"phone": "0800-123-4567"}, "other"),
    ("value.postal_unknown.code", {"code": "1209999"}, {"code": "1208510"}, "other"),
    ("value.address_town.place", {"place": "足立区銀座1-2-3"}, {"place": "足立区梅田1-2-3"},
     "other"),
    ("value.address_town.place", {"place": "東京都足立区綾瀬九丁目1番"},
     {"place": "足立区綾瀬三丁目1番"}, "other"),
    ("value.address_town.place", {"place": "足立区青井9-2-3"}, {"place": "千代田区青井9-2-3"},
     "other"),
    ("person.lifespan.parent_birth", {"parent_birth": "1910-01-01"},
     {"parent_birth": "1912-01-01"}, "other"),
    ("person.born_after_filing.child_birth", {"child_birth": "2026-06-02", "filed": "2026-06-01"},
     {"child_birth": "2026-06-01"}, "other"),
    ("person.stated_age.parent_age",
     {"parent_birth": "1990-01-02", "parent_age": "63", "filed": "2026-06-01"},
     {"parent_age": "36"}, "other"),
    ("family.child_before_parent.child_birth", PARENT | {"child_birth": "1989-01-02"},
     {"child_birth": "2015-01-02"}, "other"),
    ("family.parent_age.child_birth", PARENT | {"child_birth": "2001-01-02"},
     {"child_birth": "2004-01-02"}, "other"),
    ("family.parent_age.child_birth", {"parent_birth": "1940-01-02", "child_birth": "2015-01-02"},
     {"child_birth": "2000-01-02"}, "other"),
    ("family.relation_age.member_relation",
     PARENT | {"member_relation": "母", "member_birth": "2015-01-02"},
     {"member_birth": "1960-01-02"}, "other"),
    ("family.relation_age.member_relation",
     PARENT | {"member_relation": "長男", "member_birth": "1985-01-02"},
     {"member_birth": "2015-01-02"}, "other"),
    ("family.relation_age.member_relation",
     PARENT | {"member_relation": "妻", "member_birth": "2015-01-02"},
     {"member_birth": "1995-01-02"}, "other"),
    ("family.relation_sex.member_relation", {"member_relation": "長男", "member_sex": "female"},
     {"member_sex": "male"}, "other"),
    ("family.relation_sex.member_relation", {"member_relation": "妻（未届）", "member_sex": "male"},
     {"member_relation": "夫（未届）"}, "other"),
    ("family.same_person.second",
     {"child": "足立 花", "child_birth": "2015-01-02", "second": "足立花",
      "second_birth": "2015-01-02"}, {"second_birth": "2017-01-02"}, "other"),
    ("family.same_person.spouse", PARENT | {"spouse": "足立太郎"}, {"spouse": "足立春子"}, "other"),
    ("family.same_number.spouse_number",
     PARENT | {"parent_number": "123456789018", "spouse": "足立 春子",
               "spouse_number": "123456789018"}, {"spouse": "足立 太郎"}, "other"),
    ("family.surname.child", PARENT | {"child": "梅田 花"}, {"child": "足立 花"}, "other"),
    ("filing.future.filed", {"filed": "2026-11-24"}, {"filed": "2026-11-23"}, "other"),
    ("filing.old.filed", {"filed": "2025-11-01"}, {"filed": "2025-12-01"}, "other"),
    ("age.child_allowance.child_birth", {"child_birth": "2008-04-01", "filed": "2026-04-01"},
     {"child_birth": "2008-04-02"}, "child_allowance"),
    ("age.preschool.child_birth", {"child_birth": "2020-04-01", "start": "2026-04-01"},
     {"child_birth": "2020-04-02"}, "nursery_admission"),
    ("age.school.child_birth", {"child_birth": "2023-04-02", "filed": "2026-06-01"},
     {"child_birth": "2020-05-02"}, "schooling"),
    ("age.school.child_birth", {"child_birth": "2010-05-02", "filed": "2026-06-01"},
     {"child_birth": "2012-05-02"}, "schooling"),
    ("age.long_term_care.insured_birth", {"insured_birth": "1990-01-02"},
     {"insured_birth": "1980-01-02"}, "long_term_care"),
    ("age.late_elderly.insured_birth", {"insured_birth": "1970-01-02"},
     {"insured_birth": "1950-01-02"}, "late_elderly_care"),
    ("age.pension.insured_birth", {"insured_birth": "2010-01-02"},
     {"insured_birth": "1990-01-02"}, "national_pension"),
    ("amount.total.total", {"part_a": "100", "part_b": "50", "minus": "30", "total": "150"},
     {"total": "120"}, "other"),
    ("bank.account_number.account", {"account": "0000000"}, {"account": "0000001"}, "other"),
    ("bank.account_number.account", {"account": "123456"}, {"account": "1234567"}, "other"),
    ("bank.code.bank_code", {"bank_code": "0000"}, {"bank_code": "0999"}, "other"),
    ("bank.code.branch_code", {"branch_code": "12"}, {"branch_code": "000"}, "other"),
    ("bank.unknown.bank_code", {"bank_code": "0998"}, {"bank_code": "0999"}, "other"),
    ("bank.unknown.bank_code", {"bank_code": "0999", "bank": "手本銀行"}, {"bank": "見本"},
     "other"),
    ("bank.branch_unknown.branch_code", {"bank_code": "0999", "branch_code": "013"},
     {"branch_code": "012"}, "other"),
    ("bank.branch_unknown.branch_code",
     {"bank_code": "0999", "branch_code": "012", "branch": "綾瀬支店"}, {"branch": "梅島"},
     "other"),
    ("register.person.parent", PARENT | {"parent_birth": "1990-01-03"},
     {"parent_birth": "1990-01-02"}, "other"),
    ("register.address.parent_address", PARENT | {"parent_address": "足立区梅田3-4-6"},
     {"parent_address": "東京都足立区梅田三丁目4番5号コーポ1"}, "other"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "wrong", "right", "operation"), CASES)
def test_a_rule_speaks_when_it_is_broken_and_only_then(
    rule: str, wrong: dict[str, str], right: dict[str, str], operation: str
) -> None:
    checked = FORM.model_copy(update={"operation": operation})
    assert rule in {f.rule for f in found(wrong, checked)}
    assert rule not in {f.rule for f in found(wrong | right, checked)}


def test_every_rule_about_roles_has_an_example() -> None:
    tried = {rule.rpartition(".")[0] for rule, *_ in CASES}
    elsewhere = {r for r in SharedRule if r.startswith("value.")} | {SharedRule.FOURTEEN_DAYS}
    assert set(SharedRule) - tried <= elsewhere


def test_the_fourteen_days_hold_where_a_form_asks_for_them() -> None:
    late = {"event": "2026-06-01", "filed": "2026-06-16"}
    assert found(late) == ()
    asked = form(shared_rules={"enable": ["filing.fourteen_days"]})
    (finding,) = found(late, asked)
    assert (finding.rule, finding.fields) == ("filing.fourteen_days.filed", ("filed", "event"))
    assert found(late | {"filed": "2026-06-15"}, asked) == ()


@pytest.mark.parametrize("rule", ["value.phone_number", "value.postal_unknown", "filing.future"])
def test_a_rule_that_is_switched_off_is_silent(rule: str) -> None:
    values = {"phone": "030-1234-5678", "code": "1209999", "filed": "2026-11-24"}
    silent = form(shared_rules={"disable": [rule]})
    assert SharedRule(rule) not in active_rules(silent)
    assert not any(f.rule.startswith(rule) for f in found(values, silent))
    assert len(found(values)) == len(found(values, silent)) + 1


def test_without_lists_nothing_is_said_about_residents_and_banks() -> None:
    values = PARENT | {"parent_birth": "1990-01-03", "bank_code": "0998", "branch_code": "013"}
    assert found(values, lookups=Lookups()) == ()


def test_nothing_rests_on_a_doubtful_value() -> None:
    fields = [read("phone", "030-1234-5678", doubtful=True)]
    assert check_fields(fields, FORM, today=TODAY) == ()


def test_a_sum_with_a_doubtful_part_is_not_judged() -> None:
    fields = [read("part_a", "100"), read("part_b", "50", doubtful=True), read("total", "120")]
    assert check_fields(fields, FORM, today=TODAY) == ()


def test_what_a_rule_of_the_form_says_is_not_said_twice() -> None:
    own = {
        "id": "filed.past",
        "expression": "filed <= today",
        "message": "{filed}が先の日付です。",
        "ground": "記入要領",
    }
    values = {"filed": "2026-11-24"}
    assert [f.rule for f in found(values, form(rules=[own]))] == ["filed.past"]
    # A mere remark does not take the place of a warning.
    remark = form(rules=[own | {"severity": "info"}])
    assert {f.rule for f in found(values, remark)} == {"filed.past", "filing.future.filed"}


def test_a_shared_rule_that_fails_is_visible_and_the_others_go_on() -> None:
    class Broken(Banks):
        def branches(self, bank_code: str) -> tuple[Branch, ...]:
            raise OSError("list is gone")

    values = {"bank_code": "0999", "phone": "030-1234-5678"}
    own = {"id": "no", "expression": "phone == null", "message": "電話", "ground": "記入要領"}
    checked = form(rules=[own | {"severity": "error", "fields": ["bank_code"]}])
    findings = found(values, checked, lookups=Lookups(banks=Broken()))
    assert {f.rule for f in findings} == {"no", "value.phone_number.phone", "rule_failed.banks"}
    failed = next(f for f in findings if f.rule == "rule_failed.banks")
    assert (failed.kind, failed.params["detail"]) == (FindingKind.RULE_FAILED, "OSError")


def test_twins_and_generations_are_no_mistake() -> None:
    family = PARENT | {
        "spouse": "足立 春子", "spouse_birth": "1991-05-06",
        "child": "足立 一", "child_birth": "2015-01-02",
        "second": "足立 二", "second_birth": "2015-01-02",
        "member": "足立 太郎", "member_birth": "1990-01-02", "member_relation": "本人",
        "member_sex": "male",
    }  # fmt: skip
    assert found(family) == ()


def test_the_catalogue_tells_every_rule_in_three_languages() -> None:
    assert set(catalogue()) == set(SharedRule)
    for rule, text in catalogue().items():
        assert text.ground and set(text.messages) == set(Language), rule
        wanted = set(re.findall(r"{(\w+)}", text.messages[Language.JA]))
        for message in text.messages.values():
            assert set(re.findall(r"{(\w+)}", message)) <= wanted, rule


@pytest.mark.parametrize(("rule", "wrong", "right", "operation"), CASES)
def test_every_message_is_filled_in_every_language(
    rule: str, wrong: dict[str, str], right: dict[str, str], operation: str
) -> None:
    checked = FORM.model_copy(update={"operation": operation})
    finding = next(f for f in found(wrong, checked) if f.rule == rule)
    told = [message_in(finding, language) for language in Language]
    assert told[0] == finding.message
    assert len(set(told)) == 3
    assert not any("{" in (text or "{") for text in told)


def test_a_finding_of_another_rule_or_an_older_time_has_one_language() -> None:
    own = Finding(
        rule="filed.past",
        kind=found({"phone": "030-1234-5678"})[0].kind,
        severity=Severity.WARNING,
        fields=("filed",),
        message="先の日付です。",
        ground="記入要領",
    )
    assert message_in(own, Language.EN) is None
    older = replace(own, rule="value.future.filed")
    assert message_in(older, Language.EN) is None
