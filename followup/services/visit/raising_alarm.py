"""Akut oro: whom to call, the exact words, and who was told when (SoL 2025:400 14:2 and 20:1).

The program times and proves that a worry was handed over to a person. It is not the alarm: the telephone is. A concern
belongs to no step and is never frozen, so it can be written down whatever state the visit is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID, uuid5

from sqlalchemy import and_, case, or_, select

from followup.domain.access import DEPUTY, Role
from followup.domain.errors import Problem
from followup.domain.flags import Level
from followup.services.flags.raised_by_hand import note_on, raise_by_hand
from followup.services.visit import steps
from followup.services.visit.posted import Fields, Posted, tidied
from followup.store.tables import Mandate, Setting, UrgentConcern, User, Visit
from followup.store.unit_of_work import UnitOfWork

ON_CALL = "on_call"
"""Key of the setting that holds the numbers to call: a list of {"name", "phone"}."""

_LOOK_BACK = timedelta(days=366)
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True)
class PhoneNumber:
    """Somebody to call. dial: the number without spaces and signs, for a tel: link."""

    name: str
    phone: str

    @property
    def dial(self) -> str:
        """The number as a telephone takes it."""
        return "".join(sign for sign in self.phone if sign in "+0123456789")


@dataclass(frozen=True)
class Alarm:
    """What the page shows: the visit with its urgent concerns, whom to call first, and the child's team lead."""

    visit: Visit
    on_call: Sequence[PhoneNumber]
    lead: PhoneNumber | None


def open_alarm(uow: UnitOfWork, visit_id: UUID) -> Alarm:
    """Fetch what the page shows. Raises NotFound."""
    visit = steps.open_visit(uow, visit_id, *steps.loaded(Visit.urgent_concerns))
    return Alarm(visit, _on_call(uow, visit.child.organisation_id), _lead(uow, visit.child.team_id))


def raise_alarm(uow: UnitOfWork, visit_id: UUID, concern_id: UUID, fields: Fields) -> UrgentConcern:
    """Write down a concern and raise it with the team lead; with a known id: complete who was told and when.

    concern_id: made by the page, so that a double click raises one flag. Fields: words, question, told, told_on,
    told_time, and told_before (what `told` held when the page was made). The words of a saved concern never change:
    other words under the same id become a concern of their own. Raises InvalidInput, NotFound.
    """
    visit = _hold(uow, visit_id)
    posted = Posted(tidied(fields))
    known = {concern.id: concern for concern in visit.urgent_concerns}
    if concern_id not in known:
        concern_id = uuid5(visit.id, str(concern_id))  # so that no page can name a row of another visit
    words = posted.text("words")
    concern = known.get(concern_id)
    if concern and words and words != concern.words:
        concern_id = uuid5(concern_id, words)
        concern = known.get(concern_id)
    told_at = _told_at(uow, posted)
    told, question = posted.text("told"), posted.text("question")
    if not concern and not words.strip():
        posted.note(Problem("words", "Skriv vad barnet sa, eller vad du såg. Några ord räcker.", "missing"))
    posted.check()
    if not concern:
        return _record(uow, visit, concern_id, words=words, question=question, told=told, told_at=told_at)
    _complete(uow, visit, concern, told, told_at, before=posted.text("told_before"))
    return concern


def _hold(uow: UnitOfWork, visit_id: UUID) -> Visit:
    steps.hold(uow, visit_id)
    return steps.open_visit(uow, visit_id, *steps.loaded(Visit.urgent_concerns, Visit.flags))


def _told_at(uow: UnitOfWork, posted: Posted) -> datetime | None:
    """Return when somebody was told; None without a time of day, since a day alone proves little."""
    day = posted.day("told_on", uow.today - _LOOK_BACK, uow.today)
    clock: time | None = posted.clock("told_time")
    if clock is None:
        return None
    at = datetime.combine(day or uow.today, clock, tzinfo=uow.zone)
    if at > uow.now + _CLOCKS_DIFFER:
        posted.note(Problem("told_time", "Tiden har inte varit än. Skriv när du berättade.", "in_the_future"))
    return at


def _record(
    uow: UnitOfWork, visit: Visit, concern_id: UUID, *, words: str, question: str, told: str, told_at: datetime | None
) -> UrgentConcern:
    concern = UrgentConcern(
        id=concern_id,
        visit_id=visit.id,
        child_id=visit.child_id,
        words=words,
        question=question,
        told=told,
        told_at=told_at,
        created_at=uow.now,
        created_by=uow.actor.id,
    )
    uow.add(concern)
    raise_by_hand(uow, visit, f"urgent:{concern_id}", Level.ESCALATE, words)
    return concern


def _complete(
    uow: UnitOfWork, visit: Visit, concern: UrgentConcern, told: str, told_at: datetime | None, *, before: str
) -> None:
    if concern.told not in {told, before} and concern.told not in told:
        told = f"{concern.told}\n{told}"  # somebody else wrote meanwhile: keep both
    if (told, told_at or concern.told_at) == (concern.told, concern.told_at):
        return
    concern.told, concern.told_at = told, told_at or concern.told_at
    flag = next((each for each in visit.flags if each.subject == f"urgent:{concern.id}"), None)
    if flag:
        note_on(uow, flag, "noted", told)


def _on_call(uow: UnitOfWork, organisation_id: UUID) -> tuple[PhoneNumber, ...]:
    setting = uow.first(
        select(Setting)
        .where(Setting.organisation_id == organisation_id, Setting.key == ON_CALL, Setting.valid_from <= uow.today)
        .order_by(Setting.valid_from.desc())
        .limit(1)
    )
    rows = setting.value if setting and isinstance(setting.value, list) else []
    given = [row for row in rows if isinstance(row, dict) and row.get("phone")]
    return tuple(PhoneNumber(str(row.get("name", "")), str(row["phone"])) for row in given)


def _lead(uow: UnitOfWork, team_id: UUID) -> PhoneNumber | None:
    """The team's deputy today, for then its lead is away; its lead when there is none, or none with a number."""
    deputies = select(Mandate.user_id).where(
        Mandate.team_id == team_id, Mandate.kind == DEPUTY, Mandate.in_force(uow.today)
    )
    own = and_(User.team_id == team_id, User.role == Role.TEAM_LEAD.value)
    leads = select(User).where(or_(own, User.id.in_(deputies)), User.active)
    place = case((own, 1), (User.phone != "", 0), else_=2)
    lead = uow.first(leads.order_by(place, User.name).limit(1))
    return PhoneNumber(lead.name, lead.phone) if lead else None
