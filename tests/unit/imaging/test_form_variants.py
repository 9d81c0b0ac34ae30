"""Made-up forms for measuring identification are forms, differ, and are the same every time."""

from pipelines.forms.load import FormEntry, FormLibrary
from pipelines.forms.model import Box
from training.blank_variants import blank_variant, blank_variants
from training.form_variants import form_variants, variant_of


def test_a_variant_is_another_form_without_a_code() -> None:
    base = FormLibrary.builtin().find("seal-registration")
    made = variant_of(base, "variant-000", 1)
    assert made.key.id == "variant-000"
    assert all(page.code is None for page in made.definition.pages)
    before = {item.text for item in base.definition.pages[0].printed if item.type == "text"}
    after = {item.text for item in made.definition.pages[0].printed if item.type == "text"}
    # Some labels are shared, as between the forms of one office, and some are not.
    assert 0.1 < len(before & after) / len(before) < 0.9


def test_the_same_seed_gives_the_same_forms_and_another_seed_others() -> None:
    first, again, other = ([e.definition for e in form_variants(2, seed)] for seed in (5, 5, 6))
    assert first == again
    assert first[0] != other[0]
    assert first[0].id != first[1].id


def test_places_of_a_blank_variant_stay_on_their_print() -> None:
    base = FormLibrary.builtin().find("seal-registration")
    made = blank_variant(base, "variant-000", 3)
    was, now = base.definition, made.definition
    boxes = [(a.box, b.box) for a, b in zip(was.fields, now.fields, strict=True)]
    assert any(abs(a.y - b.y) > 1 for a, b in boxes)
    # What stood in a frame stands in one still.
    assert [_framed(made, b) for _, b in boxes] == [_framed(base, a) for a, _ in boxes]
    assert any(_framed(base, a) for a, _ in boxes)


def _framed(entry: FormEntry, box: Box) -> bool:
    frames = [item for item in entry.definition.pages[0].printed if item.type == "rect"]
    return any(
        f.x - 0.01 <= box.x
        and f.y - 0.01 <= box.y
        and box.x + box.width <= f.x + f.width + 0.01
        and box.y + box.height <= f.y + f.height + 0.01
        and f.width < 150
        for f in frames
    )


def test_blank_variants_differ_and_repeat() -> None:
    first, again, other = ([e.definition for e in blank_variants(2, seed)] for seed in (5, 5, 6))
    assert first == again
    assert first[0] != other[0]
