"""what leaves the program: the watched folder and exports of one child.

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "child_export",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("by_command", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("ready_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["user.id"], name=op.f("fk_child_export_asked_by")),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_child_export_child_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_export")),
    )
    with op.batch_alter_table("child_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_export_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_child_export_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_child_export_state"), ["state"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_delivery_child_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_delivery_document_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_delivery_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("document_id", name=op.f("uq_delivery_document_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_visit_id"), ["visit_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("delivery")
    op.drop_table("child_export")
