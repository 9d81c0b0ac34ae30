"""Counting what the checks said: due, missed, too many, by rule and scan."""

from pipelines.forms.load import FormLibrary
from pipelines.records import CategoryScore, Finding, FindingKind, FormKey, Severity, Suggestion
from pipelines.synthesis.truth import Truth
from training.judging_counts import Judging

LIBRARY = FormLibrary.builtin()
FORM = LIBRARY.entries[0].key


def truth(*due: str, scan: str = "fax") -> Truth:
    return Truth(
        form_id=FORM.id,
        form_revision=FORM.revision,
        seed=1,
        on="2026-11-23",
        hand="strokes",
        degradations=(scan,),
        faults=(),
        pages=(),
        fields=(),
        findings=due,
    )


def finding(rule: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(
        rule=rule,
        kind=FindingKind.PLAUSIBILITY,
        severity=severity,
        fields=(rule.rpartition(".")[2],),
        message="",
        ground="",
    )


def read(*findings: Finding, form: FormKey | None = FORM) -> Suggestion:
    return Suggestion(
        form=form,
        form_score=1.0,
        category=CategoryScore(label="other", confidence=1.0, candidates=("other",)),
        fields=(),
        findings=findings,
        pages=(),
        lines=(),
        versions={},
        timings={},
    )


def test_what_is_due_counts_as_made_also_as_a_remark_which_is_told() -> None:
    counts = Judging()
    counts.add(read(finding("required.a", Severity.INFO)), truth("required.a", "b.c"), LIBRARY)
    counts.add(read(form=None), truth("required.a"), LIBRARY)
    report = list(counts.report())
    assert "due findings made, required: 1 of 2 (50.00%), 1 as a remark" in report
    assert "due findings made, other: 0 of 1 (0.00%), 0 as a remark" in report
    assert any(line.startswith("missed b.c: ") for line in report)


def test_findings_too_many_are_told_by_rule_and_scan() -> None:
    counts = Judging()
    trace = finding("value.trace.name", Severity.INFO)
    counts.add(read(trace), truth(), LIBRARY)
    counts.add(read(trace, finding("value.unreadable.name")), truth(scan="noise"), LIBRARY)
    counts.add(read(finding("attachment.1")), truth(), LIBRARY)
    report = list(counts.report())
    assert "of these with an error or warning: 1 (33.33%)" in report
    assert "of these with a remark only: 1" in report
    assert {"  fax: 0 of 2", "  noise: 1 of 1"} <= set(report)
    assert "  warning value.unreadable: 1 (noise 1)" in report
    assert "  info value.trace: 2 (fax 1, noise 1)" in report
