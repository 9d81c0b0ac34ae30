"""Stacks: several documents of one posted file.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = ("stack_id", "pages", "cut_reason", "merged_into")


def upgrade() -> None:
    op.create_table(
        "stacks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("batch_id", sa.String(length=40), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_stacks_batch_id_batches"),
        sa.PrimaryKeyConstraint("id", name="pk_stacks"),
    )
    # Without foreign keys: on SQLite they would mean writing the whole table anew.
    op.add_column("documents", sa.Column("stack_id", sa.String(length=40), nullable=True))
    op.add_column("documents", sa.Column("pages", sa.JSON(), nullable=True))
    op.add_column("documents", sa.Column("cut_reason", sa.String(length=24), nullable=True))
    op.add_column("documents", sa.Column("merged_into", sa.String(length=40), nullable=True))
    op.create_index("ix_documents_stack_id", "documents", ["stack_id"])


def downgrade() -> None:
    op.drop_index("ix_documents_stack_id", table_name="documents")
    with op.batch_alter_table("documents") as batch:
        for name in _COLUMNS:
            batch.drop_column(name)
    op.drop_table("stacks")
