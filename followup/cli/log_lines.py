"""What stands in the server's log: one line for each event, of fields that are listed here. No sentence of others.

An exception's message, or what a library says, may hold a name or what a child said. So of an exception only its kind
and place are told, of a library's message only its pattern, and of our own events only the fields below.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

from gunicorn.glogging import Logger

ALLOWED: Final = ("request_id", "method", "page", "status", "ms", "role", "error", "place", "seal", "digest", "lines")
"""Fields that an event may bring along, by `extra={"fields": {...}}`."""

_LONGEST: Final = 300


class Lines(logging.Formatter):
    """Writes each record as JSON, or, for a person at a terminal, as a line of text with the same contents."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told = fields_of(record)
        if self._as_json:
            return json.dumps(told, ensure_ascii=False)
        when, level, event = told.pop("time"), told.pop("level"), told.pop("event")
        return " ".join((when[11:19], level.upper(), event, *(f"{name}={value}" for name, value in told.items())))


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what may be told of a record: time (UTC), level, logger, event, and the fields that are allowed."""
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": _event(record),
    }
    brought = getattr(record, "fields", {})
    told |= {name: _plain(brought[name]) for name in ALLOWED if name in brought}
    if record.exc_info and record.exc_info[1] is not None:
        told |= kind_and_place(record.exc_info[1])
    return told


def kind_and_place(error: BaseException) -> dict[str, str]:
    """What may be told of an exception: its class, and the line where it was raised."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    return {"error": type(error).__name__, "place": place}


def _event(record: logging.LogRecord) -> str:
    if record.name == "followup":  # what we say ourselves holds codes and counts; a test reads every call
        return str(_plain(record.getMessage()))
    if record.args and isinstance(record.msg, str):
        return str(_plain(record.msg))  # the pattern is the library's, its values may be anybody's
    return f"said something at {record.pathname}:{record.lineno}"


def _plain(value: Any) -> Any:
    if isinstance(value, int | float):
        return value
    return "".join(sign if sign.isprintable() else " " for sign in str(value))[:_LONGEST]


class ServerLog(Logger):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's own log, in the same lines."""

    as_json = True

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's handlers, then let them write our lines."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Lines(as_json=self.as_json))


def write_lines(*, as_json: bool) -> None:
    """Let everything that is logged in this process, and what nobody caught, become lines on standard error."""
    ServerLog.as_json = as_json
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(as_json=as_json))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda what: _tell("unraisable", what.exc_value)
    threading.excepthook = lambda what: _tell("a thread ended", what.exc_value)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _tell("the program ended", error)


def _tell(event: str, error: BaseException | None) -> None:
    fields = kind_and_place(error) if error else {}
    logging.getLogger("followup").critical(event, extra={"fields": fields})
