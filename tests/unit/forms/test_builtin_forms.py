"""The built-in forms against the published schema, the layout review and their own rules."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from pipelines.forms.expressions import Value, compile_expression
from pipelines.forms.load import FormEntry, FormLibrary, parse_form, review_form
from pipelines.forms.model import FieldKind, FormDefinition, Select
from pipelines.forms.schema import SCHEMA_FILE, schema_text

ENTRIES = FormLibrary.builtin().entries
IDS = [entry.definition.id for entry in ENTRIES]
KNOWN_LEXICONS = {"towns", "surnames", "given_names", "relations", "schools"}
SAMPLES: dict[FieldKind, Value] = {
    FieldKind.DATE: date(2026, 4, 1),
    FieldKind.AMOUNT: 12000,
    FieldKind.DIGITS: "12",
    FieldKind.TIME: "09:30",
    FieldKind.MY_NUMBER: "123456789018",
    FieldKind.POSTAL_CODE: "1208510",
}


def test_the_published_schema_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_each_form_fits_the_published_schema(entry: FormEntry) -> None:
    document = json.loads(entry.definition.model_dump_json(by_alias=True))
    jsonschema.validate(document, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_nothing_printed_stands_in_a_writing_area(entry: FormEntry) -> None:
    # A thick separator between the groups of a long comb is drawn on purpose.
    ours = [p for p in review_form(entry.path) if "線" not in p.message]
    assert ours == []


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_every_condition_can_be_judged(entry: FormEntry) -> None:
    form = entry.definition
    full, empty = dict(_values(form, filled=True)), dict(_values(form, filled=False))
    for expression in _expressions(form):
        compile_expression(expression).evaluate(full)
    for item in (*form.fields, *form.marks, *form.seals, *form.attachments):
        if item.required_when:
            # On an empty form nothing depends on anything yet.
            compile_expression(item.required_when).evaluate(empty)


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_word_lists_are_ones_that_exist(entry: FormEntry) -> None:
    for field in entry.definition.fields:
        assert field.lexicon is None or field.lexicon in KNOWN_LEXICONS, field.name


def test_the_guide_tells_every_key_and_every_value() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "forms.md").read_text(encoding="utf-8")
    parts = [json.loads(schema_text()), *json.loads(schema_text())["$defs"].values()]
    keys = {key for part in parts for key in part.get("properties", {})}
    kinds = {str(kind) for kind in FieldKind}
    words = set(re.findall(r"[a-z_0-9]+", guide))
    assert sorted((keys | kinds) - words) == []


@pytest.mark.parametrize("guide", ["forms.md", "ja/forms.md"])
def test_form_examples_in_the_guides_are_valid(guide: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / guide).read_text(encoding="utf-8")
    for block in re.findall(r"```yaml\n(id: .*?)```", text, flags=re.S):
        parse_form(block.encode(), file=guide, directory=Path())


def _values(form: FormDefinition, *, filled: bool) -> Iterator[tuple[str, Value]]:
    yield "today", date(2026, 4, 20)
    for field in form.fields:
        yield field.name, SAMPLES.get(field.kind, "山田") if filled else None
    for group in form.marks:
        first = group.options[0].value
        if group.select is Select.MANY:
            yield group.name, [first] if filled else []
        else:
            yield group.name, first if filled else None
    for seal in form.seals:
        yield seal.name, filled


def _expressions(form: FormDefinition) -> Iterator[str]:
    for rule in form.rules:
        yield rule.expression
        if rule.when:
            yield rule.when
    for item in (*form.fields, *form.marks, *form.seals, *form.attachments):
        if item.required_when:
            yield item.required_when
