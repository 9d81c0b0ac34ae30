"""Pictures of pages with hardly any text: cards, bank books, photos, receipts, drawings, blanks.

All are made up: textures stand for photographs, strokes for text. What a classifier learns from
them is shape, colour and texture, not real photographs; docs/categories.md says what that is worth.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.category_model import UNKNOWN
from pipelines.records import Pixels
from training.categories.notes import draw_note, draw_writer, write_words

_SIZE = (842, 595)
_Rng = np.random.Generator
DRAWING = "other.attachment.drawing"
_PLACES = ("居間", "台所", "玄関", "自宅", "駅", "学校", "公園", "店", "６畳", "至 北千住", "道路")


def draw_picture(label: str, rng: _Rng, *, held_out: bool = False) -> Pixels:
    """Draw one page of a look (RGB), worn as by a scanner.

    Half of those of no look are notes by hand; `held_out` has them by the hands of evaluation.
    """
    if label == UNKNOWN and rng.random() < 0.5:
        return _worn(draw_note(rng, held_out=held_out), rng)
    page = DRAWN[label](rng)
    if label == DRAWING and rng.random() < 0.4:
        _name_places(page, rng, held_out=held_out)
    return _worn(page, rng)


def _name_places(page: Pixels, rng: _Rng, *, held_out: bool) -> None:
    """Write a few words by hand onto a drawing."""
    writer = draw_writer(rng, held_out=held_out)
    for _ in range(int(rng.integers(1, 6))):
        at = (rng.uniform(0.05, 0.8) * page.shape[1], rng.uniform(0.05, 0.9) * page.shape[0])
        words = [str(rng.choice(_PLACES))]
        write_words(page, words, at, rng.uniform(14, 34), writer, rng)


def _paper(rng: _Rng) -> Pixels:
    tint = rng.integers(225, 256) - rng.integers(0, 12, 3)
    height = _SIZE[0] if rng.random() < 0.7 else int(_SIZE[0] * rng.uniform(0.75, 1))
    page = np.full((height, _SIZE[1], 3), np.clip(tint, 0, 255), np.uint8)
    return np.ascontiguousarray(np.rot90(page)) if rng.random() < 0.15 else page


def _texture(height: int, width: int, rng: _Rng) -> Pixels:
    """Smooth noise of several scales with colours: what a photograph is like from afar."""
    total = np.zeros((height, width, 3), np.float32)
    for cells in (3, 6, 12, 30, 70):
        grid = rng.random((cells, cells, 3)).astype(np.float32)
        if rng.random() < 0.4:
            grid[:] = grid.mean(axis=2, keepdims=True)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * (3 / cells**0.5)
    total = (total - total.min()) / (np.ptp(total) + 1e-6)
    picture: Pixels = (total ** rng.uniform(0.5, 1.8) * 255).astype(np.uint8)
    for _ in range(rng.integers(0, 7)):
        centre = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (int(rng.integers(4, max(6, width // 4))), int(rng.integers(4, max(6, height // 4))))
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        cv2.ellipse(picture, centre, axes, float(rng.integers(0, 180)), 0, 360, colour, -1)
    return picture


def _strokes(page: Pixels, box: tuple[int, int, int, int], rng: _Rng, size: int) -> None:
    """Something like a line of text."""
    x, y, width, _ = box
    while x < box[0] + width:
        for _ in range(3):
            a = (x + int(rng.integers(0, size)), y + int(rng.integers(0, size)))
            b = (x + int(rng.integers(0, size)), y + int(rng.integers(0, size)))
            cv2.line(page, a, b, (40, 40, 45), 1)
        x += int(size * rng.uniform(1.0, 1.5))


def _card(rng: _Rng) -> Pixels:
    page = _paper(rng)
    for number in range(rng.integers(1, 3)):
        width = int(rng.uniform(0.32, 0.55) * page.shape[1])
        height = int(width / 1.586)
        x = int(rng.integers(10, page.shape[1] - width - 10))
        y = int(
            np.clip(rng.integers(20, 200) + number * (height + 40), 10, page.shape[0] - height - 5)
        )
        tint = tuple(int(c) for c in rng.integers(170, 250, 3))
        cv2.rectangle(page, (x, y), (x + width, y + height), tint, -1)
        cv2.rectangle(page, (x, y), (x + width, y + height), (120, 120, 130), 1)
        if number == 0 or rng.random() < 0.3:
            face_w, face_h = int(width * 0.26), int(width * 0.33)
            left = x + int(width * rng.choice([0.05, 0.68]))
            top = y + int(height * rng.uniform(0.15, 0.35))
            face = _texture(face_h, face_w, rng)
            skin = (int(rng.integers(190, 240)), int(rng.integers(150, 190)), 150)
            cv2.ellipse(
                face, (face_w // 2, face_h // 2), (face_w // 3, face_h // 3), 0, 0, 360, skin, -1
            )
            page[top : top + face_h, left : left + face_w] = face[
                : page.shape[0] - top, : page.shape[1] - left
            ]
        for row in range(rng.integers(3, 8)):
            _strokes(page, (x + 8, y + 8 + row * 18, int(width * rng.uniform(0.3, 0.6)), 9), rng, 8)
    return page


def _book(rng: _Rng) -> Pixels:
    page = _paper(rng)
    left, right = int(rng.integers(10, 60)), page.shape[1] - int(rng.integers(10, 60))
    top = int(rng.integers(15, 120))
    half = int((right - left) * rng.uniform(0.55, 0.75))
    tint = (int(rng.integers(200, 245)), int(rng.integers(215, 250)), int(rng.integers(205, 250)))
    cv2.rectangle(page, (left, top), (right, top + half * 2), tint, -1)
    cv2.rectangle(page, (left, top), (right, top + half * 2), (130, 140, 140), 1)
    cv2.line(page, (left, top + half), (right, top + half), (110, 110, 110), 2)
    pitch = int(rng.integers(13, 22))
    for y in range(top + half + 20, min(top + half * 2, page.shape[0] - 8), pitch):
        cv2.line(page, (left + 5, y), (right - 5, y), (150, 170, 160), 1)
        if rng.random() < 0.6:
            _strokes(page, (left + 12, y - 11, 60, 8), rng, 7)
            _strokes(page, (right - int(rng.integers(90, 190)), y - 11, 50, 8), rng, 7)
    for x in np.linspace(left, right, int(rng.integers(4, 7)))[1:-1]:
        cv2.line(
            page,
            (int(x), top + half + 8),
            (int(x), min(top + half * 2, page.shape[0] - 6)),
            (150, 170, 160),
            1,
        )
    for row in range(rng.integers(2, 6)):
        _strokes(page, (left + 25, top + 20 + row * 26, int(rng.integers(80, 260)), 12), rng, 11)
    return page


def _photo(rng: _Rng) -> Pixels:
    page = _paper(rng)
    if rng.random() < 0.4:
        return _texture(page.shape[0], page.shape[1], rng)
    for number in range(rng.integers(1, 4)):
        width = int(rng.uniform(0.45, 0.92) * page.shape[1])
        height = int(width * rng.uniform(0.5, 0.8))
        y = int(20 + number * (height + 25))
        if y + height >= page.shape[0]:
            break
        x = int(rng.integers(4, max(5, page.shape[1] - width)))
        page[y : y + height, x : x + width] = _texture(height, width, rng)
    return page


def _receipt(rng: _Rng) -> Pixels:
    page = _paper(rng)
    for number in range(rng.integers(1, 3)):
        width = int(rng.uniform(0.22, 0.4) * page.shape[1])
        height = int(rng.uniform(0.35, 0.9) * page.shape[0])
        x = int(rng.integers(5, page.shape[1] // 2 - 5)) + number * width
        x, y = (
            min(x, page.shape[1] - width - 4),
            int(rng.integers(5, max(6, page.shape[0] - height))),
        )
        shade = int(rng.integers(225, 250))
        cv2.rectangle(page, (x, y), (x + width, y + height), (shade, shade, shade - 4), -1)
        cv2.rectangle(page, (x, y), (x + width, y + height), (185, 185, 185), 1)
        for row in range(y + 14, y + height - 12, int(rng.integers(13, 19))):
            if rng.random() < 0.8:
                _strokes(page, (x + 8, row, int(width * rng.uniform(0.3, 0.55)), 8), rng, 7)
                _strokes(page, (x + int(width * 0.72), row, int(width * 0.18), 8), rng, 7)
    return page


def _drawing(rng: _Rng) -> Pixels:
    page = _paper(rng)
    thick = int(rng.integers(1, 4))
    for _ in range(rng.integers(5, 26)):
        a = np.array([rng.integers(40, page.shape[1] - 40), rng.integers(40, page.shape[0] - 40)])
        reach = rng.integers(30, 260, 2) * (rng.random(2) < 0.75)
        b = np.clip(a + reach, 5, [page.shape[1] - 5, page.shape[0] - 5])
        shape = rng.random()
        if shape < 0.45:
            cv2.rectangle(page, tuple(a.tolist()), tuple(b.tolist()), (30, 30, 30), thick)
        elif shape < 0.8:
            cv2.line(page, tuple(a.tolist()), tuple(b.tolist()), (30, 30, 30), thick)
        else:
            cv2.ellipse(
                page,
                tuple(a.tolist()),
                (int(reach.max()) // 3 + 6,) * 2,
                0,
                0,
                int(rng.choice([90, 360])),
                (30, 30, 30),
                thick,
            )
        if rng.random() < 0.3:
            _strokes(page, (int(a[0]), int(a[1]) + 6, 40, 9), rng, 9)
    return page


def _blank(rng: _Rng) -> Pixels:
    page = _paper(rng)
    for _ in range(rng.integers(0, 6)):
        centre = (int(rng.integers(0, page.shape[1])), int(rng.integers(0, page.shape[0])))
        cv2.circle(page, centre, int(rng.integers(1, 3)), (150, 150, 150), -1)
    return page


def _something(rng: _Rng) -> Pixels:
    """None of the looks: black, noise, a few lines of writing, a page of text nobody could read."""
    page, dice = _paper(rng), rng.random()
    if dice < 0.12:
        return np.full_like(page, rng.integers(0, 40))
    if dice < 0.24:
        return rng.integers(0, 256, page.shape, dtype=np.uint8)
    size = int(rng.integers(8, 40))
    rows = int(rng.integers(1, 4)) if dice < 0.55 else int(rng.integers(8, 60))
    for row in range(rows):
        y = (
            30
            + row * int(size * rng.uniform(1.5, 1.9))
            + (int(rng.integers(0, 300)) if rows < 4 else 0)
        )
        if y > page.shape[0] - size - 2:
            break
        _strokes(page, (30, y, int(rng.integers(60, page.shape[1] - 60)), size), rng, size)
    return page


DRAWN: dict[str, Callable[[_Rng], Pixels]] = {
    "identity.card": _card,
    "bank.book": _book,
    "other.attachment.photo": _photo,
    "other.attachment.receipt": _receipt,
    DRAWING: _drawing,
    "junk.blank": _blank,
    UNKNOWN: _something,
}
"""How a page of each look is drawn."""


def _worn(page: Pixels, rng: _Rng) -> Pixels:
    """Scan it: tone, softness, noise; some are grey, a little turned, unevenly lit."""
    if rng.random() < 0.33:
        turn = cv2.getRotationMatrix2D(
            (page.shape[1] / 2, page.shape[0] / 2), rng.uniform(-4, 4), 1
        )
        edge = (255, 255, 255) if rng.random() < 0.6 else (30, 30, 30)
        page = cv2.warpAffine(page, turn, (page.shape[1], page.shape[0]), borderValue=edge)
    if rng.random() < 0.25:
        page = np.repeat(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 1.1))
    light = rng.uniform(0.82, 1.03) * _shade(page.shape[:2], rng)
    noisy = page.astype(np.float32) * light + rng.normal(0, rng.uniform(0, 6), page.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _shade(shape: tuple[int, ...], rng: _Rng) -> NDArray[np.float32]:
    """Uneven light of a photograph, on every fifth page: H x W x 1."""
    if rng.random() > 0.2:
        return np.ones((*shape, 1), np.float32)
    grid = rng.uniform(0.6, 1.0, (3, 3)).astype(np.float32)
    shade: NDArray[np.float32] = cv2.resize(
        grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC
    )
    return shade[..., None]
