"""The shared rules over the fields of a document: only what was surely read is judged.

What is doubtful only for what is wrong with it (平成33年) is judged, too, as the value that it is.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pipelines.forms.model import FieldKind, FormDefinition
from pipelines.normalise import normalise_value
from pipelines.records import Field, FieldState, Finding
from pipelines.rules.catalogue import active_rules, shared_rule_of
from pipelines.rules.judge import shared_findings, without_repeats
from pipelines.rules.lookups import Lookups
from pipelines.rules.paper import Paper


def library_findings(
    by_name: Mapping[str, Field],
    form: FormDefinition,
    own: Iterable[Finding],
    *,
    today: date,
    lookups: Lookups,
) -> Iterator[Finding]:
    """Judge the values of a form by the shared rules about roles and kinds.

    What the form's `own` rules have said already is not said again.
    """
    kinds = {field.name: field.kind for field in form.fields}
    sure = {
        name: field.value
        for name, field in by_name.items()
        if field.value is not None
        and field.state is FieldState.READ
        and (not field.doubtful or _wrong_by_itself(field, kinds.get(name)))
    }
    written = frozenset(n for n, f in by_name.items() if f.state is not FieldState.BLANK)
    paper = Paper(form=form, values=sure, written=written, today=today, lookups=lookups)
    yield from without_repeats(shared_findings(paper), [(f.fields, f.severity) for f in own])


def _wrong_by_itself(field: Field, kind: FieldKind | None) -> bool:
    return kind is not None and bool(normalise_value(kind, field.raw_text).problems)


def switched_on(findings: Iterable[Finding], form: FormDefinition) -> Iterator[Finding]:
    """Leave out the findings of shared rules that the form has switched off."""
    active = active_rules(form)
    for finding in findings:
        rule = shared_rule_of(finding)
        if rule is None or rule in active:
            yield finding
