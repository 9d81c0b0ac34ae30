"""Writing the training examples out: a manifest, crops, and a version made from their bytes.

What is written lies in clear: the folder is for the operator who trains, on this machine.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2

from ocr_service.api.page_views import PageViews, View
from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.loop.evaluate import LoopStore
from ocr_service.loop.examples import FieldExample, TrainingExample, live_examples, load_example
from ocr_service.loop.ink_lines import LineCutter
from ocr_service.storage.tables import DocumentRow
from ocr_service.storage.tables_models import TrainingExampleRow
from pipelines.errors import CodedError, ErrorCode
from pipelines.records import BoundingBox, Pixels

MANIFEST, SUMMARY, CROPS, LINES = "manifest.jsonl", "dataset.json", "crops", "lines"
_NO_READER = (ErrorCode.STORAGE_UNAVAILABLE, ErrorCode.MODEL_MISSING, ErrorCode.MODEL_DAMAGED)
Progress = Callable[[list[TrainingExampleRow]], Iterable[TrainingExampleRow]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """What was written. `version` is the SHA-256 of the manifest, which holds those of the crops.

    `damaged` are documents whose content could not be opened.
    """

    version: str
    documents: int
    examples: int
    damaged: tuple[str, ...]


def _summarise(folder: Path, told: Sequence[str], documents: int) -> str:
    """Write manifest and summary; return the version of the data set."""
    manifest = "".join(f"{line}\n" for line in told).encode()
    version = sha256(manifest).hexdigest()
    _write(folder / MANIFEST, manifest)
    summary = {"version": version, "documents": documents, "examples": len(told)}
    _write(folder / SUMMARY, (json.dumps(summary, indent=2) + "\n").encode())
    return version


@dataclass(frozen=True, slots=True)
class Pictures:
    """What makes pictures of fields: crops of the page, lines as the reader cuts them."""

    views: PageViews | None
    cutter: LineCutter | None

    @property
    def wanted(self) -> bool:
        """Whether the posted bytes are needed at all."""
        return self.views is not None or self.cutter is not None

    def close(self) -> None:
        """End their processes."""
        for each in (self.views, self.cutter):
            if each is not None:
                each.close()


def export_examples(
    store: LoopStore,
    folder: Path,
    by: Actor,
    *,
    crops: bool = True,
    lines: bool = False,
    progress: Progress = iter,
) -> Dataset:
    """Write all live examples into a new or empty `folder`; the same examples give the same bytes.

    With `lines` every document is read once more for the lines as the reader cuts them.
    Audited document by document. Raises FILE_UNREADABLE when the folder can't be written or is
    not empty, STORAGE_UNAVAILABLE.
    """
    with store.database.reading() as session:
        rows = live_examples(session, store.settings, store.clock())
    told: list[str] = []
    damaged: list[str] = []
    documents = 0
    pictures = Pictures(
        PageViews(store.settings) if crops else None, LineCutter(store.settings) if lines else None
    )
    try:
        _prepare(folder)
        for row in progress(rows):
            try:
                told += _document(store, row, folder, pictures)
            except CodedError as error:
                if error.code is ErrorCode.STORAGE_UNAVAILABLE:
                    raise
                damaged.append(row.document_id)
                continue
            documents += 1
            _audit(store, row, by)
        version = _summarise(folder, told, documents)
    except OSError as error:
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{folder}: {error.strerror}") from error
    finally:
        pictures.close()
    return Dataset(version=version, documents=documents, examples=len(told), damaged=tuple(damaged))


def _document(
    store: LoopStore, row: TrainingExampleRow, folder: Path, pictures: Pictures
) -> Iterator[str]:
    with store.database.reading() as session:
        example = load_example(store.objects, row, session)
        document = session.get_one(DocumentRow, row.document_id)
        data = store.objects.get(document.original_object, session) if pictures.wanted else b""
        pages = document.pages
    cut = _cut_lines(pictures.cutter, example, data, pages)
    lines = []
    for field in example.fields:
        crop = _crop(example, field, pictures.views, data)
        told = {"example": f"{row.id}/{field.field}", **_head(example), **field.model_dump()}
        if crop is not None:
            name = f"{row.id}-{field.field}.jpg"
            _write(folder / CROPS / name, crop)
            told |= {"crop": f"{CROPS}/{name}", "crop_sha256": sha256(crop).hexdigest()}
        if field.field in cut:
            name, line = f"{row.id}-{field.field}.png", _png(cut[field.field])
            _write(folder / LINES / name, line)
            told |= {"line": f"{LINES}/{name}", "line_sha256": sha256(line).hexdigest()}
        lines.append(json.dumps(told, ensure_ascii=False, sort_keys=True))
    return iter(lines)


def _cut_lines(
    cutter: LineCutter | None, example: TrainingExample, data: bytes, pages: Sequence[int] | None
) -> dict[str, Pixels]:
    """Lines of a document; none where it can't be read on its form any more."""
    if cutter is None:
        return {}
    try:
        return cutter.cut(example, data, pages)
    except CodedError as error:
        if error.code in _NO_READER:
            raise
        return {}


def _png(pixels: Pixels) -> bytes:
    done, data = cv2.imencode(".png", pixels)
    if not done:
        raise CodedError(ErrorCode.INTERNAL, "line cannot be encoded")
    return bytes(data.tobytes())


def _head(example: TrainingExample) -> dict[str, object]:
    return {
        "document": example.document_id,
        "form": example.form_id,
        "revision": example.form_revision,
        "versions": example.versions,
        "received_on": example.received_on,
        "decided_at": example.decided_at,
        "by": example.by,
        "people": None if example.people is None else list(example.people),
    }


def _crop(
    example: TrainingExample, field: FieldExample, views: PageViews | None, data: bytes
) -> bytes | None:
    if views is None or field.box is None:
        return None
    x0, y0, x1, y1 = field.box
    view = View(
        document_id=example.document_id,
        page=field.page,
        box=BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1),
        rotation=example.rotations.get(field.page, 0),
        hidden=[
            BoundingBox(x0=a, y0=b, x1=c, y1=d) for a, b, c, d in example.hidden.get(field.page, ())
        ],
    )
    return views.render(view, lambda: data)


def _audit(store: LoopStore, row: TrainingExampleRow, by: Actor) -> None:
    with store.database.transaction() as session:
        subject = Subject("document", row.document_id)
        append(session, by, "example.exported", subject, {"example": row.id}, at=store.clock())


def _prepare(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise CodedError(ErrorCode.FILE_UNREADABLE, f"{folder}: not empty")
    (folder / CROPS).mkdir(mode=0o700)
    (folder / LINES).mkdir(mode=0o700)


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
