"""A user's own visits and deadlines for a calendar outside the program: kinds and times, and nothing about anybody.

A calendar is copied to telephones and to companies that nobody here has chosen. So the feed says what and when alone,
and of a child with a protected identity it doesn't even say that: not to anybody, granted or not.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select

from followup.deadlines import rule_book
from followup.domain.access import Actor, Permission, Role
from followup.domain.deadlines import Deadline, deadlines_of
from followup.domain.errors import DomainError
from followup.services.overview.deadline_facts import CALENDAR, facts, happened, lives_of, seen_at_visits
from followup.services.sign_in.sessions import hash_of, new_token
from followup.services.visit.steps import OPEN_STATES
from followup.store.crypto import key_ring
from followup.store.tables import SignInAttempt, User, Visit
from followup.store.unit_of_work import UnitOfWork

WINDOW = timedelta(minutes=15)
MOST_FAILURES = 60
"""From one address within the window. A token can't be guessed; this spares the database."""

_BACK, _AHEAD = timedelta(days=30), timedelta(days=400)


class TooManyTries(DomainError):
    """Wrong addresses were asked for too often; wait for `WINDOW`."""


@dataclass(frozen=True)
class Owner:
    """Whose feed it is. secret: what makes the entries' ids its own."""

    actor: Actor
    locale: str
    secret: bytes


@dataclass(frozen=True)
class Booked:
    """A visit that begins at a time. id: stable, and known to this feed alone."""

    id: str
    begins: datetime


@dataclass(frozen=True)
class DueDay:
    """A deadline on a day, to be reminded of some days before. overdue: the day has passed."""

    id: str
    deadline: Deadline
    on: date
    remind_before: timedelta


@dataclass(frozen=True)
class Feed:
    """All there is in a feed."""

    visits: tuple[Booked, ...]
    deadlines: tuple[DueDay, ...]


def has_feed(uow: UnitOfWork) -> bool:
    """Whether the user has a feed."""
    return uow.one(select(User).where(User.id == uow.actor.id)).calendar_hash is not None


def renew_feed(uow: UnitOfWork) -> str:
    """Make a new feed and end the one before; returns its secret, which is not kept."""
    token = new_token()
    uow.one(select(User).where(User.id == uow.actor.id)).calendar_hash = hash_of(token)
    uow.note("calendar_renewed")
    return token


def end_feed(uow: UnitOfWork) -> None:
    """End the user's feed: its address is then like any that never was."""
    uow.one(select(User).where(User.id == uow.actor.id)).calendar_hash = None
    uow.note("calendar_ended")


def owner_of(uow: UnitOfWork, token: str, address: str) -> Owner | None:
    """Tell whose feed a secret opens; None alike for one that is wrong, was ended, or whose user is gone.

    address: where it is asked from. Raises TooManyTries.
    """
    failures = select(func.count()).where(SignInAttempt.key == _key(address), SignInAttempt.at > uow.now - WINDOW)
    if uow.rows(failures)[0][0] >= MOST_FAILURES:
        raise TooManyTries
    secret = hash_of(token)
    user = uow.first(select(User).where(User.calendar_hash == secret, User.active.is_(True)))
    if user is None:
        return None
    actor = Actor(user.id, Role(user.role), user.organisation_id, user.team_id, user.name, user.title)
    return Owner(actor, user.locale, secret) if actor.may(Permission.READ_CASES) else None


def note_failure(uow: UnitOfWork, address: str) -> None:
    """Count a wrong address, and log it."""
    uow.add(SignInAttempt(key=_key(address), at=uow.now))
    uow.note("calendar_refused")


def feed_of(uow: UnitOfWork, owner: Owner) -> Feed:
    """Gather the feed of the children whom the user is assigned to today; log that it was fetched.

    Children with a protected identity are never among those: they are reached by a grant, not by an assignment.
    """
    ids = uow.reach.assigned
    uow.note("calendar_fetched")
    if not ids:
        return Feed((), ())
    rows = uow.rows(
        uow.reachable(Visit)
        .where(Visit.child_id.in_(ids), Visit.state.in_(OPEN_STATES))
        .order_by(Visit.planned_at)
        .with_only_columns(Visit.child_id, Visit.home_visit_id, Visit.planned_at)
    )
    times = {row.home_visit_id: row.planned_at for row in rows}  # siblings in one home are one visit
    visits = [Booked(_id(owner, "visit", event), at) for event, at in times.items() if at >= uow.now - _BACK]
    deadlines = sorted(_due_days(uow, owner, {row.child_id for row in rows}), key=lambda each: (each.on, each.id))
    return Feed(tuple(visits), tuple(deadlines))


def _due_days(uow: UnitOfWork, owner: Owner, booked: set[UUID]) -> Iterator[DueDay]:
    ids = uow.reach.assigned
    milestones, seen = happened(uow, ids), seen_at_visits(uow, ids)
    for child_id, life in lives_of(uow, ids).items():
        known = facts(life, milestones.get(child_id, ()), seen.get(child_id))
        for deadline in deadlines_of(known, rule_book().rules, uow.today, CALENDAR):
            told_already = deadline.rule.counts_from == "visit" and child_id in booked
            if deadline.due and deadline.remind_on and deadline.due <= uow.today + _AHEAD and not told_already:
                identity = _id(owner, deadline.rule.id, child_id)
                yield DueDay(identity, deadline, deadline.due, deadline.due - deadline.remind_on)


def _id(owner: Owner, what: str, which: UUID) -> str:
    return hmac.new(owner.secret, f"{what}:{which}".encode(), sha256).hexdigest()[:40]


def _key(address: str) -> bytes:
    return key_ring().blind_index(f"calendar:{address}")
