"""what a check of the log says of its witness outside the database.

Revision: 0016, after 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("log_check", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outside", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("log_check", schema=None) as batch_op:
        batch_op.drop_column("outside")
