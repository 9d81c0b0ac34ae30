import io

import numpy as np
import pytest
from PIL import Image

from ocr_service.api.page_child import covered, open_views, upright_crop
from pipelines.errors import CodedError, ErrorCode


def page(width=300, height=400):
    return np.full((height, width, 3), 255, np.uint8)


def jpeg(*pages, kind="TIFF"):
    out = io.BytesIO()
    images = [Image.fromarray(p) for p in pages]
    images[0].save(out, kind, save_all=True, append_images=images[1:])
    return out.getvalue()


def call(views, data, **head):
    full = {
        "key": "doc",
        "page": 1,
        "width": 200,
        "rotation": 0,
        "box": "",
        "hidden": "[]",
        "reach": 1,
    }
    return views({**full, **head}, data, None)


def pixels_of(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


@pytest.mark.parametrize(
    ("rotation", "corner"),
    [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))],
)
def test_crop_is_turned_clockwise_until_upright(rotation, corner):
    scan = page()
    scan[100:110, 100:110] = 0
    crop = upright_crop(scan, (112, 112, 180, 150), rotation)
    rows, columns = np.nonzero(crop[..., 0] == 0)
    height, width = crop.shape[:2]
    top, left = corner
    assert (rows.mean() < height / 2) == (top == 0)
    assert (columns.mean() < width / 2) == (left == 0)


def test_crop_has_a_margin_and_stays_on_the_page():
    assert upright_crop(page(), (100, 100, 200, 120), 0).shape[:2] == (44, 124)
    assert upright_crop(page(), (0, 0, 300, 400), 0).shape[:2] == (400, 300)
    with pytest.raises(CodedError) as error:
        upright_crop(page(), (1000, 1000, 1100, 1100), 0)
    assert error.value.code == ErrorCode.REQUEST_NOT_FOUND


def test_crop_reaches_along_the_text_whichever_way_it_lies():
    assert upright_crop(page(), (100, 100, 200, 120), 0, reach=2).shape[:2] == (44, 180)
    assert upright_crop(page(), (100, 100, 120, 200), 0, reach=2).shape[:2] == (180, 44)


def test_hidden_places_are_painted_over_and_the_page_stays():
    scan = page()
    shown = covered(scan, [(10.5, 20.2, 30.1, 40.9)])
    assert (shown[20:41, 10:31] < 100).all()
    assert (scan == 255).all()
    assert covered(scan, []) is scan


def test_pages_are_kept_between_calls():
    views = open_views({})
    data = jpeg(page(), page() // 4)
    assert call(views, b"") == b""
    first = call(views, data)
    assert pixels_of(first).shape == (267, 200)
    assert call(views, b"") == first
    assert pixels_of(call(views, b"", page=2)).mean() < 100
    assert pixels_of(call(views, b"", page=1)).mean() > 250


def test_another_document_needs_its_own_bytes():
    views = open_views({})
    call(views, jpeg(page()))
    assert call(views, b"", key="other") == b""


def test_pages_beyond_the_last_are_not_found():
    views = open_views({})
    with pytest.raises(CodedError) as error:
        call(views, jpeg(page()), page=3)
    assert error.value.code == ErrorCode.REQUEST_NOT_FOUND
