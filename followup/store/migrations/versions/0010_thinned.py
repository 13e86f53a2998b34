"""what is left of what was thinned.

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "retention_stub",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_from", sa.Date(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.DateTime(), nullable=True),
        sa.Column("thinned_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_stub")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("retention_stub")
