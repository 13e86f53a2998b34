"""A child through the years: the whole line, what was silent, two pictures side by side, and the story."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from followup.services.overview.child_line import child_line
from followup.store.tables import Assignment, Note, Placement, PlacementCheck, Prompt, Response, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import counted

ClientFor = Callable[[Person], LintingClient]
Answers = Mapping[str, int | str]


def made(people: People, kid: Kid, days: int, answers: Answers, form: str | None = None, **check: Any) -> UUID:
    """A filed visit so many days ago, with what the placement check says."""
    (visit_id,) = people.plan(kid, days=-days, form=form)
    if answers:
        people.answer(visit_id, answers)
    if check:
        with people.as_program() as uow:
            uow.add(PlacementCheck(visit_id=visit_id, child_id=kid.id, **check))
    people.freeze(visit_id, state="filed")
    return visit_id


def page_of(client: LintingClient, kid: Kid, page: str, **options: Any) -> str:
    response = client.get(f"/children/{kid.id}/{page}", **options)
    assert response.status_code == 200
    return response.text


def strip(page: str, track: str) -> str:
    found = re.search(rf'<figure class="strip" aria-labelledby="s-{track}">.*?</figure>', page, re.DOTALL)
    assert found, f"no strip of {track}"
    return found[0]


def test_every_topic_has_a_strip_with_a_sentence_and_a_table(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 200, {"b_sleep": 4, "b_mood": 5, "b_friends": 3})
    made(people, people.alva, 100, {"b_sleep": 2, "b_mood": 5, "b_friends": "not_asked"})
    page = page_of(client_for(people.maja), people.alva, "line")
    order = [page.index(words) for words in ("Lågt eller tydligt lägre", 's-sleep"', "Starkt eller", 's-mood"')]
    assert order == sorted(order)
    drawn = strip(page, "sleep")
    assert 'role="img" aria-label="Jag sover bra. Nästan aldrig. Två steg lägre än förra gången.' in drawn
    assert drawn.count("<tr>") == 3
    assert 'class="c-low"' in drawn
    assert ">·</text>" in strip(page, "friends")  # not asked; the other kinds have other signs
    assert "Frågan ställdes inte" in strip(page, "friends")


def test_the_age_form_breaks_the_line_and_each_keeps_its_own_scale(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 1200, {"y_sleep": 1}, form="barn-4-7")
    made(people, people.alva, 1100, {"y_sleep": 3}, form="barn-4-7")
    made(people, people.alva, 200, {"b_sleep": 4})
    made(people, people.alva, 100, {"b_sleep": 4})
    drawn = strip(page_of(client_for(people.maja), people.alva, "line"), "sleep")
    assert drawn.count('class="c-break"') == 1
    assert drawn.count('class="c-line"') == 1  # none between faces, none over the break
    assert drawn.count('class="c-face"') == 2
    assert "Formulär: 4–7 | 8–12 år" in drawn
    assert "<td>Nej</td><td>4–7 år</td>" in drawn


def test_what_a_four_year_old_said_is_a_talk_and_no_chart(people: People, client_for: ClientFor) -> None:
    days = (people.clock().date() - people.vide.born).days
    made(people, people.vide, days - 4 * 365 - 100, {"y_sleep": 1})
    made(people, people.vide, 100, {"y_sleep": 3})
    page = page_of(client_for(people.maja), people.vide, "line")
    assert strip(page, "sleep").count("<tr>") == 2
    assert "Vid fyra år är svaren ett samtal" in page


def test_moves_new_caseworkers_and_tellings_are_marked(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 300, {"b_sleep": 4}, always_said=True)
    made(people, people.alva, 100, {"b_sleep": 4}, told_today="Att mamma var sjuk.", understanding="partly")
    made(people, people.alva, 50, {"b_sleep": 4}, understanding="partly")
    today = people.clock().date()
    with people.as_program() as uow:
        (home,) = uow.all(uow.reachable(Placement).where(Placement.child_id == people.alva.id))
        home.end = today - timedelta(days=200)
        new = {"start": home.end, "legal_basis": "sol", "child_id": people.alva.id}
        uow.add(Placement(foster_home_id=home.foster_home_id, **new))
        uow.add(Assignment(child_id=people.alva.id, user_id=people.maja.id, start=today - timedelta(days=80)))
    page = page_of(client_for(people.maja), people.alva, "line")
    happened = page.split("Det som hände under tiden")[1].split("</details>")[0]
    assert happened.count("Förklaringen berättad") == 2
    assert "Flytt till" in happened
    assert "Maja" in happened
    axis = page.split('<g id="axis">')[1].split("</g>")[0]
    assert axis.count('href="#ev-told"') == 2
    assert axis.count('href="#ev-move"') == 1
    assert 'href="#axis"' in strip(page, "sleep"), "drawn once, used by every strip"


def test_a_protected_childs_moves_name_no_home(people: People, client_for: ClientFor) -> None:
    made(people, people.samira, 100, {})
    with people.as_program() as uow:
        (home,) = uow.all(uow.reachable(Placement).where(Placement.child_id == people.samira.id))
        start = people.clock().date() - timedelta(days=20)
        uow.add(
            Placement(child_id=people.samira.id, foster_home_id=home.foster_home_id, start=start, legal_basis="sol")
        )
    page = page_of(client_for(people.maja), people.samira, "line", forbidden=[people.hemlig.name, people.hemlig.place])
    assert '<span dir="auto">Flytt</span>' in page


def test_silence_counts_visits_in_a_row_and_says_of_which_kind(people: People, client_for: ClientFor) -> None:
    asked: dict[str, int | str] = {"b_sleep": 4, "b_body": "not_applicable"}
    made(people, people.alva, 400, {**asked, "b_mood": 4}, understanding="partly", self_blame="some")
    made(people, people.alva, 300, {**asked, "b_mood": "declined"}, understanding="child_declined")
    made(people, people.alva, 200, {**asked, "b_mood": "dont_know"})
    made(people, people.alva, 100, {})  # a visit without the form: nothing was asked
    with people.unit(people.maja, reads=True) as uow:
        found = {each.topic: each for each in child_line(uow, people.alva.id, 3).silences}
    assert found["mood"].kinds == ("not_asked", "dont_know", "declined")
    assert not found["mood"].never
    assert found["_why"].kinds == ("not_asked", "not_asked", "declined")
    assert found["_blame"].kinds == ("not_asked",) * 3
    assert found["friends"].never
    assert found["area:health"].kinds == ("not_asked",) * 4
    assert not {"sleep", "body"} & set(found)
    page = page_of(client_for(people.maja), people.alva, "line?silent=3")
    assert "ställdes inte 1, vet inte 1, vill inte svara 1" in " ".join(page.split())
    assert '<option value="3" selected>' in page
    for odd in ("0", "-1", "99", "x", "²", "9" * 400):
        page_of(client_for(people.maja), people.alva, f"line?silent={odd}")


def test_the_child_beside_the_carers_without_a_verdict(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva, days=-30)
    people.answer(visit_id, {"b_sleep": 2, "b_mood": 4}, words={"b_sleep": "Jag ligger vaken."}, mode="alone")
    people.answer(visit_id, {"f_sleep": 5}, respondent="carer", words={"f_sleep": "Somnar direkt."})
    with people.as_program() as uow:
        whose = {"visit_id": visit_id, "child_id": people.alva.id}
        uow.add(Prompt(subject="b_sleep", words="Det är mörkt.", outcome="talked", recorded_at=uow.now, **whose))
        uow.add(Note(position=1, area="carer", kind="statement", source="Karin", text="Nätterna är lugna.", **whose))
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        visit.private_talk = "yes"
    people.freeze(visit_id)
    (heard,) = people.plan(people.alva, days=-10)
    people.answer(heard, {"b_sleep": 5})
    with people.as_program() as uow:
        uow.one(uow.reachable(Response).where(Response.visit_id == heard)).earshot = "carer"
    people.freeze(heard)
    page = page_of(client_for(people.maja), people.alva, "voices")
    for words in ("Jag ligger vaken.", "Det är mörkt.", "Somnar direkt.", "Nätterna är lugna.", "Karin"):
        assert words in page
    assert "Nästan alltid" not in page.split("Hälsa")[0]  # the sheet that a carer heard gives way to the one nobody did
    for verdict in ("skillnad", "stämmer inte", "olika svar"):
        assert verdict not in page


def test_the_story_by_the_childs_age_with_its_retellings(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 800, {}, understanding="does_not_know", self_blame="clear", child_words="Jag var bråkig.")
    made(
        people, people.alva, 100, {}, understanding="own_words", self_blame="no_sign",
        told_today="Att det är de vuxnas ansvar.", retold="De vuxna klarade det inte.",
    )  # fmt: skip
    page = page_of(client_for(people.maja), people.alva, "story")
    for words in ("När Alva var 8 år", "När Alva var 10 år", "Jag var bråkig.", "De vuxna klarade det inte."):
        assert words in page
    assert page.index("De vuxna klarade") < page.index("Jag var bråkig.")
    assert f"Alva fick höra det senast 16 augusti 2026, av {people.maja.name}." in page
    assert "Överenskommet med mamma" in page


@pytest.mark.parametrize("page", ["line", "voices", "story"])
def test_nothing_yet_is_a_page_too(people: People, client_for: ClientFor, page: str) -> None:
    assert people.elliot.name in page_of(client_for(people.idris), people.elliot, page)


@pytest.mark.parametrize("page", ["line", "voices", "story"])
def test_statements_stay_the_same_however_many_visits(people: People, client_for: ClientFor, page: str) -> None:
    client = client_for(people.maja)
    answers = {"b_sleep": 2, "b_mood": 4}
    made(people, people.alva, 500, answers, always_said=True)
    made(people, people.alva, 490, answers)
    with counted(people.store) as few:
        page_of(client, people.alva, page)
    for days in range(20, 420, 40):
        made(people, people.alva, days, answers, always_said=True, child_words="Ja.")
    with counted(people.store) as many:
        page_of(client, people.alva, page)
    assert len(few) <= 15, few
    assert len(many) == len(few), many


def test_a_lead_reads_the_line_within_as_many_statements(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 100, {"b_sleep": 2})
    client = client_for(people.birgitta)
    with counted(people.store) as statements:
        page_of(client, people.alva, "line")
    assert len(statements) <= 15, statements
