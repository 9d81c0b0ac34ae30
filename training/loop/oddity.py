"""What is usual on each form, from confirmed documents: `python -m training.loop.oddity DATASET`.

Forms with too few documents are left out, and stay silent. The tables hold counts of bins and
options; no name, no address, no number of a person.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipelines.forms.load import FormLibrary
from pipelines.oddity import MODEL, FormOddity, OddityModels, dump_oddity, odd_findings
from pipelines.oddity_fit import Confirmed, fit_form
from pipelines.records import Field, FieldSource, FieldState
from training.loop.candidate import Candidate, write_candidate
from training.loop.dataset import Dataset, Example, is_check, load_dataset


def documents_of(examples: Sequence[Example]) -> dict[str, list[tuple[str, Confirmed]]]:
    """Sort confirmed documents by form, each with its id, in the order of the data set."""
    by_document: dict[str, list[Example]] = {}
    for example in examples:
        by_document.setdefault(example.document, []).append(example)
    found: dict[str, list[tuple[str, Confirmed]]] = {}
    for document, fields in by_document.items():
        values = {field.field: field.confirmed for field in fields}
        day = date.fromisoformat(fields[0].received_on)
        found.setdefault(fields[0].form, []).append((document, Confirmed(values=values, today=day)))
    return found


def make_candidate(dataset: Dataset, library: FormLibrary, *, command: str) -> Candidate:
    """Learn every form with enough documents; the figures come from a model of a part of them.

    Raises ValueError when no form has enough.
    """
    models: dict[str, FormOddity] = {}
    metrics: dict[str, float] = {}
    for form_id, documents in sorted(documents_of(dataset.examples).items()):
        form = library.find(form_id).definition
        model = fit_form(form, [confirmed for _, confirmed in documents])
        if model is None:
            continue
        models[form_id] = model
        metrics[f"{form_id}.documents"] = model.documents
        part = fit_form(form, [c for name, c in documents if not is_check(name)])
        held = [c for name, c in documents if is_check(name)]
        if part is not None and held:
            odd = sum(_is_odd(c, form_id, {form_id: part}, library) for c in held)
            metrics[f"{form_id}.held_out"] = len(held)
            metrics[f"{form_id}.called_odd"] = odd
    if not models:
        raise ValueError("no form has enough confirmed documents")
    return Candidate(
        name=MODEL,
        task="oddity of forms, from confirmed documents",
        file="oddity.json",
        data=dump_oddity(models),
        command=command,
        metrics=metrics,
        notes=(
            "`called_odd` of `held_out` confirmed documents by tables of the others: false alarms, "
            "unless something odd was confirmed. What it says is information and stops nothing."
        ),
    )


def _is_odd(confirmed: Confirmed, form_id: str, models: OddityModels, library: FormLibrary) -> bool:
    fields = [_field(name, value) for name, value in confirmed.values.items()]
    form = library.find(form_id).definition
    return bool(odd_findings(fields, form, models, today=confirmed.today))


def _field(name: str, value: str | None) -> Field:
    return Field(
        name=name,
        label=name,
        kind="text",
        value=value,
        raw_text="",
        confidence=1.0,
        state=FieldState.READ if value else FieldState.BLANK,
        source=FieldSource.READ,
        box=None,
        page=1,
    )


def main() -> int:
    """Write a candidate of `form_oddity`."""
    parser = argparse.ArgumentParser(prog="python -m training.loop.oddity")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--forms", type=Path, help="folder of the office's forms")
    options = parser.parse_args()
    dataset = load_dataset(options.dataset)
    library = FormLibrary.load(options.forms) if options.forms else FormLibrary.builtin()
    candidate = make_candidate(dataset, library, command="training.loop.oddity")
    sys.stdout.write(f"{write_candidate(candidate, dataset, options.version, options.out)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
