"""Lines for the recogniser's training: what it is shown when it reads, without any 個人番号."""

from datetime import date

import pytest

from ocr_service.loop.ink_lines import LineTrace
from pipelines.forms.load import FormLibrary
from pipelines.reader import Reader
from pipelines.run import read_document
from pipelines.synthesis.formats import ScanFormat, encode_scan
from pipelines.synthesis.synthesize import synthesize
from training.loop.lines import as_high, usable_fields

pytestmark = pytest.mark.acceptance


def test_a_line_says_alone_what_was_read_in_its_box(real_reader: Reader) -> None:
    library = FormLibrary.builtin()
    entry = library.find("child-allowance-claim")
    scan = synthesize(entry, seed=551_900, hand="strokes", degradations=("skew",))
    data, trace = encode_scan(scan.pages, ScanFormat.PDF, dpi=scan.dpi), LineTrace()
    read = read_document(
        data, reader=real_reader, today=date(2026, 11, 20), pinned=entry.key, trace=trace
    )
    usable = {name for form, _, name in usable_fields(library) if form == entry.definition.id}
    fields = [f for f in read.fields if f.name in usable and f.value and f.name in trace.lines]
    assert len(fields) >= 8
    lines = [as_high(trace.lines[field.name]) for field in fields]
    kept = [(f, line) for f, line in zip(fields, lines, strict=True) if line is not None]
    again = real_reader.engines.recogniser.read([line for _, line in kept], [None] * len(kept))
    same = [
        reading.text.replace(" ", "") == field.raw_text.replace(" ", "")
        for (field, _), reading in zip(kept, again, strict=True)
    ]
    assert sum(same) >= 0.9 * len(fields)
    numbers = {f.name for f in entry.definition.fields if f.kind == "my_number"}
    assert numbers and numbers.isdisjoint(trace.lines)
