"""Findings about attachments as the case has them: needed, there, or to be looked at."""

from collections.abc import Iterable

from ocr_service.cases.records import Need, NeedState, Packet
from pipelines.records import Finding, FindingKind, Severity

_PREFIX = "attachment."
_TEXTS = {
    NeedState.MISSING: "添付書類「{label}」が必要ですが、この案件にまだ届いていません。",
    NeedState.PRESENT: "添付書類「{label}」は、この案件に届いています。",
    NeedState.LIKELY: "添付書類「{label}」らしい書類が、この案件に届いています。確かめてください。",
    NeedState.UNCLEAR: "添付書類「{label}」が必要かどうかは、まだ分かりません。",
}


def case_findings(
    document_id: str, packet: Packet, found: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Replace what a single document says about its attachments by what its case says.

    A missing paper is a warning, one that is there an info; errors still come first. A document
    that is no main form of the case keeps its findings.
    """
    kept = tuple(found)
    if document_id not in packet.mains:
        return kept
    own = [f for f in kept if not f.rule.startswith(_PREFIX)]
    needs = [_finding(need) for need in packet.needs if need.main == document_id]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    shown = [*own, *(finding for finding in needs if finding is not None)]
    return tuple(sorted(shown, key=lambda finding: order[finding.severity]))


def _finding(need: Need) -> Finding | None:
    text = _TEXTS.get(need.state)
    if text is None:
        return None
    missing = need.state is NeedState.MISSING
    return Finding(
        rule=f"{_PREFIX}{need.number}",
        kind=FindingKind.COMPLETENESS,
        severity=Severity.WARNING if missing else Severity.INFO,
        fields=(),
        message=text.format(label=need.label),
        ground=need.ground,
        params={"state": need.state.value},
    )
