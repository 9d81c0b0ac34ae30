"""The real application behind a real browser: documents made of the sample scans and their truth.

Nothing is read here: the suggestions are what a reader would have stored, built from the truth
files beside the samples with slips made on purpose, so that these tests need no models.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import uvicorn

from ocr_service.app import create_app
from ocr_service.auth.sessions import create_sign_in_token
from ocr_service.auth.users import create_user
from ocr_service.clock import utc_now
from ocr_service.ids import new_id
from ocr_service.settings import Settings
from ocr_service.states import DocumentState, Role
from ocr_service.storage.database import Database, open_database
from ocr_service.storage.objects import ObjectKind, ObjectStore, open_objects
from ocr_service.storage.suggestion_codec import encode_suggestion
from ocr_service.storage.tables import BatchRow, DocumentRow, SuggestionRow
from pipelines.check import check_fields
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FormDefinition
from pipelines.records import (
    Alternative,
    BoundingBox,
    CategoryScore,
    Field,
    FieldSource,
    FieldState,
    FormKey,
    PageView,
    QualityVerdict,
    Severity,
    Suggestion,
)
from pipelines.synthesis.truth import Truth, TruthField, load_truth

SAMPLES = Path(__file__).parents[2] / "samples"
PASSWORD = "kotoba wo shitte iru hito"
_MEDIA = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tiff": "image/tiff",
    ".pdf": "application/pdf",
}

Change = Callable[[Field], Field]


@dataclass
class UiWorld:
    """A served application with its stores."""

    address: str
    database: Database
    objects: ObjectStore

    def person(self, name: str, display_name: str, *roles: Role) -> None:
        """Make a person who signs in with `PASSWORD`."""
        with self.database.transaction() as session:
            create_user(
                session,
                name=name,
                display_name=display_name,
                roles=roles,
                password=PASSWORD,
                now=utc_now(),
            )

    def link(self, name: str) -> str:
        """A one-time sign-in link."""
        with self.database.transaction() as session:
            token = create_sign_in_token(session, name, now=utc_now())
        return f"{self.address}/sign-in#token={token}"

    def document(
        self,
        sample: str,
        *,
        changes: dict[str, Change] | None = None,
        state: DocumentState = DocumentState.AWAITING_REVIEW,
        rotation: int = 0,
        **columns: object,
    ) -> str:
        """Store a sample scan and the suggestion that a reader would have made of it."""
        file, truth = find_sample(sample)
        now = utc_now()
        with self.database.transaction() as session:
            batch = BatchRow(id=new_id("bat"), station="本庁舎1階 窓口A", received_at=now)
            session.add(batch)
            data = file.read_bytes()
            document = DocumentRow(
                id=new_id("doc"),
                batch_id=batch.id,
                state=state.value,
                received_at=now,
                updated_at=now,
                media_type=_MEDIA[file.suffix],
                size=len(data),
                sha256=new_id("x")[-26:] * 2,
                page_count=len(truth.pages),
                original_object=self.objects.put(ObjectKind.ORIGINAL, data, session),
                **columns,
            )
            session.add(document)
            session.flush()
            identity = document.id
        if state not in (DocumentState.RECEIVED, DocumentState.PROCESSING, DocumentState.FAILED):
            self.suggest(identity, suggestion_of(truth, changes or {}, rotation=rotation))
        return identity

    def suggest(self, document_id: str, suggestion: Suggestion) -> None:
        """Store a newer suggestion for a document."""
        with self.database.transaction() as session:
            body = self.objects.put(ObjectKind.SUGGESTION, encode_suggestion(suggestion), session)
            row = SuggestionRow(
                id=new_id("sug"),
                document_id=document_id,
                body_object=body,
                versions=dict(suggestion.versions),
                seconds=0.6,
                created_at=utc_now(),
            )
            session.add(row)
            session.flush()
            document = session.get_one(DocumentRow, document_id)
            severities = [finding.severity for finding in suggestion.findings]
            document.suggestion_id = row.id
            document.form_id = suggestion.form.id if suggestion.form else None
            document.form_revision = suggestion.form.revision if suggestion.form else None
            document.category = suggestion.category.label
            document.fields_total = len(suggestion.fields)
            document.fields_doubtful = sum(field.doubtful for field in suggestion.fields)
            document.findings_error = severities.count(Severity.ERROR)
            document.findings_warning = severities.count(Severity.WARNING)

    def state(self, document_id: str) -> str:
        """State of a document as stored."""
        with self.database.reading() as session:
            return session.get_one(DocumentRow, document_id).state


def find_sample(name: str) -> tuple[Path, Truth]:
    """A sample scan whose name starts with `name`, and its truth."""
    for truth in sorted(SAMPLES.glob(f"{name}*.truth.json")):
        stem = truth.name.removesuffix(".truth.json")
        for file in sorted(SAMPLES.glob(f"{stem}.*")):
            if file.suffix in _MEDIA:
                return file, load_truth(truth)
    raise LookupError(f"no sample {name}")


def suggestion_of(truth: Truth, changes: dict[str, Change], *, rotation: int = 0) -> Suggestion:
    """What a reader makes of a scan: the truth, with `changes` to some fields, and the checks."""
    key = FormKey(id=truth.form_id, revision=truth.form_revision)
    form = FormLibrary.builtin().get(key).definition
    fields = tuple(
        changes.get(field.name, _same)(_field(field, form)) for field in _in_order(truth, form)
    )
    return Suggestion(
        form=key,
        form_score=0.97,
        category=CategoryScore(
            label=form.category_id, confidence=0.98, candidates=(form.category_id,)
        ),
        fields=fields,
        findings=check_fields(fields, form, today=date.fromisoformat(truth.on)),
        pages=tuple(
            PageView(
                number=page.number,
                width=page.width,
                height=page.height,
                rotation=rotation,
                form_page=page.number,
                score=0.97,
                quality=QualityVerdict(page=page.number, ok=True),
            )
            for page in truth.pages
        ),
        lines=(),
        versions={"form": f"{key.id}@{key.revision}"},
        timings={},
    )


def misread(slip: Callable[[str], str], *, confidence: float = 0.62) -> Change:
    """The reader made a slip and was in doubt; what is really written is its second reading."""

    def change(field: Field) -> Field:
        right = field.value or ""
        return replace(
            field,
            value=slip(right),
            raw_text=slip(right),
            confidence=confidence,
            doubtful=True,
            alternatives=(Alternative(value=right, confidence=0.3),),
        )

    return change


def missing(field: Field) -> Field:
    """Nothing is written, or nothing was found."""
    return replace(field, value=None, raw_text="", state=FieldState.BLANK, source=FieldSource.BLANK)


@contextmanager
def serve(settings: Settings) -> Iterator[UiWorld]:
    """Serve the application on a port of this machine, without workers."""
    settings = settings.model_copy(update={"log_level": "error"})
    config = uvicorn.Config(
        create_app(settings), host="127.0.0.1", port=0, log_level="error", lifespan="on"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="ui-world", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the application did not start")
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        database = open_database(settings)
        try:
            yield UiWorld(f"http://127.0.0.1:{port}", database, open_objects(settings))
        finally:
            database.dispose()
    finally:
        server.should_exit = True
        thread.join(10)


def _in_order(truth: Truth, form: FormDefinition) -> list[TruthField]:
    place = {
        item.name: (item.page, _top(item), i)
        for i, item in enumerate((*form.fields, *form.marks, *form.seals))
    }
    return sorted(truth.fields, key=lambda field: place[field.name])


def _top(item: object) -> float:
    options = getattr(item, "options", None)
    box = options[0].box if options else item.box  # type: ignore[attr-defined]
    return float(round(box.y / 6))


def _field(field: TruthField, form: FormDefinition) -> Field:
    items = {item.name: item for item in (*form.fields, *form.marks, *form.seals)}
    x0, y0, x1, y1 = field.box
    written = field.state is not FieldState.BLANK
    noise = int(re.sub(r"\D", "", new_id("x")) or "7") % 60 / 1000
    return Field(
        name=field.name,
        label=items[field.name].label,
        kind=field.kind,
        value=field.value,
        raw_text=field.text,
        confidence=0.99 - noise,
        state=field.state,
        source=FieldSource.READ if written else FieldSource.BLANK,
        box=BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1),
        page=field.page,
    )


def _same(field: Field) -> Field:
    return field
