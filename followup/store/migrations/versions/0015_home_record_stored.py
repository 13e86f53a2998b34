"""the foster home's record is stored as it was printed, and filed.

Revision: 0015, after 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ADDED = ("tries", "claimed_at", "content", "pdf_sha256", "printed_at", "reference", "filed_at", "filed_by")


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("home_record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("claimed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("content", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("pdf_sha256", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("printed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("reference", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("filed_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("filed_by", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_home_record_filed_by"), "user", ["filed_by"], ["id"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("home_record", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_home_record_filed_by"), type_="foreignkey")
        for column in reversed(_ADDED):
            batch_op.drop_column(column)
