"""What the lists beside the lead's queue are made of: every child within reach in clear, nothing that tells who."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func

from followup.domain.placement_check import BLAMING
from followup.services.overview.due import DONE, Due, due_of
from followup.services.overview.my_children import Placed, placed_children, visit_lines
from followup.store.tables import Assignment, Flag, PlacementCheck, User, Visit
from followup.store.unit_of_work import UnitOfWork

SETTLED = "own_words"
"""The understanding that needs no more: the child can tell why itself."""

_LOW = frozenset({"R1", "R1v", "R2"})


@dataclass(frozen=True)
class Done:
    """A visit that was made, in clear."""

    id: UUID
    child_id: UUID
    state: str
    planned_at: datetime
    caseworker_id: UUID
    private_talk: str | None


@dataclass(frozen=True)
class Unsettled:
    """Since when, and at how many visits in a row, a child hasn't known why or has taken the blame.

    check_id, understanding, self_blame: of the latest check; None where it has never been talked about.
    """

    since: date | None = None
    visits: int = 0
    check_id: UUID | None = None
    understanding: str | None = None
    self_blame: str | None = None


@dataclass(frozen=True)
class _Checked:
    id: UUID
    on: date
    understanding: str | None
    self_blame: str | None


@dataclass(frozen=True)
class Team:
    """The children within reach. dues: what is due for each; last_done: the latest visit made; unfiled: signed only.

    responsible_since: who answers for each child today and can sign in, and since when. checks: newest first.
    """

    today: date
    zone: ZoneInfo
    placed: Mapping[UUID, Placed]
    dues: Mapping[UUID, Due]
    last_done: Mapping[UUID, Done]
    unfiled: Sequence[Done]
    responsible_since: Mapping[UUID, tuple[UUID, date]]
    checks: Mapping[UUID, Sequence[_Checked]]

    def day_of(self, moment: datetime) -> date:
        """The day of a moment in the organisation's zone."""
        return moment.astimezone(self.zone).date()

    def days_since(self, visit: Done) -> int:
        """How many days ago the visit was."""
        return (self.today - self.day_of(visit.planned_at)).days

    def next_visit(self, child_id: UUID) -> date | None:
        """The day of the visit that is booked or under way, None without one."""
        due = self.dues.get(child_id)
        return self.day_of(due.visit.planned_at) if due and due.visit else None

    def unsettled_since(self, child_id: UUID) -> Unsettled | None:
        """Tell since when the child hasn't known why, or has blamed itself; None when neither is so."""
        checks = self.checks.get(child_id, ())
        if not checks:
            return Unsettled()
        run = []
        for check in checks:
            if check.understanding == SETTLED and check.self_blame not in BLAMING:
                break
            run.append(check)
        if not run:
            return None
        return Unsettled(run[-1].on, len(run), checks[0].id, checks[0].understanding, checks[0].self_blame)


def gather(uow: UnitOfWork) -> Team:
    """Read the children within reach: five statements, whatever their number."""
    placed = placed_children(uow)
    lines = visit_lines(uow)
    dues = {
        child_id: due_of(
            lines[child_id], placed=each.since, interval_days=each.interval_days, today=uow.today, zone=uow.zone
        )
        for child_id, each in placed.items()
    }
    last, unfiled = _done(uow)
    return Team(uow.today, uow.zone, placed, dues, last, unfiled, _responsible_since(uow), _checks(uow))


def low_children(uow: UnitOfWork, team: Team) -> Mapping[UUID, int]:
    """How many low answers each child gave at its last visit, of those who gave any."""
    visits = {visit.id for visit in team.last_done.values()}
    found: dict[UUID, int] = defaultdict(int)
    for child_id, visit_id, reasons in uow.rows(
        uow.reachable(Flag)
        .where(Flag.respondent == "child", Flag.status != "withdrawn", Flag.level != "info")
        .with_only_columns(Flag.child_id, Flag.visit_id, Flag.reasons)
    ):
        if visit_id in visits and any(reason["rule"] in _LOW for reason in reasons):
            found[child_id] += 1
    return found


def _done(uow: UnitOfWork) -> tuple[Mapping[UUID, Done], Sequence[Done]]:
    """Each child's latest visit made, and all that are signed and not filed."""
    place = func.row_number().over(partition_by=Visit.child_id, order_by=Visit.planned_at.desc())
    ranked = uow.reachable(Visit).where(Visit.state.in_(DONE)).with_only_columns(Visit.id, place.label("place"))
    ranked_visits = ranked.subquery()
    rows = uow.rows(
        uow.reachable(Visit)
        .join(ranked_visits, ranked_visits.c.id == Visit.id)
        .where((ranked_visits.c.place == 1) | (Visit.state == "signed"))
        .order_by(Visit.planned_at)
        .with_only_columns(
            Visit.id, Visit.child_id, Visit.state, Visit.planned_at, Visit.caseworker_id, Visit.private_talk
        )
    )
    done = [Done(*row) for row in rows]
    return {visit.child_id: visit for visit in done}, [visit for visit in done if visit.state == "signed"]


def _responsible_since(uow: UnitOfWork) -> Mapping[UUID, tuple[UUID, date]]:
    rows = uow.rows(
        uow.reachable(Assignment)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.role == "responsible", Assignment.in_force(uow.today), User.active)
        .order_by(Assignment.start)
        .with_only_columns(Assignment.child_id, Assignment.user_id, Assignment.start)
    )
    return {child_id: (user_id, start) for child_id, user_id, start in rows}


def _checks(uow: UnitOfWork) -> Mapping[UUID, Sequence[_Checked]]:
    found: dict[UUID, list[_Checked]] = defaultdict(list)
    for child_id, check_id, at, understanding, blame in uow.rows(
        uow.reachable(PlacementCheck)
        .join(Visit, and_(Visit.id == PlacementCheck.visit_id, Visit.state.in_(DONE)))
        .where(PlacementCheck.understanding.is_not(None))
        .order_by(Visit.planned_at.desc())
        .with_only_columns(
            PlacementCheck.child_id,
            PlacementCheck.id,
            Visit.planned_at,
            PlacementCheck.understanding,
            PlacementCheck.self_blame,
        )
    ):
        found[child_id].append(_Checked(check_id, uow.day_of(at), understanding, blame))
    return found
