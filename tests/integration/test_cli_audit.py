"""`ocr-service audit`: checkpoints that find what the chain alone does not."""

import json
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from typer.testing import CliRunner

from ocr_service.audit.chain import SYSTEM, Subject, append, event_hash
from ocr_service.cli.administration import open_service
from ocr_service.cli.main import app
from ocr_service.error_map import describe
from ocr_service.storage.tables import AuditRow
from pipelines.errors import ErrorCode

RUNNER = CliRunner()
DAMAGED = describe(ErrorCode.STORAGE_DAMAGED).exit_code
INVALID = describe(ErrorCode.REQUEST_INVALID).exit_code


def audit(*arguments: object) -> Result:
    return RUNNER.invoke(app, ["audit", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with five events, two checkpoints of it, and their keys."""
    monkeypatch.setenv("OCR_SERVICE_DATA_FOLDER", str(tmp_path / "data"))
    assert audit("new-key", tmp_path / "audit.pem").exit_code == 0
    for count in (3, 2):
        with open_service() as database, database.transaction() as session:
            for _ in range(count):
                append(session, SYSTEM, "document.viewed", Subject("document", "doc_1"))
        made = audit(
            "checkpoint", "--key", tmp_path / "audit.pem", "--to", tmp_path / "points.jsonl"
        )
        assert made.exit_code == 0, made.output
    return tmp_path


def verified(folder: Path, key: str = "audit.pem.pub") -> Result:
    return audit("verify", "--checkpoints", folder / "points.jsonl", "--public-key", folder / key)


def changed(*statements: str) -> None:
    with open_service() as database, database.transaction() as session:
        triggers = sa.text("SELECT name FROM sqlite_master WHERE type='trigger'")
        for name in session.scalars(triggers).all():
            session.execute(sa.text(f"DROP TRIGGER {name}"))
        for statement in statements:
            session.execute(sa.text(statement))


def test_an_untouched_record_holds_and_may_grow(folder: Path) -> None:
    assert verified(folder).exit_code == 0
    with open_service() as database, database.transaction() as session:
        append(session, SYSTEM, "document.viewed", Subject("document", "doc_2"))
    result = verified(folder)
    assert result.exit_code == 0
    assert "2 件" in result.stdout and "6 件" in result.stdout


def test_events_that_were_cut_off_are_missed(folder: Path) -> None:
    changed("DELETE FROM audit_events WHERE sequence > 3")
    assert audit("verify").exit_code == 0
    result = verified(folder)
    assert result.exit_code == DAMAGED
    assert "checkpoint 2" in result.stderr


def test_a_chain_that_was_built_anew_does_not_hold(folder: Path) -> None:
    changed()
    with open_service() as database, database.transaction() as session:
        previous = None
        for row in session.scalars(sa.select(AuditRow).order_by(AuditRow.sequence)):
            row.actor_id = "nobody"
            row.previous_hash = previous or row.previous_hash
            row.hash = previous = event_hash(row)
    assert audit("verify").exit_code == 0
    assert verified(folder).exit_code == DAMAGED


def test_a_broken_chain_is_not_signed(folder: Path) -> None:
    changed("UPDATE audit_events SET action = 'x' WHERE sequence = 2")
    assert audit("checkpoint", "--key", folder / "audit.pem").exit_code == DAMAGED
    assert verified(folder).exit_code == DAMAGED


def test_checkpoints_of_another_key_or_changed_ones_do_not_hold(folder: Path) -> None:
    assert audit("new-key", folder / "other.pem").exit_code == 0
    assert verified(folder, "other.pem.pub").exit_code == DAMAGED
    file = folder / "points.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[0]["sequence"] = 2
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert verified(folder).exit_code == DAMAGED


def test_a_checkpoint_goes_to_stdout_as_json(folder: Path) -> None:
    result = audit("checkpoint", "--key", folder / "audit.pem")
    assert json.loads(result.stdout)["sequence"] == 5


def test_keys_are_private_and_never_overwritten(folder: Path) -> None:
    assert stat.S_IMODE((folder / "audit.pem").stat().st_mode) == 0o600
    before = (folder / "audit.pem").read_bytes()
    assert audit("new-key", folder / "audit.pem").exit_code == INVALID
    (folder / "audit.pem.pub").rename(folder / "elsewhere")
    assert audit("new-key", folder / "audit.pem").exit_code == INVALID
    assert (folder / "audit.pem").read_bytes() == before


def test_wrong_files_are_clear_errors(folder: Path) -> None:
    missing = describe(ErrorCode.FILE_UNREADABLE).exit_code
    assert audit("checkpoint", "--key", folder / "none").exit_code == missing
    assert audit("checkpoint", "--key", folder / "audit.pem.pub").exit_code == INVALID
    assert verified(folder, "audit.pem").exit_code == INVALID
    assert audit("verify", "--checkpoints", folder / "points.jsonl").exit_code == INVALID
    (folder / "points.jsonl").write_text("\n")
    assert verified(folder).exit_code == INVALID
    (folder / "points.jsonl").write_text("[1]\n")
    result = verified(folder)
    assert result.exit_code == INVALID and "line 1" in result.stderr.replace("\n", "")
