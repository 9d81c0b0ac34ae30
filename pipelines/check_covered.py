"""What of a form page is out of sight, as a finding that names the fields there.

Another sheet lies on it, it is torn, or the scan cuts it off. Fields there are unreadable, not
blank: the finding says why, and that only another scan can mend it.
"""

from collections.abc import Iterable, Iterator

from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.template import box_pixels
from pipelines.geometry import LEAST_SEEN, visible_share
from pipelines.records import (
    Finding,
    FindingKind,
    PageView,
    QualityReason,
    RegisteredPage,
    Severity,
)
from pipelines.rules.texts import label_params, text_params, told

RULE = f"quality.{QualityReason.COVERED}"


def unseen_items(registered: RegisteredPage, form: FormDefinition) -> tuple[str, ...]:
    """Names of fields, mark groups and seals of the page of which too little is seen to be read.

    In the order of the form; a group is named when one of its options is out of sight.
    """
    return tuple(
        name
        for name, boxes in _boxes(form, registered.form_page)
        if any(visible_share(registered, box_pixels(box)) < LEAST_SEEN for box in boxes)
    )


def covered_findings(
    pages: Iterable[tuple[PageView, tuple[str, ...]]], form: FormDefinition
) -> tuple[Finding, ...]:
    """Tell of every page of `form` that says `covered`; with each come its `unseen_items`."""
    labels = {i.name: i.label for g in (form.fields, form.marks, form.seals) for i in g}
    return tuple(
        _finding(view.number, names, [labels[name] for name in names])
        for view, names in pages
        if QualityReason.COVERED in view.quality.reasons
    )


def _finding(page: int, names: tuple[str, ...], labels: list[str]) -> Finding:
    unseen = ("quality.covered.unseen",) if labels else ()
    params = {
        **text_params("page", "quality.covered", *unseen, "quality.covered.again", page=str(page)),
        **label_params(labels),
    }
    return Finding(
        rule=RULE,
        kind=FindingKind.QUALITY,
        severity=Severity.WARNING,
        fields=names,
        message=told(params),
        ground="文書読取運用基準（画質）",
        params=params,
    )


def _boxes(form: FormDefinition, form_page: int) -> Iterator[tuple[str, list[Box]]]:
    yield from ((field.name, [field.box]) for field in form.fields if field.page == form_page)
    for group in form.marks:
        if group.page == form_page:
            yield group.name, [option.box for option in group.options]
    yield from ((seal.name, [seal.box]) for seal in form.seals if seal.page == form_page)
