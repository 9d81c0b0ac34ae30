"""Completeness and plausibility: from fields to findings, each with its rule and its ground."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pipelines.check_agreement import agreement_findings
from pipelines.check_doubt import as_known
from pipelines.check_eras import era_findings
from pipelines.check_rules import attachment_findings, holds, rule_findings, rule_values
from pipelines.check_shared import library_findings, switched_on
from pipelines.check_values import only_trace, value_findings, without_traces_of
from pipelines.forms.expressions import Value
from pipelines.forms.model import (
    FieldDefinition,
    FormDefinition,
    MarkGroup,
    SealDefinition,
    Select,
)
from pipelines.records import (
    Field,
    FieldState,
    Finding,
    FindingKind,
    QualityReason,
    QualityVerdict,
    Severity,
)
from pipelines.rules.lookups import NO_LOOKUPS, Lookups
from pipelines.rules.texts import text_params, told


def check_fields(
    fields: Iterable[Field],
    form: FormDefinition,
    *,
    today: date,
    lookups: Lookups = NO_LOOKUPS,
) -> tuple[Finding, ...]:
    """Check one document on `form`: required values, each value by itself, the form's rules.

    `fields` are those of all pages (text fields, mark groups, seals); fields of pages that were
    not there count as blank. `lookups` are the lists that shared rules may look into. Findings
    come in the order of the form, errors first.
    """
    by_name = {field.name: field for field in fields}
    values = _values(by_name, form, today)

    def judge(by_name: Mapping[str, Field]) -> tuple[Finding, ...]:
        own = tuple(rule_findings(_values(by_name, form, today), form))
        return (*own, *library_findings(by_name, form, own, today=today, lookups=lookups))

    single = (*value_findings(by_name, form, today=today), *agreement_findings(by_name, form))
    missing = tuple(_missing(by_name, values, form))
    findings = [
        *missing,
        *_several_marks(by_name, form),
        *switched_on(without_traces_of(missing, single), form),
        *judge(by_name),
        *era_findings(by_name, form, judge, today=today),
        *attachment_findings(values, form),
    ]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return tuple(sorted(as_known(findings, by_name, form), key=lambda f: order[f.severity]))


def check_pages(present: Iterable[int], form: FormDefinition) -> tuple[Finding, ...]:
    """Pages of the form that were not posted; `present` are the numbers of those that were."""
    there = set(present)
    return tuple(
        Finding(
            rule=f"pages.missing.{page.number}",
            kind=FindingKind.COMPLETENESS,
            severity=Severity.ERROR,
            fields=(),
            message=told(params),
            ground=form.ground or f"{form.title} 記入要領",
            params=params,
        )
        for page in form.pages
        if page.number not in there
        for params in (text_params("pages.missing", page=str(page.number)),)
    )


def unknown_findings(written: Iterable[int]) -> tuple[Finding, ...]:
    """Why a document has no form; `written` are the numbers of its pages on which text stands.

    A letter is right without one; a form of ours is cut off, bent or overexposed too much then.
    """
    return _of_pages("form.none", written)


def near_findings(pages: Iterable[tuple[int, str, float]]) -> tuple[Finding, ...]:
    """Tell which form (title) pages of none come near to (share of its words): a revision, perhaps.

    One finding for each form.
    """
    by_form: dict[str, list[tuple[int, float]]] = {}
    for number, title, alike in pages:
        by_form.setdefault(title, []).append((number, alike))
    return tuple(
        finding
        for title, held in by_form.items()
        for finding in _of_pages(
            "form.near",
            (number for number, _ in held),
            form=title,
            share=f"{max(alike for _, alike in held):.0%}",
        )
    )


def textless_findings(numbers: Iterable[int]) -> tuple[Finding, ...]:
    """Tell of pages (`numbers`) that nothing is wrong with, and that show something but no text."""
    return _of_pages("page.textless", numbers)


def _of_pages(rule: str, pages: Iterable[int], **more: str) -> tuple[Finding, ...]:
    numbers = sorted(set(pages))
    if not numbers:
        return ()
    params = text_params(rule, pages=",".join(str(number) for number in numbers), **more)
    return (
        Finding(
            rule=rule,
            kind=FindingKind.QUALITY,
            severity=Severity.INFO,
            fields=(),
            message=told(params),
            ground="文書読取運用基準（様式の特定）",
            params=params,
        ),
    )


def quality_findings(verdicts: Iterable[QualityVerdict]) -> tuple[Finding, ...]:
    """Tell what the quality gate said, as findings: one for each page and reason.

    What is out of sight is told by `check_covered`, which knows the fields there.
    """
    return tuple(
        Finding(
            rule=f"quality.{reason}",
            kind=FindingKind.QUALITY,
            severity=Severity.WARNING,
            fields=(),
            message=told(params),
            ground="文書読取運用基準（画質）",
            params=params,
        )
        for verdict in verdicts
        for reason in verdict.reasons
        if not verdict.ok and reason is not QualityReason.COVERED
        for params in (
            text_params("page", f"quality.{reason}", "quality.again", page=str(verdict.page)),
        )
    )


def _values(by_name: Mapping[str, Field], form: FormDefinition, today: date) -> dict[str, Value]:
    return {**rule_values(by_name, form), "today": today}


def _missing(
    by_name: Mapping[str, Field], values: Mapping[str, Value], form: FormDefinition
) -> Iterator[Finding]:
    items: tuple[FieldDefinition | MarkGroup | SealDefinition, ...]
    items = (*form.fields, *form.marks, *form.seals)
    for item in items:
        if _present(item, by_name.get(item.name), values):
            continue
        wanted = item.required
        if not wanted and item.required_when:
            outcome = holds(item.required_when, values, what=f"required.{item.name}")
            if isinstance(outcome, Finding):
                yield outcome
            wanted = outcome is True
        if wanted:
            yield _missing_finding(item, by_name.get(item.name), form)


def _present(
    item: FieldDefinition | MarkGroup | SealDefinition,
    field: Field | None,
    values: Mapping[str, Value],
) -> bool:
    """Whether something stands there: what was struck out counts when it was written anew.

    Crumbs of ink don't count: a person has to see whether they are writing.
    """
    if isinstance(item, SealDefinition):
        return values[item.name] is True
    if field is None or field.state is FieldState.BLANK or only_trace(field):
        return False
    return field.state is not FieldState.STRUCK or field.value is not None


def _missing_finding(
    item: FieldDefinition | MarkGroup | SealDefinition, field: Field | None, form: FormDefinition
) -> Finding:
    if isinstance(item, MarkGroup):
        text = "required.marks"
    elif isinstance(item, SealDefinition):
        text = f"required.{item.kind}"
    elif field is not None and field.state is FieldState.STRUCK:
        text = "required.struck"
    elif field is not None and only_trace(field):
        text = "required.trace"
    else:
        text = "required.field"
    condition = () if item.required else ("required.condition",)
    params = text_params(text, *condition, label=item.label)
    return Finding(
        rule=f"required.{item.name}",
        kind=FindingKind.COMPLETENESS,
        severity=Severity.ERROR,
        fields=(item.name,),
        message=told(params),
        ground=form.ground or f"{form.title} 記入要領",
        params=params,
    )


def _several_marks(by_name: Mapping[str, Field], form: FormDefinition) -> Iterator[Finding]:
    for group in form.marks:
        field = by_name.get(group.name)
        if group.select is Select.ONE and field and field.value and "," in field.value:
            labels = {option.value: option.label for option in group.options}
            chosen = "・".join(labels.get(value, value) for value in field.value.split(","))
            params = text_params("marks.several", label=group.label, chosen=chosen)
            yield Finding(
                rule=f"marks.several.{group.name}",
                kind=FindingKind.COMPLETENESS,
                severity=Severity.ERROR,
                fields=(group.name,),
                message=told(params),
                ground=form.ground or f"{form.title} 記入要領",
                params=params,
            )
