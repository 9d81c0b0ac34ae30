"""Suggestions as JSON bytes (sealed objects, and the way out of the reading process), and back.

Stacks only take the way out of the reading process.

The round trip is exact: `decode_suggestion(encode_suggestion(s)) == s`. The form is stable: fields
may be added with defaults, never renamed.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from pipelines.errors import CodedError, ErrorCode
from pipelines.records import QualityVerdict, Suggestion
from pipelines.stack import StackReading

_FORMAT = 1


def encode_suggestion(suggestion: Suggestion) -> bytes:
    """Write a suggestion as UTF-8 JSON. Raises ValueError for numbers that aren't finite."""
    return _dump({"format": _FORMAT, "suggestion": asdict(suggestion)})


def decode_suggestion(data: bytes) -> Suggestion:
    """Read a suggestion back. Raises CodedError STORAGE_DAMAGED when it isn't one."""
    suggestion = _decoded(data, "suggestion", Suggestion)
    assert isinstance(suggestion, Suggestion)
    return suggestion


def encode_stack(reading: StackReading) -> bytes:
    """Write the reading of a stack as UTF-8 JSON. Raises as `encode_suggestion`."""
    return _dump({"format": _FORMAT, "stack": asdict(reading)})


def decode_stack(data: bytes) -> StackReading:
    """Read back what `encode_stack` wrote. Raises CodedError STORAGE_DAMAGED when it isn't that."""
    reading = _decoded(data, "stack", StackReading)
    assert isinstance(reading, StackReading)
    return reading


def encode_verdicts(verdicts: tuple[QualityVerdict, ...]) -> dict[str, object]:
    """Quality verdicts as `documents.quality` keeps them: `{"pages": [{page, ok, …}]}`."""
    return {"pages": [json.loads(_dump(asdict(v))) for v in verdicts]}


def decode_verdicts(quality: Mapping[str, object] | None) -> tuple[QualityVerdict, ...]:
    """Read what `encode_verdicts` wrote; nothing when there is none.

    Raises CodedError STORAGE_DAMAGED when it can't be understood.
    """
    pages = (quality or {}).get("pages", [])
    try:
        return tuple(_build(QualityVerdict, page) for page in pages)  # type: ignore[attr-defined]
    except (ValueError, KeyError, TypeError) as error:
        raise CodedError(
            ErrorCode.STORAGE_DAMAGED, f"not verdicts: {type(error).__name__}"
        ) from None


def _decoded(data: bytes, name: str, kind: type) -> object:
    try:
        body = json.loads(data)
        if body["format"] != _FORMAT:
            raise ValueError("unknown format")
        made: object = _build(kind, body[name])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = f"not a {name}: {type(error).__name__}"
        raise CodedError(ErrorCode.STORAGE_DAMAGED, problem) from None
    return made


def _dump(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Lone surrogates (a damaged PDF can hold them) have no UTF-8: keep them as escapes.
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _build(kind: Any, value: Any) -> Any:
    """Make a value of the annotated type from its JSON."""
    if is_dataclass(kind):
        return _build_record(kind, value)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (inner,) = [a for a in arguments if a is not type(None)]
        return _build(inner, value)
    if origin is tuple:
        return tuple(_build(arguments[0], item) for item in _expect(value, list))
    if origin is not None and issubclass(origin, Mapping):
        return {k: _build(arguments[1], v) for k, v in _expect(value, dict).items()}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is float:
        return float(_expect(value, int | float))
    return _expect(value, kind)


def _build_record(kind: Any, value: Any) -> Any:
    body = _expect(value, dict)
    hints = _hints(kind)
    unknown = body.keys() - hints.keys()
    if unknown:
        raise ValueError("unknown field")
    made = {}
    for item in fields(kind):
        if item.name in body:
            made[item.name] = _build(hints[item.name], body[item.name])
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ValueError("missing field")
    return kind(**made)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _expect(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError("wrong type")
    return value
