"""The access log and its seals. Append-only, held by triggers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base

_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only plain INTEGER keys by itself


class AccessLog(Base):
    """Who did what, when. Ids and names of fields, never their values."""

    __tablename__ = "access_log"

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


class AccessLogChild(Base):
    """A child whom a line of the log is about, and why the actor was let in."""

    __tablename__ = "access_log_child"

    log_id: Mapped[int] = mapped_column(_Number, primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    why: Mapped[str]
    """grant | assigned | team | system"""


class LogSeal(Base):
    """A hash over a batch of lines and the seal before it: altering, adding or taking away a line breaks the chain."""

    __tablename__ = "log_seal"

    id: Mapped[int] = mapped_column(_Number, primary_key=True)
    first_id: Mapped[int] = mapped_column(_Number)
    last_id: Mapped[int] = mapped_column(_Number)
    digest: Mapped[str]
    sealed_at: Mapped[datetime]
