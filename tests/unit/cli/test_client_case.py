"""What the client of the commands sends when a file belongs to a case."""

import pytest

from ocr_service.cli.client import ServiceClient


def test_the_case_goes_along_and_makes_another_posting(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, object]] = []

    def call(_self: object, _method: str, _path: str, **options: object) -> dict[str, object]:
        sent.append(options)
        return {}

    monkeypatch.setattr(ServiceClient, "_call", call)
    with ServiceClient("http://127.0.0.1:1") as client:
        client.submit("scan.jpg", b"page")
        client.submit("scan.jpg", b"page", case="R8-1")
        client.submit("scan.jpg", b"page", case="R8-1")
    assert [options["params"] for options in sent] == [{}, {"case": "R8-1"}, {"case": "R8-1"}]
    alone, first, again = [options["headers"]["Idempotency-Key"] for options in sent]  # type: ignore[index]
    assert first == again != alone
