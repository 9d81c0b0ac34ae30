"""Tables of what was read: fields with their crops, options and seals, lines, pairs."""

from collections.abc import Iterable, Sequence

from ocr_service.inspect import pictures, words
from ocr_service.inspect.drawing import crop_uri
from ocr_service.inspect.evidence import PageEvidence
from ocr_service.inspect.hide import Hidden
from ocr_service.inspect.looks import DRIFTED, Look, look_of_field, look_of_mark
from ocr_service.inspect.markup import Html, image, join, table, tag
from ocr_service.inspect.places import mark_places
from ocr_service.review.masking import mask
from pipelines.check_drift import fields_beside
from pipelines.drift import DriftKind, DriftZone
from pipelines.field_slots import ReadCut
from pipelines.forms.template import Template
from pipelines.mark_shapes import MarkShape
from pipelines.marks import SEAL_OPTION
from pipelines.normalise.printed_eras import ERA_WORDS
from pipelines.records import Field, Line, Mark, Pixels, RegisteredPage

_FIELD_HEAD = (
    "番号",
    "項目",
    "状態",
    "値",
    "読んだ文字",
    "確からしさ",
    "ほかの読み",
    "認識に渡した画像",
)
_MARK_HEAD = ("項目", "選択肢", "状態", "確からしさ", "枠の中のインク", "まわりの輪", "画像")
_LINE_HEAD = ("番号", "文字", "確からしさ", "向き")
_DRIFT_KINDS = {DriftKind.ADDED: "様式にない枠", DriftKind.MOVED: "ずれたところにある"}
_DRIFT_HEAD = ("番号", "場所（mm）", "見つかった印刷", "近くの項目")
_PAIR_HEAD = ("番号", "見出し", "値", "読んだ文字", "確からしさ")


def field_table(evidence: PageEvidence, hidden: Hidden) -> Html:
    """Fields of a form page in the order of the form, with the crops that were read."""
    rows = [
        _field_row(number, field, evidence.cuts.get(field.name, ()), hidden)
        for number, field in enumerate(evidence.fields, start=1)
    ]
    return table("記入欄", _FIELD_HEAD, rows)


def mark_table(
    evidence: PageEvidence, registered: RegisteredPage, template: Template, hidden: Hidden
) -> Html:
    """Options and seals with their state and the ink that was measured."""
    labels, places = _labels(template), mark_places(template)
    rows = [
        _mark_row(
            mark,
            evidence.shapes.get((mark.group, mark.option)),
            labels.get((mark.group, mark.option), (mark.group, mark.option)),
            pictures.mark_picture(places[mark.group, mark.option], registered),
        )
        for mark in evidence.marks
        if mark.group not in hidden.names
    ]
    return table("選択肢・押印", _MARK_HEAD, rows)


def line_table(lines: Sequence[Line], hidden: Hidden) -> Html:
    """Lines of a page without a form, in reading order."""
    rows = [
        (
            str(number),
            hidden.text(line.text),
            words.percent(line.confidence),
            "縦書き" if line.vertical else "横書き",
        )
        for number, line in enumerate(lines, start=1)
    ]
    return table("読んだ行", _LINE_HEAD, rows)


def drift_table(zones: Sequence[DriftZone], template: Template) -> Html:
    """Places where print of the form is missing or a frame is new, with the fields beside them."""
    form = template.definition
    labels = {i.name: i.label for g in (form.fields, form.marks, form.seals) for i in g}
    rows = []
    for number, zone in enumerate(zones, start=1):
        x0, y0, x1, y1 = (value * 25.4 / template.dpi for value in zone.corners)
        names = fields_beside(zone.corners, form, zone.form_page)
        rows.append(
            (
                f"{DRIFTED.sign}{number}",
                f"左から {x0:.0f}、上から {y0:.0f}、幅 {x1 - x0:.0f}、高さ {y1 - y0:.0f}",
                _DRIFT_KINDS.get(zone.kind) or words.percent(max(0.0, zone.shown)),
                "、".join(labels[name] for name in names),
            )
        )
    return table("印刷が様式と違うところ", _DRIFT_HEAD, rows)


def pair_table(fields: Iterable[Field], names: frozenset[str]) -> Html:
    """Pairs of label and value of a document without a form; values of `names` are masked."""
    rows = [
        (
            str(number),
            field.label,
            _shown(field.value, field.name in names) or words.EMPTY_VALUE,
            _shown(field.raw_text, field.name in names),
            words.percent(field.confidence),
        )
        for number, field in enumerate(fields, start=1)
    ]
    return table("見出しと値の組", _PAIR_HEAD, rows)


def state_cell(look: Look) -> Html:
    """Sign and word of a state in its colour."""
    return tag("span", f"{look.sign} {look.word}", class_="state", style=f"color:{look.css}")


def _field_row(
    number: int, field: Field, cuts: Sequence[ReadCut], hidden: Hidden
) -> tuple[str, ...]:
    secret = field.name in hidden.names
    # Other readings and crops together would tell what the mask hides.
    others = [f"{a.value} {words.percent(a.confidence)}" for a in field.alternatives]
    crops: str = join(_crops(cuts))
    if secret:
        others, crops = [], words.HIDDEN_CROP if cuts else ""
    return (
        str(number),
        field.label,
        join((state_cell(look_of_field(field)), *_notes(field))),
        _shown(field.value, secret) or words.EMPTY_VALUE,
        _shown(field.raw_text, secret),
        words.percent(field.confidence),
        join(tag("div", other) for other in others),
        crops,
    )


def _notes(field: Field) -> Iterable[Html]:
    return (tag("div", note) for note in words.correction_notes(field))


def _crops(cuts: Sequence[ReadCut]) -> Iterable[Html]:
    """Every crop as the recogniser got it, with what it read there; struck ones say so."""
    for read in cuts:
        part = f"{words.PARTS[read.cut.slot.part]}: " if read.cut.slot.part else ""
        kinds = ((read.cut.crops, read.lines, ""), (read.cut.struck, read.struck, "抹消線の下: "))
        for crops, readings, note in kinds:
            for crop, reading in zip(crops, readings, strict=False):
                said = f"{note}{part}{reading.text}（{words.percent(reading.confidence)}）"
                yield tag(
                    "div", image(crop_uri(crop.pixels), said, kind="crop"), said, class_="reading"
                )


def _mark_row(
    mark: Mark, shape: MarkShape | None, labels: tuple[str, str], crop: Pixels
) -> tuple[str, ...]:
    inside = ring = ""
    if shape is not None:
        inside = f"{shape.inside:.2f} mm²（{words.percent(shape.filled)}）"
        ring = words.percent(shape.ring)
    group, option = labels
    return (
        group,
        option,
        state_cell(look_of_mark(mark)),
        words.percent(mark.confidence),
        inside,
        ring,
        image(crop_uri(crop), f"{group} {option}", kind="crop"),
    )


def _labels(template: Template) -> dict[tuple[str, str], tuple[str, str]]:
    form = template.definition
    labels = {(g.name, o.value): (g.label, o.label) for g in form.marks for o in g.options}
    for field in form.fields:
        for era in field.eras:
            word = ERA_WORDS[era.value] or words.WESTERN
            labels[f"{field.name}.era", str(era.value)] = (f"{field.label}（元号）", word)
    for seal in form.seals:
        kind = "署名" if seal.kind == "signature" else "押印"
        labels[seal.name, SEAL_OPTION] = (seal.label, kind)
    return labels


def _shown(text: str | None, secret: bool) -> str:
    return (mask(text) if secret else text) or ""
