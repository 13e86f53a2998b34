"""sign-in by the organisation's own provider.

Revision: 0014, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "sso_identity",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sso_identity_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_identity")),
        sa.UniqueConstraint("subject", name=op.f("uq_sso_identity_subject")),
        sa.UniqueConstraint("user_id", name=op.f("uq_sso_identity_user_id")),
    )
    op.create_table(
        "sso_errand",
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("next", sa.LargeBinary(), nullable=False),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_errand")),
        sa.UniqueConstraint("state", name=op.f("uq_sso_errand_state")),
    )
    op.create_table(
        "sso_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("provider_session", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["user_session.id"], name=op.f("fk_sso_session_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_session")),
        sa.UniqueConstraint("session_id", name=op.f("uq_sso_session_session_id")),
    )
    op.create_table(
        "sso_spent",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_spent")),
        sa.UniqueConstraint("token", name=op.f("uq_sso_spent_token")),
    )
    _index("sso_errand", "begun_at")
    _index("sso_session", "provider_session")
    _index("sso_spent", "until")


def downgrade() -> None:
    """Go back."""
    for table in ("sso_spent", "sso_session", "sso_errand", "sso_identity"):
        op.drop_table(table)


def _index(table: str, column: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)
