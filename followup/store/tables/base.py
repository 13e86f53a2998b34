"""What all tables share: naming, ids, and which rows are case data."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, MetaData, and_, or_
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from followup.store.types import UtcDateTime

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table. Names of constraints are fixed, because SQLite's batch migrations find them by name."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}


class WithId:
    """A row known by a random UUID: ids tell nothing, and can be made before the row is stored."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class Guarded(WithId):
    """Case data: read and written only within a reach, and always logged."""

    def logged_as(self) -> tuple[str, UUID]:
        """Name the object that the access log mentions for this row: (table, id)."""
        return self.__tablename__, self.id  # type: ignore[attr-defined] # every mapped class has it

    def logged_child(self) -> UUID | None:
        """Name the child whom the row is about, if it is about one."""
        return None


class OfChild(Guarded):
    """Case data about one child."""

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"), index=True)

    def logged_child(self) -> UUID | None:
        """The child."""
        return self.child_id


class OfVisit(OfChild):
    """Case data that belongs to one child's visit; the log names the visit."""

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), index=True)

    def logged_as(self) -> tuple[str, UUID]:
        """The visit, under this row's table."""
        return self.__tablename__, self.visit_id  # type: ignore[attr-defined] # every mapped class has it


class Lasting:
    """A row that holds from a day until another. `end` is the first day on which it no longer holds, None for none."""

    start: Mapped[date]
    end: Mapped[date | None]

    @classmethod
    def in_force(cls, day: date) -> ColumnElement[bool]:
        """The clause that the row holds on a day."""
        return and_(cls.start <= day, or_(cls.end.is_(None), cls.end > day))

    def holds_on(self, day: date) -> bool:
        """Whether the row holds on a day."""
        return self.start <= day and (self.end is None or self.end > day)


def related(**arguments: Any) -> Any:
    """Make a relation that is loaded on purpose or not at all: a template can't query by accident."""
    return relationship(lazy="raise_on_sql", **arguments)
