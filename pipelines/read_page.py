"""What the reading of one page came to, and what several pages together say about their form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.check import near_findings, textless_findings, unknown_findings
from pipelines.check_covered import covered_findings, unseen_items
from pipelines.check_drift import drift_findings
from pipelines.check_outside import outside_findings
from pipelines.drift import DriftKind, DriftZone
from pipelines.forms.code import CoverCode
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.lost_strokes import blanks_in_doubt
from pipelines.outside import Stray
from pipelines.records import (
    CategoryScore,
    Field,
    Finding,
    FormKey,
    Line,
    Page,
    PageView,
    QualityReason,
    QualityVerdict,
    RegisteredPage,
)
from pipelines.second_sheet import shows_second_sheet
from pipelines.sought import NearForm
from pipelines.split import PageRole, StackPage

_PALE_ENOUGH = {QualityReason.DARK, QualityReason.OVEREXPOSED, QualityReason.LOW_CONTRAST}
"""Reasons that say of a page already that its ink is pale."""
_DIRTY = 12
"""Places outside of the boxes that nobody writes at on one page."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadPage:
    """One page after reading: the form it is of with its fields, or its lines and their pairs.

    `drift` is where print of the form is missing; `unseen` names what is out of sight; `strays`
    are writing outside of the boxes; `cover` is set on cover sheets only; `look` is what a page
    with hardly any text looks like; `near` the form that a page of none comes near to; `seconds`
    are those of each stage.
    """

    view: PageView
    form: FormKey | None = None
    fields: tuple[Field, ...] = ()
    lines: tuple[Line, ...] = ()
    drift: tuple[DriftZone, ...] = ()
    unseen: tuple[str, ...] = ()
    strays: tuple[Stray, ...] = ()
    cover: CoverCode | None = None
    look: CategoryScore | None = None
    near: NearForm | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


def view_of(page: Page, verdict: QualityVerdict, registered: RegisteredPage | None) -> PageView:
    """Give what is needed to show the page; a second sheet beside a form is told of."""
    view = PageView(
        number=page.number,
        width=page.scan_width,
        height=page.scan_height,
        rotation=registered.rotation if registered else page.rotation,
        form_page=registered.form_page if registered else None,
        score=registered.score if registered else 0.0,
        quality=verdict,
    )
    if registered is not None and shows_second_sheet(page, registered):
        return view.with_reason(QualityReason.TWO_SHEETS)
    return view


def form_page(
    view: PageView,
    registered: RegisteredPage,
    form: FormDefinition,
    fields: Iterable[Field],
    drift: tuple[DriftZone, ...],
) -> ReadPage:
    """Give a page of a form with its fields in the order of the form, and what is out of sight."""
    found = {item.name: item for item in fields}
    order = [item.name for group in (form.fields, form.marks, form.seals) for item in group]
    unseen = unseen_items(registered, form)
    moved = any(zone.kind is DriftKind.MOVED for zone in drift)
    if (unseen or registered.edge is not None) and not moved:
        view = view.with_reason(QualityReason.COVERED)
    if blanks_in_doubt(found.get(item.name) for item in form.fields):
        view = view.with_reason(QualityReason.LOST_STROKES)
    in_order = tuple(found[name] for name in order if name in found)
    return ReadPage(view, registered.form, in_order, drift=drift, unseen=unseen)


def read_dirty(page: ReadPage) -> ReadPage:
    """Doubt all fields of a page with so much outside of its boxes: it is dirt, also in the boxes.

    `page.writing_outside` tells of the places.
    """
    if len(page.strays) < _DIRTY:
        return page
    return replace(page, fields=tuple(replace(field, doubtful=True) for field in page.fields))


def read_pale(page: ReadPage) -> ReadPage:
    """Tell of a page of a form whose ink was too pale for ordinary scans: all of it is doubtful.

    What is as faint as noise is misread more often than the confidences know. It is no back whose
    other side shines through.
    """
    reasons = [r for r in page.view.quality.reasons if r is not QualityReason.WRONG_SIDE]
    if not _PALE_ENOUGH & set(reasons):
        reasons.append(QualityReason.LOW_CONTRAST)
    quality = replace(page.view.quality, ok=False, reasons=tuple(reasons))
    fields = tuple(replace(field, doubtful=True) for field in page.fields)
    return replace(page, view=replace(page.view, quality=quality), fields=fields)


def no_form_findings(pages: Sequence[ReadPage]) -> tuple[Finding, ...]:
    """Tell why a document has no form: its pages are of none, or show no text at all."""
    return (
        *unknown_findings(page.view.number for page in pages if page.lines),
        *near_findings((p.view.number, p.near.form.title, p.near.alike) for p in pages if p.near),
        *textless_findings(p.view.number for p in pages if p.view.quality.ok and not p.lines),
    )


def paper_findings(pages: Sequence[ReadPage], form: FormDefinition) -> tuple[Finding, ...]:
    """Tell of the paper: print that is missing, places out of sight, writing beside the boxes."""
    return (
        *drift_findings((zone for page in pages for zone in page.drift), form),
        *covered_findings(((page.view, page.unseen) for page in pages), form),
        *outside_findings(stray for page in pages for stray in page.strays),
    )


def stack_page(read: ReadPage) -> StackPage:
    """Say what the page is in its stack."""
    number, form_page = read.view.number, read.view.form_page
    if read.form is not None:
        return StackPage(number=number, role=PageRole.FORM, form=read.form, form_page=form_page)
    if read.cover is not None:
        return StackPage(number=number, role=PageRole.COVER, cover=read.cover)
    blank = QualityReason.BLANK in read.view.quality.reasons
    return StackPage(number=number, role=PageRole.BLANK if blank else PageRole.UNKNOWN)


def form_of(pages: Iterable[ReadPage], library: FormLibrary) -> tuple[FormDefinition | None, float]:
    """Find the form that most pages were registered on, and the mean score of those pages."""
    scores: dict[FormKey, list[float]] = {}
    for page in pages:
        if page.form is not None:
            scores.setdefault(page.form, []).append(page.view.score)
    if not scores:
        return None, 0.0
    key = max(scores, key=lambda k: (len(scores[k]), sum(scores[k])))
    return library.get(key).definition, sum(scores[key]) / len(scores[key])


def pages_of_form(pages: Sequence[ReadPage], form: FormDefinition | None) -> list[ReadPage]:
    """Choose the best scan of each page of the form, in the order of the form."""
    best: dict[int, ReadPage] = {}
    for page in pages:
        if page.form is None or form is None or page.form.id != form.id:
            continue
        number = page.view.form_page or 1
        if number not in best or best[number].view.score < page.view.score:
            best[number] = page
    return [best[number] for number in sorted(best)]
