"""What was corrected on the paper is said by the API, by `read --json` and in the report."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ocr_service.api.present import suggestion_body
from ocr_service.cli.read import suggestion_json
from ocr_service.inspect.words import correction_notes
from ocr_service.storage.tables import SuggestionRow
from pipelines.forms.load import FormLibrary
from pipelines.records import CategoryScore, Field, FieldSource, FieldState, Suggestion


def _field(seal: bool | None, fluid: bool | None) -> Field:
    return Field(
        name="name",
        label="氏名",
        kind="kanji_name",
        value="足立 花子",
        raw_text="足立花子",
        confidence=0.9,
        state=FieldState.READ,
        source=FieldSource.READ,
        box=None,
        page=1,
        correction_seal=seal,
        correction_fluid=fluid,
    )


def _suggestion(field: Field) -> Suggestion:
    return Suggestion(
        form=None,
        form_score=0.0,
        category=CategoryScore(label="unknown", confidence=0.5, candidates=("unknown",)),
        fields=(field,),
        findings=(),
        pages=(),
        lines=(),
        versions={},
        timings={},
    )


@pytest.mark.parametrize("seal", [True, False, None])
@pytest.mark.parametrize("fluid", [True, False, None])
def test_the_api_and_the_command_say_the_same(seal: bool | None, fluid: bool | None) -> None:
    suggestion = _suggestion(_field(seal, fluid))
    row = SuggestionRow(
        id="sug_1",
        document_id="doc_1",
        body_object="obj_1",
        versions={},
        seconds=0,
        created_at=datetime(2026, 11, 26, tzinfo=UTC),
    )
    (body,) = suggestion_body(row, suggestion, FormLibrary.builtin(), unmasked=False).fields
    assert (body.correction_seal, body.correction_fluid) == (seal, fluid)
    (told,) = suggestion_json("scan.png", suggestion, 0.1)["fields"]  # type: ignore[attr-defined]
    assert (told["correction_seal"], told["correction_fluid"]) == (seal, fluid)


@pytest.mark.parametrize(
    ("seal", "fluid", "notes"),
    [
        (True, None, ["訂正印あり"]),
        (False, False, ["訂正印なし"]),
        (None, True, ["修正液の上"]),
        (None, None, []),
    ],
)
def test_notes_are_only_said_where_something_was_corrected(
    seal: bool | None, fluid: bool | None, notes: list[str]
) -> None:
    assert list(correction_notes(_field(seal, fluid))) == notes


@pytest.mark.parametrize("doubtful", [True, False])
def test_the_command_says_which_values_are_doubtful(doubtful: bool) -> None:
    suggestion = _suggestion(replace(_field(None, None), doubtful=doubtful))
    (told,) = suggestion_json("scan.png", suggestion, 0.1)["fields"]  # type: ignore[attr-defined]
    assert told["doubtful"] is doubtful
