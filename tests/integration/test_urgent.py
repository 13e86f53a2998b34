from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy.orm import selectinload

from followup.store.tables import Flag, Setting, UrgentConcern, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person

ClientFor = Callable[[Person], LintingClient]

SAID = "Han låste in mig i förrådet. Jag vill inte vara kvar här i natt."


def _page(visit_id: UUID, back: str = "talk") -> str:
    return f"/visits/{visit_id}/urgent?back={back}"


def _new_key(page: str) -> str:
    (key,) = re.findall(r'name="concern" value="([0-9a-f-]{36})"', page)[-1:]
    return str(key)


def _concerns(people: People, visit_id: UUID) -> list[UrgentConcern]:
    return list(people.visit(visit_id, selectinload(Visit.urgent_concerns)).urgent_concerns)


def _flags(people: People, visit_id: UUID) -> list[Flag]:
    visit = people.visit(visit_id, selectinload(Visit.flags).selectinload(Flag.events))
    return [flag for flag in visit.flags if flag.respondent == "caseworker"]


def _on_call(people: People, value: object, valid_from: date = date(2026, 1, 1)) -> None:
    with people.as_program() as uow:
        uow.add(
            Setting(
                organisation_id=people.organisation_id, key="on_call", value=value, valid_from=valid_from, set_by="prov"
            )
        )


