"""Learning: model versions, what is in use, shadow runs, training examples, alarms.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_TABLES = (
    "drift_alarms", "reading_figures", "training_examples", "shadow_results", "shadow_runs",
    "model_activations", "model_evaluations", "model_versions",
)  # fmt: skip


def upgrade() -> None:
    _versions()
    _evaluations()
    _activations()
    _shadow()
    _examples()
    _figures()
    _alarms()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _data(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _share(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, _TIME, nullable=nullable)


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")


def _versions() -> None:
    table = "model_versions"
    op.create_table(
        table,
        _text("id", 40),
        _text("name", 64),
        _text("version", 64),
        _text("task", 80),
        _text("sha256", 64),
        _text("provenance", 2000),
        _data("metrics"),
        _text("body_object", 40),
        _text("created_by", 64),
        _moment("created_at"),
        _refers(table, "body_object", "objects"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("name", "version", name=f"uq_{table}_name"),
    )


def _evaluations() -> None:
    table = "model_evaluations"
    op.create_table(
        table,
        _text("id", 40),
        _text("name", 64),
        _text("version", 64),
        _data("against"),
        _text("gold", 64),
        _number("documents"),
        sa.Column("passed", sa.Boolean(), nullable=False),
        _data("report"),
        _text("created_by", 64),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_name", table, ["name"])


def _activations() -> None:
    table = "model_activations"
    op.create_table(
        table,
        _number("number"),
        _text("name", 64),
        _text("version", 64, nullable=True),
        _text("previous", 64, nullable=True),
        _text("kind", 16),
        _text("evaluation_id", 40, nullable=True),
        _text("actor", 64),
        _moment("at"),
        _refers(table, "evaluation_id", "model_evaluations"),
        sa.PrimaryKeyConstraint("number", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_name", table, ["name"])


def _shadow() -> None:
    op.create_table(
        "shadow_runs",
        _text("id", 40),
        _text("name", 64),
        _text("version", 64),
        _share("share"),
        _text("started_by", 64),
        _moment("started_at"),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_runs"),
    )
    table = "shadow_results"
    op.create_table(
        table,
        _text("run_id", 40),
        _text("document_id", 40),
        _text("form_id", 64, nullable=True),
        _data("counts"),
        _text("failure_code", 64, nullable=True),
        _share("seconds"),
        _moment("at"),
        _refers(table, "run_id", "shadow_runs"),
        _refers(table, "document_id", "documents"),
        sa.PrimaryKeyConstraint("run_id", "document_id", name=f"pk_{table}"),
    )


def _examples() -> None:
    table = "training_examples"
    op.create_table(
        table,
        _text("id", 40),
        _text("decision_id", 40),
        _text("document_id", 40),
        _text("form_id", 64),
        _text("form_revision", 32),
        _number("fields"),
        _number("corrected"),
        _text("body_object", 40),
        _moment("created_at"),
        _moment("expires_at"),
        _refers(table, "decision_id", "decisions"),
        _refers(table, "document_id", "documents"),
        _refers(table, "body_object", "objects"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("decision_id", name=f"uq_{table}_decision_id"),
    )
    op.create_index(f"ix_{table}_document_id", table, ["document_id"])
    op.create_index(f"ix_{table}_expires_at", table, ["expires_at"])


def _figures() -> None:
    table = "reading_figures"
    op.create_table(
        table,
        _text("suggestion_id", 40),
        _text("document_id", 40),
        _text("form_id", 64, nullable=True),
        _text("category", 96),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("drift", sa.Boolean(), nullable=False),
        _moment("at"),
        _refers(table, "suggestion_id", "suggestions"),
        _refers(table, "document_id", "documents"),
        sa.PrimaryKeyConstraint("suggestion_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_document_id", table, ["document_id"])
    op.create_index(f"ix_{table}_at", table, ["at"])


def _alarms() -> None:
    table = "drift_alarms"
    op.create_table(
        table,
        _text("id", 40),
        _text("signal", 24),
        _text("scope", 96),
        _share("p_value"),
        _share("effect"),
        _data("before"),
        _data("now"),
        _moment("opened_at"),
        _moment("seen_at"),
        _moment("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_opened_at", table, ["opened_at"])
