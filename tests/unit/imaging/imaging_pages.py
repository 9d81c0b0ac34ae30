"""Small forms, pages of them, and ways to scan them badly."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from pipelines.forms.model import FormDefinition
from pipelines.forms.template import Template
from pipelines.identify import TemplateIndex
from pipelines.records import Matrix, Page, Pixels

WORDS = {
    "moving-notice": "転居届出書 氏名 新しい住所 前の住所 届出人 世帯主との続柄 電話番号",
    "refund-claim": "還付請求書 被保険者 金融機関 口座番号 請求の理由 支店名 受領委任",
    "stranger": "図書館利用者登録票 利用区分 学校名 保護者 貸出期間 地域館 備考欄",
}


@dataclass(frozen=True)
class World:
    """Templates of the forms the service knows, by id; `stranger` is one it does not."""

    templates: dict[str, Template]
    stranger: Template
    index: TemplateIndex


def make_form(form_id: str) -> FormDefinition:
    """A page of labels, rules, tick boxes, words to circle and a seal; a code on one of them."""
    words = WORDS[form_id].split()
    ticks = [_option(f"o{i}", f"選択{i}", 70 + 30 * i, 88, 3.6, 3.6) for i in range(3)]
    circles = [_option("yes", "はい", 70, 107, 9, 5.5), _option("no", "いえ", 84, 107, 9, 5.5)]
    page: dict[str, Any] = {"number": 1, "printed": _printed(form_id, words, ticks, circles)}
    if form_id == "refund-claim":
        page["code"] = {"x": 175, "y": 12, "size": 18}
    name = {"name": "name", "label": "氏名", "kind": "kanji_name", "box": _box(62, 42, 130, 16)}
    signature = _box(62, 242, 80, 16)
    return FormDefinition.model_validate(
        {
            "id": form_id,
            "revision": "1",
            "title": words[0],
            "operation": "resident_register",
            "document_kind": "notification",
            "valid": {"from": "2026-04-01"},
            "pages": [page],
            "fields": [name],
            "marks": [
                {"name": "choice", "label": "選択", "style": "tick", "options": ticks},
                {"name": "answer", "label": "回答", "style": "circle", "options": circles},
            ],
            "seals": [
                {"name": "seal", "label": "印", "box": _box(172, 244, 16, 14)},
                {
                    "name": "signed",
                    "label": "署名",
                    "kind": "signature",
                    "box": signature,
                },
            ],
        }
    )


def _printed(
    form_id: str, words: list[str], ticks: list[Any], circles: list[Any]
) -> list[dict[str, Any]]:
    printed: list[dict[str, Any]] = [
        _text(words[0], 105, 25, 7, align="center", spacing=2),
        {"type": "rect", "stroke": 0.5, **_box(15, 40, 180, 220)},
        {"type": "line", "x0": 60, "y0": 40, "x1": 60, "y1": 260, "width": 0.3},
        _text("印", 180, 254, 3.2),
    ]
    for row in range(11):
        y = 40 + 20 * row
        printed.append({"type": "line", "x0": 15, "y0": y, "x1": 195, "y1": y})
        label = words[1 + (row * 5 + len(form_id)) % 6] + words[1 + row % 6][:2]
        printed.append(_text(label, 18, y + 11, 3.4))
    for option in ticks:
        box = option["box"]
        printed.append({"type": "rect", "stroke": 0.25, **box})
        printed.append(_text(option["label"], box["x"] + 5, box["y"] + 3.4, 3.2))
    for option in circles:
        box = option["box"]
        printed.append(_text(option["label"], box["x"] + 4.5, box["y"] + 4.2, 3.6, align="center"))
    return printed


def _text(text: str, x: float, y: float, size: float, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, "x": x, "y": y, "size": size, **more}


def _box(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}


def _option(value: str, label: str, *box: float) -> dict[str, Any]:
    return {"value": value, "label": label, "box": _box(*box)}


def rgb(grey: Pixels) -> Pixels:
    return np.repeat(grey[..., None], 3, axis=2)


def page_of(pixels: Pixels, dpi: float | None = None) -> Page:
    height, width = pixels.shape[:2]
    return Page(
        number=1,
        pixels=pixels,
        dpi=dpi or max(height, width) / 11.69,
        to_scan=np.eye(3),
        scan_width=width,
        scan_height=height,
    )


def seen_through(
    pixels: Pixels, matrix: Matrix, size: tuple[int, int], around: int = 255
) -> Pixels:
    return cv2.warpPerspective(
        pixels, matrix, size, flags=cv2.INTER_AREA, borderValue=(around,) * 3
    )


def turned(pixels: Pixels, quarters: int) -> tuple[Pixels, Matrix]:
    """Turn clockwise by quarters; also the transform of pixels."""
    matrix = np.eye(3)
    for _ in range(quarters):
        step = np.array([[0.0, -1.0, pixels.shape[0] - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        pixels, matrix = np.ascontiguousarray(np.rot90(pixels, -1)), step @ matrix
    return pixels, matrix
