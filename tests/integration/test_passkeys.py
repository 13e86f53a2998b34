"""Passkeys: one's own, for this site, for what was asked just now, by a key that was unlocked and not copied."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from followup.store.tables import Passkey, UserSession
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD, Person
from tests.support.soft_key import PRESENT, SoftKey

Browsers = Callable[..., LintingClient]


@pytest.fixture
def strict(people: People) -> People:
    """The municipality outside the demonstration: a password is not enough."""
    people.settings = replace(people.settings, second_factor=True)
    return people


def add(people: People, person: Person, key: SoftKey) -> int:
    """Let the person add the key through the page; returns the status."""
    client = browser(people, person)
    options = client.submit("/account/security/passkey", do="options")
    assert options.is_json
    return client.submit("/account/security/passkey", passkey=key.make(options.text), name="Prov").status_code


def enter(people: People, person: Person, sign: Callable[[str], str]) -> int:
    """Give the password and what the key signs; 302 is in."""
    client = browser(people)
    assert client.sign_in(person.user_name, PASSWORD).status_code == 302
    return prove(client, sign(ask(client)))


def token(client: LintingClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in/second").text)
    assert found
    return found[1]


def ask(client: LintingClient) -> str:
    return client.post("/account/passkey-options", data={"csrf_token": token(client)}).text


def prove(client: LintingClient, answer: str) -> int:
    data = {"csrf_token": token(client), "proof_passkey": answer}
    return client.post("/sign-in/second", data=data).status_code


def test_ones_own_passkey_opens(strict: People) -> None:
    key = SoftKey()
    assert add(strict, strict.maja, key) == 200
    assert enter(strict, strict.maja, key.sign) == 302


def test_another_users_passkey_opens_nothing(strict: People) -> None:
    mine, theirs = SoftKey(), SoftKey()
    add(strict, strict.maja, mine)
    add(strict, strict.idris, theirs)
    assert enter(strict, strict.maja, theirs.sign) == 401
    theirs.id = mine.id  # what it would say if it could
    assert enter(strict, strict.maja, theirs.sign) == 401


def test_a_key_is_one_users_alone(strict: People) -> None:
    key = SoftKey()
    add(strict, strict.maja, key)
    assert add(strict, strict.idris, key) == 422


def test_what_was_signed_is_good_once_and_for_what_was_asked(strict: People) -> None:
    key = SoftKey()
    add(strict, strict.maja, key)
    client = browser(strict)
    client.sign_in("maja", PASSWORD)
    first = key.sign(ask(client))
    ask(client)  # another challenge stands now
    assert prove(client, first) == 401
    signed = key.sign(ask(client))
    assert prove(client, signed) == 302
    again = browser(strict)
    again.sign_in("maja", PASSWORD)
    assert prove(again, signed) == 401, "a challenge belongs to its session"
    with strict.as_program() as uow:
        assert not any(uow.all(select(UserSession.challenge))), "spent, right or wrong"


@pytest.mark.parametrize(
    "broken",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost.evil.example"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
        {"count": -1},
    ],
    ids=["origin", "like the origin", "site", "not unlocked", "nobody there", "a copy"],
)
def test_a_key_that_is_not_as_it_should_be(strict: People, broken: dict[str, int | str]) -> None:
    key = SoftKey(count=5)
    add(strict, strict.maja, key)
    for name, value in broken.items():
        setattr(key, name, value)
    assert enter(strict, strict.maja, key.sign) == 401


def test_what_is_no_answer_is_refused(strict: People, client_for: Browsers) -> None:
    key = SoftKey()
    add(strict, strict.maja, key)
    client = browser(strict)
    client.sign_in("maja", PASSWORD)
    good = key.sign(ask(client))
    for answer in ("{}", "null", "[]", "x", "{" * 5000, good[:-40], good.replace('"id"', '"di"'), "9" * 50_000):
        ask(client)
        assert prove(client, answer) in {401, 429}
    idris = client_for(strict.idris)
    for answer in ("{}", "null", "", "x", good):
        idris.submit("/account/security/passkey", do="options")
        assert idris.submit("/account/security/passkey", passkey=answer).status_code == 422


def test_nobody_removes_another_users_key(strict: People, client_for: Browsers) -> None:
    add(strict, strict.maja, SoftKey())
    with strict.as_program() as uow:
        passkey = uow.one(select(Passkey))
    assert client_for(strict.idris).submit(f"/account/security/passkeys/{passkey.id}/remove").status_code == 404
    with strict.as_program() as uow:
        assert uow.all(select(Passkey))
