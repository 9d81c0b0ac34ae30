"""What is kept of one page while it is read, and the trace that keeps it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.detector import TextRegion
from pipelines.drift import DriftZone
from pipelines.field_slots import ReadCut
from pipelines.forms.model import FieldDefinition
from pipelines.forms.template import Template
from pipelines.ink import Ink
from pipelines.mark_shapes import MarkShape
from pipelines.records import (
    Field,
    FormKey,
    Identification,
    Line,
    Mark,
    Page,
    PageView,
    QualityVerdict,
    RegisteredPage,
)
from pipelines.trace import Trace


@dataclass(frozen=True, kw_only=True, slots=True)
class FormScore:
    """How well (0..1) the print of a form page fits."""

    form: FormKey
    title: str
    form_page: int
    score: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PageEvidence:
    """Everything that the stages made of one page; what a stage did not make is empty.

    `page` is the page as decoded, `read` the page in which lines were read. `shapes` go by group
    and option, `cuts` by the name of the field. `template` is the one that registration was tried
    with.
    """

    page: Page
    verdict: QualityVerdict
    straight: Page | None = None
    scores: tuple[FormScore, ...] = ()
    identification: Identification | None = None
    template: Template | None = None
    registered: RegisteredPage | None = None
    ink: Ink | None = None
    drift: tuple[DriftZone, ...] = ()
    shapes: Mapping[tuple[str, str], MarkShape] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    cuts: Mapping[str, tuple[ReadCut, ...]] = field(default_factory=dict)
    read: Page | None = None
    regions: tuple[TextRegion, ...] = ()
    lines: tuple[Line, ...] = ()
    view: PageView | None = None
    fields: tuple[Field, ...] = ()


class PageTrace(Trace):
    """Gathers the evidence of a page and hands it to `done` before the next page is read.

    Nothing of a page is kept after that, so that a long document costs the memory of one page.
    """

    def __init__(self, done: Callable[[PageEvidence], None]) -> None:
        self._done = done
        self._page: PageEvidence | None = None

    def quality_judged(self, page: Page, verdict: QualityVerdict) -> None:
        """Begin a page."""
        self._page = PageEvidence(page=page, verdict=verdict)

    def page_straightened(self, page: Page) -> None:
        """Keep the straight page."""
        self._page = replace(self._now, straight=page)

    def form_scored(self, template: Template, score: float) -> None:
        """Keep the score of a form page."""
        title = template.definition.title
        found = FormScore(form=template.key, title=title, form_page=template.form_page, score=score)
        self._page = replace(self._now, scores=(*self._now.scores, found))

    def form_identified(self, found: Identification | None) -> None:
        """Keep the decision."""
        self._page = replace(self._now, identification=found)

    def page_registered(self, template: Template, registered: RegisteredPage | None) -> None:
        """Keep the page on its form, or the form that it was not found to lie on."""
        self._page = replace(self._now, template=template, registered=registered)

    def ink_found(self, ink: Ink) -> None:
        """Keep the ink."""
        self._page = replace(self._now, ink=ink)

    def drift_found(self, zones: Sequence[DriftZone]) -> None:
        """Keep the places where print is missing."""
        self._page = replace(self._now, drift=tuple(zones))

    def mark_measured(self, group: str, option: str, shape: MarkShape) -> None:
        """Keep the shape of an option."""
        self._page = replace(self._now, shapes={**self._now.shapes, (group, option): shape})

    def marks_read(self, marks: Sequence[Mark]) -> None:
        """Keep the marks."""
        self._page = replace(self._now, marks=tuple(marks))

    def box_read(self, field: FieldDefinition, read: ReadCut) -> None:
        """Keep the crops of a box."""
        cuts = self._now.cuts
        own = (*cuts.get(field.name, ()), read)
        self._page = replace(self._now, cuts={**cuts, field.name: own})

    def lines_read(self, page: Page, regions: Sequence[TextRegion], lines: Sequence[Line]) -> None:
        """Keep the lines of a page without a form."""
        kept = (tuple(regions), tuple(lines))
        self._page = replace(self._now, read=page, regions=kept[0], lines=kept[1])

    def page_done(self, view: PageView, fields: Sequence[Field]) -> None:
        """Hand over the page."""
        evidence, self._page = replace(self._now, view=view, fields=tuple(fields)), None
        self._done(evidence)

    @property
    def _now(self) -> PageEvidence:
        if self._page is None:
            raise RuntimeError("no page has begun")
        return self._page
