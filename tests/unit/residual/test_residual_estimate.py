"""Expected wrong fields among the unreviewed ones, by hand-made outcomes."""

import random
from xml.etree import ElementTree

import numpy as np
import pytest

from ocr_service.residual.estimate import (
    LEAST_DOCUMENTS,
    LEAST_FIELDS,
    FieldOutcome,
    estimate,
    grouped,
)
from ocr_service.residual.intervals import clopper_pearson, share_by_document, sum_of_chances
from ocr_service.residual.plot import plot_svg
from pipelines.records import FieldState


def outcome(number=0, *, confidence=0.995, corrected=False, doubtful=False, **changes):
    made = {"document": f"doc_{number // 10}", "form": "claim", "kind": "text", **changes}
    made.setdefault("state", FieldState.READ)
    return FieldOutcome(confidence=confidence, corrected=corrected, doubtful=doubtful, **made)


def calibrated(count, seed, *, true=lambda confidence: confidence):
    """Fields whose confidence tells how often they are right, or `true` of it does."""
    rng, made = random.Random(seed), []
    for number in range(count):
        confidence = round(1 - 10 ** -rng.uniform(1, 3.5), 4)
        wrong = rng.random() >= true(confidence)
        doubtful = confidence < 0.98
        made.append(outcome(number, confidence=confidence, corrected=wrong, doubtful=doubtful))
    return made


def exact(chances):
    """Distribution of the number of events, one convolution after the other."""
    found = np.ones(1)
    for chance in chances:
        found = np.convolve(found, [1 - chance, chance])
    return found


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 100, 0.0, 0.036217), (5, 100, 0.016432, 0.112835), (100, 100, 0.963783, 1.0)],
)
def test_the_interval_of_a_share_is_that_of_clopper_and_pearson(count, of, low, high):
    assert clopper_pearson(count, of) == pytest.approx((low, high), abs=1e-6)


def test_of_nothing_nothing_is_known():
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_the_sum_of_unequal_chances_has_the_interval_of_its_exact_distribution():
    rng = random.Random(7)
    chances = np.array([round(rng.random() ** 4 / 3, 4) for _ in range(400)])
    reached = np.cumsum(exact(chances))
    found = sum_of_chances(chances)
    assert found.wrong == pytest.approx(chances.sum())
    assert found.low == np.searchsorted(reached, 0.025)
    assert found.high == np.searchsorted(reached, 0.975)


def test_certain_fields_are_expected_without_an_error():
    found = sum_of_chances(np.zeros(500))
    assert (found.wrong, found.low, found.high) == (0.0, 0.0, 0.0)


def test_errors_that_come_together_on_one_paper_widen_the_interval():
    documents = np.repeat(np.arange(100), 10)
    spread, together = np.zeros(1000, bool), np.zeros(1000, bool)
    spread[::50] = True
    together[:20] = True
    alone, clustered = share_by_document(documents, spread), share_by_document(documents, together)
    assert alone.count == clustered.count == 20
    assert (alone.low, alone.high) == clopper_pearson(20, 1000)
    assert clustered.high > 1.4 * alone.high
    assert clustered.low < alone.low / 2


def test_where_one_paper_in_twenty_is_ten_times_worse_the_interval_holds_the_true_rate():
    rng, held = np.random.default_rng(3), 0
    documents = np.repeat(np.arange(400), 40)
    for _ in range(400):
        chance = np.where(rng.random(400) < 0.05, 0.02, 0.002)[documents]
        share = share_by_document(documents, rng.random(len(documents)) < chance)
        held += share.low <= 0.002 * 1.45 <= share.high
    assert held >= 0.94 * 400


def test_sure_and_doubtful_fields_are_counted_apart():
    fields = [outcome(n, corrected=n in (3, 4)) for n in range(300)]
    fields += [outcome(n, confidence=0.4, doubtful=True, corrected=n < 50) for n in range(100)]
    found = estimate(fields, accuracy=0.99)
    assert (found.sure.count, found.sure.of) == (2, 300)
    assert (found.doubtful.count, found.doubtful.of) == (50, 100)
    assert (found.documents, found.fields) == (30, 400)
    assert found.by_confidence.wrong == pytest.approx(300 * 0.005)
    assert found.by_corrections.wrong == 2
    assert found.larger is found.by_corrections


@pytest.mark.parametrize(
    ("documents", "fields"), [(LEAST_DOCUMENTS - 1, 400), (LEAST_DOCUMENTS, LEAST_FIELDS - 1)]
)
def test_too_few_confirmations_give_no_number(documents, fields):
    made = [outcome(document=f"doc_{n % documents}") for n in range(fields)]
    found = estimate(made, accuracy=0.99)
    assert (found.documents, found.sure.of, found.enough) == (documents, fields, False)
    assert found.by_confidence is found.by_corrections is found.larger is found.target is None
    assert found.bins == found.curve == ()


def test_nothing_confirmed_is_too_few():
    assert not estimate([], accuracy=0.99).enough


def test_of_calibrated_confidences_the_interval_holds_what_was_corrected():
    held = 0
    for seed in range(40):
        found = estimate(calibrated(2000, seed), accuracy=0.99)
        held += found.by_confidence.low <= found.sure.count <= found.by_confidence.high
        assert found.agrees
    assert held >= 36


