"""Checks of a whole form that the model alone can't make: overlaps, parts, backgrounds."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.forms.load_expressions import expression_faults
from pipelines.forms.load_fault import Fault, Path_
from pipelines.forms.load_roles import role_faults
from pipelines.forms.model import Box, FormDefinition, MarkStyle

_TOLERANCE = 0.05
"""Boxes may share this much in mm: rounding of coordinates is no overlap."""


def check_form(form: FormDefinition, directory: Path) -> Iterator[Fault]:
    """All faults of a definition whose files lie in `directory`."""
    yield from expression_faults(form)
    yield from role_faults(form)
    yield from _overlap_faults(form)
    yield from _part_faults(form)
    yield from _background_faults(form, directory)


def _overlap_faults(form: FormDefinition) -> Iterator[Fault]:
    placed = list(inked_boxes(form)) + list(_reserved(form))
    for i, (name, page, box, _) in enumerate(placed):
        for other, other_page, other_box, path in placed[i + 1 :]:
            if page == other_page and name != other and overlap(box, other_box):
                message = f"「{other}」の枠が「{name}」の枠と重なっています。"
                yield Fault(path, message, f"{other} overlaps {name}")


def inked_boxes(
    form: FormDefinition, *, circled: bool = True
) -> Iterator[tuple[str, int, Box, Path_]]:
    """Every area in which ink may stand: owner, page, box, path in the definition.

    `circled` False leaves out the words that are circled, which are print themselves.
    """
    for i, field in enumerate(form.fields):
        boxes = [part.box for part in field.parts] or [field.box]
        if circled or field.era_style is not MarkStyle.CIRCLE:
            boxes += [era.box for era in field.eras]
        yield from ((field.name, field.page, box, ("fields", i, "box")) for box in boxes)
    for i, group in enumerate(form.marks):
        if group.style is MarkStyle.CIRCLE and not circled:
            continue
        for j, option in enumerate(group.options):
            name = f"{group.name}.{option.value}"
            yield name, group.page, option.box, ("marks", i, "options", j, "box")
    # Seals are left out: they are set over the end of a name on most forms.


def _reserved(form: FormDefinition) -> Iterator[tuple[str, int, Box, Path_]]:
    for i, page in enumerate(form.pages):
        if page.code is not None:
            code = page.code
            box = Box(x=code.x, y=code.y, width=code.size, height=code.size)
            yield "QR", page.number, box, ("pages", i, "code")


def overlap(a: Box, b: Box, tolerance: float = _TOLERANCE) -> bool:
    """Whether two boxes share an area wider and higher than `tolerance` mm."""
    wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
    return wide > tolerance and high > tolerance


def _part_faults(form: FormDefinition) -> Iterator[Fault]:
    for i, field in enumerate(form.fields):
        for j, part in enumerate(field.parts):
            if not _inside(part.box, field.box):
                message = f"「{field.name}」の {part.part} の枠が、欄の枠 (box) の外に出ています。"
                detail = f"{field.name}: part {part.part} leaves the field's box"
                yield Fault(("fields", i, "parts", j, "box"), message, detail)
        kinds = [part.part for part in field.parts]
        for kind in _doubles(kinds):
            message = f"「{field.name}」の {kind} が 2 回書かれています。"
            yield Fault(("fields", i, "parts"), message, f"{field.name}: part {kind} twice")
    for i, group in enumerate(form.marks):
        for value in _doubles([option.value for option in group.options]):
            message = f"「{group.name}」に同じ選択肢「{value}」が 2 つあります。"
            yield Fault(("marks", i, "options"), message, f"{group.name}: option {value} twice")
    for rule_id in _doubles([rule.id for rule in form.rules]):
        i = max(k for k, rule in enumerate(form.rules) if rule.id == rule_id)
        message = f"規則の名前「{rule_id}」が 2 回使われています。"
        yield Fault(("rules", i, "id"), message, f"rule id {rule_id} twice")
    if form.valid.until is not None and form.valid.until < form.valid.from_:
        message = "有効期間の終わり (until) が始まり (from) より前です。"
        yield Fault(("valid", "until"), message, "valid.until is before valid.from")


def _inside(inner: Box, outer: Box) -> bool:
    return (
        inner.x >= outer.x - _TOLERANCE
        and inner.y >= outer.y - _TOLERANCE
        and inner.x + inner.width <= outer.x + outer.width + _TOLERANCE
        and inner.y + inner.height <= outer.y + outer.height + _TOLERANCE
    )


def _doubles(values: Iterable[str]) -> list[str]:
    items = list(values)
    return sorted({item for item in items if items.count(item) > 1})


def _background_faults(form: FormDefinition, directory: Path) -> Iterator[Fault]:
    for i, page in enumerate(form.pages):
        name = page.background
        if name is None:
            continue
        path: Path_ = ("pages", i, "background")
        if Path(name).name != name:
            message = "背景の PDF は、定義ファイルと同じフォルダーに置いてください。"
            yield Fault(path, message, "background must be a plain file name")
        elif not (directory / name).is_file():
            message = f"背景の PDF「{name}」が見つかりません。"
            yield Fault(path, message, f"background {name} is missing")
