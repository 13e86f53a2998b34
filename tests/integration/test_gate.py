"""The gate before the door: hosts, proxies, other sites, the pace, what machines ask; and where `next` may lead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from followup.app import create_app
from followup.settings import SettingsError
from followup.store.engine import make_engine
from followup.web.gate import Pace
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

CROSS = {"Sec-Fetch-Site": "cross-site"}


def program(people: People, **changes: Any) -> Flask:
    """The program with other settings."""
    return create_app(replace(people.settings, **changes), store=people.store, clock=people.clock)


def test_a_name_of_somebody_elses_leads_nowhere(people: People) -> None:
    client = program(people, hosts=("followup.example",)).test_client()
    assert client.get("/sign-in", base_url="http://followup.example").status_code == 200
    for path in ("/sign-in", "/no-such-page", "/static/css/app.css"):
        answer = client.get(path, base_url="http://evil.example")
        assert answer.status_code == 421, path
        assert "evil.example" not in answer.text
    assert client.get("/ready", base_url="http://10.0.0.7").status_code == 200


def test_a_forwarded_host_is_not_believed(people: People) -> None:
    client = program(people, proxies=1, hosts=("followup.example",)).test_client()
    forged = {"X-Forwarded-Host": "followup.example", "X-Forwarded-Prefix": "/evil"}
    assert client.get("/sign-in", base_url="http://evil.example", headers=forged).status_code == 421
    answer = client.get("/children", base_url="http://followup.example", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.headers["Location"] == "/sign-in?next=/children"


@pytest.mark.parametrize(("proxies", "seen"), [(0, "10.0.0.1"), (1, "192.0.2.9"), (2, "198.51.100.7")])
def test_addresses_are_believed_from_as_many_servers_as_there_are(people: People, proxies: int, seen: str) -> None:
    app = program(people, proxies=proxies)
    found: list[str | None] = []
    app.before_request(lambda: found.append(request.remote_addr))
    headers = {"X-Forwarded-For": "203.0.113.1, 198.51.100.7, 192.0.2.9"}
    app.test_client().get("/sign-in", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})
    assert found == [seen]


def test_another_site_may_link_here_and_nothing_else(people: People) -> None:
    client = browser(people, people.maja)
    link = CROSS | {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/children", headers=link).status_code == 200
    others = (
        link | {"Sec-Fetch-Dest": "iframe"},
        link | {"Sec-Fetch-Dest": "object"},
        CROSS | {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        CROSS | {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        CROSS,
    )
    for headers in others:
        for path in ("/children", "/static/css/app.css", "/account/picture.jpg"):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 403, (path, headers)
            assert people.alva.name not in answer.text
    assert client.post("/sign-out", data={"csrf_token": client.csrf()}, headers=link).status_code == 403
    assert client.get("/children").status_code == 200, "still signed in"


def test_a_flood_is_slowed_down_and_says_how_long(people: People) -> None:
    app = program(people, requests_per_minute=60)
    app.test_client_class = LintingClient
    clock = [0.0]
    app.extensions["followup_pace"] = Pace(lambda: clock[0])
    maja, idris = app.test_client(), app.test_client()
    assert isinstance(maja, LintingClient)
    assert isinstance(idris, LintingClient)
    maja.admit("maja", people.token(people.maja))
    idris.admit("idris", people.token(people.idris))
    statuses = [maja.get("/account/pin").status_code for _ in range(62)]
    assert statuses == [200] * 60 + [429] * 2
    answer = maja.get("/account/pin")
    assert answer.headers["Retry-After"] == "2"
    assert maja.get("/static/css/app.css").status_code == 200
    assert idris.get("/account/pin").status_code == 200, "one flood drowns nobody else"
    clock[0] += 2
    assert [maja.get("/account/pin").status_code for _ in range(3)] == [200, 200, 429]


def test_tokens_that_are_made_up_are_counted_as_one_stranger(people: People) -> None:
    app = program(people, requests_per_minute=60)
    app.extensions["followup_pace"] = Pace(lambda: 0.0)
    client: FlaskClient = app.test_client()
    statuses = []
    for number in range(62):
        client.set_cookie("followup", f"made-up-{number}")
        statuses.append(client.get("/sign-in").status_code)
    assert statuses[:60] == [200] * 60
    assert statuses[61] == 429


def test_what_machines_ask_names_nobody_and_needs_no_database(people: People, tmp_path: Path) -> None:
    client = people.app.test_client()
    assert (client.get("/health").json, client.get("/ready").json) == ({"status": "ok"}, {"status": "ok"})
    broken = replace(people.store, engine=make_engine(f"sqlite:///{tmp_path / 'no-such-folder' / 'x.sqlite3'}"))
    client = create_app(people.settings, store=broken, clock=people.clock).test_client()
    assert client.get("/health").status_code == 200
    answer = client.get("/ready")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})


def test_figures_tell_of_pages_and_of_nobody(people: People, tmp_path: Path) -> None:
    secret = "a-token-of-twenty-signs-or-more"
    (tmp_path / "token").write_text(secret + "\n")
    app = program(people, metrics_token_file=tmp_path / "token")
    client = app.test_client()
    client.get(f"/children/{people.alva.id}?{people.alva.name}")
    client.get(f"/{people.alva.name}")
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {secret}"}):
        assert client.get("/metrics", headers=headers).status_code == 404
    text = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).text
    assert 'followup_requests_total{method="GET",page="children.child",status="302"} 1.0' in text
    assert not [word for word in (str(people.alva.id), people.alva.name, "127.0.0.1") if word in text]


def test_figures_without_a_good_token_stop_the_start(people: People, tmp_path: Path) -> None:
    (tmp_path / "short").write_text("short")
    for name in ("short", "none"):
        with pytest.raises(SettingsError, match="FOLLOWUP_METRICS_TOKEN_FILE"):
            program(people, metrics_token_file=tmp_path / name)


ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x00//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "/%0d%0aSet-Cookie:x=1",
    "/x\r\nSet-Cookie: x=1",
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_next_leads_elsewhere(people: People, address: str) -> None:
    maja = browser(people, people.maja)
    answers = [maja.submit("/language", language="sv", next=address)]
    answers.append(browser(people).sign_in("maja", PASSWORD, next=address))
    answers += [
        maja.get(path, query_string={"next": address, "back": address}) for path in ("/sign-in", "/account/pin")
    ]
    for answer in answers:
        place = answer.headers.get("Location", "/")
        assert place.startswith("/"), place
        assert not place.startswith(("//", "/\\")), place
        assert "\n" not in place
        assert "Set-Cookie: x" not in str(answer.headers)


def test_the_forms_cookie_too_is_for_this_host_alone(people: People) -> None:
    client = program(people, https=True, hosts=("followup.example",)).test_client()
    answer = client.get("/sign-in", base_url="https://followup.example")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-"), cookie
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; ")), cookie
        assert "SameSite=" in cookie
        assert "Domain=" not in cookie
