"""Crops that are no line of Japanese: noise, textures, other scripts, writing the wrong way round.

They measure whether the recogniser says that it cannot read them.

    python -m training.hostile_crops --seeds 720000 --count 20
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.engines import load_engines
from pipelines.forms.model import Box
from pipelines.records import Pixels
from pipelines.synthesis.hand import Hand, make_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.seeding import seeded

HIGH = 0.9
_HEIGHT = 64
_PEN = 3
_TEXTS = (
    "申請者の氏名と住所を記入",
    "受付年月日を確認した",
    "東京都足立区中央本町",
    "別紙のとおり提出します",
)
_FOREIGN = {
    "arabic": ("السلام عليكم", "طلب الإقامة", "تاريخ الميلاد", "الاسم الكامل"),
    "hebrew": ("שלום עולם", "תאריך לידה", "שם משפחה"),
    "armenian": ("Երևան քաղաք", "Ազգանուն", "ծննդյան տարեթիվ"),
    "georgian": ("თბილისი", "სახელი და გვარი", "დაბადების თარიღი"),
    "lao": ("ວຽງຈັນ", "ຊື່ ແລະ ນາມສະກຸນ", "ວັນເດືອນປີເກີດ"),
    "cyrillic": ("Заявление", "Фамилия и имя", "Дата рождения", "Подпись заявителя"),
    "greek": ("Ονοματεπώνυμο", "Ημερομηνία γέννησης", "Διεύθυνση κατοικίας"),
}
# Letters of Hangul as polylines in a box of 10 x 10.
_CONSONANTS: tuple[tuple[tuple[tuple[int, int], ...], ...], ...] = (
    (((1, 2), (9, 2), (8, 9)),),
    (((2, 1), (2, 9), (9, 9)),),
    (((9, 1), (2, 1), (2, 9), (9, 9)),),
    (((1, 1), (9, 1), (9, 5), (1, 5), (1, 9), (9, 9)),),
    (((1, 1), (9, 1), (9, 9), (1, 9), (1, 1)),),
    (((1, 1), (1, 9), (9, 9), (9, 1)), ((1, 5), (9, 5))),
    (((5, 1), (1, 9)), ((5, 1), (9, 9))),
    (((1, 2), (9, 2)), ((5, 2), (1, 9)), ((5, 2), (9, 9))),
)
_VOWELS: tuple[tuple[tuple[tuple[int, int], ...], ...], ...] = (
    (((4, 0), (4, 10)), ((4, 5), (9, 5))),
    (((6, 0), (6, 10)), ((6, 5), (1, 5))),
    (((5, 0), (5, 10)),),
    (((3, 0), (3, 10)), ((8, 0), (8, 10)), ((3, 5), (8, 5))),
)


def _noise(rng: np.random.Generator) -> Pixels:
    return rng.integers(0, 256, (_HEIGHT, int(rng.integers(80, 900))), dtype=np.uint8)


def _blots(rng: np.random.Generator) -> Pixels:
    """Soft noise cut at a level: ink without any stroke."""
    field = rng.normal(0, 1, (_HEIGHT, int(rng.integers(80, 900)))).astype(np.float32)
    soft = cv2.GaussianBlur(field, (0, 0), float(rng.uniform(1.5, 5)))
    return np.where(soft > np.quantile(soft, 0.75), 30, 250).astype(np.uint8)


def _photograph(rng: np.random.Generator) -> Pixels:
    """Shades with edges, as a cut of a photograph has them: clouds over a few surfaces."""
    width = int(rng.integers(80, 900))
    picture = np.zeros((_HEIGHT, width), np.float32)
    for scale in (40, 18, 7, 2):
        field = cv2.GaussianBlur(rng.normal(0, 1, picture.shape).astype(np.float32), (0, 0), scale)
        picture += scale * field / max(1e-6, float(field.std()))
    for _ in range(int(rng.integers(2, 6))):
        corners = rng.integers(0, [width, _HEIGHT], (4, 2)).astype(np.int32)
        cv2.fillConvexPoly(picture, cv2.convexHull(corners), float(rng.normal(0, 60)))
    return np.asarray(cv2.normalize(picture, None, 0, 255, cv2.NORM_MINMAX), np.uint8)


def _hangul(rng: np.random.Generator) -> Pixels:
    """Syllables put together from strokes: consonant and vowel, mostly with a final consonant."""
    count = int(rng.integers(3, 12))
    picture = np.full((_HEIGHT, 56 * count + 16), 255, np.uint8)
    for i in range(count):
        final = rng.random() < 0.6
        parts = [
            (_CONSONANTS, (8 + 56 * i, 8, 24, 24 if final else 46)),
            (_VOWELS, (34 + 56 * i, 8, 20, 24 if final else 46)),
        ]
        if final:
            parts.append((_CONSONANTS, (14 + 56 * i, 36, 34, 20)))
        for letters, (x, y, wide, high) in parts:
            for line in letters[int(rng.integers(len(letters)))]:
                points = np.array(line, float) * [wide / 10, high / 10] + [x, y]
                points += rng.normal(0, 0.8, points.shape)
                cv2.polylines(picture, [np.round(points).astype(np.int32)], False, 20, _PEN, 16)
    return picture


def _foreign(script: str, rng: np.random.Generator) -> Pixels:
    """Words of another script in print. DejaVu Sans comes with matplotlib."""
    words = _FOREIGN[script]
    text = words[int(rng.integers(len(words)))]
    file = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    font = ImageFont.truetype(str(file), int(rng.integers(30, 42)))
    picture = Image.new("L", (round(font.getlength(text)) + 30, _HEIGHT), 255)
    ImageDraw.Draw(picture).text((15, 6), text, font=font, fill=20)
    return np.array(picture)


def _loops(rng: np.random.Generator) -> Pixels:
    """Draw joined loops on a line with dots around: cursive writing of no script we know."""
    width = int(rng.integers(200, 800))
    picture = np.full((_HEIGHT, width), 255, np.uint8)
    at = np.linspace(0, width - 20, 400)
    speed = float(rng.uniform(0.12, 0.3))
    waves = 11 * np.sin(speed * at) * (1 + 0.6 * np.sin(0.37 * speed * at + rng.uniform(0, 6)))
    along = at + 9 * np.cos(speed * at + rng.uniform(0, 6))
    points = np.stack([along + 10, 36 + waves], 1)
    cv2.polylines(picture, [np.round(points).astype(np.int32)], False, 20, _PEN, 16)
    for x in rng.integers(10, width - 10, width // 60):
        cv2.circle(picture, (int(x), int(rng.choice([10, 58]))), 2, 20, -1)
    return picture


def _japanese(rng: np.random.Generator) -> Pixels:
    pixels = np.full((_HEIGHT, 700, 3), 255, np.uint8)
    writer = make_writer(Hand.TOMOE, int(rng.integers(720_000, 800_000)))
    text = _TEXTS[int(rng.integers(len(_TEXTS)))]
    write_line(Sheet(pixels=pixels, dpi=200.0), Box(x=0.5, y=0.5, width=86, height=7), text,
               writer, rng)  # fmt: skip
    return pixels


def _mirrored(rng: np.random.Generator) -> Pixels:
    return np.ascontiguousarray(_japanese(rng)[:, ::-1])


def _upside_down(rng: np.random.Generator) -> Pixels:
    return np.ascontiguousarray(_japanese(rng)[::-1, ::-1])


HOSTILE: Mapping[str, Callable[[np.random.Generator], Pixels]] = {
    "noise": _noise,
    "blots": _blots,
    "photograph": _photograph,
    "hangul": _hangul,
    **{script: partial(_foreign, script) for script in _FOREIGN},
    "cursive": _loops,
    "mirrored": _mirrored,
    "upside-down": _upside_down,
}


def hostile_crop(kind: str, seed: int) -> Pixels:
    """Make one crop (H x W or H x W x 3) of a kind of `HOSTILE`."""
    return HOSTILE[kind](seeded(seed, "hostile", kind))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print for each kind how many are read as if they were sure."""
    parser = argparse.ArgumentParser(description="Confidence in crops that say nothing.")
    parser.add_argument("--seeds", type=int, default=720_000, help="first seed")
    parser.add_argument("--count", type=int, default=20, help="crops a kind")
    options = parser.parse_args(arguments)
    recogniser = load_engines().recogniser
    for kind in HOSTILE:
        seeds = range(options.seeds, options.seeds + options.count)
        read = recogniser.read([hostile_crop(kind, s) for s in seeds], [None] * options.count)
        sure = sorted(r.confidence for r in read)
        nothing = sum(not r.text for r in read)
        high = sum(c >= HIGH for c in sure)
        sys.stdout.write(
            f"{kind:12} {high:3} of {len(read)} at {HIGH} or more, highest {sure[-1]:.3f}, "
            f"median {sure[len(sure) // 2]:.4f}, nothing read {nothing}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
