"""What the network says of an option, told as its state on this form."""

import numpy as np
import pytest
from imaging_pages import World, rgb
from test_ink_marks import on_template

from models.marks import CLASSES, Floats, MarkReader
from pipelines.forms.model import CrossMeaning
from pipelines.ink import subtract_blank
from pipelines.marks import read_marks
from pipelines.records import Mark, MarkState, Pixels


class Says(MarkReader):
    """A reader that says the same of every option."""

    def __init__(self, **chances: float) -> None:
        self.row = [chances.get(name, 0.0) for name in CLASSES]

    def judge(self, pictures: Pixels) -> Floats:
        return np.array([self.row] * len(pictures), np.float32)


def first_mark(world: World, reader: MarkReader, cross: CrossMeaning = CrossMeaning.MARK) -> Mark:
    template = world.templates["moving-notice"]
    form = template.definition
    groups = tuple(group.model_copy(update={"cross": cross}) for group in form.marks)
    registered = on_template(template, rgb(template.grey))
    ink = subtract_blank(registered, template)
    form = form.model_copy(update={"marks": groups})
    return read_marks(registered, template, form, ink, reader)[0]


@pytest.mark.parametrize(
    ("chances", "state"),
    [
        ({"empty": 0.95, "marked": 0.05}, MarkState.EMPTY),
        ({"empty": 0.85, "marked": 0.15}, MarkState.AMBIGUOUS),
        ({"marked": 0.8, "struck": 0.2}, MarkState.MARKED),
        ({"struck": 0.95, "marked": 0.05}, MarkState.STRUCK),
        ({"marked": 0.6, "empty": 0.4}, MarkState.AMBIGUOUS),
        ({"marked": 0.5, "crossed": 0.45, "empty": 0.05}, MarkState.MARKED),
    ],
)
def test_the_likeliest_state_counts_when_it_is_likely_enough(
    world: World, chances: dict[str, float], state: MarkState
) -> None:
    assert first_mark(world, Says(**chances)).state is state


def test_a_cross_chooses_an_option_unless_the_form_says_that_it_means_no(world: World) -> None:
    crossed = Says(crossed=0.97, marked=0.03)
    assert first_mark(world, crossed).state is MarkState.MARKED
    mark = first_mark(world, crossed, CrossMeaning.NO)
    assert mark.state is MarkState.EMPTY
    assert mark.confidence == pytest.approx(0.97, abs=1e-3)
