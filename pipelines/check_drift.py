"""Print that is not as its form says, as findings that name the fields around it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipelines.drift import DriftKind, DriftZone
from pipelines.drift_zones import Corners
from pipelines.finding_places import Place, place_params
from pipelines.forms.model import Box, FormDefinition
from pipelines.forms.template import TEMPLATE_DPI, box_pixels
from pipelines.records import Finding, FindingKind, Severity
from pipelines.rules.texts import label_params, text_params, told

RULE = "form.drift"
_MM = TEMPLATE_DPI / 25.4
_BESIDE_MM = 3.0
_TEXTS = {
    DriftKind.MISSING: RULE,
    DriftKind.MOVED: "form.drift.moved",
    DriftKind.ADDED: "form.drift.added",
}
_FAR_MM = 60.0


def drift_findings(zones: Iterable[DriftZone], form: FormDefinition) -> tuple[Finding, ...]:
    """Tell of pages whose print differs from that of `form`: one finding each."""
    by_page: dict[int, list[DriftZone]] = {}
    for zone in zones:
        by_page.setdefault(zone.page, []).append(zone)
    return tuple(_finding(page, held, form) for page, held in sorted(by_page.items()))


def fields_beside(corners: Corners, form: FormDefinition, form_page: int) -> Iterator[str]:
    """Names of the fields, mark groups and seals at a place (template pixels): on it or beside it.

    Where nothing is, the nearest one: a label stands some way from its box.
    """
    far = {
        name: min(_distance_mm(corners, box) for box in boxes)
        for name, boxes in _boxes(form, form_page).items()
    }
    nearest = min(far.values(), default=_FAR_MM)
    if nearest < _FAR_MM:
        yield from (name for name, mm in far.items() if mm <= max(_BESIDE_MM, nearest))


def _finding(page: int, zones: Sequence[DriftZone], form: FormDefinition) -> Finding:
    touched = {n for z in zones for n in fields_beside(z.corners, form, z.form_page)}
    labels = {i.name: i.label for g in (form.fields, form.marks, form.seals) for i in g}
    names = tuple(name for name in labels if name in touched)
    texts = (*_changes(zones, names), "form.drift.compare")
    params = {
        **text_params("page", *texts, form=f"{form.id}@{form.revision}"),
        **label_params(labels[name] for name in names),
        **place_params(page, ((_place(zone.corners), zone.box) for zone in zones)),
    }
    return Finding(
        rule=RULE,
        kind=FindingKind.QUALITY,
        severity=Severity.WARNING,
        fields=names,
        message=told(params),
        ground="文書読取運用基準（様式の版）",
        params=params,
    )


def _changes(zones: Sequence[DriftZone], names: Sequence[str]) -> Iterator[str]:
    """Texts that say what is different; the fields are named once."""
    near = ".near" if names else ""
    for kind, text in _TEXTS.items():
        if any(zone.kind is kind for zone in zones):
            yield f"{text}{near}"
            near = ""


def _boxes(form: FormDefinition, form_page: int) -> Mapping[str, list[Box]]:
    boxes: dict[str, list[Box]] = {}
    for field in form.fields:
        if field.page == form_page:
            boxes[field.name] = [field.box, *(era.box for era in field.eras)]
    for group in form.marks:
        if group.page == form_page:
            boxes[group.name] = [option.box for option in group.options]
    for seal in form.seals:
        if seal.page == form_page:
            boxes[seal.name] = [seal.box]
    return boxes


def _distance_mm(corners: Corners, box: Box) -> float:
    x0, y0, x1, y1 = box_pixels(box)
    across = max(corners[0] - x1, x0 - corners[2], 0.0)
    down = max(corners[1] - y1, y0 - corners[3], 0.0)
    return float((across**2 + down**2) ** 0.5 / _MM)


def _place(corners: Corners) -> Place:
    x0, y0, x1, y1 = (value / _MM for value in corners)
    return x0, y0, x1 - x0, y1 - y0
