"""what the lead's queue is read from.

Revision: 0004, after 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("child", schema=None) as batch_op:
        columns = ["team_id", "protected_identity", "id"]
        batch_op.create_index(batch_op.f("ix_child_reach"), columns, unique=False)
    with op.batch_alter_table("flag", schema=None) as batch_op:
        columns = ["status", "level", "raised_at", "child_id"]
        batch_op.create_index(batch_op.f("ix_flag_queue"), columns, unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_queue"))
    with op.batch_alter_table("child", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_child_reach"))
