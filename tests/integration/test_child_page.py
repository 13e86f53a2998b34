"""A child's own page: who, why, what is open, the line through the visits, and wishes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from followup.store.tables import Child, Flag, HomeVisit, PlacementCheck, Prompt, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import counted

ClientFor = Callable[[Person], LintingClient]


def page_of(client: LintingClient, kid: Kid, **options: Any) -> str:
    response = client.get(f"/children/{kid.id}", **options)
    assert response.status_code == 200
    return response.text


def without_token(page: str) -> str:
    """The page without what differs from request to request: the token, the request's number, the address itself."""
    return re.sub(r'name="csrf[-_]token" (content|value)="[^"]*"|Felkod: \w+|/children/[0-9a-f-]{36}', "", page)


def made(people: People, kid: Kid, days: int, answers: dict[str, int | str], form: str | None = None) -> UUID:
    """A filed visit so many days ago."""
    (visit_id,) = people.plan(kid, days=-days, form=form)
    people.answer(visit_id, answers)
    people.freeze(visit_id, state="filed")
    return visit_id


def chart(page: str, track: str) -> str:
    found = re.search(rf'<figure class="trend" aria-labelledby="t-{track}-h">.*?</figure>', page, re.DOTALL)
    assert found, f"no chart of {track}"
    return found[0]


def test_who_and_where(people: People, client_for: ClientFor) -> None:
    page = page_of(client_for(people.maja), people.alva)
    for words in ("10 år.", people.alva.case_number, "Bor hos Karin och Per Ängsull i Lingonmo.", people.maja.name):
        assert words in page
    assert f'href="/children/{people.vide.id}"' in page
    assert str(people.alva.personal_number) not in page


def test_protected_child_has_no_home_on_its_page(people: People, client_for: ClientFor) -> None:
    home = people.hemlig
    page = page_of(client_for(people.maja), people.samira, forbidden=[home.name, home.place, "070-174 06 05"])
    assert "Skyddade personuppgifter" in page


@pytest.mark.parametrize("path", ["", "/plan"])
def test_somebody_elses_child_is_not_found(people: People, client_for: ClientFor, path: str) -> None:
    client = client_for(people.maja)
    missing = without_token(client.get(f"/children/{uuid4()}{path}").text)
    for kid in (people.tor, people.elliot, people.nour):
        other = client.get(f"/children/{kid.id}{path}")
        assert (other.status_code, without_token(other.text)) == (404, missing)
    assert client_for(people.birgitta).get(f"/children/{people.samira.id}{path}").status_code == 404


def test_the_newest_explanation_and_the_latest_words(people: People, client_for: ClientFor) -> None:
    people.explain(people.alva, "Mamma behövde vila hos en doktor.", version=2)
    for days, code, words in ((200, "own_words", "Mamma var trött."), (100, "partly", "Jag bråkade nog.")):
        (visit_id,) = people.plan(people.alva, days=-days)
        with people.as_program() as uow:
            check = {"understanding": code, "self_blame": "some", "child_words": words, "always_said": days == 200}
            uow.add(PlacementCheck(visit_id=visit_id, child_id=people.alva.id, **check))
        people.freeze(visit_id)
    page = page_of(client_for(people.maja), people.alva)
    for words in ("Mamma behövde vila", "Jag bråkade nog.", "Undrar ibland om det är hens fel"):
        assert words in page
    for earlier in ("Mamma blev så trött", "Mamma var trött."):
        assert earlier not in page  # the years have a page of their own
    assert "Berättades senast 8 maj 2026." in page
    assert f'href="/children/{people.alva.id}/story"' in page


def test_timeline_tells_the_states_apart(people: People, client_for: ClientFor) -> None:
    signed, filed = made(people, people.alva, 200, {"b_sleep": 4}), made(people, people.alva, 300, {"b_sleep": 4})
    (cancelled,) = people.plan(people.alva, days=-20, state="cancelled")
    (draft,) = people.plan(people.alva, state="draft")
    (planned,) = people.plan(people.alva, days=30)
    with people.as_program() as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == cancelled))
        visit.cancelled_because, visit.cancelled_note = "other", "Bilen gick sönder."
    page = page_of(client_for(people.maja), people.alva)
    rows = {
        name: page.split(f'id="visit-{visit_id}"')[1].split("</li>")[0]
        for name, visit_id in (
            ("signed", signed),
            ("filed", filed),
            ("cancelled", cancelled),
            ("draft", draft),
            ("planned", planned),
        )
    }
    assert "Förd till akt" in rows["filed"]
    assert "Blev inte av" in rows["cancelled"]
    assert "Bilen gick sönder." in rows["cancelled"]
    assert "Påbörjat, inte signerat" in rows["draft"]
    assert "Bokat" in rows["planned"]
    assert list(rows) == ["signed", "filed", "cancelled", "draft", "planned"]
    assert f'href="/visits/{signed}"' in rows["signed"]


