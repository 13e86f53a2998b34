"""A child's ledger: everything that was promised or agreed, how it went, and when the child was told.

What was agreed is never reworded here (a signed visit is frozen); what came of it is written down whenever it is known,
also between visits and by whoever has taken over the child.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy.orm import load_only

from followup.domain.errors import NotFound, Problem, translatable
from followup.services.flags.people_around import handed_on, keeper, responsible_for
from followup.services.visit.posted import Fields, Posted, tidied
from followup.services.visit.preparing import ACTION_STATES
from followup.store.tables import Action, Child, Visit
from followup.store.unit_of_work import UnitOfWork

PAGE_SIZE = 20
STANDINGS = ("overdue", "open", "not_done", "done")
"""How an agreement stands, in the order of the page: late, still to be done, came to nothing, done."""

UNTOLD = "untold"
"""Settled, and the child has not been told: a list that cuts across the standings."""

_A_CENTURY = timedelta(days=36525)
_NOON = time(12)


@dataclass(frozen=True)
class Entry:
    """A line of the ledger.

    agreed_on: the day of the visit where it was agreed; told_on: when the child was told. now: who keeps it today,
    where that is somebody else than whom it names.
    """

    action: Action
    standing: str
    agreed_on: date | None
    told_on: date | None
    now: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What is stored of how it went, as the form posts it."""
        return settled_fields(self.action, self.told_on)

    @property
    def mark(self) -> str:
        """Names the version that a form is made from."""
        return _mark(self.fields)


@dataclass(frozen=True)
class Ledger:
    """A page of the ledger. counts: promises and actions by standing, and how many the child hasn't been told of."""

    child: Child
    entries: Sequence[Entry]
    counts: Mapping[str, int]
    only: str
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return last_page(self.total)


def ledger(uow: UnitOfWork, child_id: UUID, only: str = "", page: int = 1) -> Ledger:
    """Gather a page. only: one of STANDINGS or UNTOLD, "" for all; `page` counts from 1. Raises NotFound."""
    if only not in {"", UNTOLD, *STANDINGS}:
        raise NotFound
    named = load_only(Child.name, Child.protected_identity)
    child = uow.one(uow.reachable(Child).where(Child.id == child_id).options(named))
    standing = _standing(uow.today)
    of_child = uow.reachable(Action).where(Action.child_id == child_id)
    rows = uow.rows(
        of_child.group_by(standing).with_only_columns(standing, func.count(), func.sum(case((_untold(), 1), else_=0)))
    )
    counts = {code: number for code, number, _ in rows}
    counts[UNTOLD] = int(sum(untold for _, _, untold in rows))
    total = counts.get(only, 0) if only else sum(counts.get(code, 0) for code in STANDINGS)
    page = min(max(page, 1), last_page(total))
    return Ledger(child, _entries(uow, child_id, only, page), counts, only, total, page)


def settle(uow: UnitOfWork, action_id: UUID, fields: Fields, mark: str) -> Action:
    """Write down how an agreement went. fields: `state`, `done_on`, `outcome`, `told_on`; one left out stays as it is.

    mark: of the version that the form was made from; the same values once more change nothing.
    Raises NotFound, and InvalidInput for what can't be kept or was changed by somebody else meanwhile.
    """
    action = uow.one(uow.reachable(Action).where(Action.id == action_id).with_for_update())
    stored = settled_fields(action, _told_on(uow, action))
    posted = {name: value for name, value in tidied(fields).items() if name in stored}
    if all(stored[name] == value for name, value in posted.items()):
        return action
    reading = Posted(posted, over=stored)
    state = reading.choice("state", ACTION_STATES) or "open"
    done_on = reading.day("done_on", uow.today - _A_CENTURY, uow.today)
    told_on = reading.day("told_on", uow.today - _A_CENTURY, uow.today)
    outcome = reading.text("outcome")
    if mark != _mark(stored):
        message = translatable("Någon annan har ändrat det här medan du skrev. Läs hur det står nu, och spara igen.")
        reading.note(Problem("outcome", message, "changed_meanwhile"))
    reading.check()
    action.state, action.outcome = state, outcome
    action.done_on = None if state == "open" else done_on or uow.today
    if told_on != _told_on(uow, action):
        action.told_child_at = _moment(uow, told_on) if told_on else None
    return action


def settled_fields(action: Action, told_on: date | None) -> dict[str, str]:
    """What is stored of how an agreement went, as its form posts it."""
    return {
        "state": action.state,
        "done_on": action.done_on.isoformat() if action.done_on else "",
        "outcome": action.outcome,
        "told_on": told_on.isoformat() if told_on else "",
    }


def last_page(total: int) -> int:
    """Number the last page of so many lines; there is always one."""
    return max(1, -(-total // PAGE_SIZE))


def _entries(uow: UnitOfWork, child_id: UUID, only: str, page: int) -> list[Entry]:
    standing = _standing(uow.today)
    rank = case({code: place for place, code in enumerate(STANDINGS)}, value=standing)
    conditions: list[ColumnElement[bool]] = [Action.child_id == child_id]
    if only:
        conditions.append(_untold() if only == UNTOLD else standing == only)
    rows: Sequence[Any] = uow.rows(
        uow.reachable(Action)
        .outerjoin(Visit, Visit.id == Action.visit_id)
        .where(*conditions)
        .order_by(
            case((rank < STANDINGS.index("not_done"), 0), else_=1),  # what is settled goes by its day, whichever way
            case((Action.state == "open", Action.due)).is_(None),
            case((Action.state == "open", Action.due)),
            Action.done_on.is_(None),
            Action.done_on.desc(),
            Action.id,
        )
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .add_columns(standing, Visit.planned_at)
    )
    today, handed = responsible_for(uow, child_id), handed_on(uow, [row[0] for row in rows])
    return [
        Entry(
            action,
            code,
            uow.day_of(agreed_at) if agreed_at else None,
            _told_on(uow, action),
            keeper(action, handed, today),
        )
        for action, code, agreed_at in rows
    ]


def _standing(today: date) -> ColumnElement[str]:
    late = and_(Action.state == "open", Action.due < today)
    return case((late, "overdue"), else_=Action.state)


def _untold() -> ColumnElement[bool]:
    settled = or_(Action.state == "done", Action.state == "not_done")
    return and_(Action.kind == "promise", settled, Action.told_child_at.is_(None))


def _told_on(uow: UnitOfWork, action: Action) -> date | None:
    return uow.day_of(action.told_child_at) if action.told_child_at else None


def _moment(uow: UnitOfWork, day: date) -> datetime:
    """The moment kept for a day: now for today, else noon, which is the same day in every season."""
    return uow.now if day == uow.today else datetime.combine(day, _NOON, uow.zone)


def _mark(fields: Fields) -> str:
    joined = "\x1f".join(fields[name] for name in sorted(fields))
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
