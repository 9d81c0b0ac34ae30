"""Candidates from exported examples: confidences, what is usual, manifest and card."""

import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
import pytest

from models.errors import ModelError
from models.manifest import load_manifest, read_weights
from ocr_service.loop.gate import own_measure
from ocr_service.loop.measures import Measure
from ocr_service.loop.packing import read_candidate
from pipelines.confidence import curve
from pipelines.forms.load import FormLibrary
from pipelines.oddity import parse_oddity
from pipelines.recalibrate import (
    KindCalibration,
    dump_calibration,
    parse_calibration,
    recalibrated,
)
from pipelines.records import Field, FieldSource, FieldState
from training.loop import calibrate, oddity
from training.loop.candidate import write_candidate
from training.loop.dataset import Dataset, Example, is_check, load_dataset

FORM = FormLibrary.builtin().find("seal-registration").definition


def examples(count, *, overconfident=0.1, seed=1, kind="date"):
    """Values whose true share of right ones lies `overconfident` below what was stated."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        stated = float(rng.uniform(0.5, 1.0))
        right = rng.random() < max(stated - overconfident, 0)
        found.append(
            Example(
                document=f"doc_{number // 4}",
                form="seal-registration",
                revision="1",
                field=f"f{number % 4}",
                kind=kind,
                suggested="x",
                confirmed="x" if right else "y",
                state="read",
                source="read",
                confidence=round(stated, 4),
                doubtful=stated < 0.98,
                corrected=not right,
                received_on="2026-11-20",
            )
        )
    return found


def dataset(found):
    return Dataset(version="0" * 64, examples=tuple(found))


def field(confidence, **changes):
    made = Field(
        name="applicant_birth",
        label="",
        kind="date",
        value="1985-01-02",
        raw_text="昭和60年1月2日",
        confidence=confidence,
        state=FieldState.READ,
        source=FieldSource.READ,
        box=None,
        page=1,
        doubtful=confidence < 0.98,
    )
    return replace(made, **changes)


def test_overconfident_values_are_brought_down_to_what_people_found():
    known = calibrate.fit_kinds(examples(4000))["date"]
    assert abs(curve(known.stated, known.true, 0.8) - 0.7) < 0.05
    assert list(known.true) == sorted(known.true)


def test_no_correction_of_what_nobody_looked_at_is_no_proof():
    known = calibrate.fit_kinds(examples(4000, overconfident=-0.05))["date"]
    assert curve(known.stated, known.true, 0.985) <= 0.985
    assert curve(known.stated, known.true, 0.9) > 0.9


def test_few_values_teach_nothing():
    assert calibrate.fit_kinds(examples(200)) == {}
    with pytest.raises(ValueError, match="no kind"):
        calibrate.make_candidate(dataset(examples(200)), accuracy=None, command="test")


def test_a_candidate_is_better_on_documents_it_was_not_fitted_on():
    made = calibrate.make_candidate(dataset(examples(6000)), accuracy=None, command="test")
    assert made.metrics["date.after"] > made.metrics["date.before"]
    assert own_measure(made.name, made.task) is Measure.CONFIDENCE


def test_a_threshold_for_a_wanted_accuracy():
    rng = np.random.default_rng(1)
    found = [
        replace(e, corrected=bool(rng.random() < (0.002 if e.confidence > 0.95 else 0.3)))
        for e in examples(6000)
    ]
    known = calibrate.fit_kinds(found, accuracy=0.99)["date"]
    assert 0.9 <= known.sure <= known.critical


@pytest.mark.parametrize(
    ("before", "true", "doubtful"), [(0.99, 0.9, True), (0.9, 0.99, False), (0.99, 0.985, False)]
)
def test_a_changed_confidence_changes_who_looks(before, true, doubtful):
    known = {"date": KindCalibration(stated=(before,), true=(true,))}
    (made,) = recalibrated([field(before)], FORM, known)
    assert (made.confidence, made.doubtful, made.value) == (true, doubtful, "1985-01-02")


def test_values_that_are_doubtful_for_another_reason_stay_so():
    known = {"date": KindCalibration(stated=(0.9,), true=(0.999,))}
    impossible = field(0.9, raw_text="令和7年13月40日", doubtful=True)
    assert recalibrated([impossible], FORM, known)[0].doubtful
    assert recalibrated([field(0.99, doubtful=True)], FORM, known)[0].doubtful


def test_blank_fields_and_other_kinds_stay_as_they_are():
    known = {"date": KindCalibration(stated=(0.9,), true=(0.1,))}
    blank = field(0.9, state=FieldState.BLANK, value=None)
    other = field(0.9, kind="address")
    assert recalibrated([blank, other], FORM, known) == (blank, other)


def test_curves_come_back_as_written_and_damaged_ones_are_refused():
    known = {"date": KindCalibration(stated=(0.1, 0.9), true=(0.2, 0.8))}
    assert parse_calibration(dump_calibration(known)) == known
    falling = {"date": KindCalibration(stated=(0.1, 0.9), true=(0.8, 0.2))}
    for data in (b"", b"[]", dump_calibration(falling)):
        with pytest.raises(ModelError):
            parse_calibration(data)


def test_a_written_candidate_can_be_brought_in(tmp_path):
    data = dataset(examples(6000))
    made = calibrate.make_candidate(data, accuracy=None, command="test")
    folder = write_candidate(made, data, "2026.11", tmp_path)
    manifest, archive = read_candidate(folder)
    assert (manifest.name, manifest.version) == ("field_confidence", "2026.11")
    assert "1500 confirmed documents" in manifest.provenance
    assert read_candidate(folder)[1] == archive
    assert "date.after" in (folder / "README.md").read_text("utf-8")
    read = parse_calibration(read_weights(load_manifest(made.name, "2026.11", root=tmp_path)))
    assert set(read) == {"date"}


def test_what_is_usual_is_learned_from_examples():
    rng = np.random.default_rng(3)
    found = []
    for number in range(320):
        day = date(1960, 1, 1) + timedelta(days=int(rng.integers(0, 15000)))
        values = {"birth_date": day.isoformat()}
        for name, value in values.items():
            found.append(
                replace(
                    examples(1)[0],
                    document=f"doc_{number}",
                    field=name,
                    confirmed=value,
                    corrected=False,
                )
            )
    made = oddity.make_candidate(dataset(found), FormLibrary.builtin(), command="test")
    assert set(parse_oddity(made.data)) == {"seal-registration"}
    assert made.metrics["seal-registration.documents"] == 320
    assert own_measure(made.name, made.task) is Measure.CALM


def test_an_export_that_was_changed_is_refused(tmp_path):
    line = json.dumps(
        {n: getattr(examples(1)[0], n) for n in Example.__slots__} | {"crop": "x"}
    ).encode()
    (tmp_path / "manifest.jsonl").write_bytes(line + b"\n")
    summary = {"version": sha256(line + b"\n").hexdigest()}
    (tmp_path / "dataset.json").write_text(json.dumps(summary))
    assert load_dataset(tmp_path).documents == 1
    (tmp_path / "manifest.jsonl").write_bytes(line + b" \n")
    with pytest.raises(ValueError, match="exported"):
        load_dataset(tmp_path)


def test_documents_for_checking_are_always_the_same():
    names = [f"doc_{number}" for number in range(2000)]
    share = sum(map(is_check, names)) / len(names)
    assert 0.26 < share < 0.34
