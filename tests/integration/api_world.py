"""A whole service for API tests: no models, documents with hand-built suggestions."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from ocr_service.api.page_views import PageViews
from ocr_service.app import create_app
from ocr_service.auth import users
from ocr_service.auth.keys import create_key
from ocr_service.auth.sessions import create_sign_in_token
from ocr_service.auth.users import create_user
from ocr_service.ids import new_id
from ocr_service.intake.inspect import ChildInspector
from ocr_service.loop.gold import is_gold
from ocr_service.settings import Settings
from ocr_service.states import DocumentState, Role
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore, open_objects
from ocr_service.storage.suggestion_codec import encode_suggestion
from ocr_service.storage.tables import BatchRow, DocumentRow, SuggestionRow
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FieldKind, FormDefinition
from pipelines.records import (
    BoundingBox,
    CategoryScore,
    Field,
    FieldSource,
    FieldState,
    FormKey,
    PageView,
    QualityVerdict,
    Suggestion,
)

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
MY_NUMBER = "123456789018"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}

TEST_FORM = """
schema_version: 1
id: test-form
revision: "1"
title: テスト申請書
operation: other
document_kind: application
valid: {from: 2025-04-01}
two_person: {two}
pages: [{number: 1}]
fields:
  - {name: applicant, label: 氏名, kind: kanji_name, required: true, section: 申請者,
     box: {x: 20, y: 20, width: 80, height: 10}}
  - {name: kana, label: フリガナ, kind: kana_name, box: {x: 20, y: 35, width: 80, height: 8}}
  - {name: birth, label: 生年月日, kind: date, box: {x: 20, y: 50, width: 60, height: 8}}
  - {name: number, label: 個人番号, kind: my_number, sensitivity: number,
     box: {x: 20, y: 65, width: 90, height: 8}}
  - {name: memo, label: 備考, kind: text, max_length: 30,
     box: {x: 20, y: 80, width: 120, height: 20}}
marks:
  - name: reason
    label: 理由
    options:
      - {value: birth, label: 出生, box: {x: 20, y: 110, width: 5, height: 5}}
      - {value: move, label: 転入, box: {x: 40, y: 110, width: 5, height: 5}}
  - name: wants
    label: 希望
    select: many
    options:
      - {value: a, label: あ, box: {x: 20, y: 130, width: 5, height: 5}}
      - {value: b, label: い, box: {x: 40, y: 130, width: 5, height: 5}}
seals:
  - {name: seal, label: 印, box: {x: 120, y: 20, width: 15, height: 15}}
export:
  encoding: cp932
  columns:
    - {header: 氏名, field: applicant}
    - {header: カナ, field: kana, format: half_kana}
    - {header: 生年月日, field: birth, format: date_wareki}
    - {header: 番号, field: number, format: digits}
    - {header: 理由, field: reason, format: label}
    - {header: 備考, field: memo}
