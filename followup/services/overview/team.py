"""Beside the lead's queue: numbers that each open a list. Made by assignment, deadline and codes in clear.

Every list is made in the same way: which children it is about and in which order (team_found.py), then one page of it,
for which names and the few words that go with it are opened. None of it ranks caseworkers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import load_only

from followup.domain.errors import NotFound
from followup.services.flags.people_around import responsible
from followup.services.overview import team_facts as facts
from followup.services.overview.team_facts import Team
from followup.services.overview.team_found import ALL_LISTS, LISTS, SOON_GROUPS, Found, is_late
from followup.store.tables import Action, Child, FosterHome, PlacementCheck, User, Visit
from followup.store.unit_of_work import UnitOfWork

PAGE_SIZE = 50


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


_WORDS: Mapping[str, tuple[Any, Any]] = {
    "why": (PlacementCheck, PlacementCheck.next_step),
    "private": (Visit, Visit.private_reason),
    "promises": (Action, Action.what),
}
"""The words that go with the lines of a list: what is planned, why there was no talk in private, what was promised."""


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
            sum(is_late(team.dues[child]) for child in children if child in team.dues),
            sum(team.dues[child].group in SOON_GROUPS for child in children if child in team.dues),
            sum(each.child_id in set(children) for each in team.unfiled),
        )
        for user_id, children in of.items()
    ]
    return sorted(found, key=lambda load: load.name)
