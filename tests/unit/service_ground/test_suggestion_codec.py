import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.storage.suggestion_codec import (
    decode_suggestion,
    decode_verdicts,
    encode_suggestion,
    encode_verdicts,
)
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import (
    Alternative,
    BoundingBox,
    CategoryScore,
    Field,
    FieldSource,
    FieldState,
    Finding,
    FindingKind,
    FormKey,
    Line,
    PageView,
    QualityReason,
    QualityVerdict,
    Severity,
    Suggestion,
)

VERDICT = QualityVerdict(
    page=1, ok=False, reasons=(QualityReason.DARK,), measures={"sharpness": 1 / 3}
)


def suggestion() -> Suggestion:
    box = BoundingBox(x0=0.1, y0=2, x1=3.3333333333333335, y1=4e-3 + 2)
    return Suggestion(
        form=FormKey(id="nursery-admission", revision="2026-04"),
        form_score=0.875,
        category=CategoryScore(label="unknown", confidence=0.5, candidates=("a.b", "c.d")),
        fields=(
            Field(
                name="name",
                label="氏名",
                kind="name",
                value="髙橋 𠮷郎",
                raw_text="髙橋\u3000𠮷郎",
                confidence=0.1 + 0.2,
                state=FieldState.READ,
                source=FieldSource.READ,
                box=box,
                page=1,
                doubtful=True,
                alternatives=(Alternative(value="高橋 吉郎", confidence=0.25),),
            ),
            Field(
                name="note",
                label="備考",
                kind="text",
                value=None,
                raw_text="",
                confidence=1.0,
                state=FieldState.BLANK,
                source=FieldSource.BLANK,
                box=None,
                page=2,
            ),
        ),
        findings=(
            Finding(
                rule="birth.future",
                kind=FindingKind.PLAUSIBILITY,
                severity=Severity.ERROR,
                fields=("birth",),
                message="生年月日が未来です。",
                ground="要領 3.2",
                params={"birth": "令和9年"},
            ),
        ),
        pages=(
            PageView(
                number=1,
                width=1654,
                height=2339,
                rotation=180,
                form_page=None,
                score=0.0,
                quality=VERDICT,
            ),
        ),
        lines=(Line(text="足立区長", confidence=0.99, box=box, page=1, vertical=True),),
        versions={"program": "0.1.0"},
        timings={"decode": 0.25},
    )


def test_the_round_trip_is_exact() -> None:
    assert decode_suggestion(encode_suggestion(suggestion())) == suggestion()


def test_records_have_their_own_types_again() -> None:
    back = decode_suggestion(encode_suggestion(suggestion()))
    assert isinstance(back.fields[0].state, FieldState)
    assert isinstance(back.findings[0].severity, Severity)
    assert isinstance(back.fields[0].alternatives, tuple)
    assert isinstance(back.fields[0].box, BoundingBox)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(alphabet=st.characters()),
    number=st.floats(allow_nan=False, allow_infinity=False),
    timings=st.dictionaries(st.text(max_size=8), st.floats(0, 1e9), max_size=4),
)
def test_any_text_and_number_survives(text: str, number: float, timings: dict[str, float]) -> None:
    made = Suggestion(
        form=None,
        form_score=number,
        category=CategoryScore(label=text, confidence=0.0, candidates=()),
        fields=(),
        findings=(),
        pages=(),
        lines=(Line(text=text, confidence=0, box=BoundingBox(x0=0, y0=0, x1=1, y1=1), page=1),),
        versions={},
        timings=timings,
    )
    assert decode_suggestion(encode_suggestion(made)) == made


def test_lone_surrogates_survive() -> None:
    verdict = suggestion()
    made = Suggestion(
        **{
            **{n: getattr(verdict, n) for n in verdict.__dataclass_fields__},
            "lines": (
                Line(
                    text="a\ud800b",
                    confidence=1.0,
                    box=BoundingBox(x0=0, y0=0, x1=1, y1=1),
                    page=1,
                ),
            ),
        }
    )
    assert decode_suggestion(encode_suggestion(made)) == made


def test_numbers_that_are_not_finite_are_refused() -> None:
    made = suggestion()
    broken = Suggestion(
        **{**{n: getattr(made, n) for n in made.__dataclass_fields__}, "form_score": math.nan}
    )
    with pytest.raises(ValueError, match="JSON"):
        encode_suggestion(broken)


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.update(format=2),
        lambda b: b["suggestion"].pop("category"),
        lambda b: b["suggestion"].update(surprise=1),
        lambda b: b["suggestion"]["fields"][0].update(state="invented"),
        lambda b: b["suggestion"]["fields"][0]["box"].update(x1=-1.0),
        lambda b: b["suggestion"].update(form_score="0.5"),
        lambda b: b["suggestion"].update(lines={}),
        lambda b: b["suggestion"]["pages"][0].update(number=True),
    ],
)
def test_anything_else_is_damage(change: object) -> None:
    body = json.loads(encode_suggestion(suggestion()))
    change(body)  # type: ignore[operator]
    with pytest.raises(CodedError) as caught:
        decode_suggestion(json.dumps(body).encode())
    assert caught.value.code is ErrorCode.STORAGE_DAMAGED


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff", b'{"format":1}'])
def test_garbage_is_damage(data: bytes) -> None:
    with pytest.raises(CodedError) as caught:
        decode_suggestion(data)
    assert caught.value.code is ErrorCode.STORAGE_DAMAGED


def test_a_field_added_later_may_be_missing_in_older_ones() -> None:
    body = json.loads(encode_suggestion(suggestion()))
    del body["suggestion"]["fields"][1]["alternatives"]
    assert decode_suggestion(json.dumps(body).encode()) == suggestion()


def test_verdicts_go_through_the_document_row() -> None:
    assert decode_verdicts(encode_verdicts((VERDICT,))) == (VERDICT,)
    assert decode_verdicts(None) == ()
