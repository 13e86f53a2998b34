"""Deadlines of many children at once: what presses now, the earliest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import load_only

from followup.deadlines import rule_book
from followup.domain.deadlines import Deadline, deadlines_of
from followup.services.overview.deadline_facts import CALENDAR, Life, Seen, facts, happened, lives_of, seen_at_visits
from followup.services.record.filing import PAGE_SIZE, last_page
from followup.store.tables import Child
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Pressing:
    """A deadline that is overdue or soon will be."""

    child_id: UUID
    deadline: Deadline


@dataclass(frozen=True)
class PressingPage:
    """A page of the whole list, and the children on it."""

    rows: Sequence[tuple[Child, Deadline]]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return last_page(self.total)


def pressing(uow: UnitOfWork, lives: Mapping[UUID, Life], seen: Mapping[UUID, Seen] | None = None) -> list[Pressing]:
    """List what presses for these children, who are all within reach; three statements, whatever their number.

    seen: what visits tell of them, where the caller has looked already; then it is one statement.
    """
    milestones = happened(uow)
    if seen is None:
        seen = seen_at_visits(uow)
    found = [
        Pressing(child_id, deadline)
        for child_id, life in lives.items()
        for deadline in deadlines_of(
            facts(life, milestones.get(child_id, ()), seen.get(child_id)), rule_book().rules, uow.today, CALENDAR
        )
        if deadline.pressing
    ]
    return sorted(found, key=lambda each: (*each.deadline.place[1:], each.child_id.bytes))


def pressing_page(uow: UnitOfWork, page: int = 1) -> PressingPage:
    """Return a page of all that presses; `page` counts from 1, and one past the last shows the last."""
    found = pressing(uow, lives_of(uow))
    page = min(max(page, 1), last_page(len(found)))
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    children = uow.all(
        uow.reachable(Child)
        .where(Child.id.in_({each.child_id for each in shown}))
        .options(load_only(Child.name, Child.birth_date, Child.protected_identity))
    )
    by_id = {child.id: child for child in children}
    return PressingPage([(by_id[each.child_id], each.deadline) for each in shown], len(found), page)
