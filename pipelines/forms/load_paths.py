"""Paths inside a form definition: from pydantic's to the file's, and to words for people."""

import re
import typing

from pydantic import BaseModel

from pipelines.forms.model import (
    FormDefinition,
    PrintedCircle,
    PrintedLine,
    PrintedRect,
    PrintedText,
)

ItemPath = tuple[str | int, ...]

_PRINTED: dict[str, type[BaseModel]] = {
    "text": PrintedText,
    "line": PrintedLine,
    "rect": PrintedRect,
    "circle": PrintedCircle,
}
_NAMING_KEYS = ("name", "id", "value", "part", "header")


def without_tags(loc: ItemPath) -> ItemPath:
    """Take out the type name that pydantic puts after the number of an element of `printed`."""
    return tuple(
        step
        for i, step in enumerate(loc)
        if not (i >= 2 and loc[i - 2] == "printed" and isinstance(loc[i - 1], int))
    )


def dotted(data: object, path: ItemPath) -> str:
    """Write the path for people: items by name where they have one, else by number from 1."""
    words, here = [], data
    for step in path:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            words.append(_item_name(here) or str(step + 1))
        else:
            here = here.get(step) if isinstance(here, dict) else None
            words.append(step)
    return ".".join(words)


def known_keys(path: ItemPath, data: object) -> tuple[str, ...]:
    """Keys that may stand in the mapping at `path`."""
    model: type[BaseModel] | None = FormDefinition
    here, annotation = data, None
    for step in path:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
        elif model is not None:
            here = here.get(step) if isinstance(here, dict) else None
            annotation = _annotation(model, step)
        tag = here.get("type", "text") if isinstance(here, dict) else None
        model = _model_in(annotation, tag)
    if model is None:
        return ()
    return tuple(info.alias or name for name, info in model.model_fields.items())


def named_in(data: object, message: str) -> ItemPath | None:
    """Path of the item that a message of the model's own consistency check speaks of."""
    if not isinstance(data, dict):
        return None
    if found := re.search(r"rule ([^:]+): ", message):
        return _find(data, ("rules",), "id", found[1])
    if found := re.search(r"export column (.+): no field", message):
        return _find(data, ("export", "columns"), "header", found[1])
    if found := re.search(r"name used twice: (\w+)", message) or re.search(r"(\w+): ", message):
        for group in ("seals", "marks", "fields"):
            path = _find(data, (group,), "name", found[1])
            if path:
                return path
    if "pages must be numbered" in message:
        return ("pages",)
    return None


def _item_name(item: object) -> str | None:
    if isinstance(item, dict):
        for key in _NAMING_KEYS:
            if isinstance(item.get(key), str):
                return str(item[key])
    return None


def _annotation(model: type[BaseModel], key: str) -> object:
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return info.annotation
    return None


def _model_in(annotation: object, tag: object) -> type[BaseModel] | None:
    """Find the model that an annotation such as `tuple[FieldPart, ...]` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = [m for a in typing.get_args(annotation) if (m := _model_in(a, tag)) is not None]
    if len(models) > 1:
        return _PRINTED.get(str(tag))
    return models[0] if models else None


def _find(data: dict[str, object], path: ItemPath, key: str, value: str) -> ItemPath | None:
    items: object = data
    for step in path:
        items = items.get(str(step)) if isinstance(items, dict) else None
    if not isinstance(items, list):
        return None
    # The last one: of two with the same name it is the second that has to change.
    for i in reversed(range(len(items))):
        if isinstance(items[i], dict) and items[i].get(key) == value:
            return (*path, i)
    return None
