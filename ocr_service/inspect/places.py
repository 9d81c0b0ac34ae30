"""Where the fields, options and seals of a form page stand on its template, in template pixels."""

from pipelines.forms.template import Template, box_pixels
from pipelines.marks import SEAL_OPTION, option_groups

Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1."""


def field_places(template: Template) -> dict[str, Corners]:
    """Boxes of the text fields of the page, by name."""
    return {
        field.name: box_pixels(field.box, template.dpi)
        for field in template.definition.fields
        if field.page == template.form_page
    }


def mark_places(template: Template) -> dict[tuple[str, str], Corners]:
    """Boxes of the options and seals of the page, by group and option as in `Mark`."""
    form, number = template.definition, template.form_page
    places = {
        (group.name, option): box_pixels(box, template.dpi)
        for group in option_groups(form, number)
        for option, box in group.options
    }
    for seal in form.seals:
        if seal.page == number:
            places[seal.name, SEAL_OPTION] = box_pixels(seal.box, template.dpi)
    return places
