"""How often a value with this evidence is right: confidence calibrated by group of kinds.

`confidence.json` is fitted by `python -m training.calibrate` and holds for every group a logistic
on `FEATURES`, none of whose weights goes against sense, and a monotone curve after it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Any

from pipelines.forms.model import FieldKind

ARTIFACT = Path(__file__).parent / "reference" / "confidence.json"
# A value is doubtful when fewer than so many of those like it are right.
SURE, CRITICAL = 0.98, 0.99
_LEAST = 1e-6
_INK_LEEWAY = 0.5
GROUPS: Mapping[FieldKind, str] = {
    FieldKind.KANA_NAME: "kana",
    FieldKind.KATAKANA: "kana",
    FieldKind.KANJI_NAME: "kanji_name",
    FieldKind.ADDRESS: "text",
    FieldKind.TEXT: "text",
    FieldKind.MULTI_LINE: "text",
    FieldKind.ALPHANUMERIC: "text",
    FieldKind.DATE: "date",
    FieldKind.TIME: "date",
}
DIGITS = "digits"
"""Group of all other kinds."""
ALL_GROUPS = (DIGITS, "date", "kana", "kanji_name", "text")


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What speaks for and against a value. Probabilities are 0..1.

    `whole` of the text that was read, `least` of its least sure part, `share` of the repertoire
    against all characters; `support` is the ratio of taken list words to what was read (1: none
    taken), `listed` whether it stands on a list (None: no list asked). `likelihood` is that of the
    value, `rival` of the next best other value; `moved`: the format spoke for another text than
    the ink; `height` is that of the lowest crop in pixels.
    """

    whole: float = 1.0
    least: float = 1.0
    share: float = 1.0
    length: int = 1
    support: float = 1.0
    listed: bool | None = None
    repaired: bool = False
    height: int = 48
    likelihood: float = 1.0
    rival: float = 0.0
    moved: bool = False
    problem: bool = False
    plausible: bool = True


NO_EVIDENCE = Evidence()
FEATURES = (
    "likelihood", "whole", "least", "margin", "share", "short", "support",
    "listed", "unlisted", "repaired", "sharp", "moved", "problem", "plausible",
)  # fmt: skip
"""Names of the inputs; more of each speaks for the value, but for `AGAINST`."""
AGAINST = frozenset({"unlisted", "repaired", "moved", "problem"})


def group_of(kind: FieldKind) -> str:
    """Group of kinds that are calibrated together."""
    return GROUPS.get(kind, DIGITS)


def features(evidence: Evidence) -> tuple[float, ...]:
    """Give the inputs of the logistic, in the order of `FEATURES`."""
    e = evidence
    return (
        _log_odds(e.likelihood),
        _log_odds(e.whole),
        _log_odds(e.least),
        log(max(e.likelihood, _LEAST) / max(e.rival, _LEAST)),
        log(max(e.share, _LEAST)),
        -log(max(e.length, 1)),
        log(max(min(e.support, 1.0), _LEAST)),
        float(e.listed is True),
        float(e.listed is False),
        float(e.repaired),
        min(e.height, 60) / 60,
        float(e.moved),
        float(e.problem),
        float(e.plausible),
    )


def calibrated(kind: FieldKind, evidence: Evidence) -> float:
    """Probability that a value of `kind` with this evidence is right."""
    group = _artifact()["groups"].get(group_of(kind))
    if group is None:
        return evidence.likelihood
    weighed = zip(group["weights"], features(evidence), strict=True)
    score = group["bias"] + sum(weight * value for weight, value in weighed)
    # What the fit has hardly seen, as noise or another script, it may not call sure: where the ink
    # itself speaks for the value with less than a half, the most that can be said falls with it.
    return min(curve(group["scores"], group["chances"], score), _INK_LEEWAY + evidence.likelihood)


def curve(scores: Sequence[float], chances: Sequence[float], score: float) -> float:
    """Value at `score` of the line through the points, level beyond its ends."""
    if score <= scores[0]:
        return chances[0]
    for i in range(1, len(scores)):
        if score <= scores[i]:
            share = (score - scores[i - 1]) / max(scores[i] - scores[i - 1], 1e-12)
            return chances[i - 1] + share * (chances[i] - chances[i - 1])
    return chances[-1]


def is_sure(confidence: float, critical: bool) -> bool:
    """Whether values like this are right often enough to be confirmed without a closer look."""
    return confidence >= (CRITICAL if critical else SURE)


def joined_evidence(parts: Sequence[Evidence]) -> Evidence:
    """Evidence of a value of several lines or parts: as weak as the weakest."""
    if len(parts) == 1:
        return parts[0]
    whole, support = 1.0, 1.0
    for part in parts:
        whole *= part.whole
        support *= part.support
    listed = [part.listed for part in parts if part.listed is not None]
    return Evidence(
        whole=whole,
        least=min((p.least for p in parts), default=1.0),
        share=min((p.share for p in parts), default=1.0),
        length=sum(p.length for p in parts),
        support=support,
        listed=any(listed) if listed else None,
        repaired=any(p.repaired for p in parts),
        height=min((p.height for p in parts), default=48),
    )


@cache
def _artifact() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(ARTIFACT.read_text("utf-8"))
    return found


def _log_odds(chance: float) -> float:
    within = min(max(chance, _LEAST), 1 - _LEAST)
    return log(within / (1 - within))
