"""The forms that the imaging tests know."""

from pathlib import Path

import pytest
from imaging_pages import WORDS, World, make_form

from pipelines.forms.render import render_blank
from pipelines.forms.template import templates_of_pdf
from pipelines.identify import build_index


@pytest.fixture(scope="session")
def world() -> World:
    made = {}
    for form_id in WORDS:
        definition = make_form(form_id)
        made[form_id] = templates_of_pdf(definition, render_blank(definition, Path()))[0]
    stranger = made.pop("stranger")
    return World(templates=made, stranger=stranger, index=build_index(made.values()))
