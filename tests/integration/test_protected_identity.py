"""A protected identity: a sign before it is opened, and nowhere a word of where the child is."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from followup.services.overview.calendar_feed import renew_feed
from followup.store.tables import AccessLog, Document, FosterHome, UserSession
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.pdf_reading import words_of
from tests.support.people import People, browser
from tests.support.population import Kid, Person
from tests.support.queries import log_lines

Clients = Callable[[Person], LintingClient]

WHERE = ("Kanariegatan 17", "Kanariebyn", "0701740699", "Kanarie Hemvist")
"""Address, place, telephone and home of the protected child."""


@dataclass(frozen=True)
class Case:
    """What there is about Samira, by the names that addresses use."""

    ids: dict[str, UUID]


@pytest.fixture
def case(people: People) -> Case:
    """Samira lives where the canaries are; Birgitta may open her too."""
    with people.as_program() as uow:
        home = uow.one(uow.reachable(FosterHome).where(FosterHome.id == people.hemlig.id))
        home.address, home.place, home.phone, home.name = WHERE
    people.explain(people.samira)
    signed = people.sign(people.samira)
    (visit,) = people.plan(people.samira, days=1)
    people.promise(people.samira, "ringa")
    flag = raise_flag(people, signed, people.samira, "c_safe", "follow_up")
    (document,) = people.rows(Document, Document.visit_id == signed)
    people.grant(people.birgitta, people.samira)
    ids = {"child_id": people.samira.id, "visit_id": visit, "signed": signed, "flag_id": flag}
    return Case({**ids, "document_id": document.id})


def addresses(people: People, case: Case) -> Iterator[str]:
    """Yield every page that is read: lists, and those about Samira, her visits open and signed."""
    for rule in people.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static" or rule.rule.startswith("/my"):
            continue
        if not rule.arguments <= set(case.ids):
            continue
        for visit in ("visit_id", "signed") if "visit_id" in rule.arguments else ("visit_id",):
            values = {**case.ids, "visit_id": case.ids[visit]}
            built = rule.build({name: values[name] for name in rule.arguments})
            assert built, rule
            yield built[1]


def says_where(answer: TestResponse) -> list[str]:
    """Name what an answer tells of where the child is: in its body, or in a header such as a file's name."""
    body = answer.get_data()
    printed = answer.mimetype == "application/pdf" and len(body) > len(b"%PDF-1.7")  # and no stand-in for one
    text = words_of(body) if printed else body.decode(errors="replace")
    return [word for word in WHERE if word in text + repr(list(answer.headers))]


def names_the_child(answer: TestResponse) -> bool:
    """Whether a file's name does."""
    name = answer.headers.get("Content-Disposition", "")
    return any(word.lower() in name.lower() for word in ("Samira", "Nattviol", *WHERE))