"""


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def _digest() -> str:
    """Digest of a paper like no other, and not of the few that are gold however few that are."""
    while is_gold(found := new_id("x")[-26:] * 2, 1):
        continue
    return found


@dataclass
class World:
    """The application with its stores, and ways to put things into them."""

    settings: Settings
    app: object
    database: Database
    objects: ObjectStore
    clock: Clock
    clients: list[TestClient] = field(default_factory=list)

    def client(self, cookies: Mapping[str, str] | None = None, **headers: str) -> TestClient:
        """One browser or machine of its own."""
        client = TestClient(self.app, raise_server_exceptions=False, headers=headers)
        for name, value in (cookies or {}).items():
            client.cookies.set(name, value)
        return client

    def person(self, name: str, *roles: Role) -> TestClient:
        """Make a person and sign them in; their requests come from our own pages."""
        with self.database.transaction() as session:
            create_user(
                session, name=name, display_name=f"{name} さん", roles=roles, now=self.clock()
            )
            token = create_sign_in_token(session, name, now=self.clock())
        client = self.client(**OWN_PAGE)
        assert client.post("/v1/session", json={"token": token}).status_code == 201
        return client

    def key(self, name: str, *roles: Role) -> TestClient:
        """Make an API key and a client that sends it."""
        with self.database.transaction() as session:
            _, key = create_key(session, name=name, roles=roles, now=self.clock())
        return self.client(Authorization=f"Bearer {key}")

    def document(
        self,
        values: Mapping[str, str | None] | None = None,
        *,
        form: str | None = "test-form",
        revision: str = "1",
        state: DocumentState = DocumentState.AWAITING_REVIEW,
        station: str = "desk",
        rotation: int = 0,
        suggest: bool = True,
        image: bytes | None = None,
        **columns: object,
    ) -> str:
        """Put a document with a suggestion into the store, as a worker leaves it."""
        now = self.clock()
        with self.database.transaction() as session:
            batch = BatchRow(id=new_id("bat"), station=station, received_at=now)
            session.add(batch)
            data = image if image is not None else jpeg()
            original = self.objects.put("original", data, session)
            document = DocumentRow(
                id=new_id("doc"),
                batch_id=batch.id,
                state=state.value,
                received_at=now,
                updated_at=now,
                media_type="image/jpeg",
                size=len(data),
                sha256=_digest(),
                page_count=1,
                original_object=original,
                **columns,
            )
            session.add(document)
            session.flush()
            identity = document.id
        if suggest:
            self.suggest(identity, values, form=form, revision=revision, rotation=rotation)
        return identity

    def suggest(
        self,
        document_id: str,
        values: Mapping[str, str | None] | None = None,
        *,
        form: str | None = "test-form",
        revision: str = "1",
        rotation: int = 0,
    ) -> str:
        """Give a document a newer suggestion."""
        key = FormKey(id=form, revision=revision) if form else None
        made = suggestion(values, key=key, rotation=rotation)
        identity = new_id("sug")
        with self.database.transaction() as session:
            body = self.objects.put("suggestion", encode_suggestion(made), session)
            session.add(
                SuggestionRow(
                    id=identity,
                    document_id=document_id,
                    body_object=body,
                    versions={},
                    seconds=0.5,
                    created_at=self.clock(),
                )
            )
            session.flush()
            document = session.get_one(DocumentRow, document_id)
            document.suggestion_id = identity
            document.form_id = form
            document.form_revision = revision if form else None
            document.fields_total = len(made.fields)
        return identity

    def claimed(self, reviewer: TestClient, *args: object, **kwargs: object) -> tuple[str, str]:
        """Put a document there that the reviewer has claimed; ids of document and suggestion."""
        identity = self.document(*args, **kwargs)  # type: ignore[arg-type]
        answer = reviewer.post(f"/v1/documents/{identity}/claim")
        assert answer.status_code == 200, answer.text
        return identity, answer.json()["suggestion_id"]

    def actions(self, document_id: str) -> list[str]:
        """Audited actions on a document, oldest first."""
        from sqlalchemy import select

        from ocr_service.storage.tables import AuditRow

        with self.database.reading() as session:
            query = select(AuditRow.action).where(AuditRow.subject_id == document_id)
            return list(session.scalars(query.order_by(AuditRow.sequence)))


DEFAULT_VALUES: dict[str, str | None] = {
    "applicant": "足立 花子",
    "kana": "アダチ ハナコ",
    "birth": "1990-04-01",
    "number": MY_NUMBER,
    "memo": None,
    "reason": "birth",
}


def suggestion(
    values: Mapping[str, str | None] | None = None,
    *,
    key: FormKey | None = None,
    rotation: int = 0,
) -> Suggestion:
    """A suggestion with these values; each field has a box on page 1."""
    merged = {**DEFAULT_VALUES, **(values or {})}
    fields = tuple(
        Field(
            name=name,
            label=name,
            kind="my_number" if name == "number" else _KINDS.get(name, "text"),
            value=value,
            raw_text=value or "",
            confidence=0.9,
            state=FieldState.READ if value else FieldState.BLANK,
            source=FieldSource.READ,
            box=BoundingBox(x0=40, y0=40 + 60 * i, x1=240, y1=80 + 60 * i),
            page=1,
        )
        for i, (name, value) in enumerate(merged.items())
    )
    return Suggestion(
        form=key,
        form_score=0.9 if key else 0.0,
        category=CategoryScore(label="unknown", confidence=0.5, candidates=("unknown",)),
        fields=fields,
        findings=(),
        pages=(
            PageView(
                number=1,
                width=600,
                height=800,
                rotation=rotation,
                form_page=1 if key else None,
                score=0.9,
                quality=QualityVerdict(page=1, ok=True),
            ),
        ),
        lines=(),
        versions={},
        timings={},
    )


_KINDS = {
    "applicant": FieldKind.KANJI_NAME.value,
    "kana": FieldKind.KANA_NAME.value,
    "birth": FieldKind.DATE.value,
}


def jpeg(width: int = 600, height: int = 800, *, dark: tuple[int, ...] = ()) -> bytes:
    """A white page; `dark` (x0, y0, x1, y1) is a black rectangle on it."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    if dark:
        x0, y0, x1, y1 = dark
        pixels[y0:y1, x0:x1] = 0
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    return out.getvalue()


def form_definition(**changes: object) -> FormDefinition:
    """The test form as a record."""
    import yaml

    body = yaml.safe_load(TEST_FORM.replace("{two}", "false"))
    return FormDefinition.model_validate({**body, **changes})


@contextmanager
def open_world(settings: Settings, database: Database, **changes: object) -> Iterator[World]:
    """Start the application with the test forms."""
    folder = settings.data_folder.parent / "forms"
    folder.mkdir(exist_ok=True)
    (folder / "test.yaml").write_text(TEST_FORM.replace("{two}", "false"), "utf-8")
    two = TEST_FORM.replace("{two}", "true").replace("id: test-form", "id: two-person-form")
    (folder / "two.yaml").write_text(two, "utf-8")
    chosen = settings.model_copy(update={"forms_folder": folder, "upload_bytes": 2**20, **changes})
    clock = Clock()
    app = create_app(chosen, clock=clock)
    # The strength of the hash is not what these tests are about, and it costs half a second.
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with (
        patch.object(users, "_HASHER", cheap),
        # Most tests post nothing and look at no page: no processes for those.
        patch.object(PageViews, "warm_up"),
        patch.object(ChildInspector, "warm_up"),
        TestClient(app),
    ):
        yield World(
            settings=chosen,
            app=app,
            database=database,
            objects=open_objects(chosen),
            clock=clock,
        )


def builtin_form_id() -> str:
    return FormLibrary.builtin().entries[0].definition.id
