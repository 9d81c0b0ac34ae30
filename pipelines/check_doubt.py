"""Findings that rest on what was not surely read are told as what they are: doubt.

A value that is read with doubt is more often misread than wrong on the paper: of a hundred values
at the edge of doubt two are misread, and fewer citizens write what breaks a rule. So nobody is told
of a fault before a person has looked at the value: the field is asked about first anyway, and once
it is confirmed the rules are judged again on what stands there.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from pipelines.forms.expressions import ExpressionError, compile_expression
from pipelines.forms.model import FieldDefinition, FormDefinition, MarkGroup, SealDefinition
from pipelines.records import Field, FieldState, Finding, FindingKind, Severity
from pipelines.rules.texts import on_premise

# These speak of how one value itself is written, or that there is none.
_OF_ITSELF = ("value.", "marks.several.", "required.")


def as_known(
    findings: Iterable[Finding], by_name: Mapping[str, Field], form: FormDefinition
) -> tuple[Finding, ...]:
    """Lower findings to what is known: `by_name` are the fields that they rest on.

    A rule over a doubtful value is an `info` on the premise that it was read rightly, but where the
    value is doubtful because of what is wrong with it, which a finding of its own says, or because
    it is struck out for good. An error about a doubtful value itself is a warning.
    """
    found = tuple(findings)
    names = _conditions(form)
    odd = {f.fields[0] for f in found if f.rule.startswith(_OF_ITSELF) and f.fields}
    odd |= {f.name for f in by_name.values() if f.state is FieldState.STRUCK and f.value is None}
    return tuple(_lowered(f, by_name, names.get(f.rule, ()), odd) for f in found)


def _lowered(
    finding: Finding,
    by_name: Mapping[str, Field],
    condition: Collection[str],
    odd: Collection[str],
) -> Finding:
    if finding.kind is FindingKind.RULE_FAILED:
        return finding
    rests = {*finding.fields, *condition}
    doubted = {name for name in rests if name in by_name and by_name[name].doubtful}
    own = set(finding.fields) if finding.rule.startswith(_OF_ITSELF) else set()
    if doubted - own - set(odd):
        return on_premise(replace(finding, severity=Severity.INFO), "premise.read_right")
    if doubted and finding.severity is Severity.ERROR:
        return replace(finding, severity=Severity.WARNING)
    return finding


def _conditions(form: FormDefinition) -> dict[str, frozenset[str]]:
    """Names that decide whether a finding is made, besides those it speaks of, by its rule."""
    found = {rule.id: _names(rule.when) | _names(rule.expression) for rule in form.rules}
    items: tuple[FieldDefinition | MarkGroup | SealDefinition, ...]
    items = (*form.fields, *form.marks, *form.seals)
    for item in items:
        if not item.required:
            found[f"required.{item.name}"] = _names(item.required_when)
    return found


def _names(source: str | None) -> frozenset[str]:
    try:
        return frozenset(compile_expression(source).names) if source else frozenset()
    except ExpressionError:
        return frozenset()  # The finding `rule_failed` tells of it.