def test_no_page_file_or_log_says_where_the_child_is_not_to_those_with_a_grant_either(
    people: People, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    told, files = [], 0
    with caplog.at_level(logging.DEBUG):
        for person in (people.maja, people.birgitta):
            client = browser(people, person)
            for path in addresses(people, case):
                if person is people.birgitta and "/visits/" in path:
                    continue  # the same pages, for a lead
                answer = client.get(path, lint=False)
                assert answer.status_code < 500, path
                own = {WHERE[3]} if path.endswith("/home-record") else set()  # the home's own record is about the home
                told += [f"{path} to {person.user_name}: {word}" for word in says_where(answer) if word not in own]
                told += [f"{path}: the file's name"] if names_the_child(answer) else []
                files += "Content-Disposition" in answer.headers
        assert browser(people, people.sven).get(f"/visits/{case.ids['visit_id']}/talk").status_code == 404
    assert not told, "\n".join(told)
    assert files > 3
    with people.store.engine.connect() as connection:
        columns = AccessLog.__table__.c
        lines = connection.execute(select(columns.objects, columns.fields, columns.action)).all()
    logged = caplog.text + json.dumps([tuple(line) for line in lines], default=str)
    for word in ("Samira", "Nattviol", people.samira.case_number, *WHERE):
        assert word not in logged, word


def test_the_calendar_has_nothing_of_a_protected_child(people: People, case: Case) -> None:
    assert case.ids
    with people.unit(people.maja) as uow:
        token = renew_feed(uow)
    (rule,) = [rule for rule in people.app.url_map.iter_rules() if rule.endpoint == "calendar.feed"]
    built = rule.build({"token": token})
    assert built
    feed = browser(people).get(built[1], lint=False)
    assert "BEGIN:VCALENDAR" in feed.text
    assert not says_where(feed)
    for word in people.samira.canaries:
        assert word not in feed.text


def test_a_sign_stands_before_the_child_once_for_each_device(people: People, case: Case) -> None:
    client, path = _unwarned(people, people.maja), f"/children/{people.samira.id}"
    asked = client.get(path)
    assert asked.status_code == 302
    sign = client.get(asked.location, forbidden={"Samira", "Nattviol", people.samira.case_number})
    assert "skyddade personuppgifter" in sign.text
    assert client.submit(f"{path}/protected", {"next": path}).location == path
    assert client.get(path).status_code == 200
    assert client.get(f"/visits/{case.ids['visit_id']}/prepare").status_code == 200
    assert _unwarned(people, people.maja).get(path).status_code == 302, "another device"
    (line,) = [line for line in log_lines(people.store) if line.action == "open_protected"]
    assert (line.actor_id, line.children) == (people.maja.id, {people.samira.id: "grant"})


def test_it_stands_before_everything_that_is_read_about_the_child(people: People, case: Case) -> None:
    client = _unwarned(people, people.maja)
    before = len(log_lines(people.store))
    for path in addresses(people, case):
        if any(str(each) in path for each in case.ids.values()) and not path.endswith("/protected"):
            answer = client.get(path, lint=False)
            if answer.status_code in {403, 404}:
                continue  # not hers to read at all
            assert answer.location, path
            assert answer.location.startswith(f"/children/{people.samira.id}/protected?next="), path
    read = [line for line in log_lines(people.store)[before:] if people.samira.id in line.children]
    assert not read, "nothing of her was read"


def test_lists_and_other_children_need_no_sign(people: People, case: Case) -> None:
    assert case.ids
    client = _unwarned(people, people.maja)
    for path in ("/children", "/documents", "/deadlines", f"/children/{people.alva.id}"):
        assert client.get(path).status_code == 200, path


def test_the_sign_leads_nowhere_else(people: People, case: Case) -> None:
    assert case.ids
    client, path = _unwarned(people, people.maja), f"/children/{people.samira.id}"
    for address in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", ""):
        assert client.submit(f"{path}/protected", {"next": address}).location == path, address
    for other in (people.alva, people.nour, people.tor):
        assert client.get(f"/children/{other.id}/protected").status_code == 404


def _unwarned(people: People, person: Person) -> LintingClient:
    """A browser on which no sign has been passed."""
    client = browser(people, person)
    with people.as_program() as uow:
        for session in uow.all(select(UserSession).where(UserSession.user_id == person.id)):
            session.warned = []
    return client


def test_a_home_that_is_shared_is_not_told_of_the_protected_one(people: People, client_for: Clients) -> None:
    """Nour lives where Elliot lives: Elliot's page has the home, Nour's has not, and his does not name her."""
    people.grant(people.idris, people.nour)
    client = client_for(people.idris)
    kid: Kid = people.nour
    client.canaries = {"idris": client.canaries["idris"] - kid.canaries}
    page = client.get(f"/children/{kid.id}").text
    assert people.myrholm.place not in page
    assert people.myrholm.name not in page
    assert people.myrholm.place in client.get(f"/children/{people.elliot.id}").text
