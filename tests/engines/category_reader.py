"""A reader for tests of the loop: categories by the classifier in use, of lines that are posted.

The posted bytes are JSON: the lines of a page of no form.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from ocr_service.loop.registry import models_in_use
from ocr_service.settings import load_settings
from ocr_service.storage.suggestion_codec import encode_suggestion
from pipelines.categorise import categorise_lines, load_category_model
from pipelines.records import BoundingBox, Line, Suggestion


def open_handler(
    options: dict[str, Any],
) -> Callable[[dict[str, Any], bytes, Callable[[bytes], None]], bytes]:
    with models_in_use(load_settings(), candidate=str(options.get("candidate", ""))):
        model = load_category_model()

    def read(_head: dict[str, Any], data: bytes, _emit: Callable[[bytes], None]) -> bytes:
        lines = lines_of(json.loads(data))
        return encode_suggestion(
            Suggestion(
                form=None,
                form_score=0.0,
                category=categorise_lines(lines, model),
                fields=(),
                findings=(),
                pages=(),
                lines=lines,
                versions={},
                timings={},
            )
        )

    return read


def lines_of(texts: Sequence[str]) -> tuple[Line, ...]:
    """Lines one below the other, the first one tall."""
    return tuple(
        Line(
            text=text,
            confidence=0.9,
            box=BoundingBox(x0=100, y0=80 * at + 40, x1=900, y1=80 * at + (70 if at else 110)),
            page=1,
        )
        for at, text in enumerate(texts)
    )
