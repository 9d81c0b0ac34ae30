"""What is printed on a form: words, rules, frames, circles, and the place of the QR code.

All lengths are millimetres from the top left corner of the page.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A part of a definition: unknown names are errors, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Box(Strict):
    """Rectangle in mm."""

    x: float = Field(ge=0)
    y: float = Field(ge=0)
    width: float = Field(gt=0)
    height: float = Field(gt=0)


class PrintedText(Strict):
    """Printed words.

    `x`,`y` is the left, middle or right end (by `align`) of the BASELINE of the first line; lines
    are separated by newlines. `size` is the height of the type in mm.
    """

    type: Literal["text"] = "text"
    text: str
    x: float
    y: float
    size: float = Field(default=3.2, gt=0)
    font: Literal["gothic", "mincho"] = "mincho"
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"
    leading: float = Field(default=1.4, gt=0)
    """Distance of baselines as a multiple of `size`."""
    spacing: float = 0.0
    """Extra space between characters in mm (titles are set wide)."""
    vertical: bool = False
    """One character under the other; `x` is then the middle of the column, `y` the top."""


class PrintedLine(Strict):
    """A rule from (x0, y0) to (x1, y1), `width` in mm."""

    type: Literal["line"] = "line"
    x0: float
    y0: float
    x1: float
    y1: float
    width: float = Field(default=0.2, gt=0)
    dashed: bool = False


class PrintedRect(Strict):
    """A frame, filled or not. `fill` is grey 0 (black) .. 1 (white); None is not filled."""

    type: Literal["rect"] = "rect"
    x: float
    y: float
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    stroke: float = Field(default=0.2, ge=0)
    fill: float | None = Field(default=None, ge=0, le=1)
    radius: float = Field(default=0, ge=0)


class PrintedCircle(Strict):
    """A printed circle (as for 印)."""

    type: Literal["circle"] = "circle"
    x: float
    y: float
    radius: float = Field(gt=0)
    stroke: float = 0.2
    dashed: bool = False


Printed = Annotated[
    PrintedText | PrintedLine | PrintedRect | PrintedCircle, Field(discriminator="type")
]


class CodePlace(Strict):
    """Where the QR code of form id, revision and page stands."""

    x: float
    y: float
    size: float = Field(default=16, gt=8)