def test_confidences_that_promise_too_much_are_told():
    fields = calibrated(4000, 1, true=lambda confidence: 1 - 5 * (1 - confidence))
    found = estimate(fields, accuracy=0.99)
    assert not found.agrees
    assert found.larger is found.by_corrections


def test_bins_show_told_and_seen_side_by_side():
    found = estimate(calibrated(20_000, 3), accuracy=0.99)
    assert sum(each.corrected.of for each in found.bins) == 20_000
    for each in found.bins:
        assert each.low <= each.confidence <= each.high
        assert each.corrected.low <= each.corrected.rate <= each.corrected.high
        assert each.corrected.low <= 1 - each.confidence + 0.01


def test_a_confidence_of_one_belongs_to_the_last_bin():
    (only,) = estimate([outcome(n, confidence=1.0) for n in range(400)], accuracy=0.99).bins
    assert (only.low, only.high, only.corrected.of) == (0.999, 1.0, 400)


def levels():
    """400 fields at each of three confidences; 0, 2 and 40 of them wrong."""
    made = []
    for confidence, wrong in ((0.9999, 0), (0.996, 2), (0.97, 40)):
        for n in range(400):
            doubtful = confidence < 0.98
            corrected = n < 10 * wrong and n % 10 == 0
            made.append(outcome(n, confidence=confidence, corrected=corrected, doubtful=doubtful))
    return made


def test_a_higher_threshold_means_more_to_review_and_less_wrong():
    curve = estimate(levels(), accuracy=0.99).curve
    assert [point.threshold for point in curve] == [0.9999, 0.996, 0.97]
    assert [point.unreviewed for point in curve] == [400, 800, 1200]
    assert [point.reviewed for point in curve] == pytest.approx([2 / 3, 1 / 3, 0])
    assert [point.corrected.count for point in curve] == [0, 2, 42]
    assert [point.expected for point in curve] == pytest.approx([0.04, 1.64, 13.64])


@pytest.mark.parametrize(
    ("accuracy", "threshold"), [(0.96, 0.97), (0.9975, 0.996), (0.9976, 0.9999), (0.99995, None)]
)
def test_the_lowest_threshold_that_reaches_an_accuracy_by_both_estimates(accuracy, threshold):
    target = estimate(levels(), accuracy=accuracy).target
    assert (target.point and target.point.threshold) == threshold


def test_an_accuracy_is_proven_only_when_the_upper_end_reaches_it():
    certain = estimate(levels(), accuracy=0.99).target
    assert certain.point.corrected.high == pytest.approx(0.009, abs=1e-3) and certain.proven
    assert not estimate(levels(), accuracy=0.9975).target.proven


def test_a_threshold_is_not_read_off_a_handful_of_fields():
    few = [outcome(n, confidence=0.9999) for n in range(LEAST_FIELDS - 1)]
    many = [outcome(n, confidence=0.99, corrected=n % 10 == 0) for n in range(400)]
    assert estimate(few + many, accuracy=0.999).target.point is None


def test_what_cannot_be_read_is_reviewed_at_every_threshold():
    fields = [outcome(n) for n in range(400)]
    for state in (FieldState.UNREADABLE, FieldState.STRUCK):
        fields += [outcome(n, confidence=0.9, doubtful=True, state=state) for n in range(50)]
    # Doubtful in spite of its confidence: for another reason, which stays.
    fields += [outcome(n, confidence=0.999, doubtful=True) for n in range(100)]
    last = estimate(fields, accuracy=0.99).curve[-1]
    assert (last.unreviewed, last.reviewed) == (400, pytest.approx(1 / 3))


def test_blank_fields_among_the_sure_ones_are_named():
    fields = [outcome(n, confidence=1.0, state=FieldState.BLANK) for n in range(120)]
    assert estimate([*fields, *(outcome(n) for n in range(300))], accuracy=0.9).blank == 120


def test_groups_are_judged_alone():
    fields = [outcome(n, kind="date") for n in range(400)]
    fields += [outcome(n, kind="kana") for n in range(50)]
    found = grouped(fields, lambda each: each.kind, accuracy=0.99)
    assert [(name, each.enough) for name, each in found.items()] == [
        ("date", True),
        ("kana", False),
    ]


def test_the_curve_stays_short_whatever_the_number_of_confidences():
    curve = estimate(calibrated(20_000, 5), accuracy=0.99).curve
    assert 30 <= len(curve) <= 60
    assert curve[-1].reviewed == 0


def drawn(fields, accuracy=0.99):
    svg = plot_svg(estimate(fields, accuracy=accuracy))
    return svg, list(ElementTree.fromstring(svg).iter())


def test_the_picture_shows_every_bin_and_the_wanted_accuracy():
    fields = calibrated(20_000, 3)
    svg, parts = drawn(fields)
    dots = [p for p in parts if p.tag.endswith("circle") and p.get("r") == "4"]
    assert len(dots) == len(estimate(fields, accuracy=0.99).bins)
    assert "正しさ 0.99" in svg
    for part in dots:
        assert 0 <= float(part.get("cx")) <= 1000 and 70 <= float(part.get("cy")) <= 350


def test_the_picture_of_too_few_says_so():
    svg, parts = drawn([outcome()])
    assert "少なすぎ" in svg
    assert not [p for p in parts if p.tag.endswith("polyline")]
