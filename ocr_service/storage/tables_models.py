"""Tables of learning: model versions, what is in use, training examples, alarms. No content."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ocr_service.storage.tables import Base, UtcTime

_Id = String(40)
_Name = String(64)
_Time = UtcTime()


class ModelVersionRow(Base):
    """A candidate that was brought in; its files are one sealed object. Never changed."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("name", "version"),)
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    name: Mapped[str] = mapped_column(_Name)
    version: Mapped[str] = mapped_column(_Name)
    task: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    provenance: Mapped[str] = mapped_column(String(2000))
    metrics: Mapped[dict[str, float]] = mapped_column(JSON)
    body_object: Mapped[str] = mapped_column(ForeignKey("objects.id"))
    created_by: Mapped[str] = mapped_column(_Name)
    created_at: Mapped[datetime] = mapped_column(_Time)


class ModelEvaluationRow(Base):
    """One comparison of a candidate with what was in use, on the gold set.

    `against` are the versions in use then, `gold` the digest of the documents and their truth,
    `report` the table of counts.
    """

    __tablename__ = "model_evaluations"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    name: Mapped[str] = mapped_column(_Name, index=True)
    version: Mapped[str] = mapped_column(_Name)
    against: Mapped[dict[str, str]] = mapped_column(JSON)
    gold: Mapped[str] = mapped_column(String(64))
    documents: Mapped[int] = mapped_column(Integer)
    passed: Mapped[bool]
    report: Mapped[dict[str, object]] = mapped_column(JSON)
    created_by: Mapped[str] = mapped_column(_Name)
    created_at: Mapped[datetime] = mapped_column(_Time)


class ModelActivationRow(Base):
    """What was in use from when: the newest row of a name tells its version today."""

    __tablename__ = "model_activations"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(_Name, index=True)
    version: Mapped[str | None] = mapped_column(_Name, nullable=True)
    """None: what the program ships (nothing, for models it does not ship)."""
    previous: Mapped[str | None] = mapped_column(_Name, nullable=True)
    kind: Mapped[str] = mapped_column(String(16))
    evaluation_id: Mapped[str | None] = mapped_column(
        ForeignKey("model_evaluations.id"), nullable=True
    )
    actor: Mapped[str] = mapped_column(_Name)
    at: Mapped[datetime] = mapped_column(_Time)


class ShadowRunRow(Base):
    """A candidate reads along; one at a time (`ended_at` is None)."""

    __tablename__ = "shadow_runs"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    name: Mapped[str] = mapped_column(_Name)
    version: Mapped[str] = mapped_column(_Name)
    share: Mapped[float]
    started_by: Mapped[str] = mapped_column(_Name)
    started_at: Mapped[datetime] = mapped_column(_Time)
    ended_at: Mapped[datetime | None] = mapped_column(_Time, nullable=True)


class ShadowResultRow(Base):
    """How one document was read by the candidate, against what was shown: counts only."""

    __tablename__ = "shadow_results"
    run_id: Mapped[str] = mapped_column(ForeignKey("shadow_runs.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    form_id: Mapped[str | None] = mapped_column(_Name, nullable=True)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    failure_code: Mapped[str | None] = mapped_column(_Name, nullable=True)
    seconds: Mapped[float]
    at: Mapped[datetime] = mapped_column(_Time)


class TrainingExampleRow(Base):
    """The examples of one confirmed document; values are a sealed object."""

    __tablename__ = "training_examples"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id"), unique=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    form_id: Mapped[str] = mapped_column(_Name)
    form_revision: Mapped[str] = mapped_column(String(32))
    fields: Mapped[int] = mapped_column(Integer)
    corrected: Mapped[int] = mapped_column(Integer)
    body_object: Mapped[str] = mapped_column(ForeignKey("objects.id"))
    created_at: Mapped[datetime] = mapped_column(_Time)
    expires_at: Mapped[datetime] = mapped_column(_Time, index=True)


class ReadingFigureRow(Base):
    """Figures of one reading, for alarms: what its sealed suggestion says in numbers."""

    __tablename__ = "reading_figures"
    suggestion_id: Mapped[str] = mapped_column(ForeignKey("suggestions.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), index=True)
    form_id: Mapped[str | None] = mapped_column(_Name, nullable=True)
    category: Mapped[str] = mapped_column(String(96))
    confidence: Mapped[float | None] = mapped_column(nullable=True)
    """Mean of the values that were read; None when there are none."""
    drift: Mapped[bool]
    """Whether print of the form's revision was missing."""
    at: Mapped[datetime] = mapped_column(_Time, index=True)


class DriftAlarmRow(Base):
    """A change of the stream of documents that chance does not explain; counts only."""

    __tablename__ = "drift_alarms"
    id: Mapped[str] = mapped_column(_Id, primary_key=True)
    signal: Mapped[str] = mapped_column(String(24))
    scope: Mapped[str] = mapped_column(String(96))
    """A form id, or `all`."""
    p_value: Mapped[float]
    effect: Mapped[float]
    before: Mapped[dict[str, float]] = mapped_column(JSON)
    now: Mapped[dict[str, float]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(_Time, index=True)
    seen_at: Mapped[datetime] = mapped_column(_Time)
    closed_at: Mapped[datetime | None] = mapped_column(_Time, nullable=True)
