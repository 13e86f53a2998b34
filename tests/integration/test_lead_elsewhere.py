"""Whoever leads one team and reaches a child of another, by any way in, leads that child no more than a caseworker."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.flags import raise_flag
from tests.support.people import People, browser
from tests.support.population import Kid, Person

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # who is let in, whatever it is kept in

Way = Callable[[People], tuple[Person, Kid]]
FORM = {"purpose": "inspection", "reason": "Tillsyn", "passphrase": "kastrull molnfri gunga berg"}


def by_grant(people: People) -> tuple[Person, Kid]:
    people.grant(people.gunnel, people.alva)
    return people.gunnel, people.alva


def in_an_emergency(people: People) -> tuple[Person, Kid]:
    people.break_glass(people.gunnel, people.alva)
    return people.gunnel, people.alva


def protected_in_an_emergency(people: People) -> tuple[Person, Kid]:
    people.break_glass(people.birgitta, people.samira)
    return people.birgitta, people.samira


def as_deputy_elsewhere(people: People) -> tuple[Person, Kid]:
    people.mandate(people.maja, people.team_b)
    return people.maja, people.alva


def protected_as_deputy_elsewhere(people: People) -> tuple[Person, Kid]:
    people.mandate(people.maja, people.team_b)
    return people.maja, people.samira


WAYS = (by_grant, in_an_emergency, protected_in_an_emergency, as_deputy_elsewhere, protected_as_deputy_elsewhere)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_reaching_a_child_is_not_leading_it(people: People, way: Way) -> None:
    who, kid = way(people)
    flag = raise_flag(people, people.sign(kid), kid, "c_safe", "follow_up")
    client = browser(people, who)
    client.canaries = {who.user_name: frozenset()}
    child = f"/children/{kid.id}"
    assert client.get(child).status_code == 200
    for path in (f"{child}/readers", f"{child}/readers/file", f"{child}/export"):
        assert client.get(path).status_code == 403, path
        assert path not in client.get(child).text
    assert client.submit(f"{child}/export", FORM).status_code == 403
    for path in (f"{child}/access", f"{child}/change-caseworker"):
        assert client.get(path).status_code in {403, 404} or way is protected_in_an_emergency, path
    if way is not protected_in_an_emergency:  # there it is her own team's
        assert client.submit(f"/flags/{flag}/acknowledge", seen="1").status_code in {403, 409}
        assert client.submit(f"/flags/{flag}/ask", {"seen": "1", "question": "Hur går det?"}).status_code in {403, 409}
