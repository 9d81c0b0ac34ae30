"""Made-up forms for measuring identification are forms, differ, and are the same every time."""

from pipelines.forms.load import FormLibrary
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
