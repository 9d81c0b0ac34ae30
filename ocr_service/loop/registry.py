"""Which versions of models there are, which is in use, and bringing a candidate in.

Versions that ship with the program lie in its package; candidates are sealed objects, so that
workers on every host open the same bytes. What is in use is the newest row of a name in
`model_activations`; without one it is what the program ships.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.errors import ModelError
from models.manifest import Place, in_use, load_manifest, shipped_versions
from ocr_service.audit.chain import Actor, Subject, append
from ocr_service.ids import new_id
from ocr_service.loop.packing import read_candidate, unpack
from ocr_service.settings import Settings
from ocr_service.storage.database import Database, database_url, open_database
from ocr_service.storage.objects import ObjectKind, ObjectStore, open_objects
from ocr_service.storage.tables_models import (
    ModelActivationRow,
    ModelEvaluationRow,
    ModelVersionRow,
)
from pipelines.errors import CodedError, ErrorCode

SHIPPED, OFFICE = "shipped", "office"


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelVersion:
    """One version of a model. `origin` is `shipped` or `office`.

    `passed` tells the newest evaluation against what is in use today, None without one.
    """

    name: str
    version: str
    task: str
    origin: str
    active: bool
    provenance: str
    metrics: Mapping[str, float]
    added_at: datetime | None = None
    passed: bool | None = None


def split(candidate: str) -> tuple[str, str]:
    """Split `name@version`. Raises MODEL_UNKNOWN."""
    name, _, version = candidate.partition("@")
    if not name or not version:
        raise CodedError(ErrorCode.MODEL_UNKNOWN, "wanted: NAME@VERSION", model=candidate[:80])
    return name, version


def add_candidate(
    session: Session, objects: ObjectStore, folder: Path, by: Actor, *, at: datetime
) -> ModelVersionRow:
    """Bring a candidate in; it is used by nothing before it was promoted.

    Raises MODEL_DAMAGED, and MODEL_REFUSED when that version is there already.
    """
    manifest, archive = read_candidate(folder)
    name, version = manifest.name, manifest.version
    shipped = version in shipped_versions().get(name, ())
    if shipped or _row(session, name, version) is not None:
        raise CodedError(ErrorCode.MODEL_REFUSED, f"{name}@{version} is there already")
    row = ModelVersionRow(
        id=new_id("mdl"),
        name=name,
        version=version,
        task=manifest.task[:80],
        sha256=sha256(archive).hexdigest(),
        provenance=manifest.provenance[:2000],
        metrics=dict(manifest.metrics),
        body_object=objects.put(ObjectKind.MODEL, archive, session),
        created_by=by.id,
        created_at=at,
    )
    session.add(row)
    session.flush()
    subject = Subject("model", f"{name}@{version}")
    append(session, by, "model.added", subject, {"sha256": row.sha256}, at=at)
    return row


def versions_in_use(session: Session) -> dict[str, str]:
    """Version of every model that a reader of this installation opens, by name."""
    found = {name: versions[-1] for name, versions in shipped_versions().items()}
    for name, version in _pointers(session).items():
        if version is not None:
            found[name] = version
        elif name not in shipped_versions():
            found.pop(name, None)
    return dict(sorted(found.items()))


def activation_number(session: Session) -> int:
    """Count of all changes of what is in use: it grows with each."""
    return session.scalar(sa.select(sa.func.max(ModelActivationRow.number))) or 0


def find_version(session: Session, name: str, version: str) -> ModelVersionRow | None:
    """Row of a candidate; None for a version that ships. Raises MODEL_UNKNOWN for neither."""
    row = _row(session, name, version)
    if row is None and version not in shipped_versions().get(name, ()):
        raise CodedError(ErrorCode.MODEL_UNKNOWN, "", model=f"{name}@{version}"[:130])
    return row


def task_of(name: str, version: str) -> str:
    """Task of a version that ships. Raises MODEL_UNKNOWN."""
    try:
        return load_manifest(name, version).task
    except ModelError as error:
        raise CodedError(ErrorCode.MODEL_UNKNOWN, str(error), model=name[:80]) from error


def list_versions(session: Session) -> list[ModelVersion]:
    """All versions, by name, shipped ones first."""
    active = versions_in_use(session)
    found = [_shipped(n, v, active) for n, many in shipped_versions().items() for v in many]
    rows = session.scalars(sa.select(ModelVersionRow).order_by(ModelVersionRow.created_at))
    for row in rows:
        judged = newest_evaluation(session, row.name, row.version)
        fresh = judged is not None and judged.against == dict(active)
        found.append(
            ModelVersion(
                name=row.name,
                version=row.version,
                task=row.task,
                origin=OFFICE,
                active=active.get(row.name) == row.version,
                provenance=row.provenance,
                metrics=row.metrics,
                added_at=row.created_at,
                passed=judged.passed if judged is not None and fresh else None,
            )
        )
    return sorted(found, key=lambda each: each.name)


def newest_evaluation(session: Session, name: str, version: str) -> ModelEvaluationRow | None:
    """Newest comparison of a candidate."""
    return session.scalar(
        sa.select(ModelEvaluationRow)
        .where(ModelEvaluationRow.name == name, ModelEvaluationRow.version == version)
        .order_by(ModelEvaluationRow.created_at.desc(), ModelEvaluationRow.id.desc())
        .limit(1)
    )


@contextmanager
def models_in_use(settings: Settings, *, candidate: str = "") -> Iterator[int]:
    """Let every loader open the versions in use; `candidate` (`name@version`) stands in for one.

    Gives the number of the last change of what is in use. Without an installation (no database
    yet) it is what the program ships. Raises MODEL_UNKNOWN, MODEL_DAMAGED, STORAGE_*.
    """
    database = _installed(settings)
    if database is None:
        if candidate:
            raise CodedError(ErrorCode.MODEL_UNKNOWN, "no installation", model=candidate[:130])
        yield 0
        return
    with tempfile.TemporaryDirectory(prefix="ocr-models-") as folder:
        try:
            places, number = _places(settings, database, candidate, Path(folder))
        finally:
            database.dispose()
        with in_use(places):
            yield number


def _places(
    settings: Settings, database: Database, candidate: str, folder: Path
) -> tuple[dict[str, Place], int]:
    with database.reading() as session:
        number = activation_number(session)
        wanted = {n: v for n, v in _pointers(session).items() if v is not None}
        if candidate:
            name, version = split(candidate)
            wanted[name] = version
        rows = {name: find_version(session, name, version) for name, version in wanted.items()}
        objects = open_objects(settings) if any(rows.values()) else None
        places = {}
        for name, version in wanted.items():
            row = rows[name]
            if row is None:
                places[name] = Place(version)
                continue
            assert objects is not None
            unpack(objects.get(row.body_object, session), folder / name / version)
            places[name] = Place(version, folder)
    return places, number


def _installed(settings: Settings) -> Database | None:
    url = database_url(settings)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    database = open_database(settings)
    with database.reading() as session:
        there = sa.inspect(session.connection()).has_table(ModelActivationRow.__tablename__)
    if not there:
        database.dispose()
        return None
    return database


def _pointers(session: Session) -> dict[str, str | None]:
    newest = sa.select(sa.func.max(ModelActivationRow.number)).group_by(ModelActivationRow.name)
    rows = session.scalars(
        sa.select(ModelActivationRow).where(ModelActivationRow.number.in_(newest))
    )
    return {row.name: row.version for row in rows}


def _row(session: Session, name: str, version: str) -> ModelVersionRow | None:
    return session.scalar(
        sa.select(ModelVersionRow).where(
            ModelVersionRow.name == name, ModelVersionRow.version == version
        )
    )


def _shipped(name: str, version: str, active: Mapping[str, str]) -> ModelVersion:
    try:
        manifest = load_manifest(name, version)
    except ModelError as error:
        raise CodedError(ErrorCode.MODEL_DAMAGED, str(error)) from error
    return ModelVersion(
        name=name,
        version=version,
        task=manifest.task,
        origin=SHIPPED,
        active=active.get(name) == version,
        provenance=manifest.provenance,
        metrics=manifest.metrics,
    )
