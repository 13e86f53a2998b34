"""The calendar feed: what and when, nothing about anybody, and not found for whoever has no right to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar

from followup.domain.access import Role
from followup.services.installation.accounts import set_password
from followup.services.overview.calendar_feed import MOST_FAILURES
from followup.services.sign_in.sessions import hash_of
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import TODAY, Person
from tests.support.queries import contents, counted, log_lines, raw

ClientFor = Callable[[Person], LintingClient]


def begin(client: LintingClient) -> str:
    """Turn the feed on by the page; returns its path."""
    page = client.submit("/account/calendar", do="renew").text
    found = re.search(r'value="http://localhost(/calendar/[\w-]+\.ics)"', page)
    assert found
    return found[1]


def feed(people: People, path: str) -> str:
    answer = browser(people).get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text


def events(text: str) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def starts(text: str, summary: str) -> list[Any]:
    return sorted(event.decoded("dtstart") for event in events(text) if event["summary"] == summary)


def test_a_feed_holds_the_users_own_visits_and_deadlines(people: People, client_for: ClientFor) -> None:
    people.plan(people.alva, people.vide, at=datetime(2026, 12, 1, 13, 30, tzinfo=UTC))  # one home visit, two children
    people.plan(people.leo, at=datetime(2026, 12, 4, 8, 0, tzinfo=UTC))
    people.plan(people.elliot, at=datetime(2026, 12, 2, 8, 0, tzinfo=UTC))  # Idris's
    people.plan(people.alva, days=3, state="cancelled")
    people.milestone(people.alva, "care_considered", date(2026, 7, 1))
    text = feed(people, begin(client_for(people.maja)))
    visits = [datetime(2026, 12, 1, 13, 30, tzinfo=UTC), datetime(2026, 12, 4, 8, 0, tzinfo=UTC)]
    assert starts(text, "Besök") == visits
    assert date(2027, 1, 4) in starts(text, "Tidsfrist: övervägande")  # New Year's Day is a Friday
    assert date(2026, 10, 14) in starts(text, "Försenad tidsfrist: vårdplan")
    assert not starts(text, "Påminnelse: besök")  # they are booked
    (due,) = [event for event in events(text) if event.decoded("dtstart") == date(2027, 1, 4)]
    assert due.subcomponents[0].decoded("trigger") == timedelta(days=-45)
    assert {str(event["url"]) for event in events(text)} == {"http://localhost/"}


def test_not_a_byte_tells_of_anybody(people: People, client_for: ClientFor) -> None:
    for kid in people.children:
        people.plan(kid, days=5)
        people.milestone(kid, "care_considered", date(2026, 7, 1), f"§ 5 om {kid.name}")
    for person in (people.maja, people.idris, people.birgitta):
        text = feed(people, begin(client_for(person)))
        ids = {str(value) for each in (*people.children, *people.homes, *people.staff) for value in (each.id,)}
        words = {word for kid in people.children for word in (*kid.canaries, kid.born.isoformat(), kid.name[0] + ".")}
        words |= {word for home in people.homes for word in (*home.name.split(), home.place) if word != "och"}
        words |= {word for each in people.staff for word in (*each.name.split(), each.user_name, each.title)}
        assert not [word for word in ids | words if re.search(rf"\b{re.escape(word)}", text.replace("\r\n ", ""))]
        assert "§" not in text
        allowed = {"UID", "DTSTAMP", "SUMMARY", "CLASS", "URL", "DTSTART", "DURATION", "TRANSP"}
        assert {name for event in events(text) for name in event} <= allowed
        assert not re.search(r"ATTENDEE|ORGANIZER|LOCATION|GEO|CONTACT|COMMENT", text)


def test_a_protected_child_is_not_there_at_all(people: People, client_for: ClientFor) -> None:
    path = begin(client_for(people.maja))
    before = feed(people, path)
    people.plan(people.samira, days=5)  # granted to Maja, and assigned
    people.plan(people.nour, days=6)
    people.milestone(people.samira, "contact_restricted", date(2026, 10, 1))
    assert feed(people, path) == before


def test_the_same_thing_keeps_its_name_and_nobody_else_s_feed_has_it(people: People, client_for: ClientFor) -> None:
    people.plan(people.vide, days=2)
    people.clock.forward(days=1)  # from then on Idris follows Vide too
    mine, others = (begin(browser(people, person)) for person in (people.maja, people.idris))
    first, again = ({str(event["uid"]) for event in events(feed(people, mine))} for _ in range(2))
    assert first == again
    assert first.isdisjoint({str(event["uid"]) for event in events(feed(people, others))})


def test_it_ends_with_the_assignment(people: People, client_for: ClientFor) -> None:
    people.plan(people.alva, days=5)
    path = begin(client_for(people.maja))
    assert starts(feed(people, path), "Besök")
    people.end_assignment(people.maja, people.alva, TODAY)
    assert not starts(feed(people, path), "Besök")


def test_a_new_address_ends_the_old_and_none_is_kept(people: People, client_for: ClientFor) -> None:
    client = client_for(people.maja)
    old, new = begin(client), begin(client)
    assert browser(people).get(old).status_code == 404
    assert feed(people, new)
    token = new.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) >= 43  # 256 bits
    kept = raw(people.store.engine, "SELECT calendar_hash FROM \"user\" WHERE user_name = 'maja'")
    assert bytes(kept) == hash_of(token)
    assert token not in client.get("/account/calendar").text
    assert all(token not in str(line.fields) for line in log_lines(people.store))
    assert client.submit("/account/calendar", do="end").status_code == 302
    assert browser(people).get(new).status_code == 404


def test_who_may_not_has_the_same_answer_as_a_wrong_address(people: People, client_for: ClientFor) -> None:
    def masked(path: str) -> tuple[int, str]:
        answer = browser(people).get(path)
        return answer.status_code, re.sub(r'Felkod: \w+|csrf_token" value="[^"]+"|/calendar/[\w.-]+', "", answer.text)

    path = begin(client_for(people.maja))
    wrong = masked("/calendar/wrong.ics")
    assert wrong[0] == 404
    for change in ({"active": False}, {"active": True, "role": Role.ADMIN.value}):
        people.change(people.maja, **change)
        assert masked(path) == wrong
    people.change(people.maja, role=Role.CASEWORKER.value)
    assert feed(people, path)
    with people.as_program() as uow:
        set_password(uow, "maja", "ett helt nytt lösenord")
    assert masked(path) == wrong


def test_a_session_is_neither_needed_nor_heeded(people: People, client_for: ClientFor) -> None:
    people.plan(people.alva, days=5)
    path = begin(client_for(people.maja))
    assert starts(client_for(people.ada).get(path).text, "Besök") == starts(feed(people, path), "Besök") != []


def test_every_fetch_is_logged_and_changes_nothing(people: People, client_for: ClientFor) -> None:
    path = begin(client_for(people.maja))
    before = contents(people.store)
    feed(people, path)
    line = log_lines(people.store)[-1]
    assert (line.action, line.actor_id, line.children) == ("calendar_fetched", people.maja.id, {})
    after = contents(people.store)
    assert {name for name in after if after[name] != before[name]} == {"access_log"}
    browser(people).get(f"/calendar/{uuid4()}.ics")
    assert log_lines(people.store)[-1].action == "calendar_refused"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_wrong_addresses_are_slowed_down(people: People, client_for: ClientFor) -> None:
    path = begin(client_for(people.maja))
    stranger = browser(people)
    for number in range(MOST_FAILURES):
        assert stranger.get(f"/calendar/{number}.ics", lint=False).status_code == 404
    assert stranger.get("/calendar/one-more.ics").status_code == 429
    assert stranger.get(path).status_code == 429  # from this address it can't be told from a wrong one
    people.clock.forward(minutes=16)
    assert stranger.get(path).status_code == 200


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_as_many_statements_for_many_children_as_for_few(people: People, client_for: ClientFor) -> None:
    path, client = begin(client_for(people.maja)), browser(people)
    with counted(people.store) as few:
        client.get(path)
    for kid in (people.alva, people.vide, people.leo):
        people.sign(kid)
        people.plan(kid, days=9)
        people.milestone(kid, "care_considered", date(2026, 7, 1))
    with counted(people.store) as many:
        client.get(path)
    assert len(many) <= len(few) <= 10, many


def test_without_children_it_is_empty_but_whole(people: People, client_for: ClientFor) -> None:
    text = feed(people, begin(client_for(people.birgitta)))
    assert not events(text)
    assert Calendar.from_ical(text)["version"] == "2.0"


def test_it_speaks_the_users_language(people: People, client_for: ClientFor) -> None:
    people.change(people.maja, locale="en")
    assert "care plan" in feed(people, begin(client_for(people.maja)))
