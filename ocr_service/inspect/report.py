"""The whole report of one document: one HTML file with everything in it."""

from collections.abc import Sequence
from importlib import resources

from ocr_service.inspect import words
from ocr_service.inspect.hide import Hidden
from ocr_service.inspect.markup import Html, join, table, tag
from ocr_service.inspect.page_report import PageReport
from ocr_service.inspect.tables import pair_table
from ocr_service.review.categories import category_title
from ocr_service.review.masking import number_names
from pipelines.forms.model import FormDefinition
from pipelines.records import Finding, Suggestion

_UNKNOWN = "不明"
# No script, no request: the file may be opened anywhere and shows the same.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def report_document(
    name: str,
    suggestion: Suggestion,
    form: FormDefinition | None,
    pages: Sequence[PageReport],
    *,
    hidden: Hidden,
    masked: bool,
) -> str:
    """HTML of the document in the file `name`; `masked` says that 個人番号 are left out.

    `hidden` is what all its pages leave out.
    """
    style = resources.files("ocr_service.inspect").joinpath("report.css").read_text("utf-8")
    head = join(
        [
            Html('<meta charset="utf-8">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            tag("title", f"読み取りの記録: {name}"),
            tag("style", Html(style)),
        ]
    )
    body = tag(
        "main",
        tag("h1", f"読み取りの記録: {name}"),
        _notice(masked),
        _summary(suggestion, form),
        _findings(suggestion.findings, form, hidden),
        *_pairs(suggestion, form, masked),
        *(page.html for page in pages),
        _versions(suggestion),
    )
    html = tag("html", tag("head", head), tag("body", body), lang="ja")
    return f"<!DOCTYPE html>\n{html}\n"


def _notice(masked: bool) -> Html:
    text = "この記録には個人情報が含まれます。"
    shown = "個人番号も表示しています。扱いに注意してください。"
    return tag("p", text + ("個人番号は伏せています。" if masked else shown), class_="warning")


def _summary(suggestion: Suggestion, form: FormDefinition | None) -> Html:
    category = suggestion.category
    candidates = "・".join(category_title(label) for label in category.candidates)
    title = f"{form.title}（{form.id} {form.revision}）" if form else _UNKNOWN
    rows = [
        ("様式", title),
        ("様式の一致", words.percent(suggestion.form_score)),
        ("分類", f"{category_title(category.label)}（{words.percent(category.confidence)}）"),
        ("分類の候補（正解を含むと見込む範囲）", candidates or _UNKNOWN),
        ("ページ数", str(len(suggestion.pages))),
    ]
    seconds = [
        (words.STAGES.get(stage, stage), f"{taken:.2f} 秒")
        for stage, taken in suggestion.timings.items()
    ]
    total = f"{sum(suggestion.timings.values()):.2f} 秒"
    return tag(
        "div",
        table("まとめ", ("項目", "内容"), rows),
        table("かかった時間", ("段階", "時間"), [*seconds, ("合計", total)]),
        class_="beside",
    )


def _findings(findings: Sequence[Finding], form: FormDefinition | None, hidden: Hidden) -> Html:
    if not findings:
        return tag("p", "指摘はありません。")
    labels = {}
    if form is not None:
        labels = {i.name: i.label for g in (form.fields, form.marks, form.seals) for i in g}
    rows = [
        (
            words.SEVERITIES[finding.severity],
            words.KINDS[finding.kind],
            hidden.text(finding.message),
            "、".join(labels.get(name, name) for name in finding.fields),
            finding.ground,
            finding.rule,
        )
        for finding in findings
    ]
    head = ("重さ", "種類", "指摘", "項目", "根拠", "規則")
    return table("指摘", head, rows)


def _pairs(suggestion: Suggestion, form: FormDefinition | None, masked: bool) -> Sequence[Html]:
    if form is not None or not suggestion.fields:
        return ()
    names = number_names(None, suggestion.fields) if masked else frozenset()
    return (pair_table(suggestion.fields, names),)


def _versions(suggestion: Suggestion) -> Html:
    rows = sorted(suggestion.versions.items())
    return tag("footer", table("使ったプログラムとモデルの版", ("名前", "版"), rows))
