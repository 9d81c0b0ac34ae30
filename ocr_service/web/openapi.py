"""Writes `openapi.json` beside this file, from which `npm run api` makes the types of the UI.

Words for readers (descriptions, examples) are left out: the file changes only when the API does.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from ocr_service.app import create_app
from ocr_service.settings import Settings

_WORDS = ("description", "examples", "example", "summary", "tags")


def contract(document: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document without the words that say nothing to a program."""
    found: dict[str, Any] = _without_words(document, names=False)
    return found


def _without_words(node: Any, *, names: bool) -> Any:
    # Keys of `properties` and the like are names of fields, which may well be `description`.
    if isinstance(node, dict):
        return {
            key: _without_words(value, names=key in ("properties", "schemas", "paths", "responses"))
            for key, value in node.items()
            if names or key not in _WORDS
        }
    if isinstance(node, list):
        return [_without_words(value, names=False) for value in node]
    return node


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = contract(create_app(Settings(data_folder=Path(folder))).openapi())
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)
    Path(__file__).with_name("openapi.json").write_text(text + "\n", encoding="utf-8")
