"""The category taxonomy of the office: added and changed kinds, history, what people chose.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.String(length=96), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("merged_into", sa.String(length=96), nullable=True),
        sa.Column("head_object", sa.String(length=40), nullable=True),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["head_object"], ["objects.id"], name="fk_categories_head_object_objects"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
    )
    _changes()
    op.create_table(
        "document_categories",
        sa.Column("document_id", sa.String(length=40), nullable=False),
        sa.Column("category_id", sa.String(length=96), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("suggested", sa.String(length=96), nullable=True),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_categories_document_id_documents"
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_categories"),
    )


def downgrade() -> None:
    for table in ("document_categories", "category_changes", "categories"):
        op.drop_table(table)


def _changes() -> None:
    op.create_table(
        "category_changes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("undone_by", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_category_changes"),
        sa.UniqueConstraint("sequence", name="uq_category_changes_sequence"),
    )
    op.create_index("ix_category_changes_category_id", "category_changes", ["category_id"])
