"""the log that somebody reads: codes on lines and seals, reviews, samples, outcomes, checks, addresses of staff.

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward. The log is not made anew: it may hold millions of lines."""
    op.add_column("access_log", sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.add_column("log_seal", sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.create_index("ix_access_log_action_id", "access_log", ["action", "id"])
    op.drop_index("ix_access_log_child_child_id", "access_log_child")
    op.create_index("ix_access_log_child_child_id_log_id", "access_log_child", ["child_id", "log_id"])
    op.create_table(
        "log_review",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("occasions", sa.Integer(), nullable=False),
        sa.Column("last_line", _NUMBER, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("head_seal", _NUMBER, nullable=True),
        sa.Column("head_digest", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_log_review_made_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_log_review_organisation_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["user.id"], name=op.f("fk_log_review_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_review")),
        sa.UniqueConstraint("organisation_id", "month", name=op.f("uq_log_review_organisation_id_month")),
    )
    op.create_index("ix_log_review_organisation_id", "log_review", ["organisation_id"])
    op.create_table(
        "log_sample",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("first_line", _NUMBER, nullable=False),
        sa.Column("last_line", _NUMBER, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("judgement", sa.String(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("judged_at", sa.DateTime(), nullable=True),
        sa.Column("judged_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_log_sample_actor_id")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_log_sample_child_id")),
        sa.ForeignKeyConstraint(["judged_by"], ["user.id"], name=op.f("fk_log_sample_judged_by")),
        sa.ForeignKeyConstraint(["review_id"], ["log_review.id"], name=op.f("fk_log_sample_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_sample")),
    )
    op.create_index("ix_log_sample_review_id_place", "log_sample", ["review_id", "place"])
    op.create_table(
        "log_outcome",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_log_outcome_by")),
        sa.ForeignKeyConstraint(["sample_id"], ["log_sample.id"], name=op.f("fk_log_outcome_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_outcome")),
    )
    op.create_index("ix_log_outcome_sample_id", "log_outcome", ["sample_id"])
    op.create_table(
        "log_check",
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("seals", sa.Integer(), nullable=False),
        sa.Column("broken", sa.JSON(), nullable=False),
        sa.Column("forged", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user.id"], name=op.f("fk_log_check_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_check")),
    )
    op.create_index("ix_log_check_at", "log_check", ["at"])
    op.create_table(
        "staff_address",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_staff_address_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_address")),
        sa.UniqueConstraint("user_id", name=op.f("uq_staff_address_user_id")),
    )


def downgrade() -> None:
    """Go back."""
    for table in ("staff_address", "log_check", "log_outcome", "log_sample", "log_review"):
        op.drop_table(table)
    op.drop_index("ix_access_log_child_child_id_log_id", "access_log_child")
    op.create_index("ix_access_log_child_child_id", "access_log_child", ["child_id"])
    op.drop_index("ix_access_log_action_id", "access_log")
    for table in ("access_log", "log_seal"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("mac")
