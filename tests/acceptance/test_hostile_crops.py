"""What is no Japanese is answered without conviction: no value of it passes as sure."""

import numpy as np
import pytest

from models.engines import Engines, load_engines
from pipelines.confidence import is_sure
from pipelines.field_crops import Crop
from pipelines.field_texts import box_candidates
from pipelines.field_values import choose_value
from pipelines.forms.model import Box, FieldDefinition, FieldKind
from pipelines.geometry import to_grey
from pipelines.lines import joined
from training.hostile_crops import HIGH, HOSTILE, hostile_crop

pytestmark = pytest.mark.acceptance

_SEEDS = range(720_500, 720_506)
_NOTE = FieldDefinition(
    name="note", label="備考", kind=FieldKind.TEXT, box=Box(x=0, y=0, width=80, height=8)
)


@pytest.fixture(scope="module")
def engines() -> Engines:
    return load_engines()


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_what_says_nothing_is_never_sure(kind: str, engines: Engines) -> None:
    crops = [hostile_crop(kind, seed) for seed in _SEEDS]
    for crop, reading in zip(crops, engines.recogniser.read(crops, [None] * 6), strict=True):
        assert reading.confidence < HIGH
        # A line of an unknown page has the mean of its characters. Letters of Greek are those of
        # Latin to the eye, one by one: only the line as a whole is doubtful.
        assert joined([reading])[1] < HIGH or kind == "greek"
        if not reading.text:
            continue
        cut = Crop(pixels=to_grey(crop), bounds=(0.0, 0.0, 10.0, 10.0))
        value = choose_value(_NOTE, box_candidates(_NOTE, [cut], [reading]))
        assert not is_sure(value.confidence, critical=False)


def test_crops_of_any_shape_are_answered(engines: Engines) -> None:
    rng = np.random.default_rng(720_507)
    shapes = [(1, 1), (1, 20_000), (64, 20_000), (5_000, 3), (2, 2)]
    crops = [rng.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]
    for reading in engines.recogniser.read(crops, [None] * len(crops)):
        assert reading.confidence < HIGH
