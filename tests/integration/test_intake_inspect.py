"""Inspection of posted files in the child process, with real decoders."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from ocr_service.intake import inspect as inspection
from ocr_service.intake.inspect import ChildInspector
from ocr_service.settings import Settings
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import QualityReason


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildInspector]:
    settings = Settings(
        data_folder=tmp_path_factory.mktemp("data"),
        quality_seconds=15,
        page_pixels=20_000_000,
        document_pages=5,
    )
    opened = ChildInspector(settings)
    yield opened
    opened.close()


def test_it_says_what_the_file_is_and_judges_every_page(inspector: ChildInspector) -> None:
    found = inspector.inspect(_tiff(_page(), np.full((1169, 827), 255, np.uint8)))
    assert found.summary.media_type == "image/tiff"
    assert found.summary.page_count == 2
    assert [verdict.page for verdict in found.quality] == [1, 2]
    assert QualityReason.BLANK in found.quality[1].reasons


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.FILE_EMPTY),
        (b"GIF89a" + b"\0" * 50, ErrorCode.FILE_UNSUPPORTED),
        (b"hello " * 50, ErrorCode.FILE_UNSUPPORTED),
    ],
)
def test_what_can_not_be_taken_is_refused(
    inspector: ChildInspector, data: bytes, code: ErrorCode
) -> None:
    with pytest.raises(CodedError) as caught:
        inspector.inspect(data)
    assert caught.value.code is code


def test_a_bomb_is_refused_by_its_header(inspector: ChildInspector) -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    with pytest.raises(CodedError) as caught:
        inspector.inspect(bomb.getvalue())
    assert caught.value.code is ErrorCode.IMAGE_TOO_LARGE


def test_too_many_pages_are_refused(inspector: ChildInspector) -> None:
    pages = [np.full((100, 100), 255, np.uint8)] * 6
    with pytest.raises(CodedError) as caught:
        inspector.inspect(_tiff(*pages))
    assert caught.value.code is ErrorCode.PAGES_TOO_MANY
    assert caught.value.params["limit"] == 5


def test_damage_behind_the_header_is_no_reason_to_lose_the_page(
    inspector: ChildInspector,
) -> None:
    data = bytearray(_png(_page()))
    data[len(data) // 2 : len(data) // 2 + 400] = b"\0" * 400
    try:
        found = inspector.inspect(bytes(data))
    except CodedError as error:
        assert error.code in (ErrorCode.FILE_CORRUPT, ErrorCode.FILE_TRUNCATED)
    else:
        assert found.summary.page_count == 1
    # Whatever it was: the next file is inspected as ever.
    assert inspector.inspect(_png(_page())).quality


class _Broken:
    """Settings of an inspector whose child misbehaves."""

    @staticmethod
    def open(
        monkeypatch: pytest.MonkeyPatch, settings: Settings, target: str, **changes: object
    ) -> ChildInspector:
        monkeypatch.setattr(inspection, "_TARGET", f"tests.engines.broken_inspectors:{target}")
        return ChildInspector(settings.model_copy(update=changes))


@pytest.mark.parametrize("target", ["crashing", "hanging"])
def test_a_file_that_harms_the_decoder_is_refused_not_the_service(
    monkeypatch: pytest.MonkeyPatch, sqlite_settings: Settings, target: str
) -> None:
    inspector = _Broken.open(monkeypatch, sqlite_settings, target, inspect_seconds=1.0)
    with pytest.raises(CodedError) as caught:
        inspector.inspect(b"x")
    assert caught.value.code is ErrorCode.FILE_UNREADABLE
    inspector.close()


def test_verdicts_that_take_too_long_are_left_to_the_worker(
    monkeypatch: pytest.MonkeyPatch, sqlite_settings: Settings
) -> None:
    monkeypatch.setattr(inspection, "_LAST_PAGE_SECONDS", 1.0)
    inspector = _Broken.open(monkeypatch, sqlite_settings, "slow_quality", quality_seconds=0.5)
    # The second one waits until the first one's process was given up, and is answered then.
    for _ in range(2):
        found = inspector.inspect(b"x")
        assert found.summary.page_count == 3
        assert [verdict.page for verdict in found.quality] == [1]
    inspector.close()


def _page() -> np.ndarray:
    page = np.full((1169, 827), 245, np.uint8)
    for top in range(80, 1080, 24):
        page[top : top + 9, 80:740:3] = 20
    return page


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", dpi=(100, 100))
    return buffer.getvalue()


def _tiff(*pages: np.ndarray) -> bytes:
    images = [Image.fromarray(page) for page in pages]
    buffer = io.BytesIO()
    images[0].save(buffer, "TIFF", save_all=True, append_images=images[1:], dpi=(100, 100))
    return buffer.getvalue()
