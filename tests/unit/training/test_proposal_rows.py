"""Drafts that were measured are not made again, and count as they did."""

import sys
from pathlib import Path

import pytest

from training import measure_proposals


def test_a_measurement_goes_on_where_it_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    asked = ["measure", "--forms", "seal-registration", "--rows", str(rows)]
    monkeypatch.setattr(sys, "argv", asked)
    measure_proposals.main()
    first = capsys.readouterr().out
    assert "| built-in, pdf | 1 | 21 |" in first

    def drafted_again(*_: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(measure_proposals, "_row", drafted_again)
    measure_proposals.main()
    assert capsys.readouterr().out == first
    assert len(rows.read_text("utf-8").splitlines()) == 1
    monkeypatch.setattr(sys, "argv", [*asked, "--seed", "5"])
    with pytest.raises(AssertionError, match="made again"):
        measure_proposals.main()
