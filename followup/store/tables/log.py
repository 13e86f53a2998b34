"""The access log and its seals. Append-only, held by triggers; bound by a key that is not in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base

_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only plain INTEGER keys by itself


class AccessLog(Base):
    """Who did what, when. Ids and names of fields, never their values."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_action_id", "action", "id"),)  # the newest lines of one kind

    id: Mapped[int] = mapped_column(_Number, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    organisation_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    role: Mapped[str]
    request_id: Mapped[str]
    action: Mapped[str]
    """read | create | update | delete, or an event such as sign_in, denied, sign_visit, fetch_pdf."""
    objects: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    """Table -> ids."""
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Table -> names of changed fields; for an event, its harmless details."""
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What only somebody with the keys can write (`log_chain.mac_of`); None on lines from before there was one."""


class AccessLogChild(Base):
    """A child whom a line of the log is about, and why the actor was let in."""

    __tablename__ = "access_log_child"
    __table_args__ = (Index("ix_access_log_child_child_id_log_id", "child_id", "log_id"),)

    log_id: Mapped[int] = mapped_column(_Number, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    why: Mapped[str]
    """A code of `domain.access.Reach.why`."""


class LogSeal(Base):
    """A hash over a batch of lines and the seal before it: altering, adding or taking away a line breaks the chain."""

    __tablename__ = "log_seal"

    id: Mapped[int] = mapped_column(_Number, primary_key=True)
    first_id: Mapped[int] = mapped_column(_Number)
    last_id: Mapped[int] = mapped_column(_Number)
    digest: Mapped[str]
    sealed_at: Mapped[datetime]
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The seal itself, bound by the key; None on seals from before there was one, which the next one holds in place."""
