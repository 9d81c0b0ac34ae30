"""Lines that a recogniser must not forget: values of the shipped forms, by hand and in print.

Drawn from seeds of training (from 560,000; those kept for checking from 580,000), with none of the
hands that are kept out of training.
"""

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np

from pipelines.forms.load import FormLibrary
from pipelines.forms.model import Box, FieldKind
from pipelines.synthesis.fill import fill_form
from pipelines.synthesis.hand import Hand, make_writer
from pipelines.synthesis.layout import Sheet, write_line
from pipelines.synthesis.seeding import seeded
from training.loop.lines import OfficeLine, Pixels, cut_ink

SEED, CHECK_SEED = 560_000, 580_000
HANDS = (
    Hand.STROKES, Hand.TOMOE, Hand.KILOJI, Hand.YUSEI, Hand.TYPED_MINCHO, Hand.TYPED_GOTHIC,
)  # fmt: skip
_DPI, _HEIGHT_MM = 200.0, 8.0
_MOST_CHARACTERS = 30
_KINDS = frozenset(FieldKind) - {FieldKind.MULTI_LINE, FieldKind.MY_NUMBER}


@lru_cache(maxsize=4)
def rehearsal_lines(count: int, *, seed: int) -> tuple[OfficeLine, ...]:
    """`count` lines from `seed` on; the same seed gives the same lines."""
    found: list[OfficeLine] = []
    for number, kind, text in _texts(seed):
        writer = make_writer(HANDS[len(found) % len(HANDS)], seed + number)
        width = 8 + 8.5 * len(text)
        shape = (round((_HEIGHT_MM + 2) * _DPI / 25.4), round((width + 4) * _DPI / 25.4), 3)
        sheet = Sheet(pixels=np.full(shape, 255, np.uint8), dpi=_DPI)
        box = Box(x=2, y=1, width=width, height=_HEIGHT_MM)
        write_line(sheet, box, text, writer, seeded(seed, "rehearsal", len(found)))
        pixels = cut_ink(_worn(sheet.pixels, seeded(seed, "worn", len(found))))
        if pixels is not None:
            found.append(
                OfficeLine(
                    pixels=pixels,
                    text=text,
                    kind=kind,
                    document=f"rehearsal_{number}",
                    corrected=False,
                )
            )
        if len(found) == count:
            break
    return tuple(found)


def _worn(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Scan it coarsely, with noise: what is read without effort shows no forgetting."""
    scale = float(rng.uniform(0.25, 0.9))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(small, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    pale = 255 - (255 - soft.astype(np.float32)) * float(rng.uniform(0.4, 1.0))
    noise = rng.normal(0, float(rng.uniform(0, 14)), pixels.shape[:2])[..., None]
    return np.asarray(np.clip(pale + noise, 0, 255), np.uint8)


def _texts(seed: int) -> Iterator[tuple[int, str, str]]:
    """Give number of the paper, kind and text as written; a few of every paper, endless."""
    entries = FormLibrary.builtin().entries
    writer, number = make_writer(Hand.STROKES, 1), 0
    while True:
        form = entries[number % len(entries)].definition
        filling = fill_form(form, writer, seed + number)
        kinds = {field.name: field.kind for field in form.fields if field.kind in _KINDS}
        texts = [
            (str(kinds[name]), written.text)
            for name, written in sorted(filling.fields.items())
            if name in kinds and 0 < len(written.text) <= _MOST_CHARACTERS
        ]
        for at in seeded(seed, "texts", number).permutation(len(texts))[:12]:
            yield number, *texts[int(at)]
        number += 1
