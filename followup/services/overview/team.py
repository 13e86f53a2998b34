"""Beside the lead's queue: numbers that each open a list. Made by assignment, deadline and codes in clear.

Every list is made in the same way: which children it is about and in which order (a `Found` each), then one page of it,
for which names and the few words that go with it are opened. None of it ranks caseworkers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import load_only

from followup.domain.errors import NotFound
from followup.services.flags.people_around import responsible
from followup.services.overview import team_facts as facts
from followup.services.overview.due import Due
from followup.services.overview.team_facts import Team
from followup.store.tables import Action, Child, FosterHome, PlacementCheck, User, Visit
from followup.store.unit_of_work import UnitOfWork

PAGE_SIZE = 50


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


@dataclass(frozen=True)
class Line:
    """A line with what the page opens: the child, who answers for it, words, a home's name, the others in it."""

    found: Found
    child: Child
    responsible: User | None
    words: str = ""
    home: str = ""
    others: Sequence[Child] = ()


@dataclass(frozen=True)
class ListPage:
    """A page of a list. code: of LISTS. caseworker: whose children it is narrowed to, None for everybody's."""

    code: str
    caseworker: User | None
    lines: Sequence[Line]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return last_page(self.total)


@dataclass(frozen=True)
class Load:
    """What one caseworker has. children: how many; overdue, soon: visits; unfiled: signed, and not in the case file."""

    user_id: UUID
    name: str
    children: int
    overdue: int
    soon: int
    unfiled: int


@dataclass(frozen=True)
class TeamPage:
    """The numbers, by the code of their list, and the caseload."""

    children: int
    numbers: Mapping[str, int]
    loads: Sequence[Load]


def team_page(uow: UnitOfWork) -> TeamPage:
    """Gather the numbers."""
    team = facts.gather(uow)
    numbers = {code: len(make(uow, team)) for code, make in LISTS.items()}
    return TeamPage(len(team.placed), numbers, _loads(uow, team))


def team_list(uow: UnitOfWork, code: str, page: int = 1, caseworker: UUID | None = None) -> ListPage:
    """Gather a page of a list; `page` counts from 1, and one past the last shows the last.

    caseworker: of whose children; to share the work out, as the caseload does. Raises NotFound.
    """
    if code not in ALL_LISTS:
        raise NotFound
    team = facts.gather(uow)
    found = ALL_LISTS[code](uow, team)
    whose = _caseworker(uow, team, caseworker) if caseworker else None
    if whose:
        found = [each for each in found if team.responsible_since.get(each.child_id, (None,))[0] == whose.id]
    page = min(max(page, 1), last_page(len(found)))
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return ListPage(code, whose, _opened(uow, code, shown), len(found), page)


def last_page(total: int) -> int:
    """Number the last page of so many lines; there is always one."""
    return max(1, -(-total // PAGE_SIZE))


# --- the lists --------------------------------------------------------------------------------------------------------


def _overdue(_uow: UnitOfWork, team: Team) -> list[Found]:
    """Visits that should have been made; the latest first. code: why the last one was called off."""
    late = [(child_id, due) for child_id, due in team.dues.items() if _is_late(due)]
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


def _is_late(due: Due) -> bool:
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


_WORDS: Mapping[str, tuple[Any, Any]] = {
    "why": (PlacementCheck, PlacementCheck.next_step),
    "private": (Visit, Visit.private_reason),
    "promises": (Action, Action.what),
}
"""The words that go with the lines of a list: what is planned, why there was no talk in private, what was promised."""


# --- opening ----------------------------------------------------------------------------------------------------------


def _opened(uow: UnitOfWork, code: str, shown: Sequence[Found]) -> list[Line]:
    ids = {each for found in shown for each in (found.child_id, *found.also)}
    children = _children(uow, ids)
    who = responsible(uow, ids)
    words = _words(uow, code, {found.row for found in shown if found.row})
    homes = _homes(uow, {found.home for found in shown if found.home})
    return [
        Line(
            found,
            children[found.child_id],
            who.get(found.child_id),
            words.get(found.row, "") if found.row else "",
            homes.get(found.home, "") if found.home else "",
            [children[each] for each in found.also],
        )
        for found in shown
    ]


def _children(uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, Child]:
    only = load_only(Child.name, Child.birth_date, Child.protected_identity)
    return {child.id: child for child in uow.all(uow.reachable(Child).where(Child.id.in_(ids)).options(only))}


def _homes(uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, str]:
    if not ids:
        return {}
    only = load_only(FosterHome.name)
    return {
        home.id: home.name for home in uow.all(uow.reachable(FosterHome).where(FosterHome.id.in_(ids)).options(only))
    }


def _words(uow: UnitOfWork, code: str, ids: Collection[UUID]) -> Mapping[UUID, str]:
    if code not in _WORDS:
        return {}
    entity, column = _WORDS[code]
    rows = uow.rows(uow.reachable(entity).where(entity.id.in_(ids)).with_only_columns(entity.id, column))
    return {row_id: words for row_id, words in rows}  # noqa: C416 - rows are no pairs to the type checker


def _caseworker(uow: UnitOfWork, team: Team, user_id: UUID) -> User:
    """Fetch somebody who answers for a child within reach. Raises NotFound."""
    if user_id not in {who for who, _since in team.responsible_since.values()}:
        raise NotFound
    return uow.one(select(User).where(User.id == user_id).options(load_only(User.name)))


def _loads(uow: UnitOfWork, team: Team) -> list[Load]:
    """What each caseworker answers for, by name. Children reached by grant alone count with those who follow them."""
    of: dict[UUID, list[UUID]] = {}
    for child_id, (user_id, _since) in team.responsible_since.items():
        of.setdefault(user_id, []).append(child_id)
    names = {user.id: user.name for user in uow.all(select(User).where(User.id.in_(of)).options(load_only(User.name)))}
    found = [
        Load(
            user_id,
            names[user_id],
            len(children),
            sum(_is_late(team.dues[child]) for child in children if child in team.dues),
            sum(team.dues[child].group in SOON_GROUPS for child in children if child in team.dues),
            sum(each.child_id in set(children) for each in team.unfiled),
        )
        for user_id, children in of.items()
    ]
    return sorted(found, key=lambda load: load.name)
