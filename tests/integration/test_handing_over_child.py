"""A child gets another caseworker: access moves at midnight, promises follow, nothing begun is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from followup.domain.errors import Conflict, InvalidInput, NotFound
from followup.domain.summary import to_json
from followup.services.overview.handing_over_child import (
    Told,
    change_caseworker,
    last_said,
    last_told,
    latest_handover,
    record_handover,
)
from followup.services.overview.my_children import keep_promise, overview
from followup.services.visit.agreeing import save_agreements
from followup.store.tables import AccessGrant, Action, Assignment, Child, Handover, PlacementCheck, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import TODAY, Kid, Person
from tests.support.queries import log_lines
from tests.support.sample_summary import sample_summary

Clients = Callable[[Person], LintingClient]
SOON = TODAY + timedelta(days=2)


def change(people: People, to: Person, kid: Kid, on: date = SOON, by: Person | None = None, **fields: str) -> None:
    with people.unit(by or people.birgitta) as uow:
        change_caseworker(uow, kid.id, {"to": str(to.id), "on": on.isoformat(), **fields})


def codes(people: People, to: Person, kid: Kid, on: date = SOON, **fields: str) -> set[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refusal, people.unit(people.birgitta) as uow:
        change_caseworker(uow, kid.id, {"to": str(to.id), "on": on.isoformat(), **fields})
    return {(problem.field, problem.code) for problem in refusal.value.problems}


def reaches(people: People, person: Person, kid: Kid) -> bool:
    with people.unit(person, reads=True) as uow:
        return uow.first(uow.reachable(Child).where(Child.id == kid.id)) is not None


def follows(people: People, visit: UUID) -> UUID:
    return people.visit(visit).caseworker_id


def test_access_moves_at_midnight_in_the_organisations_zone(people: People) -> None:
    change(people, people.idris, people.alva)
    people.clock.forward(days=1, hours=9, minutes=27)  # 23.59 in Sweden, the evening before
    assert (reaches(people, people.maja, people.alva), reaches(people, people.idris, people.alva)) == (True, False)
    people.clock.forward(minutes=2)
    assert (reaches(people, people.maja, people.alva), reaches(people, people.idris, people.alva)) == (False, True)
    line = next(line for line in log_lines(people.store) if line.action == "change_caseworker")
    assert line.actor_id == people.birgitta.id
    ends = [str(people.maja.id)]
    assert line.fields == {"to": str(people.idris.id), "on": SOON.isoformat(), "access_ends": ends}
    assert line.children == {people.alva.id: "team"}


def test_what_is_booked_goes_along_and_what_is_begun_stays(people: People) -> None:
    (before,) = people.plan(people.alva, days=1)
    (after,) = people.plan(people.alva, days=9)
    (begun,) = people.plan(people.alva, days=-1, state="draft")
    change(people, people.idris, people.alva)
    assert follows(people, before) == people.maja.id
    assert follows(people, after) == people.idris.id
    assert follows(people, begun) == people.maja.id


def test_a_begun_visit_stops_a_change_today_until_somebody_says_so(people: People) -> None:
    people.plan(people.alva, days=-1, state="draft")
    assert codes(people, people.idris, people.alva, TODAY) == {("anyway", "draft")}
    change(people, people.idris, people.alva, TODAY, anyway="1")
    assert reaches(people, people.idris, people.alva)


def test_promises_are_the_next_ones_to_keep(people: People) -> None:
    promise = people.promise(people.alva, "ringa mormor")
    change(people, people.idris, people.alva)
    with people.unit(people.maja, reads=True) as uow:
        assert [each.action.what for each in overview(uow).promises] == ["ringa mormor"]
    people.clock.forward(days=2)
    with people.unit(people.maja, reads=True) as uow:
        assert not overview(uow).promises
    with people.unit(people.idris, reads=True) as uow:
        assert [(each.action.what, each.mine) for each in overview(uow).promises] == [("ringa mormor", True)]
    with people.unit(people.idris) as uow:
        assert keep_promise(uow, promise, done=True).state == "done"


def test_the_next_one_reads_who_promised_and_that_they_keep_it_now(people: People, client_for: Clients) -> None:
    (visit,) = people.plan(people.alva, days=3)
    people.promise(people.alva, "Ringa mamma", due=people.clock().date())
    own = client_for(people.maja).get(f"/visits/{visit}/prepare").text
    assert "Sist sa du:" in own
    change(people, people.idris, people.alva, on=people.clock().date())
    idris = client_for(people.idris)
    told = idris.get(f"/visits/{visit}/prepare", lint=False).text
    assert "Sist lovade Maja Lövsprång:" in told
    assert f"</bdi>, nu {people.idris.actor.name}" in told
    page = idris.get(f"/children/{people.alva.id}", lint=False).text
    assert 'class="check tick"' in page, "the one who keeps it now may tick it off"
    lead = client_for(people.birgitta)
    assert f"Maja Lövsprång</span>, nu {people.idris.actor.name}" in lead.get(f"/children/{people.alva.id}").text
    assert f", nu {people.idris.actor.name}" in lead.get(f"/children/{people.alva.id}/handover").text


def test_what_cant_be(people: People) -> None:
    assert codes(people, people.idris, people.alva, TODAY - timedelta(days=1)) == {("on", "date_out_of_range")}
    assert codes(people, people.maja, people.alva) == {("to", "same")}
    assert codes(people, people.sven, people.alva) == {("to", "other_team")}
    assert codes(people, people.ada, people.alva) == {("to", "unknown_user")}
    people.change(people.idris, active=False)
    assert codes(people, people.idris, people.alva) == {("to", "unknown_user")}
    assert not people.rows(Handover)


def test_the_same_decision_twice_is_one_and_another_is_refused(people: People) -> None:
    change(people, people.idris, people.alva)
    change(people, people.idris, people.alva)
    assert len(people.rows(Handover)) == 1
    assert codes(people, people.birgitta, people.alva, SOON) == {("on", "decided")}
    assert len(people.rows(Assignment, Assignment.child_id == people.alva.id)) == 2


def test_only_a_lead_of_the_childs_team_decides(people: People) -> None:
    for by in (people.gunnel, people.maja):
        with pytest.raises(NotFound):
            change(people, people.idris, people.alva, by=by)
    change(people, people.idris, people.alva, by=people.hedda)


def test_a_protected_child_takes_a_decision_with_a_reason(people: People) -> None:
    with pytest.raises(NotFound):
        change(people, people.idris, people.samira)
    people.grant(people.birgitta, people.samira)
    assert codes(people, people.idris, people.samira) == {("grant_reason", "missing")}
    change(people, people.idris, people.samira, grant_reason="Ny ansvarig handläggare")
    people.clock.forward(days=2)
    assert (reaches(people, people.maja, people.samira), reaches(people, people.idris, people.samira)) == (False, True)
    (grant,) = people.rows(AccessGrant, AccessGrant.user_id == people.idris.id, AccessGrant.start == SOON)
    assert grant.reason == "Ny ansvarig handläggare"


def test_goodbye_and_hello_are_written_down(people: People) -> None:
    with pytest.raises(Conflict), people.unit(people.maja) as uow:
        record_handover(uow, people.alva.id, {"helps": "Rita först."})
    change(people, people.idris, people.alva, helps="Rita först.")
    with people.unit(people.maja) as uow:
        record_handover(uow, people.alva.id, {"goodbye_on": TODAY.isoformat(), "contacts": "Mormor"})
    with people.unit(people.maja, reads=True) as uow:
        handed = latest_handover(uow, people.alva.id)
    assert handed
    row = handed.row
    assert (row.helps, row.contacts, row.goodbye_on, row.hello_on) == ("Rita först.", "Mormor", TODAY, None)
    assert (handed.from_name, handed.to_name) == (people.maja.name, people.idris.name)
    with pytest.raises(InvalidInput), people.unit(people.maja) as uow:
        record_handover(uow, people.alva.id, {"hello_on": SOON.isoformat()})


def test_the_pages(people: People, client_for: Clients) -> None:
    people.sign(people.alva)
    people.promise(people.alva, "ringa mormor")
    birgitta, maja = client_for(people.birgitta), client_for(people.maja)
    page = f"/children/{people.alva.id}/change-caseworker"
    assert maja.get(page).status_code == 403
    assert people.maja.name in birgitta.get(page).text
    refused = birgitta.submit(page, to=str(people.idris.id), on="2020-01-01", helps="Rita först.")
    assert refused.status_code == 422
    assert "Rita först." in refused.text
    assert birgitta.submit(page, to=str(people.idris.id), on=SOON.isoformat(), helps="Rita först.").status_code == 302
    sheet = maja.get(f"/children/{people.alva.id}/handover").text
    for words in ("Rita först.", "ringa mormor", people.idris.name, "Mamma blev så trött"):
        assert words in sheet
    assert "redan bestämt" in birgitta.get(page).text


def test_a_visit_of_the_one_who_left_is_signed_by_the_next(people: People, client_for: Clients) -> None:
    (begun,) = people.plan(people.alva, days=-1, state="draft")
    change(people, people.idris, people.alva, TODAY, anyway="1")
    assert client_for(people.maja).get(f"/visits/{begun}/talk").status_code == 404
    assert client_for(people.idris).get(f"/visits/{begun}/talk", lint=False).status_code == 200
    assert people.rows(Visit, Visit.id == begun)[0].state == "draft"


def test_who_finishes_a_begun_visit_promises_in_its_own_name(people: People, client_for: Clients) -> None:
    (begun,) = people.plan(people.alva, days=-1, state="draft")
    row = uuid4()
    with people.unit(people.maja) as uow:
        save_agreements(uow, begun, 0, {f"what-{row}": "Ringa mormor"})
    change(people, people.idris, people.alva, TODAY, anyway="1")
    idris, step = client_for(people.idris), f"/visits/{begun}/agreements"
    page = idris.get(step, lint=False).text
    assert f'<option value="caseworker" selected>{people.idris.actor.name}</option>' in page
    assert people.maja.actor.name not in page
    with people.unit(people.idris) as uow:
        save_agreements(uow, begun, 1, {f"what-{uuid4()}": "Fråga skolan"})
    (own,) = people.rows(Action, Action.owner_id == people.idris.id)
    assert (own.what, own.who) == ("Fråga skolan", people.idris.actor.name)


def test_the_sheet_looks_for_words_and_tellings_further_back(people: People) -> None:
    """A visit that passed without the child's own words hides none of those before it."""
    (said,) = people.plan(people.alva, days=-200)
    people.freeze(said, summary=json.loads(to_json(sample_summary())))
    (silent,) = people.plan(people.alva, days=-100)
    with people.as_program() as uow:
        row = {"visit_id": silent, "child_id": people.alva.id, "told_today": "Att mamma är sjuk."}
        uow.add(PlacementCheck(understanding="partly", **row))
    people.freeze(silent)
    with people.unit(people.maja, reads=True) as uow:
        words, told = last_said(uow, people.alva.id), last_told(uow, people.alva.id)
    assert words
    assert (words[1], words[2]) == (sample_summary().child_voice, said)
    assert told == Told(TODAY - timedelta(days=100), people.maja.name, "Att mamma är sjuk.")
    with people.unit(people.idris, reads=True) as uow:
        assert (last_said(uow, people.elliot.id), last_told(uow, people.elliot.id)) == (None, None)


def test_the_one_who_leaves_keeps_no_other_way_in(people: People) -> None:
    with people.as_program() as uow:
        uow.add(Assignment(child_id=people.alva.id, user_id=people.maja.id, role="deputy", start=TODAY))
    change(people, people.idris, people.alva, TODAY)
    assert not reaches(people, people.maja, people.alva)


def test_whoever_takes_over_is_told_that_they_have_not_met(people: People, client_for: Clients) -> None:
    (visit,) = people.plan(people.alva, days=3)
    change(people, people.idris, people.alva, TODAY)
    idris = client_for(people.idris)
    page = idris.get(f"/visits/{visit}/prepare", lint=False).text  # she was out of his reach until now
    assert "Ni har inte setts sedan bytet" in page
    assert f"/children/{people.alva.id}/handover" in page
    with people.unit(people.idris) as uow:
        record_handover(uow, people.alva.id, {"hello_on": TODAY.isoformat()})
    assert "Ni har inte setts" not in idris.get(f"/visits/{visit}/prepare", lint=False).text
