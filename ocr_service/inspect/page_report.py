"""The part of the report that shows one page, stage by stage."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ocr_service.inspect import pictures, words
from ocr_service.inspect.drawing import photo_uri
from ocr_service.inspect.evidence import PageEvidence
from ocr_service.inspect.hide import Hidden
from ocr_service.inspect.looks import DRIFTED, FIELD_LOOKS, MARK_LOOKS, READ, Look
from ocr_service.inspect.markup import Html, figure, join, listed, table, tag
from ocr_service.inspect.tables import drift_table, field_table, line_table, mark_table
from pipelines.check import quality_findings
from pipelines.forms.template import Template
from pipelines.records import Pixels, RegisteredPage
from pipelines.register_shifts import PrintShifts, print_shifts

_MOST_RIVALS = 5


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PageReport:
    """HTML of a page, and its pictures by name (RGB)."""

    number: int
    html: Html
    pictures: tuple[tuple[str, Pixels], ...]


@dataclass(slots=True)
class _Album:
    """Pictures of a page as they are made."""

    pictures: list[tuple[str, Pixels]] = field(default_factory=list)

    def show(self, name: str, pixels: Pixels, caption: str) -> Html:
        """Keep a picture and give its figure."""
        self.pictures.append((name, pixels))
        return figure(photo_uri(pixels), caption)


def report_page(evidence: PageEvidence, hidden: Hidden) -> PageReport:
    """Draw and describe everything the stages made of a page; `hidden` is left out."""
    album = _Album()
    number = evidence.page.number
    parts = [
        tag("h2", f"{number}ページ目"),
        *_scan(evidence, hidden, album),
        *_form(evidence),
    ]
    if evidence.registered is not None and evidence.template is not None:
        parts += _form_page(evidence, evidence.registered, evidence.template, hidden, album)
    elif evidence.read is not None:
        parts += _lines(evidence, hidden, album)
    return PageReport(
        number=number,
        html=tag("section", *parts),
        pictures=tuple(album.pictures),
    )


def legend(looks: tuple[Look, ...]) -> Html:
    """Colours with their signs and words."""
    items = [_swatch(look.css, f"{look.sign} {look.word}") for look in looks]
    return tag("ul", *(tag("li", item) for item in items), class_="legend")


def _scan(evidence: PageEvidence, hidden: Hidden, album: _Album) -> Iterator[Html]:
    yield tag("h3", "1. 届いた画像と画質")
    findings = quality_findings([evidence.verdict])
    if evidence.verdict.ok:
        yield tag("p", tag("strong", "○ 画質に問題はありません。"))
    else:
        yield tag("div", *(tag("p", f"！ {f.message}") for f in findings), class_="warning")
    rows = [
        (words.MEASURES.get(name, name), words.number(value))
        for name, value in evidence.verdict.measures.items()
    ]
    yield table("測った値", ("項目", "値"), rows)
    caption = "届いたままの画像"
    if evidence.registered is not None:
        caption += "（青い枠: 見つかった用紙の範囲）"
    yield album.show("scan", pictures.scan_picture(evidence, hidden), caption)
    straight = evidence.straight
    turned = evidence.view.rotation if evidence.view else 0
    if straight is not None:
        yield tag("p", "様式が見つからなかったため、平らにし、傾きを直して見直しました。")
        shown = pictures.page_picture(straight, hidden)
        yield album.show("straight", shown, "傾きを直した画像")
    yield tag("p", f"正しい向きにするための回転: 時計回りに {turned}度")


def _form(evidence: PageEvidence) -> Iterator[Html]:
    yield tag("h3", "2. 様式の特定")
    found, template = evidence.identification, evidence.template
    best = {}
    for item in sorted(evidence.scores, key=lambda score: score.score):
        best[item.form, item.form_page] = item
    ranked = sorted(best.values(), key=lambda score: -score.score)[:_MOST_RIVALS]
    if found is None:
        yield tag("p", tag("strong", "どの様式とも一致しませんでした。"))
    elif template is not None:
        title, method = template.definition.title, words.METHODS.get(found.method, found.method)
        where = f"{found.form.id} {found.form.revision} の {found.form_page}ページ目"
        said = f"{title}（{where}）。手がかり: {method}、印刷の一致 {words.percent(found.score)}"
        yield tag("p", tag("strong", said))
        if evidence.registered is None:
            text = "！ 印刷が様式どおりの場所に見つからず、この様式としては読みませんでした。"
            yield tag("p", text, class_="warning")
    rows = [
        (item.title, f"{item.form.id} {item.form.revision}", str(item.form_page),
         words.percent(item.score))
        for item in ranked
    ]  # fmt: skip
    if rows:
        yield table("くらべた様式", ("様式", "ID と版", "ページ", "印刷の一致"), rows)
    else:
        yield tag("p", "くらべられるほど似た様式はありませんでした。")


def _form_page(
    evidence: PageEvidence,
    registered: RegisteredPage,
    template: Template,
    hidden: Hidden,
    album: _Album,
) -> Iterator[Html]:
    shifts = print_shifts(registered, template)
    yield from _registration(evidence, registered, template, shifts, hidden, album)
    if evidence.ink is not None:
        yield tag("h3", "4. 記入されたインク（白紙の様式を引いた残り）")
        shown = pictures.ink_picture(evidence.ink, template, hidden)
        caption = "青: 黒・青のインク、赤: 朱色・赤のインク（印影など）、うすい灰色: 様式の印刷"
        yield album.show("ink", shown, caption)
    yield tag("h3", "5. 欄ごとの読み取り")
    yield legend(FIELD_LOOKS)
    shown = pictures.boxes_picture(evidence, registered, template, hidden)
    caption = "番号は下の表の番号です。番号のない枠は選択肢と押印です（記号は次の表のとおり）。"
    yield album.show("boxes", shown, caption)
    yield field_table(evidence, hidden)
    if evidence.marks:
        yield tag("h3", "6. 選択肢・押印")
        yield legend(MARK_LOOKS)
        yield mark_table(evidence, registered, template, hidden)


def _registration(
    evidence: PageEvidence,
    registered: RegisteredPage,
    template: Template,
    shifts: PrintShifts,
    hidden: Hidden,
    album: _Album,
) -> Iterator[Html]:
    yield tag("h3", "3. 位置合わせ")
    kept = f"{len(shifts.expected)} 点、見つからない点 {len(shifts.lost)}"
    yield listed(
        [
            f"印刷の位置のずれ（中央値）: {registered.residual_mm:.2f} mm",
            f"印刷の一致: {words.percent(registered.score)}",
            f"くらべた印刷の角: {kept}",
        ]
    )
    shown = pictures.registered_picture(registered, template, shifts, hidden)
    shown = pictures.with_drift(shown, evidence.drift, template)
    caption = (
        "様式に合わせた画像に、様式の印刷を橙色で重ねたもの。橙色のまま見えるところは、画像に印刷が"
        f"ありません。矢印は印刷のずれ（{pictures.MAGNIFIED}倍に拡大）。"
    )
    yield album.show("registered", shown, caption)
    items = (
        (pictures.PRINT_COLOUR, "様式の印刷（画像にないところ）"),
        (pictures.NEAR_COLOUR, f"小さな点: ずれ {pictures.FAR_MM} mm 以内"),
        (pictures.FAR_COLOUR, f"大きな点と太い矢印: ずれ {pictures.FAR_MM} mm 超"),
        (pictures.LOST_COLOUR, "× 見つからない角"),
    )
    swatches = [_swatch(f"rgb{colour}", text) for colour, text in items]
    swatches.append(_swatch(DRIFTED.css, f"{DRIFTED.sign} {DRIFTED.word}（枠と番号）"))
    yield tag("ul", *(tag("li", swatch) for swatch in swatches), class_="legend")
    if evidence.drift:
        yield drift_table(evidence.drift, template)
    else:
        yield tag("p", "様式の印刷は、すべて様式どおりの場所にあります。")


def _lines(evidence: PageEvidence, hidden: Hidden, album: _Album) -> Iterator[Html]:
    page = evidence.read
    assert page is not None
    yield tag("h3", "3. 行の読み取り（様式のないページ）")
    unread = max(0, len(evidence.regions) - len(evidence.lines))
    yield tag("p", f"見つかった行 {len(evidence.regions)}、読めなかった行 {unread}")
    shown = pictures.lines_picture(page, evidence.lines, READ, hidden)
    yield album.show("lines", shown, "読んだ行（番号は下の表の番号）")
    yield line_table(evidence.lines, hidden)


def _swatch(css: str, text: str) -> Html:
    return join([tag("span", class_="swatch", style=f"background:{css}"), text])
