"""Mina barn: the children within reach in the order of what is due, their deadlines, and the actor's own promises.

As many statements for a thousand children as for ten. What orders the list stands in clear; names and homes are opened
only for the children on the page, birth dates for all of them, because some deadlines end when a child comes of age.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import load_only

from followup.domain.access import Permission, Role
from followup.domain.deadlines import KINDS, Deadline, current_stay
from followup.domain.errors import NotAllowed
from followup.services.flags.open_flags import counted
from followup.services.installation.account_changes import news_beside
from followup.services.need_to_know.break_glass import unseen_beside
from followup.services.overview.deadline_facts import Life, lives_of, seen_at_visits
from followup.services.overview.deadline_lists import pressing
from followup.services.overview.due import DONE, Due, VisitLine, due_of
from followup.services.record.filing import unfiled_visits
from followup.services.visit.steps import OPEN_STATES
from followup.store.tables import Action, Assignment, Child, FosterHome, Handover, User, Visit
from followup.store.unit_of_work import UnitOfWork

PAGE_SIZE = 50
MOST_DEADLINES = 6
"""As many are on the page; the others are on a page of their own."""
_STILL_SHOWN = timedelta(days=30)  # a kept promise that the child has not been told of yet


@dataclass(frozen=True)
class OpenFlags:
    """How many things a child has open: left to talk about, talked about but to follow up, raised with the lead.

    acute: how many of those raised are acute worries.
    """

    to_talk: int = 0
    to_follow_up: int = 0
    raised: int = 0
    acute: int = 0


@dataclass(frozen=True)
class Check:
    """The latest placement check: codes of understanding and self-blame."""

    understanding: str | None
    self_blame: str | None


@dataclass(frozen=True)
class ChildLine:
    """One child on the thread. home is None for a protected child, and without a placement."""

    child: Child
    due: Due
    flags: OpenFlags
    home: FosterHome | None = None
    check: Check | None = None
    responsible: str = ""


@dataclass(frozen=True)
class Promise:
    """A promise to a child: one that the actor answers for, or a late one of somebody else (not `mine`)."""

    action: Action
    child: Child
    mine: bool


@dataclass(frozen=True)
class Overview:
    """The page. overdue and with_prompts count all children within reach, not only those on the page.

    deadlines: what presses most of them all, whichever page its child is on, and what a law asks for first, since the
    thread of visits stands beside it; all_deadlines: how many there are.
    unfiled: signed visits that wait to be filed; unseen: openings by break-glass that the lead has not seen.
    changed: accounts that somebody else has changed, of which she doesn't know.
    lead_name: the team lead to turn to, looked up only when there are no children to show.
    """

    lines: Sequence[ChildLine]
    promises: Sequence[Promise]
    total: int
    page: int
    overdue: int
    with_prompts: int
    unfiled: int
    unseen: int
    changed: int
    deadlines: Sequence[tuple[Child, Deadline]]
    all_deadlines: int
    lead_name: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Placed:
    """A child in clear: enough to order it, nothing that tells who it is."""

    child_id: UUID
    case_number: str
    protected: bool
    since: date | None
    interval_days: int
    home_id: UUID | None


def overview(uow: UnitOfWork, page: int = 1) -> Overview:
    """Gather the page; `page` counts from 1, and one past the last shows the last."""
    lives = lives_of(uow)
    placed = _placed(lives, uow.today)
    visits = visit_lines(uow)
    dues = {
        child_id: due_of(
            visits[child_id], placed=each.since, interval_days=each.interval_days, today=uow.today, zone=uow.zone
        )
        for child_id, each in placed.items()
    }
    flags = {row[0]: OpenFlags(*row[1:]) for row in uow.rows(counted(uow))}
    order = sorted(placed.values(), key=lambda each: _place(dues[each.child_id], each, uow.now))
    last = max(1, -(-len(order) // PAGE_SIZE))
    page = min(max(page, 1), last)
    shown = order[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    promises = _promises(uow)
    seen = seen_at_visits(uow, visits={child_id: _days(visits[child_id]) for child_id in lives})
    urgent = pressing(uow, lives, seen)
    first = sorted(urgent, key=lambda each: KINDS.index(each.deadline.kind))[:MOST_DEADLINES]
    needed = {each.child_id for each in shown} | {action.child_id for action, _ in promises}
    children = _children(uow, needed | {each.child_id for each in first})
    homes = _homes(uow, {each.home_id for each in shown if each.home_id and not each.protected})
    beside = func.count(), unseen_beside(uow), news_beside(uow)
    ((unfiled, unseen, changed),) = uow.rows(unfiled_visits(uow).with_only_columns(*beside))
    return Overview(
        lines=[
            ChildLine(
                children[each.child_id][0],
                dues[each.child_id],
                flags.get(each.child_id, OpenFlags()),
                None if each.protected or each.home_id is None else homes.get(each.home_id),
                Check(seen[each.child_id].understanding, seen[each.child_id].self_blame),
                children[each.child_id][1],
            )
            for each in shown
        ],
        promises=[Promise(action, children[action.child_id][0], mine) for action, mine in promises],
        total=len(order),
        page=page,
        overdue=sum(due.group == "overdue" for due in dues.values()),
        with_prompts=sum(each.to_talk > 0 for each in flags.values()),
        unfiled=unfiled,
        unseen=unseen,
        changed=changed,
        deadlines=[(children[each.child_id][0], each.deadline) for each in first],
        all_deadlines=len(urgent),
        lead_name="" if order else _lead_name(uow),
    )


def keep_promise(uow: UnitOfWork, action_id: UUID, *, done: bool) -> Action:
    """Tick a promise off as kept today, or open it again. Saying the same twice changes nothing.

    Whoever has taken over a child keeps the promises of the one before. Raises NotFound, and NotAllowed for somebody
    else's promise.
    """
    action = uow.one(uow.reachable(Action).where(Action.id == action_id).with_for_update())
    if action.owner_id != uow.actor.id and not uow.rows(
        uow.reachable(Action).where(Action.id == action_id, _taken_over(uow)).with_only_columns(Action.id)
    ):
        raise NotAllowed
    if done and action.state != "done":
        action.state, action.done_on = "done", uow.today
    elif not done and action.state != "open":
        action.state, action.done_on, action.told_child_at = "open", None, None
    return action


def _place(due: Due, placed: Placed, now: datetime) -> tuple[object, ...]:
    group, on, at = due.place
    return group, on, at or now, placed.case_number


def placed_children(uow: UnitOfWork) -> dict[UUID, Placed]:
    """Every child within reach, with where it lives today."""
    return _placed(lives_of(uow), uow.today)


def _placed(lives: Mapping[UUID, Life], today: date) -> dict[UUID, Placed]:
    found = {}
    for child_id, life in lives.items():
        stay = current_stay(life.stays, today)
        home = (stay.start, stay.visit_interval_days, stay.home_id) if stay else (None, 0, None)
        found[child_id] = Placed(child_id, life.case_number, life.protected, *home)
    return found


def visit_lines(uow: UnitOfWork) -> Mapping[UUID, list[VisitLine]]:
    """All open visits, and each child's latest done and latest cancelled one."""
    kind = case((Visit.state.in_(DONE), "done"), else_=Visit.state)
    place = func.row_number().over(partition_by=(Visit.child_id, kind), order_by=Visit.planned_at.desc())
    ranked = uow.reachable(Visit).with_only_columns(Visit.id, place.label("place")).subquery()
    wanted = or_(Visit.state.in_(OPEN_STATES), ranked.c.place == 1)
    lines: dict[UUID, list[VisitLine]] = defaultdict(list)
    for row in uow.rows(
        uow.reachable(Visit)
        .join(ranked, ranked.c.id == Visit.id)
        .where(wanted)
        .with_only_columns(
            Visit.id,
            Visit.child_id,
            Visit.state,
            Visit.planned_at,
            Visit.saved_at,
            Visit.step,
            Visit.cancelled_because,
            Visit.next_visit_on,
        )
    ):
        lines[row.child_id].append(VisitLine(*tuple(row)))
    return lines


