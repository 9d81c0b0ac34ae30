"""A stack read with the real engines: its documents, and the same again from their pages."""

import io
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from PIL import Image

from pipelines.forms.load import FormLibrary
from pipelines.reader import Reader
from pipelines.run import read_document, read_stack
from pipelines.split import CutReason, PageRole
from pipelines.synthesis.synthesize import synthesize

pytestmark = pytest.mark.acceptance
_TODAY = date(2026, 11, 26)


def test_a_stack_is_split_and_each_part_reads_the_same_on_its_own(real_reader: Reader) -> None:
    library = FormLibrary.builtin()
    first, last = (
        synthesize(library.find(name), seed=11, degradations=("skew",), dpi=150).pages[0]
        for name in ("seal-registration", "national-pension-notice")
    )
    sheets = [Image.fromarray(page) for page in (first, np.full_like(first, 250), last)]
    file = io.BytesIO()
    sheets[0].save(
        file, "TIFF", save_all=True, append_images=sheets[1:], compression="jpeg", dpi=(150, 150)
    )
    found = read_stack(file.getvalue(), reader=real_reader, today=_TODAY)
    assert [page.role for page in found.pages] == [PageRole.FORM, PageRole.BLANK, PageRole.FORM]
    assert [(d.group.pages, d.group.reason) for d in found.documents] == [
        ((1,), CutReason.START),
        ((3,), CutReason.SEPARATOR),
    ]
    forms = [d.suggestion.form and d.suggestion.form.id for d in found.documents]
    assert forms == ["seal-registration", "national-pension-notice"]
    again = read_document(file.getvalue(), reader=real_reader, today=_TODAY, pages=[3])
    assert replace(again, timings={}) == replace(found.documents[1].suggestion, timings={})
