"""The lead's desk (“Att granska”): open flags within reach, the most urgent first.

The law lets work lists be made by assignment and deadline (SoLPuL 2001:454 7 a §, förordning 2001:637 15 §): this one
is made for follow-up, is ordered and narrowed by columns in clear, and is never searched by what a child has said.

One page costs as much for ten children as for five thousand. A deadline in working days never overtakes another of the
same level, so the order in which flags were raised is the order in which they are due, and the database does it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from followup.domain.flag_life import ALIVE, OPEN, URGENT
from followup.domain.flags import FORM, Level
from followup.questionnaires import load_all
from followup.services.flags.flag_cards import FlagCard, load_cards
from followup.services.flags.open_flags import TO_FOLLOW_UP, left_to_talk, talked_as
from followup.services.flags.people_around import KEEPERS
from followup.services.flags.whose_turn import others_turn
from followup.services.installation.working_days import working_days
from followup.services.overview.due import DONE
from followup.store.tables import Assignment, Child, Flag, Prompt, Team, User, Visit
from followup.store.unit_of_work import UnitOfWork

PAGE_SIZE = 20
"""Flags on a page: each is read in full."""

GROUPS = ("urgent", "escalate", "follow_up", "talk", "info")
"""In the order of the page: acute worry, raised with the lead, to follow up, left to talk about, to know about."""

MILDER = (Level.TALK, Level.INFO)
"""What asks the lead for no answer."""

MOST_MILDER = 200
"""As many of each milder kind are on the whole desk. Narrowed to one kind, the desk reaches all of it, page by page: so
many more are fetched each time the reader comes to the end of them."""

AGES = (7, 14, 30, 90)
"""Days since a flag was raised at the least: what the page may be narrowed to."""

Conditions = Sequence[ColumnElement[bool]]

_MILDER = 3  # the first of GROUPS that asks for no answer
_OLDEST = (Flag.raised_at, Flag.id)
_NEWEST = (Flag.raised_at.desc(), Flag.id)

WHOLE = "whole"
"""The domain of flags on the whole visit: why the child lives here, blame, private talk."""


@dataclass(frozen=True)
class Filters:
    """What the lead narrows the page to; None: everything. age: at least so many days since it was raised."""

    team: UUID | None = None
    caseworker: UUID | None = None
    level: str | None = None
    domain: str | None = None
    age: int | None = None

    @property
    def any(self) -> bool:
        """Whether the page is narrowed at all."""
        return self != Filters()


@dataclass(frozen=True)
class Desk:
    """A page of the queue.

    counts: how many there are in each group. capped: the groups of which only the newest are here. more: whether there
    may be older ones on later pages, not counted. waiting: how many wait for the lead to do something, filters or not.
    teams, caseworkers: (id, name) to narrow the page by.
    """

    cards: Sequence[FlagCard]
    counts: Mapping[str, int]
    capped: Collection[str]
    more: bool
    waiting: int
    page: int
    filters: Filters
    teams: Sequence[tuple[UUID, str]]
    caseworkers: Sequence[tuple[UUID, str]]

    @property
    def total(self) -> int:
        """How many flags there are in all."""
        return sum(self.counts.values())

    @property
    def pages(self) -> int:
        """How many pages there are, as far as is known; at least one."""
        return last_page(self.total) + self.more


def desk(uow: UnitOfWork, filters: Filters, page: int = 1) -> Desk:
    """Gather a page; `page` counts from 1, and one past the last shows the last."""
    narrowed, workdays = _narrowed(uow, filters), working_days(uow)
    turn = partial(others_turn, uow, workdays)
    graver = _Graver(uow, narrowed, turn())
    kinds = [level for level in MILDER if level == filters.level] or MILDER
    one_kind = len(kinds) == 1
    most = MOST_MILDER * (1 + (max(page, 1) - 1) * PAGE_SIZE // MOST_MILDER) if one_kind else MOST_MILDER
    milder = _Milder(uow, _milder(uow, narrowed), most, kinds)
    found = {**graver.counts, **milder.counts}
    counts = {group: found.get(rank, 0) for rank, group in enumerate(GROUPS)}
    page = min(max(page, 1), last_page(sum(counts.values())))
    first = (page - 1) * PAGE_SIZE
    before = sum(counts[group] for group in GROUPS[:_MILDER])
    of_graver = graver.ids[first : first + PAGE_SIZE]
    left = min(PAGE_SIZE, max(0, first + PAGE_SIZE - before))
    past = max(0, first - before)
    of_milder = milder.ids[past : past + left]
    on_page = or_(Flag.id.in_(of_graver), Flag.id.in_(of_milder))
    teams, caseworkers = _around(uow)
    return Desk(
        cards=load_cards(uow, on_page, workdays, (_rank(), turn(), *(_NEWEST if one_kind else _OLDEST))),
        counts=counts,
        capped=frozenset(level.value for level in MILDER if not one_kind and counts[level.value] == most),
        more=one_kind and sum(counts.values()) == most,
        waiting=graver.waiting,
        page=page,
        filters=filters,
        teams=teams,
        caseworkers=caseworkers,
    )


def count_waiting(uow: UnitOfWork) -> int:
    """Count the graver flags that wait for the lead."""
    turn = others_turn(uow, working_days(uow))
    return uow.rows(_graver(uow, ()).where(turn == 0).with_only_columns(func.count()))[0][0]


def next_waiting(uow: UnitOfWork, other_than: UUID) -> UUID | None:
    """The flag at the top of the queue, other than one."""
    rows = _graver(uow, ()).where(others_turn(uow, working_days(uow)) == 0, Flag.id != other_than)
    return next(
        (row[0] for row in uow.rows(rows.order_by(_rank(), *_OLDEST).limit(1).with_only_columns(Flag.id))), None
    )


def last_page(total: int) -> int:
    """Number the last page of so many flags; there is always one."""
    return max(1, -(-total // PAGE_SIZE))


# --- what is on the desk ---------------------------------------------------------------------------------------------


def _graver(uow: UnitOfWork, narrowed: Conditions) -> Select[*tuple[Any, ...]]:
    """Select flags to follow up and those raised with the lead, until somebody closes them, whatever their age."""
    return uow.reachable(Flag).where(Flag.status.in_(ALIVE), Flag.level.in_(TO_FOLLOW_UP), *narrowed)


def _milder(uow: UnitOfWork, narrowed: Conditions) -> Select[*tuple[Any, ...]]:
    """Select what is left to talk about, and what is good to know, from each child's latest signed visit.

    Once the lead has seen it nothing more is asked of her; the caseworker still has it on the child's page.
    """
    later = aliased(Visit)
    signed_since = exists().where(
        later.child_id == Visit.child_id, later.state.in_(DONE), later.planned_at > Visit.planned_at
    )
    return (
        uow.reachable(Flag)
        .join(Visit, Visit.id == Flag.visit_id)
        .outerjoin(Prompt, and_(Prompt.visit_id == Flag.visit_id, Prompt.subject == talked_as()))
        .where(
            Flag.status == OPEN,
            or_(Flag.level == Level.INFO.value, and_(Flag.level == Level.TALK.value, left_to_talk())),
            Visit.state.in_(DONE),
            not_(signed_since),
            *narrowed,
        )
    )


def _rank() -> ColumnElement[int]:
    return case(
        (and_(Flag.level == Level.ESCALATE.value, Flag.subject.startswith(URGENT)), 0),
        (Flag.level == Level.ESCALATE.value, 1),
        (Flag.level == Level.FOLLOW_UP.value, 2),
        (Flag.level == Level.TALK.value, 3),
        else_=4,
    )


def _narrowed(uow: UnitOfWork, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.team:
        found.append(Flag.child_id.in_(select(Child.id).where(Child.team_id == filters.team)))
    if filters.caseworker:
        followed = Assignment.user_id == filters.caseworker, Assignment.role == "responsible"
        found.append(Flag.child_id.in_(select(Assignment.child_id).where(*followed, Assignment.in_force(uow.today))))
    if filters.level:
        found.append(Flag.level == filters.level)
    if filters.domain:
        found.append(_in_domain(filters.domain))
    if filters.age:
        found.append(Flag.raised_at <= uow.now - timedelta(days=filters.age))
    return found


def _in_domain(domain: str) -> ColumnElement[bool]:
    if domain == WHOLE:
        return Flag.subject == FORM
    items = {item.id for form in load_all().forms.values() for item in form.items if item.domain == domain}
    return or_(Flag.subject.in_(items), Flag.subject.in_({f"manual:{item}" for item in items}))


# --- reading --------------------------------------------------------------------------------------------------------


class _Graver:
    """What asks for an answer, in the order of the page: counts by rank, and how many wait for the lead.

    Whose turn it is is worked out for each anyway, so each is fetched once, as codes and ids, and counted and cut here.
    The filters narrow what is shown, not what waits.
    """

    def __init__(self, uow: UnitOfWork, narrowed: Conditions, turn: ColumnElement[int]) -> None:
        shown = case((and_(*narrowed), 1), else_=0) if narrowed else literal(1)
        rank = _rank()
        rows = _graver(uow, ()).order_by(rank, turn, *_OLDEST).with_only_columns(rank, turn, shown, Flag.id)
        found = uow.rows(rows)
        self.waiting = sum(1 - others for _rank, others, _shown, _id in found)
        self.counts = Counter(place for place, _others, is_shown, _id in found if is_shown)
        self.ids = [flag_id for _rank, _others, is_shown, flag_id in found if is_shown]


class _Milder:
    """What asks for no answer: the newest of each kind, how many they are (`counts`, by rank) and their `ids` in order.

    As many as anybody reads, since a longer list must cost no more than a short one. Their ids are fetched once, and
    counted and cut by the page. The newest come first in the index too: the older a flag, the likelier that a later
    visit has taken its place.
    """

    def __init__(self, uow: UnitOfWork, rows: Select[*tuple[Any, ...]], most: int, kinds: Sequence[Level]) -> None:
        newest = [
            rows.where(Flag.level == level.value)
            .order_by(*_NEWEST)
            .limit(most)
            .with_only_columns(_rank().label("place"), Flag.raised_at, Flag.id)
            .subquery()
            for level in kinds
        ]
        both = union_all(*(select(each) for each in newest)).subquery()
        by_age = both.c.raised_at.desc() if len(kinds) == 1 else both.c.raised_at
        some = select(both.c.place, both.c.id).order_by(both.c.place, by_age, both.c.id)
        found = uow.rows(some.execution_options(**rows.get_execution_options()))  # each part is within the reach
        self.counts = Counter(place for place, _id in found)
        self.ids = [flag_id for _place, flag_id in found]


def _around(uow: UnitOfWork) -> tuple[Sequence[tuple[UUID, str]], Sequence[tuple[UUID, str]]]:
    """The teams that the actor leads, and the caseworkers in them."""
    rows = uow.rows(
        select(Team.id, Team.name, User.id, User.name)
        .outerjoin(User, and_(User.team_id == Team.id, User.role.in_(KEEPERS), User.active))
        .where(Team.id.in_(uow.reach.team_ids))
        .order_by(Team.name, User.name)
    )
    teams = dict.fromkeys((team_id, name) for team_id, name, _, _ in rows)
    people = dict.fromkeys((user_id, name) for _, _, user_id, name in rows if name)
    return list(teams), list(people)
