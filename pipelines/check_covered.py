"""What of a form page is out of sight, as a finding that names the fields there.

Another sheet lies on it, it is torn, or the scan cuts it off. Fields there are unreadable, not
blank: the finding says why, and that only another scan can mend it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

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
from pipelines.rules.catalogue import Language

RULE = f"quality.{QualityReason.COVERED}"
_MOST_NAMED = 5
_COVERED = {
    Language.JA: "{page}ページ目: 用紙の一部が隠れているか、切れています。",
    Language.EN: "Page {page}: a part of the page is covered or cut off. ",
    Language.EASY: "{page}ページ: 紙（かみ）の 一部（いちぶ）が "
    "かくれて いるか、切（き）れて います。",
}
_UNSEEN = {
    Language.JA: "次の欄は写っていません: {labels}。",
    Language.EN: "These fields could not be seen: {labels}. ",
    Language.EASY: "見（み）えない ところ: {labels}。",
}
_MORE = {Language.JA: "など{count}か所", Language.EN: " ({count} in all)"}
_MORE[Language.EASY] = _MORE[Language.JA]
_AGAIN = {
    Language.JA: "紙を重ねずに、用紙全体を再スキャンしてください。",
    Language.EN: "Scan the whole page again with nothing on it.",
    Language.EASY: "紙（かみ）を 重（かさ）ねないで、もう一度（いちど） スキャンして ください。",
}


def unseen_items(registered: RegisteredPage, form: FormDefinition) -> tuple[str, ...]:
    """Names of fields, mark groups and seals of the page of which too little is seen to be read.

    In the order of the form; a group is named when one of its options is out of sight.
    """
    return tuple(
        name
        for name, boxes in _boxes(form, registered.form_page)
        if any(visible_share(registered, box_pixels(box)) < LEAST_SEEN for box in boxes)
    )


def told_covered(view: PageView) -> PageView:
    """Add to what is said of a page that a part of it is out of sight."""
    reasons = (*view.quality.reasons, QualityReason.COVERED)
    return replace(view, quality=replace(view.quality, ok=False, reasons=reasons))


def covered_findings(
    pages: Iterable[tuple[PageView, tuple[str, ...]]], form: FormDefinition
) -> tuple[Finding, ...]:
    """Tell of every page of `form` that is `told_covered`; with each come its `unseen_items`."""
    labels = {i.name: i.label for g in (form.fields, form.marks, form.seals) for i in g}
    return tuple(
        _finding(view.number, names, [labels[name] for name in names])
        for view, names in pages
        if QualityReason.COVERED in view.quality.reasons
    )


def covered_in(finding: Finding, language: Language) -> str | None:
    """Tell such a finding in another language; None for others and older ones."""
    if finding.rule != RULE or "labels" not in finding.params:
        return None
    return _message(finding.params, language)


def _finding(page: int, names: tuple[str, ...], labels: list[str]) -> Finding:
    named = "".join(f"「{label}」" for label in labels[:_MOST_NAMED])
    params = {"page": str(page), "labels": named, "count": str(len(names))}
    return Finding(
        rule=RULE,
        kind=FindingKind.QUALITY,
        severity=Severity.WARNING,
        fields=names,
        message=_message(params, Language.JA),
        ground="文書読取運用基準（画質）",
        params=params,
    )


def _message(params: Mapping[str, str], language: Language) -> str:
    message = _COVERED[language].format(page=params["page"])
    if params["labels"]:
        count = int(params["count"])
        more = _MORE[language].format(count=count) if count > _MOST_NAMED else ""
        message += _UNSEEN[language].format(labels=params["labels"] + more)
    return message + _AGAIN[language]


def _boxes(form: FormDefinition, form_page: int) -> Iterator[tuple[str, list[Box]]]:
    yield from ((field.name, [field.box]) for field in form.fields if field.page == form_page)
    for group in form.marks:
        if group.page == form_page:
            yield group.name, [option.box for option in group.options]
    yield from ((seal.name, [seal.box]) for seal in form.seals if seal.page == form_page)
