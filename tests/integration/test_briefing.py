"""Before a visit: what the lead asks, what is due, when to tell again; folded, and ready for print."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from followup.domain.flag_life import Act
from followup.services.visit.briefing import THIS_VISIT, briefing
from followup.services.visit.preparing import open_preparation
from followup.store.tables import FlagEvent, Placement, PlacementCheck
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person

Browsers = Callable[[Person], LintingClient]


def test_the_leads_question_and_what_is_due_are_on_the_page(people: People, client_for: Browsers) -> None:
    (before,) = people.plan(people.alva, days=-30)
    people.answer(before, {"b_sleep": 2})
    with people.as_program() as uow:
        check = {"understanding": "does_not_know", "self_blame": "some"}
        uow.add(PlacementCheck(visit_id=before, child_id=people.alva.id, **check))
        (home,) = uow.all(uow.reachable(Placement).where(Placement.child_id == people.alva.id))
        home.start = people.clock().date() - timedelta(days=200)
    flag = raise_flag(people, before, people.alva, "b_sleep", "follow_up")
    people.freeze(before)
    with people.as_program() as uow:
        asked = {"flag_id": flag, "child_id": people.alva.id, "by": people.birgitta.id, "at": uow.now}
        uow.add(FlagEvent(kind=Act.ASK.value, text="Har Karin pratat med skolan?", **asked))
    (visit,) = people.plan(people.alva, days=1)
    with people.unit(people.maja, reads=True) as uow:
        found = briefing(uow, open_preparation(uow, visit))
    assert [each.event.text for each in found.questions] == ["Har Karin pratat med skolan?"]
    assert found.retell is not None
    assert THIS_VISIT not in {each.rule.id for each in found.deadlines}
    page = client_for(people.maja).get(f"/visits/{visit}/prepare").text
    for words in ("Har Karin pratat med skolan?", people.birgitta.name, "Dags att berätta igen.", "Skriv ut"):
        assert words in page
    assert f'href="/flags/{flag}"' in page
    assert f'href="/visits/{visit}/letter"' in page


def test_last_time_you_said_and_this_has_happened(people: People, client_for: Browsers) -> None:
    (before,) = people.plan(people.alva, days=-30)
    people.promise(people.alva, "Ringa mormor", visit_id=before, state="done", outcome="Hon blev glad.")
    (visit,) = people.plan(people.alva, days=1)
    page = client_for(people.maja).get(f"/visits/{visit}/prepare").text
    said = page.split("Sist sa du:")[1].split("</fieldset>")[0]
    assert said.index("Ringa mormor") < said.index("Det här har hänt:") < said.index("Hon blev glad.")
    assert "<details><summary>Skriv vad som har hänt" in said
