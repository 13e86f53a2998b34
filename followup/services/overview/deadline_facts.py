"""What deadlines are reckoned from, fetched for one child or for many in the same number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func

from followup.domain.deadlines import Facts, Happened, Stay
from followup.domain.retelling import LastCheck
from followup.domain.workdays import Workdays
from followup.services.installation.working_days import free_days
from followup.services.overview.due import DONE
from followup.store.tables import Child, FosterHome, Milestone, Placement, PlacementCheck, Visit
from followup.store.unit_of_work import UnitOfWork

WITHDRAWN = "withdrawn:"
"""Before the id of the milestone that was a mistake: the kind of the milestone that takes it back."""

CALENDAR = Workdays(free_days)
"""For reminders alone: no law about placed children counts in working days, so squeeze days don't matter here."""


@dataclass(frozen=True)
class Seen:
    """What visits tell of a child. told: the days on which the explanation was told. visited: the latest visit made."""

    visited: date | None = None
    told: tuple[date, ...] = ()
    check: LastCheck | None = None


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


def seen_at_visits(uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, Seen]:
    """Fetch what the visits of a few children tell: their latest day, and each time the explanation was told."""
    visited = uow.rows(
        uow.reachable(Visit)
        .where(Visit.child_id.in_(ids), Visit.state.in_(DONE))
        .group_by(Visit.child_id)
        .with_only_columns(Visit.child_id, func.max(Visit.planned_at))
    )
    checks = uow.rows(
        uow.reachable(PlacementCheck)
        .join(Visit, Visit.id == PlacementCheck.visit_id)
        .where(PlacementCheck.child_id.in_(ids), Visit.state != "cancelled")
        .order_by(Visit.planned_at)
        .with_only_columns(
            PlacementCheck.child_id,
            Visit.planned_at,
            PlacementCheck.understanding,
            PlacementCheck.self_blame,
            PlacementCheck.always_said,
            PlacementCheck.told_today,
            PlacementCheck.retold,
        )
    )
    latest = {child_id: uow.day_of(at) for child_id, at in visited}
    told: dict[UUID, list[date]] = defaultdict(list)
    last: dict[UUID, LastCheck] = {}
    for row in checks:
        on = uow.day_of(row.planned_at)
        if was_told(row):
            told[row.child_id].append(on)
        if row.understanding:
            last[row.child_id] = LastCheck(on, settled=is_settled(row))
    return {each: Seen(latest.get(each), tuple(told[each]), last.get(each)) for each in ids}


def was_told(check: Any) -> bool:
    """Whether the explanation was told at a visit. check: its placement check, or a row of its columns."""
    return bool(check.always_said or check.told_today.strip() or check.retold.strip())


def is_settled(check: Any) -> bool:
    """Whether the child knows in its own words, without a sign of blame. check: as for `was_told`."""
    return (check.understanding, check.self_blame) == ("own_words", "no_sign")


def facts(life: Life, milestones: Sequence[Happened], seen: Seen | None) -> Facts:
    """Put together what the rules need. seen: None where no rule asks for what visits tell."""
    looked = seen or Seen()
    return Facts(life.born, life.stays, milestones, looked.visited, looked.told, looked.check)
