"""The whole way of one document, in order: from bytes to a suggestion.

`load_reader` prepares everything that is the same for all documents (templates, index, engines);
`read_document` is a pure function of the bytes, the reader, today's date and the pinned form; a
`Trace` may look on.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from models.engines import Engines
from pipelines.categorise import CategoryModel, categorise_form, categorise_lines
from pipelines.check import check_fields, check_pages, quality_findings, unknown_findings
from pipelines.check_drift import drift_findings
from pipelines.decode import DecodeLimits, decode_pages
from pipelines.drift import DriftZone, find_drift
from pipelines.errors import CodedError, ErrorCode
from pipelines.fields import read_fields
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.forms.template import Template, build_templates
from pipelines.identify import TemplateIndex, build_index, identify_page
from pipelines.ink import subtract_blank
from pipelines.keyvalue import extract_pairs
from pipelines.lines import read_lines
from pipelines.mark_fields import mark_fields
from pipelines.marks import read_marks
from pipelines.orient import straighten
from pipelines.quality import assess_quality
from pipelines.records import (
    Field,
    Finding,
    FormKey,
    Line,
    Page,
    PageView,
    QualityReason,
    QualityVerdict,
    RegisteredPage,
    Suggestion,
)
from pipelines.register import register_page
from pipelines.rules.lookups import NO_LOOKUPS, Lookups
from pipelines.trace import Trace
from pipelines.upright import turn_upright


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """What is loaded once a process: forms with their templates, engines, classifier, lists."""

    library: FormLibrary
    templates: Mapping[tuple[FormKey, int], Template]
    index: TemplateIndex
    engines: Engines
    categories: CategoryModel
    versions: Mapping[str, str]
    lookups: Lookups = NO_LOOKUPS


@dataclass(slots=True)
class _Stopwatch:
    """Seconds by stage, summed over the pages."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """What the reading of one document goes by."""

    reader: Reader
    pinned: FormKey | None
    trace: Trace
    watch: _Stopwatch


@dataclass(frozen=True, slots=True, eq=False)
class _ReadPage:
    """One page after reading: registered on a form with its fields, or its lines.

    `drift` is where print of the form is missing.
    """

    view: PageView
    registered: RegisteredPage | None
    fields: tuple[Field, ...]
    lines: tuple[Line, ...]
    drift: tuple[DriftZone, ...] = ()


def load_reader(
    library: FormLibrary,
    engines: Engines,
    categories: CategoryModel,
    *,
    program: str,
    lookups: Lookups = NO_LOOKUPS,
) -> Reader:
    """Render and index the forms of `library`; `program` is the version of the service.

    `lookups` are the lists that shared rules look into.
    """
    templates = {
        (template.key, template.form_page): template
        for entry in library.entries
        for template in build_templates(entry)
    }
    return Reader(
        library=library,
        templates=templates,
        index=build_index(tuple(templates.values())),
        engines=engines,
        categories=categories,
        versions={"program": program, "categories": categories.version, **engines.versions},
        lookups=lookups,
    )


def read_document(
    data: bytes,
    *,
    reader: Reader,
    today: date,
    pinned: FormKey | None = None,
    limits: DecodeLimits | None = None,
    trace: Trace | None = None,
) -> Suggestion:
    """Read one document. Raises `CodedError` for files that cannot be decoded.

    `pinned` is the form that a reviewer chose: pages are registered on it or not at all.
    `trace` is shown what every stage made.
    """
    if pinned is not None and pinned not in {entry.key for entry in reader.library.entries}:
        raise CodedError(ErrorCode.FORM_UNKNOWN, f"{pinned.id} {pinned.revision}")
    watch = _Stopwatch()
    run = _Run(reader, pinned, trace or Trace(), watch)
    pages = [_read_page(page, run) for page in _decoded(data, limits, watch)]
    form, score = _form_of(pages, reader.library)
    kept = _pages_of_form(pages, form)
    lines = tuple(line for page in pages for line in page.lines)
    with watch.stage("judge"):
        if form is None:
            fields = extract_pairs(lines)
            category = categorise_lines(lines, reader.categories)
            findings: tuple[Finding, ...] = unknown_findings(
                page.view.number for page in pages if page.lines
            )
        else:
            fields = tuple(f for page in kept for f in page.fields)
            category = categorise_form(form, score)
            present = {page.registered.form_page for page in kept if page.registered}
            found = check_fields(fields, form, today=today, lookups=reader.lookups)
            findings = (*check_pages(present, form), *found)
            findings += drift_findings((zone for page in kept for zone in page.drift), form)
        findings += quality_findings(page.view.quality for page in pages)
    key = FormKey(id=form.id, revision=form.revision) if form else None
    return Suggestion(
        form=key,
        form_score=score,
        category=category,
        fields=fields,
        findings=findings,
        pages=tuple(page.view for page in pages),
        lines=lines,
        versions={**reader.versions, **({"form": f"{key.id}@{key.revision}"} if key else {})},
        timings=dict(watch.seconds),
    )


def _decoded(data: bytes, limits: DecodeLimits | None, watch: _Stopwatch) -> Iterator[Page]:
    pages = decode_pages(data, limits=limits or DecodeLimits())
    while True:
        with watch.stage("decode"):
            page = next(pages, None)
        if page is None:
            return
        yield page


def _read_page(page: Page, run: _Run) -> _ReadPage:
    read = _read_any_page(page, run)
    run.trace.page_done(read.view, read.fields)
    return read


def _read_any_page(page: Page, run: _Run) -> _ReadPage:
    with run.watch.stage("quality"):
        verdict = assess_quality(page)
    run.trace.quality_judged(page, verdict)
    if QualityReason.BLANK in verdict.reasons:
        return _ReadPage(_view(page, verdict, None), None, (), ())
    registered = _register(page, run)
    if registered is None:
        with run.watch.stage("straighten"):
            straight = straighten(page)
        if straight is not page:
            # What lies too askew to be known as it is may be known when it is straight.
            run.trace.page_straightened(straight)
            page, registered = straight, _register(straight, run)
    if registered is not None:
        return _read_form_page(_view(page, verdict, registered), registered, run)
    engines = run.reader.engines
    with run.watch.stage("lines"):
        upright, regions = turn_upright(page, engines.detector, engines.recogniser)
        lines = read_lines(upright, regions, engines.recogniser)
    run.trace.lines_read(upright, regions, lines)
    return _ReadPage(_view(upright, verdict, None), None, (), lines)


def _register(page: Page, run: _Run) -> RegisteredPage | None:
    reader, trace = run.reader, run.trace
    with run.watch.stage("identify"):
        found = identify_page(page, reader.index, pinned=run.pinned, seen=trace.form_scored)
    trace.form_identified(found)
    if found is None:
        return None
    template = reader.templates[found.form, found.form_page]
    with run.watch.stage("register"):
        registered = register_page(page, template, found)
    trace.page_registered(template, registered)
    return registered


def _read_form_page(view: PageView, registered: RegisteredPage, run: _Run) -> _ReadPage:
    template, trace = run.reader.templates[registered.form, registered.form_page], run.trace
    form = template.definition
    with run.watch.stage("ink"):
        ink = subtract_blank(registered, template)
    trace.ink_found(ink)
    with run.watch.stage("drift"):
        drift = find_drift(registered, template, ink)
    trace.drift_found(drift)
    with run.watch.stage("marks"):
        marks = read_marks(registered, template, form, ink, seen=trace.mark_measured)
    trace.marks_read(marks)
    with run.watch.stage("fields"):
        engines = run.reader.engines
        texts = read_fields(
            registered,
            template,
            form,
            marks,
            ink,
            engines.recogniser,
            digits=engines.digits,
            seen=trace.box_read,
        )
    found = {item.name: item for item in (*texts, *mark_fields(form, marks))}
    order = [item.name for group in (form.fields, form.marks, form.seals) for item in group]
    fields = tuple(found[name] for name in order if name in found)
    return _ReadPage(view, registered, fields, (), drift)


def _view(page: Page, verdict: QualityVerdict, registered: RegisteredPage | None) -> PageView:
    return PageView(
        number=page.number,
        width=page.scan_width,
        height=page.scan_height,
        rotation=registered.rotation if registered else page.rotation,
        form_page=registered.form_page if registered else None,
        score=registered.score if registered else 0.0,
        quality=verdict,
    )


def _form_of(pages: list[_ReadPage], library: FormLibrary) -> tuple[FormDefinition | None, float]:
    """Find the form that most pages were registered on, and the mean score of those pages."""
    scores: dict[FormKey, list[float]] = {}
    for page in pages:
        if page.registered is not None:
            scores.setdefault(page.registered.form, []).append(page.registered.score)
    if not scores:
        return None, 0.0
    key = max(scores, key=lambda k: (len(scores[k]), sum(scores[k])))
    return library.get(key).definition, sum(scores[key]) / len(scores[key])


def _pages_of_form(pages: list[_ReadPage], form: FormDefinition | None) -> list[_ReadPage]:
    """Choose the best scan of each page of the form, in the order of the form."""
    best: dict[int, _ReadPage] = {}
    for page in pages:
        found = page.registered
        if found is None or form is None or found.form.id != form.id:
            continue
        rival = best.get(found.form_page)
        if rival is None or rival.registered is None or rival.registered.score < found.score:
            best[found.form_page] = page
    return [best[number] for number in sorted(best)]
