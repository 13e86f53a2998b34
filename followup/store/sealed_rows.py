"""Which columns are sealed, and rows that tell their sealed values where they stand before they are sent."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Table, event
from sqlalchemy.orm import Mapper

from followup.store.tables import Base
from followup.store.types import EncryptedBytes


def sealed_columns(table: Table) -> list[Column[Any]]:
    """List the table's columns whose values are sealed."""
    return [column for column in table.columns if isinstance(column.type, EncryptedBytes)]


def bind_to_row(row: Any) -> None:
    """Let the row's sealed values know which row they are written to; gives it an id if it has none yet."""
    names = _sealed_attributes(row._sa_instance_state.mapper)  # noqa: SLF001 - as in guard.py
    if not names:
        return
    if row.id is None:
        row.id = uuid4()
    values = vars(row)
    for name, kind, default in names:
        value = values.get(name, default)
        if value is not None and getattr(value, "row", None) != row.id:
            values[name] = kind.of_row(value, row.id)


@cache
def _sealed_attributes(mapper: Mapper[Any]) -> list[tuple[str, EncryptedBytes, Any]]:
    """List (attribute, type, what stands there when nothing is said)."""
    columns = [mapper.local_table.columns[column.name] for column in sealed_columns(mapper.local_table)]  # type: ignore[arg-type] # our mappers all map tables
    return [
        (mapper.get_property_by_column(column).key, column.type, column.default.arg if column.default else None)  # type: ignore[misc] # what is sealed has plain defaults
        for column in columns
    ]


@event.listens_for(Base, "before_insert", propagate=True)
@event.listens_for(Base, "before_update", propagate=True)
def _before_sending(_mapper: Any, _connection: Any, row: Any) -> None:
    bind_to_row(row)
