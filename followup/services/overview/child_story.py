"""The story “Därför bor jag här” through the years: its versions, when it was told, and how the child told it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import load_only

from followup.domain.age import age_on
from followup.services.overview.child_line import one_child
from followup.services.overview.due import DONE
from followup.store.tables import Child, Explanation, PlacementCheck, User, Visit
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Version:
    """A version of the agreed text. by: who wrote it down."""

    row: Explanation
    on: date
    age: int
    by: str


@dataclass(frozen=True)
class Telling:
    """A visit where the story came up. by: who told it. age: of the child then, in whole years."""

    row: PlacementCheck
    on: date
    age: int
    by: str

    @property
    def told(self) -> bool:
        """Whether something of the explanation was told, and not only asked about."""
        return bool(self.row.told_today.strip() or self.row.retold.strip() or self.row.always_said)


@dataclass(frozen=True)
class ChildStory:
    """Newest first: versions, tellings."""

    child: Child
    versions: tuple[Version, ...]
    tellings: tuple[Telling, ...]

    @property
    def years(self) -> list[tuple[int, list[Version | Telling]]]:
        """Both in one order, newest first, by the child's age."""
        found: dict[int, list[Version | Telling]] = {}
        both: list[Version | Telling] = [*self.versions, *self.tellings]
        for each in sorted(both, key=lambda each: each.on, reverse=True):
            found.setdefault(each.age, []).append(each)
        return list(found.items())

    @property
    def last_told(self) -> Telling | None:
        """The latest visit at which it was told."""
        return next((telling for telling in self.tellings if telling.told), None)


def child_story(uow: UnitOfWork, child_id: UUID) -> ChildStory:
    """Gather the story. Raises NotFound."""
    child = one_child(uow, child_id)
    return ChildStory(child, _versions(uow, child), _tellings(uow, child))


def _versions(uow: UnitOfWork, child: Child) -> tuple[Version, ...]:
    rows = uow.rows(
        uow.reachable(Explanation)
        .join(User, User.id == Explanation.created_by)
        .where(Explanation.child_id == child.id)
        .order_by(Explanation.version.desc())
        .add_columns(User.name)
    )
    days = [uow.day_of(row.created_at) for row, _ in rows]
    return tuple(Version(row, on, age_on(child.birth_date, on), by) for (row, by), on in zip(rows, days, strict=True))


def _tellings(uow: UnitOfWork, child: Child) -> tuple[Telling, ...]:
    rows: Sequence[tuple[PlacementCheck, date, str]] = [
        (row, uow.day_of(at), by)
        for row, at, by in uow.rows(
            uow.reachable(PlacementCheck)
            .join(Visit, Visit.id == PlacementCheck.visit_id)
            .join(User, User.id == Visit.caseworker_id)
            .where(PlacementCheck.child_id == child.id, Visit.state.in_(DONE))
            .order_by(Visit.planned_at.desc())
            .add_columns(Visit.planned_at, User.name)
            .options(
                load_only(
                    PlacementCheck.child_id,
                    PlacementCheck.visit_id,
                    PlacementCheck.understanding,
                    PlacementCheck.self_blame,
                    PlacementCheck.child_words,
                    PlacementCheck.told_today,
                    PlacementCheck.always_said,
                    PlacementCheck.retold,
                    PlacementCheck.explanation_version,
                )
            )
        )
    ]
    return tuple(Telling(row, on, age_on(child.birth_date, on), by) for row, on, by in rows)
