"""What every answer says to the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from followup.app import create_app
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Person

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # no page here depends on the database

Browsers = Callable[[Person], LintingClient]


def test_the_policy_lets_in_our_own_files_alone(people: People) -> None:
    policy = browser(people).get("/sign-in").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert {rules[f"{kind}-src"] for kind in ("script", "style", "img", "font", "media", "connect")} == {"'self'"}
    assert rules["form-action"] == "'self'"


def test_pages_errors_and_redirects_all_carry_the_headers(people: People, client_for: Browsers) -> None:
    maja = client_for(people.maja)
    for path in ("/", "/children", "/no-such-page", "/sign-in", f"/children/{people.tor.id}"):
        headers = maja.get(path).headers
        assert headers["Cache-Control"] == "no-store", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "Content-Security-Policy" in headers, path
        assert "Strict-Transport-Security" not in headers, path


def test_static_files_are_kept_for_ever_by_their_hash_and_not_at_all_without(people: People) -> None:
    client = browser(people)
    page = client.get("/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "?v=" in address
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(address.split("?", maxsplit=1)[0]).headers["Cache-Control"] == "no-store"
    assert client.get("/static/missing.css?v=1").headers["Cache-Control"] == "no-store"


def test_nothing_outside_the_static_folder_is_given_out(people: People) -> None:
    for path in ("/static/../app.py", "/static/..%2f..%2fapp.py", "/static//etc/passwd", "/static/%2e%2e/app.py"):
        assert browser(people).get(path).status_code in {308, 404}, path  # 308: // becomes /


def test_https_is_kept_when_the_installation_has_it(people: People) -> None:
    app = create_app(
        replace(people.settings, https=True, hosts=("followup.example",)), store=people.store, clock=people.clock
    )
    answer = app.test_client().get("/sign-in", base_url="https://followup.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_an_answer_tells_nothing_of_what_serves_it(people: People) -> None:
    answer = browser(people).get("/sign-in")
    assert not {"X-Powered-By", "Via"} & set(answer.headers.keys())
