"""What is loaded once a process and the same for all documents: forms, engines, classifiers."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.engines import Engines
from pipelines.categorise import Categoriser
from pipelines.forms.load import FormLibrary
from pipelines.forms.template import Template, build_templates
from pipelines.identify import TemplateIndex, build_index
from pipelines.learned import NOTHING_LEARNED, Learned
from pipelines.records import FormKey
from pipelines.rules.lookups import NO_LOOKUPS, Lookups


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """What is loaded once a process: forms with their templates, engines, classifier, lists."""

    library: FormLibrary
    templates: Mapping[tuple[FormKey, int], Template]
    index: TemplateIndex
    engines: Engines
    categories: Categoriser
    versions: Mapping[str, str]
    lookups: Lookups = NO_LOOKUPS
    learned: Learned = NOTHING_LEARNED


def load_reader(
    library: FormLibrary,
    engines: Engines,
    categories: Categoriser,
    *,
    program: str,
    lookups: Lookups = NO_LOOKUPS,
    learned: Learned = NOTHING_LEARNED,
) -> Reader:
    """Render and index the forms of `library`; `program` is the version of the service.

    `lookups` are the lists that shared rules look into, `learned` what confirmations taught.
    """
    templates = {
        (template.key, template.form_page): template
        for entry in library.entries
        for template in build_templates(entry)
    }
    return Reader(
        library=library,
        templates=templates,
        index=build_index(tuple(templates.values())),
        engines=engines,
        categories=categories,
        versions={
            "program": program,
            "categories": categories.version,
            **engines.versions,
            **learned.versions,
        },
        lookups=lookups,
        learned=learned,
    )
