"""The published JSON Schema of form files; `python -m pipelines.forms.schema` writes it."""

import json
from pathlib import Path

from pipelines.forms.model import FormDefinition

SCHEMA_FILE = Path(__file__).resolve().parent / "schema.json"


def schema_text() -> str:
    """JSON Schema (draft 2020-12) of a form definition, as it is published."""
    schema = FormDefinition.model_json_schema(by_alias=True)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:ocr-service:form:1",
        **schema,
        "title": "Form definition",
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write `schema.json` beside this file."""
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
