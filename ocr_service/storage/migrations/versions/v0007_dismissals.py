"""Proposals of documents of the same person that people dismissed; same applicant, same form.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLE = "proposal_dismissals"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("first_id", sa.String(length=40), nullable=False),
        sa.Column("second_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("other_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_id"], ["documents.id"], name=f"fk_{_TABLE}_first_id_documents"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["documents.id"], name=f"fk_{_TABLE}_second_id_documents"
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=f"pk_{_TABLE}"),
    )
    op.create_index(f"ix_{_TABLE}_second_id", _TABLE, ["second_id"])
    op.create_index(f"ix_{_TABLE}_id", _TABLE, ["id"])


def downgrade() -> None:
    op.drop_table(_TABLE)
