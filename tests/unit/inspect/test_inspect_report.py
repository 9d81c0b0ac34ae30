"""The report of `inspect`: safe, complete, self-contained, and silent about 個人番号."""

import re
from dataclasses import replace

import numpy as np
import pytest
from inspect_pages import HOSTILE, NUMBER, form_evidence, make_template, unknown_evidence

from ocr_service.inspect import looks
from ocr_service.inspect.evidence import PageEvidence, PageTrace
from ocr_service.inspect.hide import Hidden, hidden_of
from ocr_service.inspect.page_report import PageReport, report_page
from ocr_service.inspect.pictures import WIDTH
from ocr_service.inspect.places import field_places, mark_places
from ocr_service.inspect.report import report_document
from pipelines.drift import DriftZone
from pipelines.forms.template import Template
from pipelines.records import (
    BoundingBox,
    CategoryScore,
    Field,
    FieldState,
    Finding,
    FindingKind,
    Mark,
    MarkState,
    Severity,
    Suggestion,
)


@pytest.fixture(scope="module")
def template() -> Template:
    return make_template()


@pytest.fixture(scope="module")
def masked(template: Template) -> PageReport:
    evidence = form_evidence(template)
    return report_page(evidence, hidden_of(evidence))


def picture(page: PageReport, name: str) -> np.ndarray:
    return dict(page.pictures)[name]


def scribbled(template: Template) -> PageEvidence:
    """The page with something else written in the box of the number."""
    evidence = form_evidence(template)
    assert evidence.registered is not None and evidence.ink is not None
    x0, y0, x1, y1 = (round(value) for value in field_places(template)["number"])
    noise = np.random.default_rng(1).integers(0, 255, (y1 - y0, x1 - x0), np.uint8)
    evidence.registered.grey[y0:y1, x0:x1] = noise
    evidence.page.pixels[y0:y1, x0:x1] = noise[..., None]
    evidence.ink.mask[y0:y1, x0:x1] = noise > 99
    return evidence


def document(
    evidence: PageEvidence, *, name: str = "scan.png", findings: tuple[Finding, ...] = ()
) -> str:
    hidden = hidden_of(evidence)
    form = evidence.template.definition if evidence.template else None
    suggestion = Suggestion(
        form=evidence.template.key if evidence.template else None,
        form_score=0.97,
        category=CategoryScore(label="unknown", confidence=0.4, candidates=("unknown",)),
        fields=evidence.fields,
        findings=findings,
        pages=(evidence.view,) if evidence.view else (),
        lines=evidence.lines,
        versions={"program": "1"},
        timings={"decode": 0.25},
    )
    pages = [report_page(evidence, hidden)]
    return report_document(name, suggestion, form, pages, hidden=hidden, masked=True)


def test_what_citizens_and_stations_wrote_is_text_not_markup(template: Template) -> None:
    html = document(form_evidence(template), name='"><img src=x onerror=alert(1)>.png')
    assert "<script" not in html
    assert "onerror=alert(1)>" not in html
    assert "&lt;script&gt;alert(&#x27;足立&#x27;)&lt;/script&gt;" in html


def test_the_file_needs_nothing_but_itself(template: Template) -> None:
    html = document(form_evidence(template))
    sources = re.findall(r'(?:src|href|srcset)="([^"]{0,40})', html)
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    assert not re.search(r"https?://|@import|url\(", html)
    assert "default-src &#x27;none&#x27;" in html or "default-src 'none'" in html


def test_every_stage_has_its_picture_and_its_words(masked: PageReport) -> None:
    assert [name for name, _ in masked.pictures] == ["scan", "registered", "ink", "boxes"]
    assert all(pixels.shape[1] == WIDTH for _, pixels in masked.pictures)
    for words in ("印刷の一致 97.0%", "0.04 mm", "氏名", "？ 要確認", "● 印あり", "3.25 mm²"):
        assert words in masked.html, words


def test_a_number_is_hidden_in_tables_and_pictures(template: Template, masked: PageReport) -> None:
    assert NUMBER not in masked.html and NUMBER[:-1] not in masked.html
    assert "********9018" in masked.html
    assert "（伏せています）" in masked.html
    written = report_page(scribbled(template), hidden_of(scribbled(template)))
    for name in ("scan", "ink", "boxes"):
        assert (picture(masked, name) == picture(written, name)).all(), name


def test_a_number_is_shown_when_it_is_asked_for(template: Template) -> None:
    shown = report_page(form_evidence(template), Hidden())
    assert NUMBER in shown.html
    assert "（伏せています）" not in shown.html
    written = report_page(scribbled(template), Hidden())
    for name in ("scan", "ink", "boxes", "registered"):
        assert (picture(shown, name) != picture(written, name)).any(), name


