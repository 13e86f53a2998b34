"""What each visit says of the placement check, by codes and days alone: no word of it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from followup.store.tables import PlacementCheck, Visit
from followup.store.types import written
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Checked:
    """A placement check by its codes. told: whether something of the explanation was told."""

    on: date
    understanding: str | None
    self_blame: str | None
    told: bool


def was_told() -> ColumnElement[bool]:
    """The clause that the explanation was told at a visit."""
    return or_(PlacementCheck.always_said, written(PlacementCheck.told_today))


def checks_of(uow: UnitOfWork, child_id: UUID) -> Sequence[Checked]:
    """List the child's checks, newest first, those of visits that are not signed yet among them."""
    rows = uow.rows(
        uow.reachable(PlacementCheck)
        .join(Visit, Visit.id == PlacementCheck.visit_id)
        .where(PlacementCheck.child_id == child_id, Visit.state != "cancelled")
        .order_by(Visit.planned_at.desc())
        .with_only_columns(Visit.planned_at, PlacementCheck.understanding, PlacementCheck.self_blame, was_told())
    )
    return [Checked(uow.day_of(at), understanding, blame, bool(told)) for at, understanding, blame, told in rows]
