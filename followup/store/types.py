"""Column types: encrypted text and bytes, dates and JSON, and times that are always aware UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, DateTime, LargeBinary, func, type_coerce
from sqlalchemy.types import TypeDecorator

from followup.store.crypto import FRAME_BYTES, key_ring

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes sealed for one place, written `table.column`: moved elsewhere they don't open."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else key_ring().seal(self.to_bytes(value), self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open on the way out. Raises CannotOpen."""
        return None if value is None else self.from_bytes(key_ring().open(bytes(value), self.place))

    def to_bytes(self, value: Any) -> bytes:
        """Turn the Python value into what is sealed."""
        return bytes(value)

    def from_bytes(self, value: bytes) -> Any:
        """Turn what was sealed back into the Python value."""
        return value


class EncryptedText(EncryptedBytes):
    """Text of any length, sealed."""

    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        """UTF-8. A lone surrogate, which no text can hold, becomes a question mark instead of an error."""
        return str(value).encode("utf-8", "replace")

    def from_bytes(self, value: bytes) -> Any:
        """UTF-8."""
        return value.decode("utf-8")


def written(column: Any) -> ColumnElement[bool]:
    """The clause that an EncryptedText column holds something: a sealed text is as long as the text and its frame."""
    return func.length(type_coerce(column, LargeBinary)) > FRAME_BYTES


class EncryptedDate(EncryptedText):
    """A calendar date, sealed as YYYY-MM-DD."""

    cache_ok = True

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
