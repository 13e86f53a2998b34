"""Frozen dataclasses to canonical JSON and back, without losing or inventing anything.

Canonical means: keys sorted, no white space between tokens, UTF-8 text as it is (not escaped), and a field left out
when it is empty and empty is its default. Two equal values therefore always give the same characters, and so the same
hash, and a field that a later program adds does not change the hash of what was written before.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import UTC, date, datetime
from typing import Any, TypeVar

T = TypeVar("T")


class UnreadableValueError(ValueError):
    """Stored JSON that does not fit the dataclass; the message names the field, never its contents."""


def dump(value: object) -> str:
    """Return the canonical JSON of a dataclass of str, int, bool, None, date, aware datetime, tuple and dataclasses.

    Times are written in UTC. Raises ValueError for a time without a zone and TypeError for any other kind of value.
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(kind: type[T], text: str) -> T:
    """Return the dataclass `kind` written by `dump`. Fields that an older program did not know take their defaults.

    Raises UnreadableValueError if the text is not JSON, or a field is missing, unknown or of another type.
    """
    try:
        raw = json.loads(text)
    except ValueError as error:
        message = "the stored text is not JSON"
        raise UnreadableValueError(message) from error
    return typing.cast("T", _value(kind, raw, kind.__name__))


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, datetime):  # before date: a datetime is a date to Python
        if value.utcoffset() is None:
            message = "a time without a zone cannot be kept"
            raise ValueError(message)
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {field.name: _plain(part) for field, part in named if not _empty(field, part)}
    message = f"{type(value).__name__} cannot be kept as JSON"
    raise TypeError(message)


def _empty(field: dataclasses.Field[Any], part: object) -> bool:
    return part in (None, "", (), False) and field.default is not dataclasses.MISSING and part == field.default


def _value(kind: Any, raw: Any, where: str) -> Any:
    if isinstance(kind, types.UnionType):
        if raw is None:
            return None
        kind = next(part for part in kind.__args__ if part is not types.NoneType)
    if typing.get_origin(kind) is tuple:
        _expect(isinstance(raw, list), where)
        return tuple(_value(kind.__args__[0], part, f"{where}[{place}]") for place, part in enumerate(raw))
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, raw, where)
    if kind in (date, datetime):
        return _moment(kind, raw, where)
    _expect(type(raw) is kind, where)  # exact: True must not pass for the number 1
    return raw


def _dataclass(kind: Any, raw: Any, where: str) -> Any:
    _expect(isinstance(raw, dict), where)
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(raw) - set(hints))
    _expect(not unknown, f"{where}.{unknown[0] if unknown else ''}")
    values = {name: _value(hints[name], part, f"{where}.{name}") for name, part in raw.items()}
    for field in dataclasses.fields(kind):
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        _expect(field.name in values or not needed, f"{where}.{field.name}")
    return kind(**values)


def _moment(kind: Any, raw: Any, where: str) -> Any:
    _expect(isinstance(raw, str), where)
    try:
        return kind.fromisoformat(raw)
    except ValueError as error:
        message = f"cannot read {where}"
        raise UnreadableValueError(message) from error


def _expect(fits: bool, where: str) -> None:  # noqa: FBT001 - a bare condition reads best at the call
    if not fits:
        message = f"cannot read {where}"
        raise UnreadableValueError(message)
