"""who was given an edition, and what a child chose for its own copy before the visit was signed.

Revision: 0018, after 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "handout",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_handout_child_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_handout_document_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["user.id"], name=op.f("fk_handout_noted_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_handout_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handout")),
    )
    with op.batch_alter_table("handout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handout_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handout_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handout_visit_id"), ["visit_id"], unique=False)
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("child_copy", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("child_copy")
    op.drop_table("handout")
