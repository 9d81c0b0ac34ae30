"""Looking on while a document is read: what every stage made of it."""

from collections.abc import Sequence

from models.detector import TextRegion
from pipelines.drift import DriftZone
from pipelines.field_slots import ReadCut
from pipelines.forms.model import FieldDefinition
from pipelines.forms.template import Template
from pipelines.ink import Ink
from pipelines.mark_shapes import MarkShape
from pipelines.records import (
    Field,
    Identification,
    Line,
    Mark,
    Page,
    PageView,
    QualityVerdict,
    RegisteredPage,
)


class Trace:
    """Sees the records of every stage as they are made; here it only lets them pass.

    `read_document` calls the methods page by page, in the order of the stages; those of stages
    that a page does not go through are not called. `page_done` is the last one of every page.
    Nothing is copied: whoever keeps the pixels of many pages keeps their memory.
    """

    def quality_judged(self, page: Page, verdict: QualityVerdict) -> None:
        """See the page as decoded, with its verdict."""

    def page_straightened(self, page: Page) -> None:
        """See the page made flat and level; identification is tried once more after it."""

    def form_scored(self, template: Template, score: float) -> None:
        """See how well (0..1) the print of one form page fits the page where it could lie."""

    def form_identified(self, found: Identification | None) -> None:
        """See which form page was decided on."""

    def page_registered(self, template: Template, registered: RegisteredPage | None) -> None:
        """See the page on the coordinates of `template`; None when its print lies elsewhere."""

    def ink_found(self, ink: Ink) -> None:
        """See what was added to the blank."""

    def drift_found(self, zones: Sequence[DriftZone]) -> None:
        """See where print of the form is missing."""

    def mark_measured(self, group: str, option: str, shape: MarkShape) -> None:
        """See the ink around one option of a mark group."""

    def marks_read(self, marks: Sequence[Mark]) -> None:
        """See all options and seals of the page."""

    def box_read(self, field: FieldDefinition, read: ReadCut) -> None:
        """See the crops of one box of a field with what the recogniser read in them."""

    def lines_read(self, page: Page, regions: Sequence[TextRegion], lines: Sequence[Line]) -> None:
        """See the upright page of no form, the lines found on it and those that were read."""

    def page_done(self, view: PageView, fields: Sequence[Field]) -> None:
        """See the fields of the page in the order of its form."""