def test_the_page_shows_whom_to_call(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    _on_call(people, [{"name": "Gamla jouren", "phone": "08-465 004 01"}])
    _on_call(people, [{"name": "Socialjouren", "phone": "08-465 004 20"}, "skräp", {"name": "utan"}], date(2026, 9, 1))
    _on_call(people, [{"name": "Nästa års jour", "phone": "08-465 004 99"}], date(2027, 1, 1))
    people.change(people.birgitta, phone="070-174 06 12")
    page = client_for(people.maja).get(_page(visit_id)).text
    assert 'href="tel:112"' in page
    assert 'href="tel:0846500420"' in page
    assert 'href="tel:0701740612"' in page
    assert "Birgitta Åkerbär" in page
    assert "Gamla jouren" not in page
    assert "Nästa års jour" not in page
    assert f'href="/visits/{visit_id}/talk"' in page


def test_without_numbers_the_page_says_so(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    page = client_for(people.maja).get(_page(visit_id, "javascript:alert(1)")).text
    assert "Inget journummer är inlagt" in page
    assert "Birgitta Åkerbär. Numret är inte inlagt" in page
    assert f'href="/visits/{visit_id}/talk"' in page
    assert "javascript" not in page


def test_exact_words_reach_the_lead_at_once(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    browser = client_for(people.maja)
    key = _new_key(browser.get(_page(visit_id)).text)
    fields = {"concern": key, "words": SAID, "question": "Vad hände då?", "told": "", "told_on": "", "told_time": ""}
    response = browser.submit(_page(visit_id), fields)
    assert response.status_code == 302
    assert "#concern-" in response.location
    (concern,) = _concerns(people, visit_id)
    assert (concern.words, concern.question, concern.told_at) == (SAID, "Vad hände då?", None)
    (flag,) = _flags(people, visit_id)
    assert (flag.level, flag.subject, flag.text) == ("escalate", f"urgent:{concern.id}", SAID)
    assert flag.reasons == [{"rule": "R13", "level": "escalate", "values": {}}]
    assert [event.kind for event in flag.events] == ["raised"]
    assert people.visit(visit_id).state == "planned"
    page = browser.get(_page(visit_id)).text
    assert SAID in page
    assert "Skriv vem du berättat för" in page


def test_a_double_click_raises_one_flag(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    browser = client_for(people.maja)
    fields = {"concern": _new_key(browser.get(_page(visit_id)).text), "words": SAID}
    for _ in range(2):
        assert browser.submit(_page(visit_id), fields).status_code == 302
    assert len(_concerns(people, visit_id)) == len(_flags(people, visit_id)) == 1


def test_other_words_under_the_same_key_become_a_concern_of_their_own(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    browser = client_for(people.maja)
    fields = {"concern": _new_key(browser.get(_page(visit_id)).text), "words": SAID}
    browser.submit(_page(visit_id), fields)
    browser.submit(_page(visit_id), {**fields, "words": SAID + " Och igår också."})
    assert len(_concerns(people, visit_id)) == 2


def test_who_was_told_can_be_completed_later(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    browser = client_for(people.maja)
    browser.submit(_page(visit_id), {"concern": _new_key(browser.get(_page(visit_id)).text), "words": SAID})
    (concern,) = _concerns(people, visit_id)
    told = {
        "concern": str(concern.id),
        "told_before": "",
        "told": "Birgitta",
        "told_on": "2026-11-24",
        "told_time": "14.20",
    }
    assert browser.submit(_page(visit_id), told).status_code == 302
    (concern,) = _concerns(people, visit_id)
    assert concern.told == "Birgitta"
    assert concern.told_at is not None
    assert concern.told_at.isoformat() == "2026-11-24T13:20:00+00:00"
    (flag,) = _flags(people, visit_id)
    assert [(event.kind, event.text) for event in flag.events] == [("raised", ""), ("noted", "Birgitta")]


def test_two_who_write_at_once_are_both_kept(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    browser = client_for(people.maja)
    browser.submit(_page(visit_id), {"concern": _new_key(browser.get(_page(visit_id)).text), "words": SAID})
    (concern,) = _concerns(people, visit_id)
    for words in ("Birgitta", "Socialjouren"):
        browser.submit(_page(visit_id), {"concern": str(concern.id), "told_before": "", "told": words})
    assert _concerns(people, visit_id)[0].told == "Birgitta\nSocialjouren"


def test_a_signed_visit_still_takes_a_concern(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva, days=-3)
    people.freeze(visit_id)
    browser = client_for(people.maja)
    key = _new_key(browser.get(_page(visit_id)).text)
    assert browser.submit(_page(visit_id), {"concern": key, "words": SAID}).status_code == 302
    assert len(_concerns(people, visit_id)) == 1


def test_what_cannot_be_saved_stays_on_the_page(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    browser = client_for(people.maja)
    cases: list[tuple[dict[str, str], str]] = [
        ({"words": " "}, "Några ord räcker"),
        ({"words": SAID, "told_time": "25.99"}, "inget klockslag"),
        ({"words": SAID, "told_on": "1926-11-24"}, "särskilt året"),
        ({"words": SAID, "told_on": "2026-11-24", "told_time": "23.00"}, "Tiden har inte varit än"),
        ({"words": "å" * 10_001}, "10001 tecken"),
    ]
    for fields, sentence in cases:
        key = _new_key(browser.get(_page(visit_id)).text)
        response = browser.submit(_page(visit_id), {"concern": key, **fields})
        assert response.status_code == 422
        assert sentence in response.text
        assert fields["words"] in response.text
    assert not _concerns(people, visit_id)


def test_a_key_that_is_none_is_no_trouble(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    assert client_for(people.maja).submit(_page(visit_id), concern="'; --", words=SAID).status_code == 302
    assert len(_concerns(people, visit_id)) == 1


def test_somebody_elses_visit_is_not_found(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.tor)
    browser = client_for(people.maja)
    assert browser.get(_page(visit_id)).status_code == 404
    assert browser.submit(_page(visit_id), words=SAID).status_code == 404


def test_while_the_lead_is_away_her_deputy_is_called(people: People, client_for: ClientFor) -> None:
    (visit,) = people.plan(people.alva)
    page = f"/visits/{visit}/urgent"
    people.change(people.birgitta, phone="070-174 06 12")
    assert people.birgitta.name in client_for(people.maja).get(page).text
    people.change(people.dag, phone="070-174 06 13")
    text = client_for(people.maja).get(page).text
    assert people.dag.name in text
    assert people.birgitta.name not in text
