"""The organisation, its teams and users, their sessions, and its settings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, Lasting, WithId, related
from followup.store.types import EncryptedText


class Organisation(WithId, Base):
    """A municipality's social welfare board. One database may serve several."""

    __tablename__ = "organisation"

    name: Mapped[str]
    unit: Mapped[str]
    """The unit that keeps the records, as it stands on documents."""


class Team(WithId, Base):
    """The caseworkers under one team lead."""

    __tablename__ = "team"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]


class User(WithId, Base):
    """Somebody who signs in. Staff are known by name to each other, so names stand in clear."""

    __tablename__ = "user"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"), index=True)
    role: Mapped[str]
    """A code of `domain.access.Role`."""
    user_name: Mapped[str] = mapped_column(unique=True)
    """Lower case; what is typed at sign-in."""
    name: Mapped[str]
    title: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    """Argon2id, in PHC format."""
    password_expires_at: Mapped[datetime | None]
    """Until when a password that somebody else has given lets its user in, to choose another; None for one's own."""
    pin_hash: Mapped[str | None]
    """Of the PIN that takes the tablet back from a child, in the same format; None until one is chosen."""
    calendar_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the secret in the address of the user's calendar feed; None when there is no feed."""
    picture: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """JPEG for the letter to a child before the visit."""
    locale: Mapped[str] = mapped_column(default="sv")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    changes_seen_at: Mapped[datetime | None]
    """When the user last said to have seen whose accounts were changed; None before the first time."""

    organisation: Mapped[Organisation] = related()
    team: Mapped[Team | None] = related()


class Mandate(WithId, Lasting, Base):
    """A dated decision that a user leads a team beside its own: a deputy for a while, or a head of several teams."""

    __tablename__ = "mandate"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    kind: Mapped[str]
    """deputy | head"""
    given_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


class UserSession(WithId, Base):
    """A signed-in device. The token itself is only in the browser's cookie."""

    __tablename__ = "user_session"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the cookie's token."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    """When its user last proved who it is: at sign-in, or when a page asked again."""
    device: Mapped[str] = mapped_column(default="", server_default="")
    """“Firefox, Windows”: for the list of where one is signed in."""
    whole: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False while the password was right but something lacks: the second factor, or a password of one's own."""
    second_at: Mapped[datetime | None]
    """When the second factor was proved in this session; None when it was not, or none was asked for."""
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What a passkey is to sign next, once."""
    replaces: Mapped[UUID | None]
    """The session that this one ends when it becomes whole."""
    lent_visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"))
    """The visit whose form the device is locked to while somebody else has it; None when the user has it."""
    lent_child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    lent_respondent: Mapped[str | None]
    """child | carer"""
    display: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    """How the one who has it wants the pages: see `domain.display.Display`."""
    wrong_pins: Mapped[int] = mapped_column(default=0, server_default="0")
    warned: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Ids of protected children whose warning sign the user has passed on this device."""

    user: Mapped[User] = related()


class SignInAttempt(WithId, Base):
    """A failed sign-in, counted by account and by address for throttling; cleared by time."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    """Blind index of `account:…` or `address:…`: names that don't exist must not be readable either."""
    at: Mapped[datetime] = mapped_column(index=True)


class Setting(WithId, Base):
    """A dated value that the organisation decides: rules, intervals, phone numbers. The newest one in force counts."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("organisation_id", "key", "valid_from"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    key: Mapped[str]
    value: Mapped[Any] = mapped_column(JSON)
    valid_from: Mapped[date]
    set_by: Mapped[str] = mapped_column(EncryptedText("setting.set_by"))
