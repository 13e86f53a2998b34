"""what was done about somebody's account, and who has seen it.

Revision: 0017, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "account_change",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_at", sa.DateTime(), nullable=True),
        sa.Column("code_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_account_change_user_id")),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_account_change_made_by")),
        sa.ForeignKeyConstraint(["code_by"], ["user.id"], name=op.f("fk_account_change_code_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )
    with op.batch_alter_table("account_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_change_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_change_made_at"), ["made_at"], unique=False)
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changes_seen_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_column("changes_seen_at")
    op.drop_table("account_change")
