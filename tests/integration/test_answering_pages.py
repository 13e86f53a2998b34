"""The pages of the child's and the carers' form, as a caseworker fills them in."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from werkzeug.datastructures import MultiDict

from tests.support.answered import sheet_of
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

Browsers = Callable[[Person], LintingClient]


def answers(people: People, visit: UUID, respondent: str = "child") -> dict[str, tuple[str, int | None]]:
    return {row.item: (row.status, row.score) for row in sheet_of(people, visit, respondent).answers}


@pytest.fixture
def visit(people: People) -> UUID:
    (planned,) = people.plan(people.alva)
    return planned


def test_all_questions_stand_on_one_page_with_what_is_answered(
    people: People, client_for: Browsers, visit: UUID
) -> None:
    people.answer(visit, {"b_sleep": 2, "b_mood": "declined"}, words={"b_sleep": "Jag vaknar"})
    page = client_for(people.maja).get(f"/visits/{visit}/answers")
    assert page.status_code == 200
    assert page.text.count('name="shown"') == 14 + 3
    assert "2 av 14 besvarade" in page.text
    assert "Jag vaknar" in page.text


def test_one_question_at_a_time_leads_through_the_form_without_scripts(
    people: People, client_for: Browsers, visit: UUID
) -> None:
    browser = client_for(people.maja)
    path = f"/visits/{visit}/answers?item=b_friends"
    page = browser.get(path)
    assert page.text.count('name="shown"') == 1
    answer = browser.submit(path, {"revision": "0", "shown": "b_friends", "q-b_friends": "4", "go": "next"})
    assert answer.headers["Location"].endswith(f"/visits/{visit}/answers?item=b_school_ok")
    answer = browser.submit(
        f"/visits/{visit}/answers?item=b_school_ok", {"revision": "1", "shown": "b_school_ok", "go": "back"}
    )
    assert answer.headers["Location"].endswith("?item=b_friends")
    answer = browser.submit(
        f"/visits/{visit}/answers?item=closing", {"revision": "2", "shown": "close_good", "go": "next"}
    )
    assert answer.headers["Location"].endswith(f"/visits/{visit}/talk")
    assert answers(people, visit) == {"b_friends": ("answered", 4)}


def test_the_youngest_practise_first(people: People, client_for: Browsers) -> None:
    (visit,) = people.plan(people.vide)
    browser = client_for(people.maja)
    assert "Tycker du om att leka?" in browser.get(f"/visits/{visit}/answers?item=practice").text
    assert "Tycker du om att slå i tån?" in browser.get(f"/visits/{visit}/answers").text


def test_a_script_is_told_the_time_and_the_revision(people: People, client_for: Browsers, visit: UUID) -> None:
    browser = client_for(people.maja)
    saved = browser.autosave(f"/visits/{visit}/answers", {"revision": "0", "shown": "b_sleep", "q-b_sleep": "2"})
    assert saved.json == {"saved_at": "14.32", "revision": 1}
    conflict = browser.autosave(f"/visits/{visit}/answers", {"revision": "0", "shown": "b_sleep", "q-b_sleep": "4"})
    assert (conflict.status_code, conflict.json) == (409, {"conflict": True, "revision": 1})
    refused = browser.autosave(f"/visits/{visit}/answers", {"revision": "1", "shown": "b_sleep", "q-b_sleep": "9"})
    assert refused.status_code == 422
    assert '"q-b_sleep"' in refused.text


def test_a_refused_page_comes_back_with_all_that_was_filled_in(
    people: People, client_for: Browsers, visit: UUID
) -> None:
    fields = MultiDict(
        [
            ("revision", "0"),
            *(("shown", item) for item in ("b_sleep", "b_mood", "close_good")),
            ("q-b_sleep", "elva"),
            ("q-b_mood", "4"),
            ("words-b_mood", "Glad \u202e och trött"),
            ("words-close_good", "Vi badade"),
            ("earshot", ""),
            ("earshot", "carer"),
        ]
    )
    browser = client_for(people.maja)
    page = browser.post(
        f"/visits/{visit}/answers", data=MultiDict([*fields.items(multi=True), ("csrf_token", browser.csrf())])
    )
    assert page.status_code == 422
    assert "Svaret är ingen siffra. Välj ett av svaren." in page.text
    for kept in ("Glad \u202e och trött", "Vi badade"):
        assert kept in page.text
    assert 'value="carer" id="earshot"' not in page.text
    assert 'name="earshot" value="carer" checked' in page.text
    assert 'name="q-b_mood" value="4" checked' in page.text


def test_two_versions_are_worded_and_the_choice_is_saved_with_the_rest(
    people: People, client_for: Browsers, visit: UUID
) -> None:
    browser, path = client_for(people.maja), f"/visits/{visit}/answers"
    browser.submit(path, {"revision": "0", "shown": "b_sleep", "q-b_sleep": "2", "words-b_sleep": "Jag vaknar ibland"})
    stale = {
        "revision": "0",
        "shown": ["b_sleep", "b_mood"],
        "q-b_sleep": "4",
        "words-b_sleep": "Jag sover bra nu",
        "q-b_mood": "5",
    }
    page = browser.submit(path, stale)
    assert page.status_code == 409
    for words in ("Jag sover bra.", "Ofta", "Nästan aldrig", "Jag vaknar ibland", "Jag sover bra nu"):
        assert words in page.text
    chosen = {
        "resolve": "1",
        "revision": "1",
        "shown": "b_sleep b_mood",
        "q-b_mood": "5",
        "differs": ["q-b_sleep", "words-b_sleep"],
        "pick-q-b_sleep": "mine",
        "mine-q-b_sleep": "4",
        "theirs-q-b_sleep": "2",
        "pick-words-b_sleep": "both",
        "mine-words-b_sleep": "Jag sover bra nu",
        "theirs-words-b_sleep": "Jag vaknar ibland",
    }
    assert browser.submit(path, chosen).status_code == 302
    assert answers(people, visit) == {"b_sleep": ("answered", 4), "b_mood": ("answered", 5)}
    assert {row.words for row in sheet_of(people, visit).answers} == {"", "Jag vaknar ibland\n\nJag sover bra nu"}


def test_carers_and_child_never_see_each_others_answers(people: People, client_for: Browsers, visit: UUID) -> None:
    people.answer(visit, {"b_sleep": 2}, words={"b_sleep": "barnets hemliga ord"})
    people.answer(visit, {"f_sleep": 1}, respondent="carer", words={"f_sleep": "familjehemmets hemliga ord"})
    browser = client_for(people.maja)
    assert "barnets hemliga ord" not in browser.get(f"/visits/{visit}/carer").text
    assert "familjehemmets hemliga ord" not in browser.get(f"/visits/{visit}/answers").text


def test_the_carers_page_leads_back_to_the_childs(people: People, client_for: Browsers, visit: UUID) -> None:
    answer = client_for(people.maja).submit(
        f"/visits/{visit}/carer", {"revision": "0", "shown": "f_sleep", "q-f_sleep": "4", "go": "next"}
    )
    assert answer.headers["Location"].endswith(f"/visits/{visit}/answers")
    assert answers(people, visit, "carer") == {"f_sleep": ("answered", 4)}


def test_the_smallest_have_no_form_but_a_page_that_says_what_to_do(people: People, client_for: Browsers) -> None:
    (visit,) = people.plan(people.leo)
    page = client_for(people.maja).get(f"/visits/{visit}/answers")
    assert "Inget formulär är valt" in page.text
    for step in ("agreements", "carer", "why"):
        assert f"/visits/{visit}/{step}" in page.text


@pytest.mark.parametrize("page", ["answers", "answers?item=b_sleep", "carer"])
def test_a_page_asks_few_questions_of_the_database(
    people: People, client_for: Browsers, visit: UUID, page: str
) -> None:
    people.answer(visit, {"b_sleep": 2})
    browser = client_for(people.maja)
    browser.get(f"/visits/{visit}/{page}")
    with counted(people.store) as statements:
        browser.get(f"/visits/{visit}/{page}")
    assert len(statements) <= 15, statements


@pytest.mark.parametrize("step", ["prepare", "answers", "carer"])
def test_a_visit_that_is_no_longer_open_leads_to_what_can_be_read(
    people: People, client_for: Browsers, visit: UUID, step: str
) -> None:
    browser = client_for(people.maja)
    (cancelled,) = people.plan(people.alva, days=3, state="cancelled")
    assert browser.get(f"/visits/{cancelled}/{step}").headers["Location"].endswith(f"/children/{people.alva.id}")
    people.freeze(visit)
    assert browser.get(f"/visits/{visit}/{step}").headers["Location"].endswith(f"/visits/{visit}/summary")
