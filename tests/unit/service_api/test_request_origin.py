import pytest

from ocr_service.auth.origin import is_same_origin

OWN = frozenset({"ocr.example.lg.jp"})


@pytest.mark.parametrize(
    ("fetch_site", "origin", "expected"),
    [
        ("same-origin", None, True),
        ("same-site", None, False),
        ("cross-site", "http://localhost:8000", False),
        ("none", None, False),
        (None, "http://localhost:8000", True),
        (None, "https://ocr.example.lg.jp", True),
        (None, "http://localhost:9000", False),
        (None, "https://evil.example", False),
        (None, "null", False),
        (None, "", False),
        (None, None, None),
    ],
)
def test_origin_of_a_request(fetch_site, origin, expected):
    found = is_same_origin(fetch_site=fetch_site, origin=origin, host="localhost:8000", own=OWN)
    assert found is expected
