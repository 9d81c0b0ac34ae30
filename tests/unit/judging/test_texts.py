"""Findings in three languages: every text is there, names the same things, has its readings."""

import re
from dataclasses import replace
from datetime import date

import pytest
import yaml

from pipelines.check import check_fields, quality_findings
from pipelines.forms.load import FormLibrary
from pipelines.forms.rule_ids import SharedRule
from pipelines.forms.rule_model import Rule
from pipelines.records import Finding, FindingKind, QualityReason, QualityVerdict, Severity
from pipelines.rules import texts as module
from pipelines.rules.catalogue import Language, make_finding
from pipelines.rules.texts import label_params, text_params, told, told_in

RULES = [
    pytest.param(rule, id=f"{entry.definition.id}:{rule.id}")
    for entry in FormLibrary.builtin().entries
    for rule in entry.definition.rules
]


def readings_missing(text: str) -> str:
    """Give what stands in kanji without its reading; names of fields and options have none."""
    bare = re.sub("「[^」]*」|\\{\\w+\\}", "", text)
    return "".join(re.findall(r"[一-鿿々]+(?![一-鿿々]*[ぁ-ん]*（)", bare))


def test_every_text_is_there_in_three_languages() -> None:
    rows = yaml.safe_load(
        (module.resources.files("pipelines.rules") / "texts.yaml").read_text("utf-8")
    )
    assert {f"quality.{reason}" for reason in QualityReason} <= set(rows)
    for name, row in rows.items():
        assert set(row) == {"ja", "en", "easy"}, name
        assert not re.search("[ぁ-んァ-ヶ一-鿿]", row["en"]), name
        assert readings_missing(row["easy"]) == "", name
        if name != "page.writing_outside":
            named = {key: set(re.findall(r"\{(\w+)\}", row[key])) for key in row}
            assert named["ja"] == named["en"] == named["easy"], name


@pytest.mark.parametrize("rule", RULES)
def test_rules_of_the_forms_that_come_with_it_speak_three_languages(rule: Rule) -> None:
    named = set(re.findall(r"\{\w+\}", rule.message))
    assert rule.message_en and rule.message_easy
    assert set(re.findall(r"\{\w+\}", rule.message_en)) == named
    assert set(re.findall(r"\{\w+\}", rule.message_easy)) == named
    quoted = re.sub("「[^」]*」", "", rule.message_en)
    assert not re.search("[ぁ-んァ-ヶ一-鿿]", quoted)
    # What it quotes of the form has its readings too: only names of fields are filled in later.
    assert readings_missing(re.sub("[「」]", "", rule.message_easy)) == ""


def test_texts_are_told_one_after_the_other() -> None:
    (finding,) = quality_findings(
        [QualityVerdict(page=2, ok=False, reasons=(QualityReason.DARK,), measures={})]
    )
    assert finding.message == "2ページ目: 画像が暗すぎます。再スキャンを検討してください。"
    assert told_in(finding, Language.JA) == finding.message
    assert told_in(finding, Language.EN) == (
        "Page 2: The picture is too dark. Consider scanning it again."
    )


def test_many_names_are_cut_short_in_every_language() -> None:
    params = {
        **text_params("quality.covered.unseen"),
        **label_params(f"欄{n}" for n in range(7)),
    }
    assert told(params) == "次の欄は写っていません: 「欄0」「欄1」「欄2」「欄3」「欄4」など7か所。"
    assert "「欄4」 (7 in all)." in told(params, Language.EN)
    assert "「欄5」" not in told(params, Language.EASY)


def test_a_shared_rule_that_tells_a_text_is_told_by_its_catalogue() -> None:
    params = {"label": "生年月日", "what": "date", "text": "form.none"}
    finding = make_finding(SharedRule.UNPARSEABLE, ("birth",), params)
    assert "(read: form.none)" in (told_in(finding, Language.EN) or "")


def test_braces_on_the_paper_stay_as_they_are() -> None:
    params = text_params("marks.several", label="{chosen}", chosen="{labels}")
    assert told(params).startswith("「{chosen}」は1つだけ選びますが、{labels}が")


def test_what_is_missing_is_told_in_three_languages() -> None:
    form = next(e.definition for e in FormLibrary.builtin().entries if "seal" in e.definition.id)
    findings = check_fields((), form, today=date(2026, 11, 26))
    missing = [f for f in findings if f.kind is FindingKind.COMPLETENESS]
    assert missing
    for finding in missing:
        for language in Language:
            assert told_in(finding, language)
        assert told_in(finding, Language.EN) != finding.message


def test_older_findings_and_texts_of_other_versions_are_not_made_up() -> None:
    old = Finding(
        rule="required.name",
        kind=FindingKind.COMPLETENESS,
        severity=Severity.ERROR,
        fields=("name",),
        message="「氏名」が記入されていません。",
        ground="記入要領",
    )
    assert told_in(old, Language.EN) is None
    newer = replace(old, params=text_params("required.of_tomorrow", label="氏名"))
    assert told_in(newer, Language.EN) is None
    own = replace(old, rule="own.rule", params={"message_en": "“Name” is odd."})
    assert told_in(own, Language.EN) == "“Name” is odd."
    assert told_in(own, Language.EASY) is None
