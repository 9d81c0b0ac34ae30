"""The figures of the benchmark, by hand-counted examples."""

import math
import random

import pytest

from training.benchmark.metrics import (
    Judged,
    area_under_risk,
    calibration_error,
    character_errors,
    edit_distance,
    normalise_text,
    reliability,
    risk_coverage,
    wilson,
)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("足立区", "足区", 1)],
)
def test_edit_distance(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == distance
    assert edit_distance(b, a) == distance


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("バター 5～10g", "バター5〜10ｇ"),
        ("コーヒー", "コ―ヒ—"),
        ("2. ☆を入れ一煮立ち。", "2.を入れ一煮立ち．"),
        ("手順→次", "手順次"),
        ("「終り」、続く", "「終り」，続く"),
        ("・目玉焼き", "•目玉焼き"),
        ("大1/2", "大１／２"),
    ],
)
def test_what_a_transcription_does_not_tell_apart_is_folded(one: str, other: str) -> None:
    assert normalise_text(one) == normalise_text(other)


@pytest.mark.parametrize(("one", "other"), [("シ", "ツ"), ("っ", "つ"), ("一", "ー"), ("髙", "高")])
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert normalise_text(one) != normalise_text(other)


def test_character_errors_count_after_folding() -> None:
    assert character_errors("合いびき肉 200g", "合いぴき肉200ｇ") == (1, 9)
    assert character_errors("→", "字") == (1, 0)


def test_wilson_interval_of_known_values() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 20)[0] == 0.0 < wilson(0, 20)[1] < 0.17
    assert wilson(20, 20)[1] == 1.0 and wilson(20, 20)[0] > 0.83


def test_bins_hold_equal_mass_and_lose_nothing() -> None:
    judged = [Judged(i / 100, float(i % 2)) for i in range(100)]
    bins = reliability(judged, 15)
    assert len(bins) == 15
    assert sum(b.count for b in bins) == 100
    assert {b.count for b in bins} <= {6, 7}
    assert [b.confidence for b in bins] == sorted(b.confidence for b in bins)
    assert len(reliability(judged[:4], 15)) == 4


def test_calibration_error_by_hand() -> None:
    # Two bins: stated 0.5 and right 0.5 (off by 0), stated 0.9 and right 0.5 (off by 0.4).
    judged = [Judged(0.5, 1), Judged(0.5, 0), Judged(0.9, 1), Judged(0.9, 0)]
    assert calibration_error(judged, 2) == pytest.approx(0.2)
    assert calibration_error([]) == 0.0


def test_a_calibrated_source_has_a_small_error_and_a_boastful_one_a_large() -> None:
    draw = random.Random(4)
    shares = [draw.random() for _ in range(20_000)]
    honest = [Judged(p, float(draw.random() < p)) for p in shares]
    boastful = [Judged(math.sqrt(j.confidence), j.right) for j in honest]
    assert calibration_error(honest) < 0.02
    assert calibration_error(boastful) == pytest.approx(1 / 6, abs=0.02)


def test_risk_falls_with_coverage_when_confidence_tells_right_from_wrong() -> None:
    judged = [Judged(0.9, 1), Judged(0.8, 1), Judged(0.2, 0), Judged(0.1, 0)]
    assert risk_coverage(judged) == [(0.25, 0), (0.5, 0), (0.75, 1 / 3), (1.0, 0.5)]
    assert area_under_risk(judged) == pytest.approx((1 / 3 + 1 / 2) / 4)


def test_readings_of_one_confidence_are_accepted_together() -> None:
    judged = [Judged(0.5, 1), Judged(0.5, 0)]
    assert risk_coverage(judged) == [(1.0, 0.5)]
    assert area_under_risk(judged) == 0.5
