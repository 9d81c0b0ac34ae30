from dataclasses import replace

import pytest

from pipelines.confidence import (
    AGAINST,
    ALL_GROUPS,
    CRITICAL,
    FEATURES,
    SURE,
    Evidence,
    calibrated,
    curve,
    features,
    group_of,
    is_sure,
    joined_evidence,
)
from pipelines.forms.model import FieldKind

GOOD = Evidence(whole=0.98, least=0.99, likelihood=0.98, rival=0.01, length=5)


def test_a_curve_runs_straight_between_its_points_and_level_beyond() -> None:
    scores, chances = (0.0, 1.0, 3.0), (0.2, 0.6, 0.8)
    found = [curve(scores, chances, s) for s in (-5, 0, 0.5, 2, 3, 9)]
    assert found == pytest.approx([0.2, 0.2, 0.4, 0.7, 0.8, 0.8])


@pytest.mark.parametrize("kind", FieldKind)
def test_confidence_is_a_probability_that_rises_with_the_ink(kind: FieldKind) -> None:
    chances = [
        calibrated(kind, replace(GOOD, whole=p, least=p, likelihood=p))
        for p in (0.01, 0.3, 0.7, 0.9, 0.99, 0.9999)
    ]
    assert chances == sorted(chances)
    assert 0 < chances[0] < chances[-1] < 1


@pytest.mark.parametrize(
    "worse",
    [
        replace(GOOD, rival=0.5),
        replace(GOOD, support=0.05),
        replace(GOOD, listed=False),
        replace(GOOD, share=0.1),
        replace(GOOD, problem=True),
        replace(GOOD, plausible=False),
    ],
)
@pytest.mark.parametrize("kind", [FieldKind.KANJI_NAME, FieldKind.DATE, FieldKind.TEXT])
def test_what_speaks_against_a_value_never_makes_it_surer(kind: FieldKind, worse: Evidence) -> None:
    assert calibrated(kind, worse) <= calibrated(kind, GOOD)


def test_every_input_has_a_name_and_every_kind_a_group() -> None:
    assert len(features(GOOD)) == len(FEATURES)
    assert set(FEATURES) >= AGAINST
    assert {group_of(kind) for kind in FieldKind} == set(ALL_GROUPS)


def test_a_critical_value_must_be_surer() -> None:
    between = (SURE + CRITICAL) / 2
    assert is_sure(between, critical=False)
    assert not is_sure(between, critical=True)


def test_a_value_of_parts_is_as_weak_as_its_weakest() -> None:
    parts = [replace(GOOD, least=0.4, height=20), replace(GOOD, listed=True, repaired=True)]
    whole = joined_evidence(parts)
    assert whole.whole == pytest.approx(0.98**2)
    assert (whole.least, whole.height, whole.listed, whole.repaired) == (0.4, 20, True, True)
    assert joined_evidence(parts[:1]) is parts[0]


def test_nothing_is_sure_that_the_ink_hardly_says() -> None:
    # One strange character of noise: short, plausible, on no list.
    noise = Evidence(likelihood=0.006, whole=0.006, least=0.006, rival=0.006, height=64)
    for kind in FieldKind:
        assert calibrated(kind, noise) < 0.6
