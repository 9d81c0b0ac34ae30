"""All shared rules over one document, in the order of the catalogue."""

from collections.abc import Callable, Collection, Iterable, Iterator

from pipelines.records import Finding, FindingKind, Severity
from pipelines.rules.catalogue import active_rules, make_finding
from pipelines.rules.days import ages, filings, fourteen_days
from pipelines.rules.numbers import accounts, banks, phone_numbers, totals
from pipelines.rules.paper import Hit, Paper
from pipelines.rules.people import (
    births,
    parents,
    relations,
    same_number,
    same_person,
    stated_ages,
    surnames,
)
from pipelines.rules.places import residents, ward_towns
from pipelines.rules.texts import text_params, told

_GRAVITY = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}
_JUDGES: tuple[Callable[[Paper], Iterator[Hit]], ...] = (
    phone_numbers,
    ward_towns,
    births,
    stated_ages,
    parents,
    relations,
    same_person,
    same_number,
    surnames,
    filings,
    fourteen_days,
    ages,
    totals,
    accounts,
    banks,
    residents,
)


def shared_findings(paper: Paper) -> Iterator[Finding]:
    """Judge a document by the shared rules that its form has switched on."""
    active = active_rules(paper.form)
    for judge in _JUDGES:
        try:
            hits = tuple(judge(paper))
        except Exception as error:  # one rule that fails must not cost the document its others
            yield _failed(judge.__name__, type(error).__name__)
            continue
        for found in hits:
            if found.rule in active:
                yield make_finding(found.rule, found.fields, found.params)


def without_repeats(
    shared: Iterable[Finding], said: Iterable[tuple[Collection[str], Severity]]
) -> Iterator[Finding]:
    """Leave out what a rule of the form itself says of the same fields, at least as gravely.

    `said` are fields and severity of the findings of the form's own rules.
    """
    own = [(set(fields), _GRAVITY[severity]) for fields, severity in said]
    for finding in shared:
        about, gravity = set(finding.fields), _GRAVITY[finding.severity]
        # A rule that failed is about no field, and is never left out.
        if not about or not any(about <= fields and gravity <= other for fields, other in own):
            yield finding


def _failed(name: str, why: str) -> Finding:
    params = text_params("rule_failed.shared", name=name, detail=why)
    return Finding(
        rule=f"rule_failed.{name}",
        kind=FindingKind.RULE_FAILED,
        severity=Severity.WARNING,
        fields=(),
        message=told(params),
        ground="文書読取運用基準（共通規則）",
        params=params,
    )
