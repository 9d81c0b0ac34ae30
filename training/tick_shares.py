"""How often pages of ticks show what: usual pages, and pages of what is read badly."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from training.mark_pages import FAINT_PENS


@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """How often what is drawn, 0..1.

    `printings` are those of `PRINTINGS`, `manners` of ticks; `ticked`, `other`, `struck` and `dirt`
    are shares of all options, `once` of the struck ones that one line goes through. `pen_checks`
    are check glyphs drawn as strokes instead of in the writer's hand, `faint` pens nearly dry.
    """

    printings: tuple[float, ...]
    manners: Mapping[str, float]
    ticked: float
    other: float
    struck: float
    dirt: float
    once: float = 0.0
    pen_checks: float = 0.0
    faint: float = FAINT_PENS


USUAL = Shares(
    printings=(0.36, 0.16, 0.16, 0.16, 0.16),
    manners=MappingProxyType(
        {
            "tick": 0.4,
            "check_glyph": 0.1,
            "small_tick": 0.1,
            "double_tick": 0.06,
            "large_tick": 0.12,
            "shifted_tick": 0.1,
            "touching_tick": 0.12,
        }
    ),
    ticked=0.5,
    other=0.05,
    struck=0.02,
    dirt=0.03,
)
WEAK = Shares(
    printings=(0.26, 0.12, 0.14, 0.36, 0.12),
    manners=MappingProxyType(
        {
            "tick": 0.2,
            "check_glyph": 0.28,
            "small_tick": 0.12,
            "double_tick": 0.06,
            "large_tick": 0.06,
            "shifted_tick": 0.18,
            "touching_tick": 0.1,
        }
    ),
    ticked=0.45,
    other=0.06,
    struck=0.04,
    dirt=0.09,
    once=0.3,
    pen_checks=0.5,
    faint=0.3,
)
"""More of what is read badly: for fitting only."""
