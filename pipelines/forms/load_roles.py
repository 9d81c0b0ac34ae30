"""Checks of what a form says to the shared rules: roles that fit their kinds, switches."""

from collections.abc import Iterator

from pipelines.forms.load_fault import Fault, Path_
from pipelines.forms.model import FieldDefinition, FormDefinition, MarkGroup, Select
from pipelines.forms.roles import SEVERAL, kinds_of, marks_may_have
from pipelines.forms.rule_ids import SharedRule

# Ids that the checks themselves give to findings.
_RESERVED = (
    *(f"{rule}." for rule in SharedRule),
    *("value.", "required.", "marks.", "attachment.", "pages.", "quality.", "rule_failed."),
)


def role_faults(form: FormDefinition) -> Iterator[Fault]:
    """All faults of the roles and switches of a form."""
    yield from _unfit(form)
    yield from _twice(form)
    both = set(form.shared_rules.enable) & set(form.shared_rules.disable)
    for i, rule in enumerate(form.shared_rules.disable):
        if rule in both:
            message = f"共通規則「{rule}」が enable と disable の両方に書かれています。"
            yield Fault(("shared_rules", "disable", i), message, f"{rule} enabled and disabled")
    for i, own in enumerate(form.rules):
        if own.id.startswith(_RESERVED) or own.id in set(SharedRule):
            message = f"規則の名前「{own.id}」は、共通規則や点検の名前と紛らわしいため使えません。"
            yield Fault(("rules", i, "id"), message, f"rule id {own.id} is reserved")


def _unfit(form: FormDefinition) -> Iterator[Fault]:
    for path, item in _items(form):
        if item.role is None:
            continue
        if isinstance(item, MarkGroup):
            values = {option.value for option in item.options}
            fits = marks_may_have(item.role) and {"male", "female"} <= values
            if not fits or item.select is not Select.ONE:
                message = f"選択肢「{item.name}」に役割「{item.role}」は付けられません。"
                message += "性別（sex）で、male と female から1つ選ぶものだけに付けられます。"
                yield Fault(path, message, f"{item.name}: role {item.role} does not fit a group")
        elif item.kind not in kinds_of(item.role):
            kinds = "、".join(kinds_of(item.role))
            message = f"役割「{item.role}」は、種類（kind）が {kinds} の欄だけに付けられます。"
            yield Fault(path, message, f"{item.name}: role {item.role} needs another kind")


def _twice(form: FormDefinition) -> Iterator[Fault]:
    seen: dict[tuple[str, int | None], str] = {}
    for path, item in _items(form):
        if item.role is None or item.role in SEVERAL:
            continue
        # Sums are told apart by their section, people by their row.
        place = item.section if item.role.startswith("amount.") else ""
        first = seen.setdefault((f"{item.role} {place}", item.row), item.name)
        if first != item.name:
            message = f"役割「{item.role}」が「{first}」と「{item.name}」の両方に付いています。"
            message += "同じ役割の人が複数いるときは、行（row）で分けてください。"
            yield Fault(path, message, f"{item.name}: role {item.role} is taken by {first}")


def _items(form: FormDefinition) -> Iterator[tuple[Path_, FieldDefinition | MarkGroup]]:
    for i, field in enumerate(form.fields):
        yield ("fields", i, "role"), field
    for i, group in enumerate(form.marks):
        yield ("marks", i, "role"), group
