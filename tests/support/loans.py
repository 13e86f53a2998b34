"""Sessions that are lent to a child or to its carers, made and looked at without a browser. With one: see tablet.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select

from followup.domain.access import Actor, Loan, Role
from followup.services.child_mode import handing_over
from followup.store.tables import UserSession
from tests.support.linting_client import PIN
from tests.support.people import People
from tests.support.population import Person

FIELDS: Final = {"earshot": "nobody", "language": "sv", "two_step": "", "pin": PIN, "pin_again": PIN}
"""The page of handing over, filled in."""


def hand_over_path(visit_id: UUID, form: str = "") -> str:
    """The address of that page; `form`: "carer" for the carers' own."""
    return f"/visits/{visit_id}/hand-over" + (f"?form={form}" if form else "")


def session_of(people: People, person: Person) -> UserSession:
    """Return the person's newest session."""
    with people.as_program() as uow:
        newest = select(UserSession).where(UserSession.user_id == person.id).order_by(UserSession.created_at.desc())
        return uow.one(newest)


def lent(people: People, visit_id: UUID) -> tuple[UUID, Actor]:
    """Lend a session of Maja's to Alva by the service; returns its id and who has the tablet then."""
    with people.unit(people.maja) as uow:
        session = UserSession(
            user_id=people.maja.id, token_hash=uuid4().bytes * 2, created_at=uow.now, last_seen_at=uow.now
        )
        uow.add(session)
        uow.flush()
        handing_over.hand_over(uow, session.id, visit_id, "child", FIELDS)
    loan = Loan(visit_id, people.alva.id, "child")
    return session.id, replace(people.maja.actor, role=Role.RESPONDENT, loan=loan)
