"""who decided on a grant, who is barred from a child, and who went in in an emergency.

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INDEXES = {
    "barring": ("child_id", "user_id"),
    "break_glass": ("child_id", "organisation_id", "reviewed_at", "team_id", "user_id"),
}
_USERS = ("given_by", "ended_by")


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_at", sa.DateTime(), nullable=True))
        for column in _USERS:
            batch_op.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            batch_op.create_foreign_key(batch_op.f(f"fk_access_grant_{column}"), "user", [column], ["id"])
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("warned", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "barring",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_barring_child_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_barring_decided_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["user.id"], name=op.f("fk_barring_lifted_by")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_barring_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barring")),
    )
    op.create_table(
        "break_glass",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("lead_seen_at", sa.DateTime(), nullable=True),
        sa.Column("lead_seen_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("review_note", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_break_glass_child_id")),
        sa.ForeignKeyConstraint(["lead_seen_by"], ["user.id"], name=op.f("fk_break_glass_lead_seen_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_break_glass_organisation_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["user.id"], name=op.f("fk_break_glass_reviewed_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_break_glass_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_break_glass_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
    )
    for table, columns in _INDEXES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def downgrade() -> None:
    """Go back."""
    for table in ("break_glass", "barring"):
        op.drop_table(table)
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_column("warned")
    with op.batch_alter_table("access_grant", schema=None) as batch_op:
        for column in _USERS:
            batch_op.drop_constraint(batch_op.f(f"fk_access_grant_{column}"), type_="foreignkey")
            batch_op.drop_column(column)
        batch_op.drop_column("given_at")
