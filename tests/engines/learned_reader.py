"""A reader for tests of the loop: reads what the version in use of the model `toy_words` reads.

The posted bytes are JSON: values of the test form by version, `shipped` when none is in use.
"""

import json
from collections.abc import Callable
from typing import Any

from models.errors import ModelError
from models.manifest import load_manifest
from ocr_service.jobs.names import pin_of
from ocr_service.loop.registry import models_in_use
from ocr_service.settings import load_settings
from ocr_service.storage.suggestion_codec import encode_suggestion
from pipelines.records import (
    CategoryScore,
    Field,
    FieldSource,
    FieldState,
    FormKey,
    Suggestion,
)

MODEL = "toy_words"


def open_handler(
    options: dict[str, Any],
) -> Callable[[dict[str, Any], bytes, Callable[[bytes], None]], bytes]:
    with models_in_use(load_settings(), candidate=str(options.get("candidate", ""))):
        try:
            version = load_manifest(MODEL).version
        except ModelError:
            version = "shipped"

    def read(head: dict[str, Any], data: bytes, _emit: Callable[[bytes], None]) -> bytes:
        values = json.loads(data)
        return encode_suggestion(suggestion(values.get(version, values["shipped"]), version, head))

    return read


def suggestion(values: dict[str, str], version: str, head: dict[str, Any]) -> Suggestion:
    return Suggestion(
        form=pin_of(head["pinned"]) or FormKey(id="test-form", revision="1"),
        form_score=1.0,
        category=CategoryScore(label="other.application", confidence=1.0, candidates=()),
        fields=tuple(
            Field(
                name=name,
                label=name,
                kind="text",
                value=value,
                raw_text=value,
                confidence=0.9,
                state=FieldState.READ,
                source=FieldSource.READ,
                box=None,
                page=1,
                doubtful=True,
            )
            for name, value in values.items()
        ),
        findings=(),
        pages=(),
        lines=(),
        versions={MODEL: version},
        timings={},
    )
