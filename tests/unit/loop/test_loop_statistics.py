"""Paired comparison of a candidate with what is in use, and the gate on top of it."""

import numpy as np
import pytest

from ocr_service.loop.gate import ALL, Judged, holm, judge, own_measure
from ocr_service.loop.gold import GATE_SEED, is_gold, synthetic_samples
from ocr_service.loop.measures import Measure
from ocr_service.loop.statistics import Pair, compare, mcnemar
from pipelines.forms.load import FormLibrary
from pipelines.synthesis.formats import ScanFormat


def pairs(count, *, items=20, before=18.0, after=18.0, noise=0.0, seed=1):
    rng = np.random.default_rng(seed)
    return [
        Pair(items=items, active=before, candidate=after + noise * float(rng.normal()))
        for _ in range(count)
    ]


def documents(changes, *, form="form:a", own=Measure.VALUES):
    """Gold documents; `changes` are gained minus lost items of the own measure, one a document."""
    same = Pair(items=20, active=18, candidate=18)
    return [
        Judged(
            document=f"doc_{form}_{number}",
            groups=(form,),
            pairs={
                **dict.fromkeys(Measure, same),
                own: Pair(
                    items=20,
                    active=18,
                    candidate=18 + change,
                    gained=max(change, 0),
                    lost=max(-change, 0),
                ),
            },
        )
        for number, change in enumerate(changes)
    ]


def test_nothing_changed_is_no_difference():
    found = compare(pairs(50))
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert (found.p_better, found.p_worse, found.mcnemar) == (1.0, 1.0, 1.0)
    assert (found.documents, found.items) == (50, 1000)


def test_nothing_to_compare_is_no_difference():
    assert compare([Pair(items=0, active=0, candidate=0)]).documents == 0


def test_a_gain_on_every_document_is_beyond_chance():
    found = compare(pairs(40, after=19.0))
    assert found.difference == pytest.approx(0.05)
    assert found.low > 0
    assert found.p_better < 0.001 < found.p_worse


def test_one_bad_paper_with_many_fields_is_one_paper():
    many = [*pairs(40), Pair(items=20, active=0, candidate=18, gained=18)]
    found = compare(many)
    assert found.mcnemar < 1e-4
    assert found.p_better == 0.5


def test_exact_p_values_of_few_papers():
    assert compare(pairs(5, after=17.0)).p_worse == pytest.approx(1 / 32)
    assert mcnemar(8, 0) == pytest.approx(2 / 256)


def test_intervals_hold_the_true_difference():
    held = 0
    for seed in range(40):
        found = compare(pairs(60, after=18.4, noise=1.0, seed=seed))
        held += found.low <= 0.02 <= found.high
    assert held >= 34


def test_holm_corrects_from_the_smallest_on():
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03})
    assert found == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


def test_a_better_candidate_passes():
    report = judge(documents([1] * 30 + [0] * 10), Measure.VALUES)
    assert report.passed
    assert report.reasons == ()


def test_no_difference_is_not_enough():
    assert judge(documents([0] * 40), Measure.VALUES).reasons == ("not_better.values",)


def test_few_documents_are_not_enough():
    assert judge(documents([1] * 20), Measure.VALUES).reasons == ("gold.few",)


def test_better_over_all_but_worse_on_a_form_is_refused():
    mixed = [*documents([2] * 60), *documents([-1] * 12, form="form:b")]
    report = judge(mixed, Measure.VALUES)
    assert report.reasons == ("worse.values.form:b",)
    row = next(r for r in report.rows if r.measure is Measure.VALUES and r.group == "form:b")
    assert row.worse
    assert row.result.high < 0


def test_worse_in_another_measure_is_refused():
    both = [
        Judged(
            document=d.document,
            groups=d.groups,
            pairs={**d.pairs, Measure.UNSEEN: Pair(items=20, active=20, candidate=19, lost=1)},
        )
        for d in documents([1] * 40)
    ]
    assert f"worse.unseen.{ALL}" in judge(both, Measure.VALUES).reasons


def test_the_gate_lets_equal_candidates_through_about_never():
    passed = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        passed += judge(documents(rng.integers(-1, 2, size=60).tolist()), Measure.VALUES).passed
    assert passed <= 4


def test_a_model_of_oddity_may_speak_on_one_in_a_hundred():
    quiet = documents([0] * 100, own=Measure.CALM)
    for number, document in enumerate(quiet):
        document.pairs[Measure.CALM] = Pair(items=1, active=1, candidate=float(number > 0))
    assert judge(quiet, Measure.CALM).passed
    for document in quiet[:3]:
        document.pairs[Measure.CALM] = Pair(items=1, active=1, candidate=0)
    assert judge(quiet, Measure.CALM).reasons == ("odd.too_often",)


@pytest.mark.parametrize(
    ("name", "task", "measure"),
    [
        ("field_confidence", "confidence of values by kind of field", Measure.CONFIDENCE),
        ("form_oddity", "oddity of forms", Measure.CALM),
        ("category_linear", "classification of documents by their text", Measure.CATEGORY),
        ("digit_cells", "classification of single digits", Measure.VALUES),
        ("ppocrv6_small_rec", "recognition", Measure.VALUES),
    ],
)
def test_every_task_has_its_own_measure(name, task, measure):
    assert own_measure(name, task) is measure


def test_gold_is_a_share_of_all_and_always_the_same():
    names = [f"{number:064x}" for number in range(4000)]
    share = sum(is_gold(name, 10) for name in names) / len(names)
    assert 0.085 < share < 0.115
    assert all(is_gold(name, 20) for name in names if is_gold(name, 10))


def test_the_synthetic_part_has_every_form_in_a_file_that_holds_its_pages():
    library = FormLibrary.builtin()
    samples = synthetic_samples(library, rounds=2)
    made = [sample for sample in samples if sample.seed >= GATE_SEED]
    assert len(made) == 2 * len({entry.definition.id for entry in library.entries})
    assert len({sample.stem for sample in samples}) == len(samples)
    for sample in samples:
        many = len(library.find(sample.form).definition.pages) > 1
        assert not many or sample.format in (ScanFormat.PDF, ScanFormat.TIFF)
        assert not sample.faults
