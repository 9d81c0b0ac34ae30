"""Drafts of new forms from documents that no form claims, over HTTP: real child, real store."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import api_world
import pypdfium2
import pytest
from api_world import World, open_world

from ocr_service.audit.chain import verify_chain
from ocr_service.settings import Settings
from ocr_service.states import Role
from ocr_service.storage.database import Database
from ocr_service.storage.tables import AuditRow
from pipelines.forms.load import load_form
from tests.filled_sheet import application

one_database = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For what the other database can't do differently."""


@pytest.fixture
def world(settings: Settings, database: Database) -> Iterator[World]:
    with open_world(settings, database) as opened:
        yield opened


def filled(world: World, form: str | None = None) -> str:
    """A document of the filled sheet, read as one that no form claims."""
    sheet = application()
    made = replace(api_world.suggestion(), lines=tuple(sheet.lines), form=None)
    with patch.object(api_world, "suggestion", lambda *_, key, **__: replace(made, form=key)):
        return world.document(form=form, image=sheet.png())


def test_a_form_owner_gets_a_draft_without_anything_that_was_written(
    world: World, tmp_path
) -> None:
    document = filled(world)
    owner = world.person("hana", Role.FORM_OWNER)
    answer = owner.get(
        f"/v1/documents/{document}/form-draft?form_id=status-change&title=資格変更届"
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["status-change@draft.yaml", "status-change.pdf"]
        archive.extractall(tmp_path)
    text = (tmp_path / "status-change@draft.yaml").read_text("utf-8")
    pdf = pypdfium2.PdfDocument(tmp_path / "status-change.pdf")
    words = "".join(page.get_textpage().get_text_range() for page in pdf)
    pdf.close()
    for written in ("相馬", "拓海", "ソウマ", "4096132"):
        assert written not in text + words
    assert "氏名" in text and "氏名" in words
    form = load_form(tmp_path / "status-change@draft.yaml").definition
    assert (form.title, form.revision) == ("資格変更届", "draft")
    assert {field.label for field in form.fields} >= {"フリガナ", "氏名", "生年月日"}


@one_database
def test_the_draft_is_audited_without_content(world: World) -> None:
    document = filled(world)
    owner = world.person("hana", Role.FORM_OWNER)
    owner.get(f"/v1/documents/{document}/form-draft?form_id=status-change&title=秘密")
    with world.database.reading() as session:
        row = session.query(AuditRow).filter(AuditRow.action == "form.drafted").one()
        assert row.subject_id == document
        assert row.actor_kind == "user"
        assert dict(row.details) == {"form": "status-change"}
        assert verify_chain(session).ok


@one_database
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.ADMIN, Role.STATION])
def test_only_form_owners_make_drafts(world: World, role: Role) -> None:
    document = filled(world)
    assert world.person("mei", role).get(f"/v1/documents/{document}/form-draft").status_code == 403
    assert world.actions(document) == []


@one_database
def test_a_machine_makes_no_drafts(world: World) -> None:
    document = filled(world)
    key = world.key("robot", Role.FORM_OWNER)
    assert key.get(f"/v1/documents/{document}/form-draft").status_code == 403


@one_database
def test_a_document_that_has_a_form_needs_none(world: World) -> None:
    document = world.document()
    answer = world.person("hana", Role.FORM_OWNER).get(f"/v1/documents/{document}/form-draft")
    assert (answer.status_code, answer.json()["code"]) == (409, "document.wrong_state")


@one_database
def test_a_page_without_words_gives_no_draft(world: World) -> None:
    document = world.document(form=None)
    answer = world.person("hana", Role.FORM_OWNER).get(f"/v1/documents/{document}/form-draft")
    assert answer.json()["code"] == "form.invalid"
    assert "form.drafted" not in world.actions(document)