def test_open_prompts_say_why_and_what_was_said(people: People, client_for: ClientFor) -> None:
    visit_id = made(people, people.alva, 91, {"b_sleep": 2})
    with people.as_program() as uow:
        reasons = [
            {"rule": "R1", "level": "talk", "values": {"now": 2, "max": 5, "limit": 2, "before": 4}},
            {"rule": "R3", "level": "follow_up", "values": {"now": 2, "max": 5, "before": 4, "steps": 2}},
        ]
        of_visit = {"visit_id": visit_id, "child_id": people.alva.id}
        uow.add(
            Flag(
                respondent="child",
                subject="b_sleep",
                level="follow_up",
                reasons=reasons,
                rules_version="1.0.0",
                raised_at=uow.now,
                **of_visit,
            ),
        )
    page = page_of(client_for(people.maja), people.alva)
    assert "Sömn: 2 av 5 den 25 augusti 2026, 4 förra gången (2 steg lägre)." in page
    assert "Följ upp" in page
    assert " i dag" not in page.split('id="h-open"')[1].split("</section>")[0]


def test_a_milder_flag_later_on_hides_no_graver_one(people: People, client_for: ClientFor) -> None:
    levels = {91: "escalate", 10: "follow_up"}
    for days, level in levels.items():
        visit_id = made(people, people.alva, days, {"b_safe": 2})
        with people.as_program() as uow:
            uow.add(
                Flag(
                    visit_id=visit_id,
                    child_id=people.alva.id,
                    respondent="child",
                    subject="b_safe",
                    level=level,
                    reasons=[{"rule": "R2", "level": level, "values": {"now": 2, "max": 5, "limit": 2}}],
                    rules_version="1.0.0",
                    raised_at=uow.now,
                )
            )
    page = page_of(client_for(people.maja), people.alva)
    assert "den 25 augusti 2026" in page.split('id="h-open"')[1].split("</section>")[0]


def test_low_and_falling_answers_come_first(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 200, {"b_sleep": 4, "b_mood": 5, "b_body": 4, "b_friends": 4})
    made(people, people.alva, 100, {"b_sleep": 2, "b_mood": 3, "b_body": 3, "b_friends": "declined"})
    page = page_of(client_for(people.maja), people.alva)
    place = {track: page.index(f'aria-labelledby="t-{track}-h"') for track in ("sleep", "mood", "body", "friends")}
    steady = page.index("2 svar till")
    assert place["sleep"] < place["mood"] < steady  # low; then two steps down
    assert min(place["body"], place["friends"]) > steady  # one step is noise; silence is no low answer
    assert "Vill inte svara" in chart(page, "friends")
    assert 'class="c-miss"' in chart(page, "friends")
    assert "<table>" in chart(page, "sleep")
    assert 'role="img" aria-label="Jag sover bra. Nästan aldrig.' in chart(page, "sleep")


def test_what_is_good_is_shown_as_clearly_as_what_is_low(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 200, {"b_sleep": 2, "b_mood": 4, "b_body": 2, "b_school_ok": 3})
    made(people, people.alva, 100, {"b_sleep": 2, "b_mood": 5, "b_body": 4, "b_school_ok": 3})
    page = page_of(client_for(people.maja), people.alva)
    good = page.index("Starkt eller tydligt högre")
    assert page.index("Lågt eller tydligt lägre") < page.index('"t-sleep-h"') < good
    assert good < page.index('"t-mood-h"') < page.index('"t-body-h"') < page.index('"t-school_ok-h"')
    assert page.index("Ett svar till") < page.index('"t-school_ok-h"')


