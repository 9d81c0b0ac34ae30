"""The wording of Japanese: it decides what the ink leaves open, and nothing else."""

import numpy as np
import pytest

from models.lattice import Segment, line_text
from models.manifest import Manifest
from models.readings import ReadCharacter, Reading
from models.wording import ORDER, Table, Wording
from pipelines.wording import worded
from training.wording.counts import fit

TEXTS = ["味がする", "しょうゆ味", "未来の味", "味に", "こしょう", "しょうゆ"] * 20
CHARACTERS = sorted(set("".join(TEXTS)) | set("末木りモ"))


@pytest.fixture(scope="module")
def wording() -> Wording:
    arrays = fit(TEXTS, CHARACTERS)
    tables = [
        Table(*(arrays[f"{part}{n}"] for part in ("keys", "chances", "contexts", "back")))  # type: ignore[arg-type]
        for n in range(2, ORDER + 1)
    ]
    single = np.asarray(arrays["single"], np.float32)
    return Wording(CHARACTERS, single, tables, None)  # type: ignore[arg-type]


def line(*parts: dict[str, float]) -> tuple[Segment, ...]:
    step = 1 / len(parts)
    return tuple(
        Segment(i * step, (i + 1) * step, tuple(options.items())) for i, options in enumerate(parts)
    )


SHOYU = line({"し": 1.0}, {"ょ": 1.0}, {"り": 0.5, "う": 0.45}, {"ゆ": 1.0})


def test_usual_texts_are_more_probable(wording: Wording) -> None:
    assert wording.score("しょうゆ") > wording.score("しょりゆ")
    assert wording.score("味に") > wording.score("末に")
    assert wording.score("し ょうゆ") == wording.score("しょうゆ")


def test_the_chances_after_a_context_add_up_to_one(wording: Wording) -> None:
    before = wording.score("しょ")
    after = sum(np.exp(wording.score("しょ" + c) - before) for c in [*CHARACTERS, "龍"])
    # The start of a line has no share; counts are kept in half precision.
    assert after == pytest.approx(1.0, abs=0.02)


def test_wording_decides_what_the_ink_leaves_open(wording: Wording) -> None:
    assert line_text(wording.likely(SHOYU)) == "しょうゆ"


def test_clear_ink_stays_whatever_it_says(wording: Wording) -> None:
    clear = line({"し": 1.0}, {"ょ": 1.0}, {"り": 0.97, "う": 0.03}, {"ゆ": 1.0})
    assert line_text(wording.likely(clear)) == "しょりゆ"
    sure = line({"木": 0.9995, "味": 0.0004})
    assert line_text(wording.likely(sure)) == "木"


def test_nothing_is_added_that_the_ink_does_not_hold_possible(wording: Wording) -> None:
    other = line({"し": 1.0}, {"ょ": 1.0}, {"り": 0.6, "モ": 0.4}, {"ゆ": 1.0})
    assert line_text(wording.likely(other)) in ("しょりゆ", "しょモゆ")


def test_what_was_read_stays_among_the_options(wording: Wording) -> None:
    (changed,) = [s for s in wording.likely(SHOYU) if s.text == "う"]
    assert dict(changed.options) == {"う": 0.45, "り": 0.5}


def test_a_changed_reading_is_less_sure_and_keeps_its_places(wording: Wording) -> None:
    characters = tuple(
        ReadCharacter(s.text, s.probability, s.start + 0.05, s.end - 0.05) for s in SHOYU
    )
    reading = Reading("しょりゆ", 0.5, characters=characters, segments=SHOYU)
    found = worded(reading, wording)
    assert found.text == "しょうゆ" == "".join(c.text for c in found.characters)
    assert found.confidence == pytest.approx(0.45)
    assert found.characters[2].confidence == 0.45
    assert found.characters[:2] == characters[:2] and found.characters[3] == characters[3]


def test_a_sure_reading_is_given_back_as_it_is(wording: Wording) -> None:
    reading = Reading("木", 0.9999, segments=line({"木": 0.9999}))
    assert worded(reading, wording) is reading


def test_wording_has_no_say_about_signs(wording: Wording) -> None:
    said = line({"味": 1.0}, {"に": 1.0}, {"!": 0.55, "": 0.4})
    assert line_text(wording.likely(said)) == "味に!"


def test_one_or_two_characters_have_no_wording(wording: Wording) -> None:
    reading = Reading("末に", 0.5, segments=line({"末": 0.5, "味": 0.45}, {"に": 1.0}))
    assert worded(reading, wording) is reading


def test_the_manifest_is_that_of_the_artifact() -> None:
    shipped = Wording.load()
    assert isinstance(shipped.manifest, Manifest) and shipped.manifest.name == "character_ngrams"
    assert shipped.score("お願いします") > shipped.score("お頼いしよす")
