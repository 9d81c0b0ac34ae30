"""The whole way of one document, in order: from bytes to a suggestion.

`read_document` is a pure function of the bytes, the reader (`reader.py`: what is the same for all
documents), today's date and the pinned form; a `Trace` may look on.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipelines.categorise import (
    categorise_form,
    categorise_lines,
    look_at,
)
from pipelines.check import check_fields, check_pages, quality_findings
from pipelines.contrast import with_contrast
from pipelines.decode import DecodeLimits, decode_pages
from pipelines.drift import find_drift
from pipelines.errors import CodedError, ErrorCode
from pipelines.fields import read_fields
from pipelines.forms.template import Template
from pipelines.identify import deserves_another_look, identify_page
from pipelines.identify_qr import find_cover
from pipelines.ink import subtract_blank
from pipelines.keyvalue import extract_pairs, number_pairs
from pipelines.level_rules import flatten_by_rules
from pipelines.lines import read_lines
from pipelines.mark_fields import mark_fields
from pipelines.marks import read_marks
from pipelines.oddity import odd_findings
from pipelines.orient import straighten
from pipelines.outside import Stray
from pipelines.quality import assess_quality
from pipelines.read_page import (
    ReadPage,
    form_of,
    form_page,
    no_form_findings,
    pages_of_form,
    paper_findings,
    read_dirty,
    read_pale,
    stack_page,
    view_of,
)
from pipelines.reader import Reader
from pipelines.recalibrate import recalibrated
from pipelines.records import (
    FormKey,
    Page,
    PageView,
    QualityReason,
    RegisteredPage,
    Suggestion,
)
from pipelines.register import register_page
from pipelines.sought import Sought
from pipelines.split import split_stack
from pipelines.stack import StackDocument, StackReading
from pipelines.stopwatch import Stopwatch
from pipelines.streaks import without_streaks
from pipelines.trace import Trace
from pipelines.upright import WayUp, turn_upright


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """What the reading of one document goes by."""

    reader: Reader
    pinned: FormKey | None
    trace: Trace
    watch: Stopwatch
    covers: bool = False
    """Whether a page may be a cover sheet of a stack."""


def read_document(
    data: bytes,
    *,
    reader: Reader,
    today: date,
    pinned: FormKey | None = None,
    pages: Collection[int] | None = None,
    limits: DecodeLimits | None = None,
    trace: Trace | None = None,
) -> Suggestion:
    """Read one document. Raises `CodedError` for files that cannot be decoded.

    `pinned` is the form that a reviewer chose: pages are registered on it or not at all.
    `pages` are those of the file that the document has (None: all). `trace` is shown what every
    stage made.
    """
    if pinned is not None and pinned not in {entry.key for entry in reader.library.entries}:
        raise CodedError(ErrorCode.FORM_UNKNOWN, f"{pinned.id} {pinned.revision}")
    run = _Run(reader, pinned, trace or Trace(), Stopwatch())
    read = list(_read_pages(data, limits, run, pages))
    if pages and not read:
        raise CodedError(ErrorCode.FILE_CORRUPT, "pages of the document are missing")
    return _judge(read, reader, today)


def read_stack(
    data: bytes, *, reader: Reader, today: date, limits: DecodeLimits | None = None
) -> StackReading:
    """Read every page of a posted file and suggest the documents that they make up.

    Each suggestion is the one that `read_document` gives for the same pages, timings aside. Raises
    as that.
    """
    run = _Run(reader, None, Trace(), Stopwatch(), covers=True)
    read = {page.view.number: page for page in _read_pages(data, limits, run, None)}
    pages = tuple(stack_page(page) for page in read.values())
    documents = tuple(
        StackDocument(group=group, suggestion=_judge([read[n] for n in group.pages], reader, today))
        for group in split_stack(pages).groups
    )
    return StackReading(documents=documents, pages=pages)


def _judge(pages: list[ReadPage], reader: Reader, today: date) -> Suggestion:
    watch = Stopwatch()
    for page in pages:
        watch.add(page.seconds)
    form, score = form_of(pages, reader.library)
    kept = pages_of_form(pages, form)
    lines = tuple(line for page in pages for line in page.lines)
    with watch.stage("judge"):
        if form is None:
            fields = number_pairs(pair for page in pages for pair in page.fields)
            looks = [page.look for page in pages]
            category = categorise_lines(lines, reader.categories, looks)
            findings = no_form_findings(pages)
        else:
            learned = reader.learned
            read = (f for page in kept for f in page.fields)
            fields = recalibrated(read, form, learned.calibration)
            category = categorise_form(form, score)
            present = {page.view.form_page for page in kept if page.view.form_page}
            found = check_fields(fields, form, today=today, lookups=reader.lookups)
            findings = (*check_pages(present, form), *found)
            findings += paper_findings(kept, form)
            findings += odd_findings(fields, form, learned.oddity, today=today)
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


def _read_pages(
    data: bytes, limits: DecodeLimits | None, run: _Run, wanted: Collection[int] | None
) -> Iterator[ReadPage]:
    pages = decode_pages(data, limits=limits or DecodeLimits())
    while True:
        watch = Stopwatch()
        with watch.stage("decode"):
            page = next(pages, None)
        if page is None or (wanted is not None and page.number > max(wanted, default=0)):
            return
        if wanted is None or page.number in wanted:
            read = _read_any_page(page, replace(run, watch=watch))
            run.trace.page_done(read.view, read.fields)
            yield replace(read, seconds=watch.seconds)


def _read_any_page(page: Page, run: _Run) -> ReadPage:
    with run.watch.stage("quality"):
        verdict = assess_quality(page)
    run.trace.quality_judged(page, verdict)
    if QualityReason.BLANK in verdict.reasons:
        # No writing: an empty page, or a picture.
        look = look_at(page.pixels, (), run.reader.categories)
        return ReadPage(view_of(page, verdict, None), look=look)
    with run.watch.stage("streaks"):
        scanned, page = page, without_streaks(page)
    if page is not scanned:
        verdict = verdict.with_reason(QualityReason.STREAKS)
    scanned, page = page, with_contrast(page, verdict.measures["darkest"])
    pale = page is not scanned
    found = _register(page, run)
    if found.registered is None:
        if QualityReason.WRONG_SIDE in verdict.reasons:
            # What shines through is no text to be read.
            page = scanned
        with run.watch.stage("straighten"):
            straight = straighten(page)
        if straight is not page:
            run.trace.page_straightened(straight)
            page = straight
            if run.pinned is not None or deserves_another_look(page, found.alike):
                found = max(_register(page, run), found, key=lambda each: each.certainty)
    registered = found.registered
    if registered is not None:
        read = _read_form_page(view_of(page, verdict, registered), registered, run)
        return read_pale(read) if pale else read
    if found.known:
        verdict = verdict.with_reason(QualityReason.NOT_PLACED)
    cover = find_cover(page) if run.covers else None
    if cover is not None:
        return ReadPage(view_of(page, verdict, None), cover=cover)
    with run.watch.stage("straighten"):
        flat = flatten_by_rules(page)
    if flat is not page:
        run.trace.page_straightened(flat)
    engines = run.reader.engines
    with run.watch.stage("lines"):
        ways: list[WayUp] = []
        upright, regions = turn_upright(
            flat, engines.detector, engines.recogniser, seen=ways.append
        )
        lines = read_lines(upright, regions, engines.recogniser, engines.wording)
    if lines and not ways[0].told:
        verdict = verdict.with_reason(QualityReason.WAY_UP)
    run.trace.lines_read(upright, regions, lines)
    with run.watch.stage("judge"):
        look = look_at(upright.pixels, lines, run.reader.categories)
        pairs = extract_pairs(upright, regions, lines, engines.hands)
    return ReadPage(
        view_of(upright, verdict, None), fields=pairs, lines=lines, look=look, near=found.near
    )


def _register(page: Page, run: _Run) -> Sought:
    """Look for the form of a page, and bring the page onto it."""
    reader, trace = run.reader, run.trace
    best = Sought()

    def seen(template: Template, score: float) -> None:
        nonlocal best
        if score > best.alike:
            best = Sought(template=template, alike=score)
        trace.form_scored(template, score)

    with run.watch.stage("identify"):
        found = identify_page(page, reader.index, pinned=run.pinned, seen=seen)
    trace.form_identified(found)
    if found is None:
        return best
    template = reader.templates[found.form, found.form_page]
    with run.watch.stage("register"):
        registered = register_page(page, template, found)
    trace.page_registered(template, registered)
    return replace(best, registered=registered, known=True)


def _read_form_page(view: PageView, registered: RegisteredPage, run: _Run) -> ReadPage:
    template, trace = run.reader.templates[registered.form, registered.form_page], run.trace
    form = template.definition
    with run.watch.stage("ink"):
        ink = subtract_blank(registered, template)
    trace.ink_found(ink)
    with run.watch.stage("drift"):
        drift = find_drift(registered, template, ink)
    trace.drift_found(drift)
    with run.watch.stage("marks"):
        engines = run.reader.engines
        marks = read_marks(registered, template, form, ink, engines.marks, seen=trace.mark_measured)
    trace.marks_read(marks)
    with run.watch.stage("fields"):
        strays: list[Stray] = []
        texts = read_fields(
            registered,
            template,
            form,
            marks,
            ink,
            engines.recogniser,
            digits=engines.digits,
            wording=engines.wording,
            words=run.reader.learned.words,
            seen=trace.box_read,
            strays=strays.append,
        )
    fields = (*texts, *mark_fields(form, marks))
    read = form_page(view, registered, form, fields, drift)
    return read_dirty(replace(read, strays=tuple(strays)))
