"""editions after the first, and amendments.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "amendment",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("whose", sa.String(), nullable=False),
        sa.Column("said_by", sa.LargeBinary(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("child_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"], name=op.f("fk_amendment_child_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_amendment_visit_id")),
        sa.ForeignKeyConstraint(["written_by"], ["user.id"], name=op.f("fk_amendment_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("visit_id", "key", name=op.f("uq_amendment_visit_id_key")),
        sa.UniqueConstraint("visit_id", "number", name=op.f("uq_amendment_visit_id_number")),
    )
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_amendment_visit_id"), ["visit_id"], unique=False)

    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(), nullable=False, server_default="sv"))
        batch_op.add_column(sa.Column("source", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("made_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("why", sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_document_made_by"), "user", ["made_by"], ["id"])
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.alter_column("language", server_default=None)
    # Until now every document was made by the signature of its visit. On PostgreSQL the trigger of before is in place.
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("ALTER TABLE document DISABLE TRIGGER USER")
    op.execute("UPDATE document SET made_by = (SELECT signed_by FROM visit WHERE visit.id = document.visit_id)")
    if postgresql:
        op.execute("ALTER TABLE document ENABLE TRIGGER USER")


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_document_made_by"), type_="foreignkey")
        batch_op.drop_column("why")
        batch_op.drop_column("made_by")
        batch_op.drop_column("source")
        batch_op.drop_column("language")
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_amendment_visit_id"))
        batch_op.drop_index(batch_op.f("ix_amendment_child_id"))

    op.drop_table("amendment")
