"""Who may open whom in the demonstration: somebody is barred, a child was opened in an emergency, another is today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from followup.domain.access import Actor, Role
from followup.services.demo import chance
from followup.services.demo.people import Cast, Kid, Staff
from followup.services.demo.timeline import Timeline
from followup.services.need_to_know import barring, break_glass
from followup.store.tables import BreakGlass, Child
from followup.store.unit_of_work import UnitOfWork

BARRED_AGO: Final = timedelta(days=75)
_JUDGED_ON: Final = 8
"""Day of the last whole month, counted from 0: so it is in that month's sample of the log."""

_BECAUSE: Final = "Bor i samma trappuppgång som barnets mamma. Har sagt det själv."
_AT_NIGHT: Final = (
    "Jouren ringde 21.30. Barnet är hos grannen och vill inte gå hem. Jag har beredskap och behöver veta "
    "vem som kan ta emot i natt."
)
_JUDGED: Final = "Beredskapslistan visar att hon hade jour. Läste bara det hon behövde, och stängde efter en timme."
_THIS_MORNING: Final = (
    "Skolan ringde 7.30: barnet har inte kommit och ingen hemma svarar. Handläggaren är sjuk i dag. "
    "Jag behöver se vem som ska kontaktas."
)


@dataclass(frozen=True)
class _Emergency:
    kid: Kid
    who: Staff


def guard(timeline: Timeline, people: Cast, today: date, zone: ZoneInfo) -> None:
    """Put on the timeline what was decided and opened, as far as there are people for it."""
    told = [kid for kid in people.kids if not kid.story.plain]
    _bar(timeline, people, told, today, zone)
    at_night = next(_emergencies(people, [kid for kid in told if kid.story.protected]), None)
    if at_night:
        month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        _judged(timeline, people, at_night, month + timedelta(days=_JUDGED_ON), zone)
        team = [kid for kid in told if kid.lead is at_night.kid.lead and not kid.story.protected]
        found = list(_emergencies(people, team))
        if found:
            _still_open(timeline, found[-1], today, zone)


def _emergencies(people: Cast, kids: list[Kid]) -> Iterator[_Emergency]:
    """Yield children with a caseworker of another team."""
    for kid in kids:
        others = (each for each in people.staff.values() if each.actor.role is Role.CASEWORKER)
        who = next((each for each in others if each.team != kid.worker.team), None)
        if who:
            yield _Emergency(kid, who)


def _bar(timeline: Timeline, people: Cast, told: list[Kid], today: date, zone: ZoneInfo) -> None:
    """Let a lead bar a colleague from a child that somebody else in the team follows."""
    for kid in told[1:]:
        others = (each for each in people.staff.values() if each.team == kid.worker.team and each is not kid.worker)
        colleague = next((each for each in others if each.actor.role is Role.CASEWORKER), None)
        on = chance.workday_from(today - BARRED_AGO)
        if colleague and not kid.story.protected and kid.placed < on:
            fields = {"barred": str(colleague.actor.id), "kind": "neighbour", "because": _BECAUSE}
            deed = partial(barring.bar, child_id=kid.id, fields=fields)
            timeline.add(chance.at(on, time(9, 12), zone), kid.lead.actor, deed)
            return


def _judged(timeline: Timeline, people: Cast, found: _Emergency, on: date, zone: ZoneInfo) -> None:
    if found.kid.placed >= on:
        return
    _open(timeline, found, on, time(21, 48), _AT_NIGHT, zone)
    timeline.add(chance.at(on, time(22, 51), zone), found.who.actor, partial(_latest, found=found, do=_close))
    after = chance.workday_from(on + timedelta(days=1))
    seen = partial(_latest, found=found, do=_see)
    timeline.add(chance.at(after, time(8, 14), zone), found.kid.lead.actor, seen)
    reviewer = _reviewer(people)
    if reviewer:
        judged = partial(_latest, found=found, do=_review)
        timeline.add(chance.at(after, time(10, 32), zone), reviewer, judged)


def _still_open(timeline: Timeline, found: _Emergency, today: date, zone: ZoneInfo) -> None:
    _open(timeline, found, today, time(7, 41), _THIS_MORNING, zone)


def _open(timeline: Timeline, found: _Emergency, on: date, at: time, reason: str, zone: ZoneInfo) -> None:
    fields = {"number": found.kid.case_number, "reason": reason, "sure": "1"}
    when = chance.at(on, at, zone)
    timeline.add(when, found.who.actor, partial(break_glass.break_glass, fields=fields))
    for minutes in (1, 6):
        look = partial(_look, child=found.kid)
        timeline.add(when + timedelta(minutes=minutes), found.who.actor, look)


def _look(uow: UnitOfWork, *, child: Kid) -> None:
    uow.first(uow.reachable(Child).where(Child.id == child.id))


def _latest(uow: UnitOfWork, *, found: _Emergency, do: Callable[[UnitOfWork, BreakGlass], object]) -> None:
    mine = select(BreakGlass).where(BreakGlass.child_id == found.kid.id, BreakGlass.user_id == found.who.actor.id)
    row = uow.first(mine.order_by(BreakGlass.opened_at.desc()).limit(1))
    if row:
        do(uow, row)


def _close(uow: UnitOfWork, row: BreakGlass) -> object:
    return break_glass.close(uow, row.id)


def _see(uow: UnitOfWork, row: BreakGlass) -> object:
    return break_glass.see(uow, row.id)


def _review(uow: UnitOfWork, row: BreakGlass) -> object:
    return break_glass.review(uow, row.id, {"finding": "justified", "note": _JUDGED})


def _reviewer(people: Cast) -> Actor | None:
    return next((each.actor for each in people.staff.values() if each.actor.role is Role.LOG_REVIEWER), None)