def test_findings_do_not_quote_a_number(template: Template) -> None:
    finding = Finding(
        rule="value.unparseable.number",
        kind=FindingKind.PLAUSIBILITY,
        severity=Severity.ERROR,
        fields=("number",),
        message=f"読み取れません。（読み取り: {NUMBER}）",
        ground="根拠",
    )
    html = document(form_evidence(template), findings=(finding,))
    assert "読み取り: ********9018" in html
    assert NUMBER not in html


def test_a_number_on_a_page_without_a_form_is_hidden(template: Template) -> None:
    evidence = unknown_evidence(template, HOSTILE, f"個人番号 {NUMBER}")
    html = document(evidence)
    assert NUMBER not in html
    assert "<script" not in html
    assert "横書き" in html
    page = report_page(evidence, hidden_of(evidence))
    scale = WIDTH / template.grey.shape[1]
    line = picture(page, "scan")[round(162 * scale) : round(198 * scale), round(120 * scale)]
    assert (line == 60).all()


def test_boxes_have_the_colour_of_their_state(template: Template, masked: PageReport) -> None:
    boxes = picture(masked, "boxes")
    scale = WIDTH / template.grey.shape[1]
    x0, y0, x1, y1 = (value * scale for value in field_places(template)["name"])
    assert tuple(boxes[round(y1), round((x0 + x1) / 2)]) == looks.DOUBTFUL.colour
    x0, y0, x1, y1 = (value * scale for value in mark_places(template)["seal", "seal"])
    assert tuple(boxes[round((y0 + y1) / 2), round(x1)]) == looks.AMBIGUOUS.colour


@pytest.mark.parametrize("kinds", [looks.FIELD_LOOKS, looks.MARK_LOOKS])
def test_no_state_is_told_by_colour_alone(kinds: tuple[looks.Look, ...]) -> None:
    assert len({look.sign for look in kinds}) == len(kinds)
    assert len({look.word for look in kinds}) == len(kinds)


@pytest.mark.parametrize("state", FieldState)
def test_every_state_of_a_field_has_a_look(template: Template, state: FieldState) -> None:
    field: Field = replace(form_evidence(template).fields[1], state=state)
    assert looks.look_of_field(field) in looks.FIELD_LOOKS


@pytest.mark.parametrize("state", MarkState)
def test_every_state_of_a_mark_has_a_look(state: MarkState) -> None:
    box = BoundingBox(x0=0, y0=0, x1=1, y1=1)
    mark = Mark(group="a", option="b", state=state, confidence=1, box=box, page=1)
    assert looks.look_of_mark(mark) in looks.MARK_LOOKS


def test_a_page_that_does_not_lie_on_its_form_says_so(template: Template) -> None:
    evidence = replace(form_evidence(template), registered=None, fields=(), marks=())
    html = report_page(evidence, hidden_of(evidence)).html
    assert "印刷が様式どおりの場所に見つからず" in html


def test_print_that_is_missing_is_framed_and_listed(template: Template, masked: PageReport) -> None:
    assert "すべて様式どおりの場所にあります" in masked.html
    corners = (480.0, 700.0, 800.0, 780.0)
    box = BoundingBox(x0=480, y0=700, x1=800, y1=780)
    zone = DriftZone(page=1, form_page=1, corners=corners, box=box, shown=0.125)
    evidence = replace(form_evidence(template), drift=(zone,))
    page = report_page(evidence, hidden_of(evidence))
    assert "すべて様式どおりの場所にあります" not in page.html
    for words in ("！1", "左から 61、上から 89、幅 41、高さ 10", "12.5%", "！ 印刷が様式と違う"):
        assert words in page.html, words
    scale = WIDTH / template.grey.shape[1]
    edge = picture(page, "registered")[round(780 * scale), round(640 * scale)]
    assert tuple(edge) == looks.DRIFTED.colour


def test_a_trace_keeps_one_page_at_a_time(template: Template) -> None:
    seen: list[PageEvidence] = []
    trace = PageTrace(seen.append)
    made = form_evidence(template)
    assert made.view is not None
    trace.quality_judged(made.page, made.verdict)
    trace.form_scored(template, 0.7)
    trace.marks_read(made.marks)
    trace.page_done(made.view, made.fields)
    (page,) = seen
    assert page.marks == made.marks and page.fields == made.fields
    assert [score.score for score in page.scores] == [0.7]
    with pytest.raises(RuntimeError, match="no page"):
        trace.form_scored(template, 0.7)
