"""What deadlines are reckoned from, fetched for one child or for many in the same number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, func, or_

from followup.domain.deadlines import Facts, Happened, Stay
from followup.domain.retelling import LastCheck
from followup.domain.workdays import Workdays
from followup.services.installation.working_days import free_days
from followup.services.overview.due import DONE
from followup.services.visit.steps import OPEN_STATES
from followup.store.tables import Child, FosterHome, Milestone, Placement, PlacementCheck, Visit
from followup.store.types import written
from followup.store.unit_of_work import UnitOfWork

WITHDRAWN = "withdrawn:"
"""Before the id of the milestone that was a mistake: the kind of the milestone that takes it back."""

CALENDAR = Workdays(free_days)
"""For reminders alone: no law about placed children counts in working days, so squeeze days don't matter here."""


@dataclass(frozen=True)
class Seen:
    """What visits tell of a child. visited: the latest made; booked: the next planned or begun.

    told: days on which the explanation was told, at least the latest. check: the latest that says what the child knows,
    with its codes in understanding and self_blame.
    """

    visited: date | None = None
    told: tuple[date, ...] = ()
    check: LastCheck | None = None
    booked: date | None = None
    understanding: str | None = None
    self_blame: str | None = None


@dataclass
class Life:
    """A child by what orders lists, its birth date and its placements."""

    case_number: str
    protected: bool
    born: date
    stays: list[Stay] = field(default_factory=list)


def lives_of(uow: UnitOfWork, ids: Collection[UUID] | None = None) -> Mapping[UUID, Life]:
    """Fetch birth dates and placements by child; ids: of these children, None for all within reach."""
    wanted = () if ids is None else (Child.id.in_(ids),)
    rows = uow.rows(
        uow.reachable(Child)
        .outerjoin(Placement, Placement.child_id == Child.id)
        .outerjoin(FosterHome, FosterHome.id == Placement.foster_home_id)
        .where(*wanted)
        .with_only_columns(
            Child.id,
            Child.case_number,
            Child.protected_identity,
            Child.birth_date,
            Placement.start,
            Placement.end,
            Placement.foster_home_id,
            FosterHome.kind,
            Placement.legal_basis,
            Placement.visit_interval_days,
        )
    )
    found: dict[UUID, Life] = {}
    for child_id, case_number, protected, born, *stay in rows:
        life = found.setdefault(child_id, Life(case_number, protected, born))
        if stay[0] is not None:
            life.stays.append(Stay(*stay))
    return found


def happened(uow: UnitOfWork, ids: Collection[UUID] | None = None) -> Mapping[UUID, list[Happened]]:
    """Fetch milestones by child in the order in which they were recorded, without those that were taken back."""
    wanted = () if ids is None else (Milestone.child_id.in_(ids),)
    rows = uow.rows(
        uow.reachable(Milestone)
        .where(*wanted)
        .order_by(Milestone.recorded_at, Milestone.id)
        .with_only_columns(Milestone.child_id, Milestone.id, Milestone.kind, Milestone.on)
    )
    gone = withdrawn_ids(row.kind for row in rows)
    found: dict[UUID, list[Happened]] = defaultdict(list)
    for row in rows:
        if not row.kind.startswith(WITHDRAWN) and row.id not in gone:
            found[row.child_id].append(Happened(row.kind, row.on))
    return found


def withdrawn_ids(kinds: Iterable[str]) -> frozenset[UUID]:
    """Return the ids of the milestones that these kinds take back."""
    return frozenset(UUID(kind.removeprefix(WITHDRAWN)) for kind in kinds if kind.startswith(WITHDRAWN))


Days = Mapping[UUID, tuple[datetime | None, datetime | None]]
"""By child: when the latest visit made was, and when the next one planned or begun is."""


def seen_at_visits(
    uow: UnitOfWork, ids: Collection[UUID] | None = None, visits: Days | None = None
) -> Mapping[UUID, Seen]:
    """Fetch what visits tell of some children, or of all within reach: two statements, and no word is opened.

    visits: where the caller has looked at them already; then it is one statement. Of the tellings the latest is enough:
    whoever was told on a day was told for every occasion before it.
    """
    days = visits if visits is not None else _visits(uow, ids)
    found = {
        child_id: Seen(_day(uow, latest), booked=_day(uow, following)) for child_id, (latest, following) in days.items()
    }
    for row in _checks(uow, ids):
        told = (uow.day_of(row.told_at),) if row.told_at else ()
        codes = row.understanding, row.self_blame
        check = LastCheck(uow.day_of(row.planned_at), settled=is_settled(row)) if row.understanding else None
        seen = found.get(row.child_id, Seen())
        found[row.child_id] = Seen(seen.visited, told, check, seen.booked, *codes)
    return found


def _visits(uow: UnitOfWork, ids: Collection[UUID] | None) -> Days:
    wanted = () if ids is None else (Visit.child_id.in_(ids),)
    done = func.max(case((Visit.state.in_(DONE), Visit.planned_at)))
    booked = func.min(case((Visit.state.in_(OPEN_STATES), Visit.planned_at)))
    of_child = uow.reachable(Visit).where(*wanted).group_by(Visit.child_id)
    rows = uow.rows(of_child.with_only_columns(Visit.child_id, done, booked))
    return {child_id: (latest, following) for child_id, latest, following in rows}


def _checks(uow: UnitOfWork, ids: Collection[UUID] | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Fetch for each child the latest check that says what it knows, and when it was last told."""
    wanted = () if ids is None else (PlacementCheck.child_id.in_(ids),)
    kept = (
        uow.reachable(PlacementCheck)
        .join(Visit, Visit.id == PlacementCheck.visit_id)
        .where(Visit.state != "cancelled", *wanted)
    )
    of_child = PlacementCheck.child_id
    latest = PlacementCheck.understanding.is_(None), Visit.planned_at.desc()
    ranked = kept.with_only_columns(
        PlacementCheck.id,
        func.max(case((_told(), Visit.planned_at))).over(partition_by=of_child).label("told_at"),
        func.row_number().over(partition_by=of_child, order_by=latest).label("place"),
    ).subquery()
    return uow.rows(
        kept.join(ranked, and_(ranked.c.id == PlacementCheck.id, ranked.c.place == 1)).with_only_columns(
            of_child, Visit.planned_at, PlacementCheck.understanding, PlacementCheck.self_blame, ranked.c.told_at
        )
    )


def _told() -> ColumnElement[bool]:
    """Say in SQL what `was_told` says of a row, without opening it."""
    told_today, retold = written(PlacementCheck.told_today), written(PlacementCheck.retold)
    return or_(PlacementCheck.always_said, told_today, retold)


def _day(uow: UnitOfWork, at: datetime | None) -> date | None:
    return uow.day_of(at) if at else None


def was_told(check: Any) -> bool:
    """Whether the explanation was told at a visit. check: its placement check, or a row of its columns."""
    return bool(check.always_said or check.told_today.strip() or check.retold.strip())


def is_settled(check: Any) -> bool:
    """Whether the child knows in its own words, without a sign of blame. check: as for `was_told`."""
    return (check.understanding, check.self_blame) == ("own_words", "no_sign")


def facts(life: Life, milestones: Sequence[Happened], seen: Seen | None) -> Facts:
    """Put together what the rules need. seen: None for a child without visits."""
    looked = seen or Seen()
    return Facts(life.born, life.stays, milestones, looked.visited, looked.told, looked.check, looked.booked)
