"""What was done about somebody's account by somebody else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, WithId


class AccountChange(WithId, Base):
    """A change of an account that its user didn't make: told to the user, the lead and the log reviewers.

    After some of them the user signs in by a code that somebody else gives than whoever made the change: see
    `services.installation.account_changes`.
    """

    __tablename__ = "account_change"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str]
    """new | password | second | both | changed | off | on"""
    made_at: Mapped[datetime] = mapped_column(index=True)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """None: a command on the server."""
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed hash of the code, once somebody has given one."""
    code_at: Mapped[datetime | None]
    code_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """Who gave it; None also for a command on the server."""
    closed_at: Mapped[datetime | None]
    """When the code was used, or something newer took its place. Until then the user can't sign in without one."""
    told_at: Mapped[datetime | None]
    """When the user was let in after having been told of it."""
