"""Cases: documents that belong together, what was changed, requests to complete.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _cases()
    _documents()
    _changes()
    _requests()
    op.create_table(
        "person_digests",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_person_digests_document_id_documents"
        ),
        sa.PrimaryKeyConstraint("document_id", "basis", "digest", name="pk_person_digests"),
    )
    op.create_index("ix_person_digests_digest", "person_digests", ["digest"])


def downgrade() -> None:
    for table in ("person_digests", "case_requests", "case_changes", "case_documents", "cases"):
        op.drop_table(table)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("batch_id", sa.String(length=40), nullable=True),
        sa.Column("merged_into", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_cases_batch_id_batches"),
        sa.ForeignKeyConstraint(["merged_into"], ["cases.id"], name="fk_cases_merged_into_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
        sa.UniqueConstraint("batch_id", name="uq_cases_batch_id"),
    )
    op.create_index("ix_cases_status", "cases", ["status"])


def _documents() -> None:
    op.create_table(
        "case_documents",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=110), nullable=True),
        sa.Column("joined_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_case_documents_document_id_documents"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_documents_case_id_cases"),
        sa.PrimaryKeyConstraint("document_id", name="pk_case_documents"),
    )
    op.create_index("ix_case_documents_case_id", "case_documents", ["case_id"])


def _changes() -> None:
    op.create_table(
        "case_changes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("other_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("undone_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_changes_case_id_cases"),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name="fk_case_changes_other_id_cases"),
        sa.PrimaryKeyConstraint("id", name="pk_case_changes"),
    )
    op.create_index("ix_case_changes_case_id", "case_changes", ["case_id"])
    op.create_index("ix_case_changes_other_id", "case_changes", ["other_id"])


def _requests() -> None:
    op.create_table(
        "case_requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body_object", sa.String(length=40), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_requests_case_id_cases"),
        sa.ForeignKeyConstraint(
            ["body_object"], ["objects.id"], name="fk_case_requests_body_object_objects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_requests"),
    )
    op.create_index("ix_case_requests_case_id", "case_requests", ["case_id"])
