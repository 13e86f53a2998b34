"""Pages come through the door, or the program doesn't start."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Blueprint

from followup.domain.access import Permission
from followup.web.door import Pages, refuse_unguarded
from tests.support.people import People

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

ROOT = Path(__file__).resolve().parents[2]
DRAWINGS = {"faces.html", "icons.html"}  # they mark up lines that stand in the same file
PUBLIC = {
    "static",
    "account.sign_in",
    "account.language",
    "security.second",  # whose password was right; it looks itself at who that is
    "calendar.feed",
    "sso.sign_in",
    "sso.back",
    "sso.prove",
    "sso.proved",
    "sso.signed_out",
    "sso.leave",
    "sso.logged_out",
    "health.alive",
    "health.ready",
    "health.figures",
}


def test_every_page_says_what_it_needs(people: People) -> None:
    needs = {name: getattr(view, "needs", None) for name, view in people.app.view_functions.items()}
    assert all(isinstance(need, Permission) for need in needs.values()), needs
    assert {name for name, need in needs.items() if need is Permission.PUBLIC} == PUBLIC


def test_a_page_that_goes_round_the_door_stops_the_start(people: People) -> None:
    app = people.app_of_its_own()
    app.add_url_rule("/oops", "oops", lambda: "oops")
    with pytest.raises(RuntimeError, match="oops"):
        refuse_unguarded(app)


def test_a_blueprint_that_goes_round_the_door_stops_the_start(people: People) -> None:
    bare = Blueprint("bare", __name__)
    bare.add_url_rule("/bare", "page", lambda: "oops")
    app = people.app_of_its_own()
    app.register_blueprint(bare)
    with pytest.raises(RuntimeError, match=r"bare\.page"):
        refuse_unguarded(app)


def test_a_page_cannot_be_added_without_saying_what_it_needs(people: People) -> None:
    with pytest.raises(TypeError, match="needs"):
        Pages("x", __name__).page("/x")  # type: ignore[call-arg] # that is what is tried


_OF_NO_CASE = {"static", "child_mode.audio", "child_mode.drawing", "calendar.feed"}
"""Their addresses name a file, a question of a form, the same for every child, or are themselves the secret."""


def test_cases_are_named_by_ids_that_tell_nothing(people: People) -> None:
    for rule in people.app.url_map.iter_rules():
        if rule.endpoint not in _OF_NO_CASE:
            kinds = {type(converter).__name__ for converter in rule._converters.values()}
            assert kinds <= {"UUIDConverter"}, rule


def test_what_keeps_visits_is_never_a_get_alone(people: People) -> None:
    for rule in people.app.url_map.iter_rules():
        if getattr(people.app.view_functions[rule.endpoint], "needs", None) is Permission.KEEP_VISITS:
            assert "POST" in (rule.methods or set()), rule


def test_nobody_but_the_door_opens_units_of_work_for_pages(people: People) -> None:
    # A view that opened a unit of its own could do so for another actor. Three may: signing in and the choice of
    # language, where nobody or the user itself acts, and the calendar feed, which acts for whoever has its secret. What
    # machines ask about the server is asked by nobody. Proving who one is counts tries before it judges them.
    # So does asking the provider of sign-in, before anybody is known.
    allowed = {"door.py", "units.py", "identity.py", "account.py", "calendar.py", "health.py"}
    allowed |= {"proof.py", "security.py", "provider.py"}
    for path in sorted((ROOT / "followup/web").rglob("*.py")):
        names = {
            node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)
        }
        assert path.name in allowed or not {"unit", "UnitOfWork", "SYSTEM"} & (names - {"UnitOfWork"}), path


def test_pages_are_not_exempt_from_the_token(people: People) -> None:
    for path in sorted((ROOT / "followup").rglob("*.py")):
        assert "csrf.exempt" not in path.read_text(encoding="utf-8"), path
        assert "WTF_CSRF_ENABLED" not in path.read_text(encoding="utf-8"), path


def test_templates_trust_no_text(people: People) -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = path.read_text(encoding="utf-8")
        assert "autoescape false" not in source, path
        assert path.name in DRAWINGS or "|safe" not in source.replace(" ", ""), path
