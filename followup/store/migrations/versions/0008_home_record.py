"""the foster home's own record.

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "home_record",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("foster_home_id", sa.Uuid(), nullable=False),
        sa.Column("home_visit_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["foster_home_id"], ["foster_home.id"], name=op.f("fk_home_record_foster_home_id")),
        sa.ForeignKeyConstraint(["home_visit_id"], ["home_visit.id"], name=op.f("fk_home_record_home_visit_id")),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_home_record_made_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_home_record_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_record")),
        sa.UniqueConstraint("home_visit_id", "edition", name=op.f("uq_home_record_home_visit_id_edition")),
    )
    with op.batch_alter_table("home_record", schema=None) as batch_op:
        for column in ("foster_home_id", "home_visit_id", "organisation_id"):
            batch_op.create_index(batch_op.f(f"ix_home_record_{column}"), [column], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("home_record", schema=None) as batch_op:
        for column in ("foster_home_id", "home_visit_id", "organisation_id"):
            batch_op.drop_index(batch_op.f(f"ix_home_record_{column}"))

    op.drop_table("home_record")