def test_answers_to_an_earlier_age_form_are_never_laid_on_the_new_scale(people: People, client_for: ClientFor) -> None:
    made(people, people.alva, 900, {"y_sleep": 1}, form="barn-4-7")
    made(people, people.alva, 200, {"b_sleep": 4})
    made(people, people.alva, 100, {"b_sleep": 4})
    page = page_of(client_for(people.maja), people.alva)
    drawn = chart(page, "sleep")
    assert drawn.count('class="c-line"') == 1
    assert "Samma som förra gången." in drawn
    assert "<td>Nej</td>" not in drawn
    assert "Formuläret bytte med åldern" in page


def test_faces_are_a_row_without_a_line(people: People, client_for: ClientFor) -> None:
    for days, score in ((300, 3), (200, 2), (100, 1)):
        made(people, people.vide, days, {"y_sleep": score})
    drawn = chart(page_of(client_for(people.maja), people.vide), "sleep")
    assert drawn.count('class="c-face"') == 3
    assert "c-line" not in drawn
    assert "Ett steg lägre än förra gången." in drawn


def test_drafts_and_the_carers_answers_are_not_in_the_line(people: People, client_for: ClientFor) -> None:
    visit_id = made(people, people.alva, 100, {"b_sleep": 4})
    (draft,) = people.plan(people.alva)
    people.answer(draft, {"b_sleep": 1})
    people.answer(draft, {"f_sleep": 5}, respondent="carer")
    page = page_of(client_for(people.maja), people.alva)
    assert str(visit_id) in page
    assert "Ett besök, " in page
    assert chart(page, "sleep").count("<tr>") == 2


def test_wishes_are_kept_and_never_overwritten_unseen(people: People, client_for: ClientFor) -> None:
    client = client_for(people.maja)
    path = f"/children/{people.alva.id}/wishes"

    def mark() -> str:
        found = re.search(r'name="mark" value="(\w+)"', page_of(client, people.alva))
        assert found
        return found[1]

    old = mark()
    assert client.submit(path, wishes="Sitta i köket.\r\nInga fredagar.", mark=old).status_code == 302
    assert client.submit(path, wishes="Sitta i köket.\nInga fredagar.", mark=old).status_code == 302  # once more
    refused = client.submit(path, wishes="Gå ut med Sixten.", mark=old)
    assert refused.status_code == 422
    assert "Gå ut med Sixten." in refused.text
    assert "Inga fredagar." in refused.text
    client.submit(path, wishes="Gå ut med Sixten.", mark=mark())
    assert people.rows(Child, Child.id == people.alva.id)[0].wishes == "Gå ut med Sixten."
    long = client.submit(path, wishes="a" * 5000, mark=mark())
    assert long.status_code == 422
    assert "för lång" in long.text


def history(people: People, visits: int) -> None:
    """Give Alva visits with everything on them."""
    with people.as_program() as uow:
        for index in range(visits):
            home_visit, visit = uuid4(), uuid4()
            at = people.clock() - timedelta(days=30 * index + 200)
            shared = {"organisation_id": people.organisation_id, "foster_home_id": people.angsull.id}
            uow.add(HomeVisit(id=home_visit, planned_at=at, kind="planned", **shared))
            uow.flush()
            person = {"child_id": people.alva.id, "caseworker_id": people.maja.id}
            uow.add(Visit(id=visit, home_visit_id=home_visit, state="draft", planned_at=at, **person))
            uow.flush()
            of_visit = {"visit_id": visit, "child_id": people.alva.id}
            uow.add(
                PlacementCheck(understanding="partly", self_blame="no_sign", **of_visit),
                Prompt(subject="b_sleep", outcome="later", recorded_at=at, **of_visit),
                Flag(
                    respondent="child",
                    subject="b_sleep",
                    level="follow_up",
                    reasons=[{"rule": "R13", "level": "follow_up", "values": {}}],
                    rules_version="1.0.0",
                    raised_at=at,
                    **of_visit,
                ),
            )


def test_as_many_statements_for_two_visits_as_for_twenty(people: People, client_for: ClientFor) -> None:
    client = client_for(people.maja)
    made(people, people.alva, 150, {"b_sleep": 2})
    history(people, 2)
    with counted(people.store) as few:
        page_of(client, people.alva)
    for days in range(20, 120, 10):
        made(people, people.alva, days, {"b_sleep": 3, "b_mood": 2})
    history(people, 8)
    people.promise(people.alva, "Ringa")
    with counted(people.store) as many:
        page_of(client, people.alva)
    assert len(few) <= 15, few
    assert len(many) == len(few), many
