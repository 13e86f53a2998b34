"""Exceptions that hold a child's name, thrown everywhere: no page, no header and no line of any log repeats it."""

from __future__ import annotations

import ast
import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.routing import AnyConverter, BaseConverter, Rule, UUIDConverter

from followup.cli.log_lines import ALLOWED, Lines, ServerLog, fields_of, write_lines
from followup.domain.access import Role
from followup.services.record import pressroom
from followup.store.unit_of_work import UnitOfWork
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser

NO_DATABASE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

ROOT = Path(__file__).resolve().parents[2] / "followup"
NAME = "Alva Hemlig-Testsson"
ASKS = ("one", "first", "all", "rows")


class _Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError(NAME)


def _noted() -> Exception:
    error = ValueError(NAME)
    error.add_note(f"{NAME} sade det")
    error.__cause__ = KeyError(NAME)
    return error


ERRORS: tuple[Callable[[], Exception], ...] = (
    lambda: ValueError(NAME),
    lambda: KeyError(NAME),
    lambda: IntegrityError(f"INSERT {NAME}", {"name": NAME}, Exception(NAME)),
    lambda: OperationalError(f"SELECT {NAME}", {"name": NAME}, Exception(NAME)),
    lambda: UnicodeEncodeError("ascii", NAME, 0, 1, NAME),
    lambda: ExceptionGroup(NAME, [ValueError(NAME)]),
    lambda: OSError(5, NAME, f"/tmp/{NAME}"),  # noqa: S108 - no file is opened
    _Unspeakable,
    _noted,
)


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """What the server's log would hold, and libraries' loggers too, as `followup serve` writes it."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(Lines(as_json=True))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


class Saboteur:
    """Counts a unit's questions to the database, and raises at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.at, self.kinds = 0, 0, cycle(ERRORS)
        for name in ASKS:
            monkeypatch.setattr(UnitOfWork, name, self._watched(getattr(UnitOfWork, name)))

    def _watched(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def watched(uow: UnitOfWork, *arguments: Any, **more: Any) -> Any:
            if uow.actor.role is not Role.NOBODY:
                self.asked += 1
                if self.asked == self.at:
                    self.fail()
            return ask(uow, *arguments, **more)

        return watched

    def fail(self) -> None:
        """Raise the next kind of error."""
        error = next(self.kinds)()
        raise error

    def begin(self, at: int = 0) -> None:
        """Count anew; raise at the `at`-th question, or at none."""
        self.asked, self.at = 0, at


def addresses(people: People, method: str) -> Iterator[str]:
    """Yield one address of every page, about a child that Maja follows."""
    signed = people.sign(people.alva)
    (visit,) = people.plan(people.alva, days=1)
    ids: dict[str, UUID] = {
        "child_id": people.alva.id,
        "visit_id": visit,
        "action_id": people.promise(people.alva, "ringa"),
        "flag_id": raise_flag(people, signed, people.alva, "c_safe", "follow_up"),
    }
    for rule in people.app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint not in {"static", "account.sign_out"}:
            yield _address(people, rule, ids)


def _address(people: People, rule: Rule, ids: dict[str, UUID]) -> str:
    values = {name: _value(name, kind, ids) for name, kind in rule._converters.items()}
    with people.app.test_request_context():
        built = rule.build(values)
    assert built, rule
    return f"{built[1]}?q={quote(NAME)}"


def _value(name: str, kind: BaseConverter, ids: dict[str, UUID]) -> Any:
    if isinstance(kind, UUIDConverter):
        return ids.get(name, uuid4())
    return min(kind.items) if isinstance(kind, AnyConverter) else "x"


def silent(client: LintingClient, heard: io.StringIO, path: str, **fields: str) -> int:
    """Ask for the page, which fails; return its status. The words that went in with the request may come back to it."""
    try:
        where = path.partition("?")[0]
        answer = client.submit(where, fields, lint=False) if fields else client.get(where, lint=False)
    except Exception:  # what is sent while it is made fails in the server's hands, which tells of it so
        logging.getLogger("gunicorn.error").exception("Error handling request %s", path)
        assert NAME not in heard.getvalue(), path
        return 500
    shown = answer.text if "text" in answer.content_type or "json" in answer.content_type else ""
    assert answer.status_code < 500 or NAME not in shown, path
    assert NAME not in str(answer.headers), path
    assert NAME not in heard.getvalue(), path
    assert "Testsson" not in heard.getvalue(), path
    return answer.status_code


def test_pages_that_fail_anywhere_repeat_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    maja, saboteur = browser(people, people.maja), Saboteur(monkeypatch)
    failed = 0
    with listening() as heard:
        for path in addresses(people, "GET"):
            saboteur.begin()
            maja.get(path, lint=False)
            for at in sorted({1, saboteur.asked // 2, saboteur.asked} - {0}):
                saboteur.begin(at)
                failed += silent(maja, heard, path) >= 500
    assert failed > 50
    lines = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert {"unexpected", "request"} <= {line["event"].split()[0] for line in lines}
    assert {name for line in lines for name in line} <= {*ALLOWED, "time", "level", "logger", "event"}
    assert not [line for line in lines if str(people.alva.id) in str(line)], "no address either"
    assert NAME not in "".join(capfd.readouterr())


def test_posts_and_templates_that_fail_repeat_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    maja = browser(people, people.maja)
    maja.csrf()
    kinds = cycle(ERRORS)

    def fail(*_arguments: Any, **_more: Any) -> Any:
        error = next(kinds)()
        raise error

    paths, posts = list(addresses(people, "GET")), list(addresses(people, "POST"))
    with listening() as heard:
        with monkeypatch.context() as broken:
            broken.setattr("flask.templating._render", fail)
            assert sum(silent(maja, heard, path) >= 500 for path in paths) > 20
        with monkeypatch.context() as broken:
            broken.setattr(UnitOfWork, "_finish", fail)
            for path in posts:
                silent(maja, heard, path, words="något annat", revision="0")
    assert NAME not in "".join(capfd.readouterr())


@NO_DATABASE
def test_what_works_in_the_background_repeats_nothing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    room = people.app.extensions["followup_pressroom"]
    porter = people.app.extensions["followup_porter"]
    kinds = cycle(ERRORS)

    def fail(*_arguments: Any, **_more: Any) -> Any:
        room._closing = True
        porter._closing.set()
        error = next(kinds)()
        raise error

    monkeypatch.setattr("followup.services.installation.upkeep.seal_log", fail)
    monkeypatch.setattr(room._press, "warm_up", lambda: None)
    monkeypatch.setattr(type(porter), "look", fail)
    monkeypatch.setattr(pressroom, "_LOOK_EVERY_SECONDS", 0)
    with listening() as heard:
        for _kind in ERRORS:
            room._closing = False
            room._work()
            porter._closing.clear()
            porter._work()
    assert "unexpected" in heard.getvalue()
    assert NAME not in heard.getvalue()


def record(name: str, message: str, *arguments: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.ERROR, "lib.py", 7, message, arguments, None)
    vars(made).update(more)
    return made


@NO_DATABASE
def test_a_line_holds_what_is_listed_and_nothing_else(people: People) -> None:
    told = fields_of(record("followup", "request", fields={"page": "x\ny", "status": 200, "child": NAME, "q": NAME}))
    assert (told["page"], told["status"]) == ("x y", 200)
    assert not {"child", "q"} & set(told)
    assert fields_of(record("gunicorn.error", "Error handling request %s", f"/children?q={NAME}"))["event"] == (
        "Error handling request %s"
    )
    assert fields_of(record("weasyprint", f"Ignored {NAME}"))["event"] == "said something at lib.py:7"
    error = ValueError(NAME)
    failed = record("gunicorn.error", "%s", NAME, exc_info=(ValueError, error, None))
    for as_json in (True, False):
        line = Lines(as_json=as_json).format(failed)
        assert NAME not in line
        assert "ValueError" in line
        assert "\n" not in line


@NO_DATABASE
@pytest.mark.filterwarnings("ignore")
def test_what_nobody_caught_is_told_by_its_kind(people: People, capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RuntimeError(NAME)

    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        write_lines(as_json=True)
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        error = RuntimeError(NAME)
        sys.excepthook(RuntimeError, error, None)
        assert ServerLog.as_json
    finally:
        sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
    said = capfd.readouterr().err
    assert [json.loads(line)["error"] for line in said.splitlines()] == ["RuntimeError", "RuntimeError"]
    assert NAME not in said


TOLD = ("type(error).__name__", "error.reason", "problem.code", "place", "request_id")
"""What our own lines may be filled in with: kinds, codes and places, never an error itself or a field of a form."""


@NO_DATABASE
def test_our_own_lines_are_filled_in_with_codes_alone(people: People) -> None:
    seen = 0
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if ast.unparse(node.func.value) not in {"log", "logger", "logging"}:
                continue
            if node.func.attr not in {"debug", "info", "warning", "error", "exception", "critical", "log"}:
                continue
            seen += 1
            assert node.func.attr != "exception", f"{path}:{node.lineno} would log the error's message"
            assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
            assert {ast.unparse(each) for each in node.args[1:]} <= set(TOLD), f"{path}:{node.lineno}"
            assert {each.arg for each in node.keywords} <= {"extra"}, f"{path}:{node.lineno}"
    assert seen > 5
