"""The lists beside the lead's queue, in clear: which children each is about, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from followup.services.overview import team_facts as facts
from followup.services.overview.due import Due
from followup.services.overview.team_facts import Team
from followup.store.tables import Action
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Found:
    """One line of a list, in clear. on: the day it counts from; number: how many days, visits or children.

    row: the action, check or visit whose words the page opens; home: a foster home's, for siblings.
    """

    child_id: UUID
    on: date | None = None
    number: int = 0
    code: str = ""
    next_on: date | None = None
    row: UUID | None = None
    home: UUID | None = None
    also: tuple[UUID, ...] = ()


def _overdue(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Visits that should have been made; the latest first. code: why the last one was called off."""
    late = [(child_id, due) for child_id, due in team.dues.items() if is_late(due)]
    found = [
        Found(
            child_id,
            on=due.late_since or due.on,
            number=(team.today - (due.late_since or due.on or team.today)).days,
            code=(due.cancelled.cancelled_because or "") if due.cancelled else "",
            next_on=team.day_of(due.visit.planned_at) if due.visit else None,
        )
        for child_id, due in late
    ]
    return sorted(found, key=lambda each: (each.on or team.today, str(each.child_id)))


def is_late(due: Due) -> bool:
    """Whether a visit should have been made by now, booked since or not."""
    return due.group == "overdue" or due.late_since is not None


def _why(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Children who don't know why they live where they live, or take the blame; the longest first.

    on: since when, number: at how many visits in a row; 0 when it has never been talked about.
    """
    found = []
    for child_id in team.placed:
        run = team.unsettled_since(child_id)
        if run is not None:
            found.append(
                Found(
                    child_id,
                    on=run.since,
                    number=run.visits,
                    code=f"{run.understanding or ''}:{run.self_blame or ''}",
                    next_on=team.next_visit(child_id),
                    row=run.check_id,
                )
            )
    return sorted(found, key=lambda each: (-each.number, each.on or team.today, str(each.child_id)))


def _not_alone(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Children who were not talked with in private at their last visit."""
    found = [
        Found(child_id, on=team.day_of(last.planned_at), next_on=team.next_visit(child_id), row=last.id)
        for child_id, last in team.last_done.items()
        if last.private_talk == "no" and child_id in team.placed
    ]
    return sorted(found, key=lambda each: (each.on or team.today, str(each.child_id)))


def _promises(uow: UnitOfWork, team: Team) -> list[Found]:
    """Promises to children that should have been kept by now."""
    late = uow.rows(
        uow.reachable(Action)
        .where(Action.kind == "promise", Action.state == "open", Action.due < team.today)
        .order_by(Action.due, Action.id)
        .with_only_columns(Action.child_id, Action.due, Action.id)
    )
    return [
        Found(child_id, on=due, number=(team.today - due).days if due else 0, row=action_id)
        for child_id, due, action_id in late
    ]


def _unfiled(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Signed visits that are not in the case file yet; the oldest first."""
    found = [
        Found(each.child_id, on=team.day_of(each.planned_at), number=team.days_since(each), row=each.id)
        for each in team.unfiled
    ]
    return sorted(found, key=lambda each: (each.on or team.today, str(each.row)))


def _new_caseworker(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Children who have another caseworker than at their last visit, and have not been visited since."""
    found = []
    for child_id, last in team.last_done.items():
        since = team.responsible_since.get(child_id)
        if since and since[0] != last.caseworker_id and since[1] > team.day_of(last.planned_at):
            found.append(Found(child_id, on=since[1], next_on=team.next_visit(child_id)))
    return sorted(found, key=lambda each: (each.on or team.today, str(each.child_id)))


def _nobody(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Children for whom nobody answers who can sign in; those who are visited next first."""
    left = [child_id for child_id in team.placed if child_id not in team.responsible_since]
    found = [Found(child_id, next_on=team.next_visit(child_id)) for child_id in left]
    return sorted(found, key=lambda each: (each.next_on or date.max, str(each.child_id)))


def _siblings(uow: UnitOfWork, team: Team) -> list[Found]:
    """Homes where several children were low at their last visits. The home's first child stands for it."""
    low = facts.low_children(uow, team)
    homes: dict[UUID, list[UUID]] = {}
    for child_id, _number in sorted(low.items(), key=lambda each: (-each[1], str(each[0]))):
        placed = team.placed.get(child_id)
        if placed and placed.home_id and not placed.protected:
            homes.setdefault(placed.home_id, []).append(child_id)
    found = [
        Found(children[0], number=len(children), home=home, also=tuple(children[1:]))
        for home, children in homes.items()
        if len(children) > 1
    ]
    return sorted(found, key=lambda each: (-each.number, str(each.home)))


LISTS: Mapping[str, Callable[[UnitOfWork, Team], list[Found]]] = {
    "nobody": _nobody,
    "overdue": _overdue,
    "why": _why,
    "private": _not_alone,
    "promises": _promises,
    "unfiled": _unfiled,
    "new": _new_caseworker,
    "siblings": _siblings,
}
"""The lists by code, in the order of the page: each a number."""


def _everybody(_uow: UnitOfWork, team: Team) -> list[Found]:
    """All children, by the day of what is due."""
    found = [Found(child_id, on=due.on, next_on=team.next_visit(child_id)) for child_id, due in team.dues.items()]
    return sorted(found, key=lambda each: (each.on or date.max, str(each.child_id)))


def _soon(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Children with a visit today or within two weeks."""
    return [each for each in _everybody(_uow, team) if team.dues[each.child_id].group in SOON_GROUPS]


ALL_LISTS = {**LISTS, "children": _everybody, "soon": _soon}
"""With those that only the caseload opens."""

SOON_GROUPS = frozenset({"today", "soon"})