def _promises(uow: UnitOfWork) -> Sequence[tuple[Action, bool]]:
    """What the actor has to keep, and what others should have kept by now to its children; with whether it is own."""
    mine = or_(Action.owner_id == uow.actor.id, _taken_over(uow))
    promised = Action.kind == "promise"
    late = and_(promised, Action.state == "open", Action.due < uow.today, Action.child_id.in_(uow.reach.named))
    kept = and_(promised, Action.state == "done", Action.done_on >= uow.today - _STILL_SHOWN)
    untold = and_(kept, Action.told_child_at.is_(None))
    rows = uow.rows(
        uow.reachable(Action)
        .where(or_(and_(mine, or_(Action.state == "open", untold)), late))
        .order_by(Action.state.desc(), Action.due.is_(None), Action.due, Action.id)
        .options(
            load_only(
                *(Action.child_id, Action.kind, Action.what, Action.who, Action.owner_id),
                *(Action.due, Action.state, Action.done_on),
            )
        )
        .add_columns(case((mine, 1), else_=0))
    )
    return [(action, bool(own)) for action, own in rows]


def _taken_over(uow: UnitOfWork) -> ColumnElement[bool]:
    """The clause that an agreement is one of somebody who has left a child that the actor has taken over since."""
    by_now = Handover.on <= uow.today
    left = select(Handover.from_user_id).where(Handover.child_id == Action.child_id, by_now).correlate(Action)
    mine = select(Handover.child_id).where(Handover.to_user_id == uow.actor.id, by_now)
    return and_(Action.child_id.in_(uow.reach.named), Action.child_id.in_(mine), Action.owner_id.in_(left))


def _children(uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, tuple[Child, str]]:
    """Each child, and who answers for it by name; only a lead needs to be told that."""
    only = load_only(Child.name, Child.birth_date, Child.protected_identity)
    wanted = uow.reachable(Child).where(Child.id.in_(ids)).options(only)
    if not uow.actor.may(Permission.LEAD):
        return {child.id: (child, "") for child in uow.all(wanted)}
    today = and_(Assignment.child_id == Child.id, Assignment.role == "responsible", Assignment.in_force(uow.today))
    rows = uow.rows(
        wanted.outerjoin(Assignment, today)
        .outerjoin(User, and_(User.id == Assignment.user_id, User.active))
        .order_by(User.id.is_not(None), Assignment.start)
        .add_columns(User.name)
    )
    return {child.id: (child, name or "") for child, name in rows}


def _days(lines: Sequence[VisitLine]) -> tuple[datetime | None, datetime | None]:
    """When the latest visit made was, and when the next one planned or begun is."""
    done = max((line.planned_at for line in lines if line.state in DONE), default=None)
    return done, min((line.planned_at for line in lines if line.state in OPEN_STATES), default=None)


def _homes(uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, FosterHome]:
    only = load_only(FosterHome.name, FosterHome.place)
    return {home.id: home for home in uow.all(uow.reachable(FosterHome).where(FosterHome.id.in_(ids)).options(only))}


def _lead_name(uow: UnitOfWork) -> str:
    lead = select(User.name).where(
        User.team_id == uow.actor.team_id, User.role == Role.TEAM_LEAD.value, User.active.is_(True)
    )
    return uow.first(lead.order_by(User.name)) or ""
