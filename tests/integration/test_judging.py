"""What people do with a flag: asked, answered, planned, closed; two at once, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import selectinload

from followup.domain.errors import InvalidInput, NotAllowed, NotFound
from followup.services.flags import judging
from followup.services.overview.handing_over_child import change_caseworker
from followup.store.tables import Action, Flag, FlagEvent
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import TODAY, Person

ClientFor = Callable[[Person], LintingClient]


@pytest.fixture
def visit_id(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva, days=-3)
    people.answer(visit_id, {"b_safe": 1, "b_sleep": 2})
    people.freeze(visit_id)
    return visit_id


def flag_of(people: People, flag_id: UUID) -> Flag:
    (flag,) = people.rows(Flag, Flag.id == flag_id, load=[selectinload(Flag.events)])
    return flag


def kinds(people: People, flag_id: UUID) -> list[str]:
    return [event.kind for event in flag_of(people, flag_id).events]


def planned(doer: Person, **fields: str) -> dict[str, str]:
    return {"what": "Extra besök på skolan", "who": str(doer.id), "due": "2026-11-27", **fields}


def test_a_flags_life_from_question_to_end(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    lead, worker = client_for(people.birgitta), client_for(people.maja)
    assert "Frågor från gruppledaren" not in worker.get("/children").text
    lead.submit(f"/flags/{flag_id}/ask", seen=1, question="Har du pratat med Alva sedan dess?")
    assert flag_of(people, flag_id).status == "acknowledged"
    start = worker.get("/children").text
    assert "Frågor från gruppledaren (1)" in start
    assert "Har du pratat med Alva sedan dess?" in start
    people.clock.forward(minutes=5)
    worker.submit(f"/flags/{flag_id}/answer", seen=2, answer="Ja, i går kväll.")
    assert flag_of(people, flag_id).status == "open"
    assert "Frågor från gruppledaren" not in worker.get("/children").text
    people.clock.forward(minutes=5)
    lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="3"))
    (action,) = people.rows(Action, Action.child_id == people.alva.id)
    assert (action.owner_id, action.who, action.due) == (people.maja.id, people.maja.name, date(2026, 11, 27))
    people.clock.forward(minutes=5)
    lead.submit(f"/flags/{flag_id}/close", seen=4, reason="acted", note="Extra besök gjort.")
    flag = flag_of(people, flag_id)
    assert flag.status == "closed"
    assert [(event.kind, event.by) for event in flag.events] == [
        ("raised", people.maja.id),
        ("asked", people.birgitta.id),
        ("answered", people.maja.id),
        ("planned", people.birgitta.id),
        ("closed", people.birgitta.id),
    ]
    assert (flag.events[-1].reason, flag.events[-1].text) == ("acted", "Extra besök gjort.")
    assert flag.events[-2].action_id == action.id
    for client in (lead, worker):  # both see all of it
        page = client.get(f"/flags/{flag_id}").text
        for words in ("Har du pratat med Alva", "Ja, i går kväll.", "Extra besök på skolan", "Extra besök gjort."):
            assert words in page


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, "missing"), ({"reason": "because"}, "unknown_code"), ({"reason": "other", "note": "  "}, "missing")],
)
def test_nothing_is_closed_without_a_reason(people: People, visit_id: UUID, fields: dict[str, str], code: str) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    with pytest.raises(InvalidInput) as refused, people.unit(people.birgitta) as uow:
        judging.close(uow, flag_id, 1, fields)
    assert refused.value.problems[0].code == code
    assert flag_of(people, flag_id).status == "open"


def test_what_was_raised_with_the_lead_is_the_leads_to_close(people: People, visit_id: UUID) -> None:
    grave = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    milder = raise_flag(people, visit_id, people.alva, "b_sleep", "follow_up")
    with pytest.raises(NotAllowed), people.unit(people.maja) as uow:
        judging.close(uow, grave, 1, {"reason": "acted"})
    with people.unit(people.maja) as uow:
        judging.close(uow, milder, 1, {"reason": "talked_through"})
    assert [flag_of(people, each).status for each in (grave, milder)] == ["open", "closed"]


def test_out_of_reach_is_not_there(people: People, visit_id: UUID) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    for person in (people.gunnel, people.idris, people.ada):
        with pytest.raises(NotFound), people.unit(person) as uow:
            judging.close(uow, flag_id, 1, {"reason": "acted"})


def test_a_protected_child_is_judged_by_whoever_was_granted_it(people: People) -> None:
    (visit_id,) = people.plan(people.samira, days=-3)
    flag_id = raise_flag(people, visit_id, people.samira, "b_safe", "escalate")
    with pytest.raises(NotFound), people.unit(people.birgitta) as uow:
        judging.acknowledge(uow, flag_id, 1)
    people.grant(people.birgitta, people.samira)
    with people.unit(people.birgitta) as uow:
        judging.acknowledge(uow, flag_id, 1)
    assert kinds(people, flag_id) == ["raised", "acknowledged"]


def test_the_same_twice_is_once(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    lead = client_for(people.birgitta)
    for _ in range(2):
        assert lead.submit(f"/flags/{flag_id}/ask", seen=1, question="Hur är det?").status_code == 302
    for _ in range(2):
        assert lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="2")).status_code == 302
    for _ in range(2):
        assert lead.submit(f"/flags/{flag_id}/close", seen=3, reason="acted", note="Klart").status_code == 302
    assert sorted(kinds(people, flag_id)) == ["asked", "closed", "planned", "raised"]
    assert len(people.rows(Action)) == 1


def test_two_leads_at_once(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    people.clock.forward(minutes=1)
    with people.unit(people.birgitta) as uow:
        judging.ask(uow, flag_id, 1, {"question": "Hur är det med Alva?"})
    late = client_for(people.birgitta).submit(f"/flags/{flag_id}/ask", seen=1, question="Vet skolan om det?")
    assert late.status_code == 409
    assert "Det hände något här medan du skrev" in late.text
    assert "Hur är det med Alva?" in late.text
    assert "Vet skolan om det?</textarea>" in late.text  # nothing of it is lost
    assert 'name="seen" value="2"' in late.text
    assert kinds(people, flag_id) == ["raised", "asked"]
    again = client_for(people.birgitta).submit(f"/flags/{flag_id}/ask", seen=2, question="Vet skolan om det?")
    assert again.status_code == 302


def test_what_came_of_talking_meanwhile_overtakes_nobody(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    people.clock.forward(minutes=1)
    with people.as_program() as uow:
        told = {"flag_id": flag_id, "child_id": people.alva.id, "by": people.maja.id, "at": uow.now}
        uow.add(FlagEvent(kind="talked", **told))
    lead = client_for(people.birgitta)
    people.clock.forward(minutes=1)
    assert lead.submit(f"/flags/{flag_id}/ask", seen=1, question="Hur gick det?").status_code == 302
    assert kinds(people, flag_id) == ["raised", "talked", "asked"]
    page = lead.get(f"/flags/{flag_id}").text
    assert 'name="seen" value="2"' in page
    assert "har pratat om det" in page


def test_what_the_lead_did_stands_on_the_caseworkers_start_page(
    people: People, visit_id: UUID, client_for: ClientFor
) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    milder = raise_flag(people, visit_id, people.alva, "b_sleep", "follow_up")
    lead, worker = client_for(people.birgitta), client_for(people.maja)
    assert "Det här har gruppledaren gjort" not in worker.get("/children").text
    lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="1"))
    people.clock.forward(minutes=1)
    with people.unit(people.maja) as uow:
        judging.close(uow, milder, 1, {"reason": "acted"})  # her own deeds are no news to her
    page = worker.get("/children").text
    assert "Det här har gruppledaren gjort (1)" in page
    assert f"{people.birgitta.name} planerade en åtgärd" in page
    assert f"<bdi>{people.alva.name}</bdi>: Trygghet" in page
    tasks = page.split("Åtgärder som du ska göra")[1].split("</ul>")[0]
    assert "Extra besök på skolan" in tasks
    (action,) = people.rows(Action)
    worker.submit(f"/promises/{action.id}", done="1")
    assert "Åtgärder som du ska göra" not in worker.get("/children").text
    people.clock.forward(days=8)
    assert "Det här har gruppledaren gjort" not in worker.get("/children").text
    assert "Det här har gruppledaren gjort" not in lead.get("/children").text


def test_who_keeps_what_was_planned_after_a_handover(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    lead = client_for(people.birgitta)
    lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="1"))
    with people.unit(people.birgitta) as uow:
        change_caseworker(uow, people.alva.id, {"to": str(people.idris.id), "on": TODAY.isoformat()})
    for path in (f"/flags/{flag_id}", f"/children/{people.alva.id}/promises"):
        page = lead.get(path).text
        assert f"{people.maja.name}</bdi>, nu {people.idris.name}" in page or (
            f"{people.maja.name}, nu {people.idris.name}" in page
        ), path
    assert f"Åtgärd planerad till fredag 27 november, {people.idris.name}." in lead.get("/desk").text
    worker = client_for(people.idris)
    worker.canaries = {}
    assert "Extra besök på skolan" in worker.get("/children").text
    (action,) = people.rows(Action)
    assert (action.who, action.owner_id) == (people.maja.name, people.maja.id)  # it was agreed with her


def test_a_lead_isnt_asked_to_answer_herself(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    lead = client_for(people.birgitta)
    lead.submit(f"/flags/{flag_id}/ask", seen=1, question="Hur gick det?")
    page = lead.get(f"/flags/{flag_id}").text
    assert page.count("Hur gick det?") == 1  # in what has been done, and nowhere else
    assert f"Fråga {people.maja.name} igen" in page
    assert "Fick du svaret på annat sätt?" in page
    asked = client_for(people.maja).get(f"/flags/{flag_id}").text
    assert "Svara på frågan" in asked
    assert "Fick du svaret på annat sätt?" not in asked


def test_closed_while_an_action_was_written(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    people.clock.forward(minutes=1)
    with people.unit(people.birgitta) as uow:
        judging.close(uow, flag_id, 1, {"reason": "mistake"})
    lead = client_for(people.birgitta)
    late = lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="1"))
    assert late.status_code == 409
    assert "Din åtgärd finns kvar" in late.text
    assert "Extra besök på skolan</textarea>" in late.text
    assert people.rows(Action) == []
    kept = lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="2", anyway="1"))
    assert kept.status_code == 302
    assert flag_of(people, flag_id).status == "closed"
    assert len(people.rows(Action)) == 1
    assert "planned" in kinds(people, flag_id)


def test_closed_while_a_question_was_written(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    people.clock.forward(minutes=1)
    with people.unit(people.birgitta) as uow:
        judging.close(uow, flag_id, 1, {"reason": "mistake"})
    late = client_for(people.birgitta).submit(f"/flags/{flag_id}/ask", seen=1, question="Vet skolan om det?")
    assert late.status_code == 409
    assert "Det du skrev" in late.text
    assert "Vet skolan om det?" in late.text


def test_a_caseworker_who_left(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    lead = client_for(people.birgitta)
    people.end_assignment(people.maja, people.alva, TODAY)
    assert "Ingen är ansvarig handläggare" in lead.get(f"/flags/{flag_id}").text
    refused = lead.submit(f"/flags/{flag_id}/ask", seen=1, question="Hur är det med Alva?")
    assert refused.status_code == 422
    assert "Hur är det med Alva?</textarea>" in refused.text
    assert "så frågan når ingen" in refused.text
    people.assign(people.idris, people.alva)
    page = lead.get(f"/flags/{flag_id}").text
    assert f"{people.idris.name} är ansvarig handläggare i dag." in page
    assert f"{people.maja.name} gjorde besöket" in page
    assert f"Fråga {people.idris.name}" in page
    assert lead.submit(f"/flags/{flag_id}/ask", seen=1, question="Hur är det med Alva?").status_code == 302
    start = client_for(people.idris)
    start.canaries = {}
    assert "Hur är det med Alva?" in start.get("/children").text


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-11-23", "Dagen har redan varit."),
        ("", "Välj en dag då det ska vara klart."),
        ("2026-13-01", "Det är inget datum."),
        ("2060-01-01", "2029"),
    ],
)
def test_a_day_that_will_not_do(people: People, visit_id: UUID, client_for: ClientFor, due: str, words: str) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    page = client_for(people.birgitta).submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="1", due=due))
    assert page.status_code == 422
    assert words in page.text
    assert "Extra besök på skolan</textarea>" in page.text
    assert people.rows(Action) == []


@pytest.mark.parametrize(
    ("due", "why", "before"),
    [("2026-12-25", "Juldagen", "onsdag 23 december"), ("2026-11-28", "helg", "fredag 27 november")],
)
def test_a_holiday_is_said(
    people: People, visit_id: UUID, client_for: ClientFor, due: str, why: str, before: str
) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    lead = client_for(people.birgitta)
    lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="1", due=due))
    page = lead.get(f"/flags/{flag_id}").text
    assert f"Dagen är ledig ({why}). Närmaste arbetsdag före är {before}." in page
    assert len(people.rows(Action)) == 1


def test_somebody_without_an_account_does_it(people: People, visit_id: UUID) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    with pytest.raises(InvalidInput) as refused, people.unit(people.birgitta) as uow:
        judging.plan(uow, flag_id, 1, planned(people.maja, who="other"))
    assert [problem.field for problem in refused.value.problems] == ["who_else"]
    with people.unit(people.birgitta) as uow:
        judging.plan(uow, flag_id, 1, planned(people.maja, who="other", who_else="Skolan"))
    (action,) = people.rows(Action)
    assert (action.owner_id, action.who) == (None, "Skolan")


def test_whoever_has_left_is_given_nothing(people: People, visit_id: UUID) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    people.change(people.idris, active=False)
    for who in (str(people.idris.id), str(uuid4()), "x", ""):
        with pytest.raises(InvalidInput), people.unit(people.birgitta) as uow:
            judging.plan(uow, flag_id, 1, planned(people.maja, who=who))


def test_opened_again_its_time_begins_anew(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate", days=-30)
    lead = client_for(people.birgitta)
    lead.submit(f"/flags/{flag_id}/close", seen=1, reason="mistake")
    people.clock.forward(minutes=1)
    assert lead.submit(f"/flags/{flag_id}/reopen", seen=2).status_code == 422
    lead.submit(f"/flags/{flag_id}/reopen", seen=2, why="Det var inget misstag.")
    flag = flag_of(people, flag_id)
    assert (flag.status, flag.raised_at) == ("open", people.clock())
    assert flag.events[-1].text == "Det var inget misstag."


def test_many_talks_are_acknowledged_at_once_and_nothing_graver(
    people: People, visit_id: UUID, client_for: ClientFor
) -> None:
    talks = [raise_flag(people, visit_id, people.alva, item, "talk") for item in ("b_sleep", "b_mood")]
    grave = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    changed = raise_flag(people, visit_id, people.alva, "b_body", "talk")
    with people.unit(people.birgitta) as uow:
        judging.acknowledge(uow, changed, 1)
    lead = client_for(people.birgitta)
    lead.submit("/desk/acknowledge", {"seen": [f"{each}:1" for each in (*talks, grave, changed)] + ["nonsense"]})
    assert [flag_of(people, each).status for each in talks] == ["acknowledged", "acknowledged"]
    assert flag_of(people, grave).status == "open"
    page = lead.get("/desk").text
    assert "2 flaggor är kvitterade." in page
    assert "2 flaggor har ändrats" in page


def test_nothing_written_for_something_that_is_over(people: People, visit_id: UUID, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    lead = client_for(people.birgitta)
    assert lead.submit(f"/flags/{flag_id}/answer", seen=1).status_code == 409  # nobody has asked
    people.clock.forward(minutes=1)
    with people.unit(people.birgitta) as uow:
        judging.close(uow, flag_id, 1, {"reason": "mistake"})
    assert lead.submit(f"/flags/{flag_id}/close", seen=1).status_code == 409
    refused = lead.submit(f"/flags/{flag_id}/plan", planned(people.maja, seen="2", anyway="1", due=""))
    assert refused.status_code == 422
    assert "Välj en dag då det ska vara klart." in refused.text
    assert "Spara åtgärden ändå" in refused.text
