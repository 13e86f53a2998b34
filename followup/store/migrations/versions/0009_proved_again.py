"""when a session's user last proved who it is, and on what device.

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("device", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_column("device")
        batch_op.drop_column("proved_at")
