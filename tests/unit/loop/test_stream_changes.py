"""Alarms about a stream of documents that changed, and silence about one that did not."""

from dataclasses import replace

import numpy as np

from ocr_service.loop.changes import Seen, Signal, find_changes


def stream(count, seed=1, *, forms=("a", "b", "c"), confidence=0.97, drift=0.01, corrections=0.03):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        form = str(rng.choice(forms))
        found.append(
            Seen(
                form=form,
                category=f"x.{form}",
                confidence=float(np.clip(rng.normal(confidence, 0.02), 0, 1)),
                drift=bool(rng.random() < drift),
                corrections=float(rng.binomial(30, corrections)) / 30,
            )
        )
    return found


def alarms(seen):
    return {(c.signal, c.scope) for c in find_changes(seen) if c.alarm}


def test_nothing_is_said_before_there_is_enough_to_compare_with():
    assert find_changes(stream(500)) == []


def test_a_stable_stream_raises_no_alarm():
    assert all(alarms(stream(1200, seed)) == set() for seed in range(10))


def test_another_mix_of_categories_is_found():
    seen = stream(1000) + stream(200, 2, forms=("a", "a", "b", "d"))
    assert (Signal.CATEGORIES, "all") in alarms(seen)


def test_a_new_kind_of_paper_is_found():
    seen = stream(1000) + [replace(s, category="unknown") for s in stream(200, 2)[:30]]
    assert (Signal.CATEGORIES, "all") in alarms(seen + stream(170, 3))


def test_falling_confidence_is_found_over_all_and_on_the_form():
    seen = stream(1000) + stream(200, 2, confidence=0.95)
    found = alarms(seen)
    assert (Signal.CONFIDENCE, "all") in found
    assert {signal for signal, _ in found} == {Signal.CONFIDENCE}


def test_more_corrections_are_found():
    assert (Signal.CORRECTIONS, "all") in alarms(stream(1000) + stream(200, 2, corrections=0.08))


def test_a_form_whose_paper_was_revised_is_named():
    late = [replace(s, drift=s.form == "b") for s in stream(200, 2)]
    assert alarms(stream(1000) + late) == {(Signal.REVISION, "b")}


def test_fewer_revised_papers_are_no_news():
    early = [replace(s, drift=s.form == "b") for s in stream(1000)]
    assert alarms(early + stream(200, 2)) == set()


def test_documents_that_nobody_confirmed_yet_are_left_out():
    seen = [replace(s, corrections=None, confidence=None) for s in stream(1200)]
    assert {c.signal for c in find_changes(seen)} == {Signal.CATEGORIES, Signal.REVISION}
