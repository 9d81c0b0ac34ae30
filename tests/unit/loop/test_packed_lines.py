"""Lines that come out of the process that reads: arrays as data, nothing else."""

import io

import numpy as np
import pytest

from ocr_service.loop.ink_lines import packed, unpacked
from pipelines.errors import CodedError, ErrorCode

LINE = np.arange(200, dtype=np.uint8).reshape(10, 20)


def test_lines_come_back_as_they_were_cut():
    found = unpacked(packed({"file": LINE, "name": LINE.T}))
    assert found.keys() == {"file", "name"}
    assert (found["file"] == LINE).all()


def test_what_is_no_picture_is_left_out():
    other = {"flat": LINE.ravel(), "wide": LINE.astype(np.float64), "none": LINE[:0]}
    assert unpacked(packed({**other, "line": LINE})).keys() == {"line"}


def test_what_is_not_understood_is_no_answer():
    out = io.BytesIO()
    np.savez(out, **{"line.x": np.array([{}], dtype=object)})
    for data in (b"", b"PK\x03\x04 nothing", out.getvalue()):
        with pytest.raises(CodedError) as caught:
            unpacked(data)
        assert caught.value.code is ErrorCode.READ_CRASHED
