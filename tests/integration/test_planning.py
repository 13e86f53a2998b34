"""Planning a visit, calling it off, and opening it where it was left."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.services.visit import planning
from followup.store.tables import HomeVisit, Placement, Visit
from followup.store.unit_of_work import UnitOfWork
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import TODAY, Kid, Person
from tests.support.queries import log_lines

ClientFor = Callable[[Person], LintingClient]

FIELDS = {"on": "2026-12-04", "at": "15:30", "kind": "planned"}


def visits_of(people: People, kid: Kid) -> list[Visit]:
    return sorted(people.rows(Visit, Visit.child_id == kid.id), key=lambda visit: visit.planned_at)


def plan(people: People, kid: Kid, on: date, *others: Kid, by: Person | None = None) -> UUID:
    with people.unit(by or people.maja) as uow:
        ids = [each.id for each in others]
        return planning.plan_visit(uow, kid.id, on=on, at=time(15, 30), kind="planned", together_with=ids).id


def test_siblings_share_a_home_visit_and_have_a_record_each(people: People, client_for: ClientFor) -> None:
    client = client_for(people.maja)
    path = f"/children/{people.alva.id}/plan"
    assert people.vide.name in client.get(path).text
    for _ in range(2):  # a double click
        answer = client.submit(path, {**FIELDS, "together_with": str(people.vide.id)})
        assert answer.status_code == 302
    (alva,), (vide,) = visits_of(people, people.alva), visits_of(people, people.vide)
    assert alva.home_visit_id == vide.home_visit_id
    assert alva.planned_at == datetime(2026, 12, 4, 14, 30, tzinfo=UTC)
    assert (alva.state, alva.questionnaire_code, vide.questionnaire_code) == ("planned", "barn-8-12", "barn-4-7")
    assert len(people.rows(HomeVisit)) == 1


def test_a_sibling_added_afterwards_joins_the_same_home_visit(people: People) -> None:
    plan(people, people.alva, date(2026, 12, 4))
    plan(people, people.vide, date(2026, 12, 4))
    assert visits_of(people, people.alva)[0].home_visit_id == visits_of(people, people.vide)[0].home_visit_id


def test_two_clicks_at_once_book_one_visit(people: People) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _: plan(people, people.alva, date(2026, 12, 4)), range(4)))
    assert len(ids) == 1
    assert len(visits_of(people, people.alva)) == 1


def test_the_smallest_have_no_form(people: People) -> None:
    plan(people, people.leo, date(2026, 12, 4))
    assert visits_of(people, people.leo)[0].questionnaire_code is None


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("on", "1926-12-04", "Kontrollera årtalet"),
        ("on", "2126-12-04", "Kontrollera årtalet"),
        ("on", "2026-11-09", "Kontrollera årtalet"),
        ("on", "i morgon", "Skriv dagen med år, månad och dag"),
        ("on", "2026-02-30", "Skriv dagen med år, månad och dag"),
        ("on", "", "Välj en dag."),
        ("at", "halv fyra", "Skriv tiden med timme och minut"),
        ("at", "25:00", "Skriv tiden med timme och minut"),
        ("at", "", "Skriv en tid."),
        ("kind", "secret", "Välj ett av sätten."),
    ],
)
def test_what_cant_be_booked_says_why_and_keeps_the_rest(
    people: People, client_for: ClientFor, field: str, typed: str, says: str
) -> None:
    fields = {**FIELDS, "together_with": str(people.vide.id), field: typed}
    answer = client_for(people.maja).submit(f"/children/{people.alva.id}/plan", fields)
    assert answer.status_code == 422
    assert says in answer.text
    for name in {"on", "at"} - {field}:
        assert f'value="{FIELDS[name]}"' in answer.text
    if field in {"on", "at"}:
        assert f'value="{typed}"' in answer.text
    assert f'value="{people.vide.id}" id="together_with" checked' in answer.text
    assert visits_of(people, people.alva) == []


def test_a_few_days_back_is_allowed_and_said(people: People, client_for: ClientFor) -> None:
    client = client_for(people.maja)
    answer = client.submit(f"/children/{people.alva.id}/plan", {**FIELDS, "on": "2026-11-20"})
    assert answer.status_code == 302
    assert "Dagen har redan varit." in client.get(answer.location).text


def test_time_with_a_full_stop(people: People, client_for: ClientFor) -> None:
    client_for(people.maja).submit(f"/children/{people.alva.id}/plan", {**FIELDS, "at": "15.30"})
    assert visits_of(people, people.alva)[0].planned_at.hour == 14


@pytest.mark.parametrize("other", ["tor", "leo", "elliot", "rubbish"])
def test_children_elsewhere_cant_come_along(people: People, client_for: ClientFor, other: str) -> None:
    chosen = str(getattr(people, other).id) if other != "rubbish" else "x"
    answer = client_for(people.maja).submit(f"/children/{people.alva.id}/plan", {**FIELDS, "together_with": chosen})
    assert answer.status_code == 404
    assert visits_of(people, people.alva) == []


def test_child_without_a_home_that_day(people: People, client_for: ClientFor) -> None:
    with people.as_program() as uow:
        uow.one(uow.reachable(Placement).where(Placement.id == people.alva.placement_id)).end = TODAY
    answer = client_for(people.maja).submit(f"/children/{people.alva.id}/plan", FIELDS)
    assert answer.status_code == 422
    assert "inget hem att boka besök i" in answer.text


def test_called_off_with_a_reason_and_a_new_date(people: People, client_for: ClientFor) -> None:
    visit_id = plan(people, people.alva, date(2026, 12, 4), people.vide)
    also = str(visits_of(people, people.vide)[0].id)
    client = client_for(people.maja)
    assert people.vide.name in client.get(f"/visits/{visit_id}/cancel").text
    fields = {"because": "child_ill", "note": "Feber.", "new_on": "2026-12-11", "new_at": "16:00", "also": also}
    for _ in range(2):  # a double click
        assert client.submit(f"/visits/{visit_id}/cancel", fields).status_code == 302
    for kid in (people.alva, people.vide):
        old, new = visits_of(people, kid)
        assert (old.state, old.cancelled_because, old.cancelled_note) == ("cancelled", "child_ill", "Feber.")
        assert (new.state, new.planned_at) == ("planned", datetime(2026, 12, 11, 15, 0, tzinfo=UTC))
    page = client.get(f"/children/{people.alva.id}").text
    assert "Barnet är sjukt. <" in page.replace("  ", " ")
    assert "Ångra" not in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Välj varför besöket inte blir av."),
        ({"because": "rain"}, "Välj varför besöket inte blir av."),
        ({"because": "other", "note": " "}, "Skriv varför besöket inte blir av."),
        ({"because": "child_ill", "new_on": "2026-12-11"}, "Skriv en tid för det nya besöket"),
        ({"because": "child_ill", "new_on": "2026-11-20", "new_at": "15:00"}, "Dagen har redan varit."),
        ({"because": "child_ill", "new_on": "2036-11-20", "new_at": "15:00"}, "mer än ett år fram"),
        ({"because": "child_ill", "new_on": "snart", "new_at": "15:00"}, "Skriv dagen med år"),
        ({"because": "child_ill", "note": "a" * 3000}, "Texten är för lång"),
    ],
)
def test_calling_off_wants_a_reason_and_changes_nothing_without(
    people: People, client_for: ClientFor, fields: dict[str, str], says: str
) -> None:
    visit_id = plan(people, people.alva, date(2026, 12, 4))
    answer = client_for(people.maja).submit(f"/visits/{visit_id}/cancel", {"note": "Kvar.", **fields})
    assert answer.status_code == 422
    assert says in answer.text
    assert fields.get("note", "Kvar.") in answer.text
    assert [visit.state for visit in visits_of(people, people.alva)] == ["planned"]


def test_nothing_is_called_off_when_the_new_visit_has_no_home(people: People, client_for: ClientFor) -> None:
    visit_id = plan(people, people.alva, date(2026, 11, 25))
    with people.as_program() as uow:
        placement = uow.one(uow.reachable(Placement).where(Placement.id == people.alva.placement_id))
        placement.end = TODAY + timedelta(days=2)
    fields = {"because": "child_ill", "new_on": "2026-12-11", "new_at": "15:00"}
    assert client_for(people.maja).submit(f"/visits/{visit_id}/cancel", fields).status_code == 422
    assert [visit.state for visit in visits_of(people, people.alva)] == ["planned"]


def test_calling_off_is_taken_back_while_nothing_new_is_booked(people: People, client_for: ClientFor) -> None:
    visit_id = plan(people, people.alva, date(2026, 12, 4))
    client = client_for(people.maja)
    client.submit(f"/visits/{visit_id}/cancel", because="nobody_home")
    assert "Ångra, besöket blir av" in client.get(f"/children/{people.alva.id}").text
    for _ in range(2):
        assert client.submit(f"/visits/{visit_id}/reopen").status_code == 302
    (visit,) = visits_of(people, people.alva)
    assert (visit.state, visit.cancelled_because) == ("planned", None)
    client.submit(f"/visits/{visit_id}/cancel", because="nobody_home")
    plan(people, people.alva, date(2026, 12, 5))
    with pytest.raises(InvalidTransition), people.unit(people.maja) as uow:
        planning.reopen_visit(uow, visit_id)


def test_a_begun_visit_is_a_draft_again(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2})
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit_id)).revisions = {"prepare": 1, "answers": 2}
    with people.unit(people.maja) as uow:
        planning.cancel_visit(uow, visit_id, because="nobody_home")
    with people.unit(people.maja) as uow:
        assert planning.reopen_visit(uow, visit_id).state == "draft"


def test_a_signed_visit_cant_be_called_off(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva, days=-3)
    people.freeze(visit_id)
    client = client_for(people.maja)
    assert client.get(f"/visits/{visit_id}/cancel").status_code == 409
    assert client.submit(f"/visits/{visit_id}/cancel", because="child_ill").status_code == 409


def test_another_reason_does_not_overwrite_the_first(people: People) -> None:
    visit_id = plan(people, people.alva, date(2026, 12, 4))
    with people.unit(people.maja) as uow:
        planning.cancel_visit(uow, visit_id, because="child_ill")
    with pytest.raises(InvalidTransition), people.unit(people.birgitta) as uow:
        planning.cancel_visit(uow, visit_id, because="nobody_home")


def test_out_of_reach(people: People) -> None:
    (visit_id,) = people.plan(people.tor)
    verbs: tuple[Callable[[UnitOfWork], object], ...] = (
        lambda uow: planning.plan_visit(uow, people.tor.id, on=TODAY, at=time(15), kind="planned"),
        lambda uow: planning.cancel_visit(uow, visit_id, because="child_ill"),
        lambda uow: planning.reopen_visit(uow, visit_id),
        lambda uow: planning.place_of(uow, visit_id),
    )
    for verb in verbs:
        with pytest.raises(NotFound), people.unit(people.maja) as uow:
            verb(uow)


def test_day_limits(people: People) -> None:
    for on in (TODAY - planning.BACK, TODAY + planning.AHEAD):
        plan(people, people.alva, on)
    for on in (TODAY - planning.BACK - timedelta(days=1), TODAY + planning.AHEAD + timedelta(days=1)):
        with pytest.raises(InvalidInput):
            plan(people, people.alva, on)


def test_a_visit_opens_where_it_was_left(people: People, client_for: ClientFor) -> None:
    client = client_for(people.maja)
    (visit_id,) = people.plan(people.alva)

    def place() -> str:
        return client.get(f"/visits/{visit_id}").location

    assert place() == f"/visits/{visit_id}/prepare"
    for state, step, expected in (
        ("draft", "talk", f"/visits/{visit_id}/talk"),
        ("draft", "carer", f"/visits/{visit_id}/carer"),
        ("cancelled", "talk", f"/children/{people.alva.id}#visit-{visit_id}"),
        ("signed", "sign", f"/visits/{visit_id}/summary"),
    ):
        with people.as_program() as uow:
            visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
            visit.state, visit.step = state, step
        assert place() == expected
    line = log_lines(people.store, actor=people.maja.id)[-1]
    assert (line.action, line.objects["visit"]) == ("read", [str(visit_id)])
    assert set(line.children) == {people.alva.id}


def test_suggested_day_is_a_weekday_after_the_interval(people: People) -> None:
    people.plan(people.alva, at=datetime(2026, 11, 1, 12, tzinfo=UTC), state="signed")
    with people.unit(people.maja, reads=True) as uow:
        page = planning.plan_page(uow, people.alva.id)
    assert page.suggested == date(2027, 2, 1)  # 91 days later is Sunday 31 January
    assert page.booked == []


def test_day_agreed_on_with_the_child_is_suggested_until_it_has_passed(people: People) -> None:
    (visit_id,) = people.plan(people.alva, at=datetime(2026, 11, 1, 12, tzinfo=UTC))

    def suggested(agreed: date) -> date | None:
        with people.as_program() as uow:
            uow.one(uow.reachable(Visit).where(Visit.id == visit_id)).next_visit_on = agreed
        with people.unit(people.maja, reads=True) as uow:
            return planning.plan_page(uow, people.alva.id).suggested

    assert suggested(date(2027, 1, 16)) == date(2027, 1, 16)  # a Saturday, but theirs
    assert suggested(date(2026, 11, 2)) == date(2027, 2, 1)


def test_a_visit_by_midnight_is_called_by_the_day_on_the_wall(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva, at=datetime(2026, 12, 31, 23, 15, tzinfo=UTC))
    assert "Besök 1 jan 2027" in client_for(people.maja).get(f"/visits/{visit_id}/prepare").text
