"""Column types: encrypted text and bytes, dates and JSON, and times that are always aware UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, LargeBinary, func, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from followup.store.crypto import FRAME_BYTES, UnknownKey, key_ring, refresh_key_ring

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


_Told = TypeVar("_Told", bound="_OfRow")


class _OfRow:
    """A value that knows the row it is written to. Made when a row is sent to the database, and only then."""

    row: UUID


class _BytesOfRow(bytes, _OfRow):
    pass


class _TextOfRow(str, _OfRow):
    __slots__ = ("row",)


class _DateOfRow(date, _OfRow):
    pass


class _WithRow(FunctionElement[bytes]):
    """The row's id in front of a sealed value, so that it can be opened for that row and no other."""

    inherit_cache = True

    def __init__(self, column: Any, kind: TypeDecorator[Any]) -> None:
        super().__init__(column.table.c.id, column)
        self.type = kind  # opens what comes back


@compiles(_WithRow)
def _with_row(element: Any, compiler: Any, **arguments: Any) -> str:
    row, sealed = (compiler.process(part, **arguments) for part in element.clauses)
    return f"(uuid_send({row}) || {sealed})"


@compiles(_WithRow, "sqlite")
def _with_row_sqlite(element: Any, compiler: Any, **arguments: Any) -> str:
    row, sealed = (compiler.process(part, **arguments) for part in element.clauses)
    return f"CAST({row} || {sealed} AS BLOB)"  # the id is text there: 32 hexadecimal digits


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes sealed for one place, written `table.column`, and for the row's id: moved elsewhere they don't open.

    The table has a column `id`, a UUID. Values are written through rows (`bind_to_row`), never by a bulk change.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def column_expression(self, column: Any) -> ColumnElement[Any]:
        """Ask for the row's id together with the value."""
        return _WithRow(column, self)

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal on the way in. Raises TypeError for a value that no row has been told of."""
        if value is None:
            return None
        if not isinstance(value, _OfRow):
            raise TypeError(f"{self.place}: a sealed value is written through its row")
        return key_ring().seal(self.to_bytes(value), self.place, value.row)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open on the way out. Raises CannotOpen."""
        if value is None:
            return None
        sealed = bytes(value)
        if dialect.name == "sqlite":
            row, sealed = UUID(sealed[:32].decode("ascii")), sealed[32:]
        else:
            row, sealed = UUID(bytes=sealed[:16]), sealed[16:]
        try:
            return self.from_bytes(key_ring().open(sealed, self.place, row))
        except UnknownKey:  # sealed a moment ago by a process that has a newer key already
            refresh_key_ring()
            return self.from_bytes(key_ring().open(sealed, self.place, row))

    def of_row(self, value: Any, row: UUID) -> Any:
        """Return the value, equal to itself but knowing its row."""
        return _told(_BytesOfRow(value), row)

    def to_bytes(self, value: Any) -> bytes:
        """Turn the Python value into what is sealed."""
        return bytes(value)

    def from_bytes(self, value: bytes) -> Any:
        """Turn what was sealed back into the Python value."""
        return value


class EncryptedText(EncryptedBytes):
    """Text of any length, sealed."""

    cache_ok = True

    def of_row(self, value: Any, row: UUID) -> Any:
        """Return the text, knowing its row."""
        return _told(_TextOfRow(value), row)

    def to_bytes(self, value: Any) -> bytes:
        """UTF-8. A lone surrogate, which no text can hold, becomes a question mark instead of an error."""
        return str(value).encode("utf-8", "replace")

    def from_bytes(self, value: bytes) -> Any:
        """UTF-8."""
        return value.decode("utf-8")


def _told(value: _Told, row: UUID) -> _Told:
    value.row = row
    return value


def written(column: Any) -> ColumnElement[bool]:
    """The clause that an EncryptedText column holds something: a sealed text is as long as the text and its frame."""
    return func.length(type_coerce(column, LargeBinary)) > FRAME_BYTES


class EncryptedDate(EncryptedText):
    """A calendar date, sealed as YYYY-MM-DD."""

    cache_ok = True

    def of_row(self, value: Any, row: UUID) -> Any:
        """Return the date, knowing its row."""
        return _told(_DateOfRow(value.year, value.month, value.day), row)

    def from_bytes(self, value: bytes) -> Any:
        """ISO 8601 date."""
        return date.fromisoformat(value.decode("ascii"))


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored as UTC without its zone (SQLite has none)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> datetime | None:
        """Refuse naive times: nobody could say later what they meant. Raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored with a zone: pass an aware datetime")
        utc: datetime = value.astimezone(UTC).replace(tzinfo=None)
        return utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)
