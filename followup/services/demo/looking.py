"""What the demonstration's log holds beside the visits, and its review: two months are signed, the last one waits.

In each month everybody opens the children they follow, as one does. In the last one there is something to find: a user
who lives in a child's street, a reading on a Saturday night, and tries that were refused.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from followup.domain.access import Actor, Role
from followup.services.demo import chance
from followup.services.demo.people import Cast, Kid, Staff, made_id
from followup.services.demo.timeline import Timeline
from followup.services.log_review import reviewing, selecting
from followup.store.opening import Store
from followup.store.tables import Child, LogSample, StaffAddress
from followup.store.unit_of_work import UnitOfWork

MONTHS: Final = 3
_REFUSED: Final = 6
_SATURDAY: Final = 6
_ASKED: Final = "Varför öppnades ärendet den dagen? Fråga gruppledaren."
_ANSWER: Final = "Vikarierade för en kollega som var sjuk. Gruppledaren visste om det."


class _Plan(Protocol):
    @property
    def today(self) -> date: ...
    @property
    def seed(self) -> int: ...


def look(timeline: Timeline, people: Cast, plan: _Plan, zone: ZoneInfo) -> None:
    """Let everybody open the children they follow, and some what they should be asked about."""
    told = [kid for kid in people.kids if not kid.story.plain]
    firsts = _firsts(plan.today)
    for kid in told:
        luck = chance.dice(plan.seed, "looks", kid.story.name)
        for first in firsts:
            for day in sorted(luck.sample(range(25), 3)):
                when = chance.at(chance.workday_from(first + timedelta(days=day)), time(luck.randint(8, 15), 20), zone)
                if first <= when.date() < plan.today and when.date() >= kid.placed:
                    timeline.add(when, kid.worker.actor, partial(_open, child_id=kid.id))
    _worth_a_question(timeline, people, firsts[-1], zone)


def review(store: Store, people: Cast, today: date) -> None:
    """Let the log reviewer draw the last months' samples; all but the newest are judged and signed."""
    reviewer = next((each for each in people.staff.values() if each.actor.role is Role.LOG_REVIEWER), None)
    if reviewer is None:
        return
    firsts = _firsts(today)
    for place, first in enumerate(firsts):
        after = firsts[place + 1] if place + 1 < len(firsts) else today.replace(day=1)
        now = chance.at(after, time(8, 10), store.zone)
        with store.unit(reviewer.actor, now=now, request_id="demo") as uow:
            if first not in selecting.months(uow):
                continue
            if first == firsts[-1]:
                _live(uow, _found_by(people, first))
            review_id = selecting.select_month(uow, first).id
        if after < today.replace(day=1):
            _judge(store, reviewer.actor, review_id, now + timedelta(days=2))


def _firsts(today: date) -> list[date]:
    """Return the first days of the last whole months, the oldest first."""
    found, month = [], today.replace(day=1)
    for _ in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        found.append(month)
    return found[::-1]


def _worth_a_question(timeline: Timeline, people: Cast, first: date, zone: ZoneInfo) -> None:
    neighbour = _found_by(people, first)
    if neighbour is None:
        return
    night = first + timedelta(days=(_SATURDAY - first.isoweekday()) % 7 + 7)
    timeline.add(chance.at(night, time(22, 41), zone), neighbour.lead.actor, partial(_open, child_id=neighbour.id))
    curious = next((each for each in people.staff.values() if _elsewhere(each, neighbour)), None)
    if curious:
        day = chance.workday_from(first + timedelta(days=11))
        for minute in range(_REFUSED):
            timeline.add(
                chance.at(day, time(16, 5 + minute), zone), curious.actor, partial(_knock, child_id=neighbour.id)
            )


def _elsewhere(person: Staff, kid: Kid) -> bool:
    return person.actor.role is Role.CASEWORKER and person.team != kid.worker.team


def _open(uow: UnitOfWork, *, child_id: UUID) -> None:
    uow.first(uow.reachable(Child).where(Child.id == child_id))


def _knock(uow: UnitOfWork, *, child_id: UUID) -> None:
    uow.note("denied", page="children.child", arguments={"child_id": str(child_id)})


def _found_by(people: Cast, first: date) -> Kid | None:
    """The child about whom there is something to find; its caseworker lives in its street."""
    told = [kid for kid in people.kids if not kid.story.plain and not kid.story.protected and kid.placed < first]
    return next(reversed(told), None)


def _live(uow: UnitOfWork, kid: Kid | None) -> None:
    """Keep where a caseworker lives: in the street of a child that she follows."""
    if kid is None or kid.worker.actor.id is None:
        return
    street = kid.home.address.rstrip("0123456789 ")
    uow.add(
        StaffAddress(
            id=made_id(0, "address", kid.worker.user_name), user_id=kid.worker.actor.id, address=f"{street} 17"
        )
    )
    uow.flush()


def _judge(store: Store, actor: Actor, review_id: UUID, now: datetime) -> None:
    with store.unit(actor, now=now, request_id="demo") as uow:
        samples = uow.all(select(LogSample).where(LogSample.review_id == review_id).order_by(LogSample.place))
        for place, sample in enumerate(samples):
            reviewing.judge(uow, sample.id, "in_order" if place else "ask", "" if place else _ASKED)
    with store.unit(actor, now=now + timedelta(hours=1), request_id="demo") as uow:
        for sample in samples[:1]:
            reviewing.add_outcome(uow, sample.id, _ANSWER, closes=True)
        reviewing.sign(uow, review_id, "")
