"""Deadlines on pages: what is due and by which law, recording what has happened, and lists of many children."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest

from followup.domain.errors import InvalidInput, NotFound
from followup.services.overview.deadline_facts import lives_of
from followup.services.overview.deadline_lists import pressing, pressing_page
from followup.services.overview.deadlines import deadlines, record_milestone, recorded, withdraw_milestone
from followup.store.tables import Child, Milestone, Placement
from tests.support.crowd import busy_crowd
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import TODAY, Kid, Person
from tests.support.queries import counted

ClientFor = Callable[[Person], LintingClient]


def dues(people: People, kid: Kid) -> dict[str, tuple[str, date | None]]:
    with people.unit(people.maja, reads=True) as uow:
        return {each.rule.id: (each.state, each.due) for each in deadlines(uow, kid.id)}


def test_what_is_due_follows_from_home_law_and_visits(people: People) -> None:
    people.sign(people.alva, days=-10)
    people.milestone(people.alva, "care_considered", date(2026, 9, 30))
    people.milestone(people.alva, "region_notified", date(2024, 10, 20))
    found = dues(people, people.alva)
    assert found["visit"] == ("coming", TODAY + timedelta(days=81))
    assert found["consideration_sol"] == ("coming", date(2027, 3, 30))
    assert found["custody_sol"] == ("overdue", date(2026, 10, 14))
    assert found["care_plan"] == ("overdue", date(2026, 10, 14))
    assert found["health_examination"] == ("met", None)
    assert found["consideration_lvu"] == ("not_applicable", None)
    assert dues(people, people.leo)["emergency_home"] == ("waiting", None)
    with people.unit(people.idris, reads=True) as uow:
        assert deadlines(uow, people.alva.id) == ()


def test_the_page_says_when_and_by_which_law_and_the_day_is_recorded(people: People, client_for: ClientFor) -> None:
    client, path = client_for(people.maja), f"/children/{people.alva.id}/deadlines"
    page = client.get(path).text
    assert "SoL 22 kap. 14 §, FB 6 kap. 8 §" in page
    assert page.count("Barnets relation till sina föräldrar") == 1
    assert "Rekommendation, inte lag." in page
    assert "Skulle varit gjort senast 14 oktober 2026." in page
    assert (
        client.submit(
            f"/children/{people.alva.id}/milestones", kind="custody_considered", on="2026-11-20", note="§ 214"
        ).status_code
        == 302
    )
    after = client.get(path).text
    moved = "Lördag 20 november är ingen arbetsdag, så tiden går ut nästa (lag (1930:173) 2 §)."
    assert f"Senast 22 november 2027. {moved} Förra gången 20 november 2026." in after
    assert "§ 214" in after
    assert "Inskrivet av Maja Lövsprång." in after
    assert "Barnets relation till sina föräldrar" not in after  # near once more in May


def test_what_is_posted_twice_is_there_once(people: People, client_for: ClientFor) -> None:
    path = f"/children/{people.alva.id}/milestones"
    for _ in range(2):
        client_for(people.maja).submit(path, kind="care_considered", on="2026-11-20", note="")
    assert len(people.rows(Milestone)) == 1


def test_two_who_record_the_same_at_once_record_it_once(people: People) -> None:
    def record(person: Person) -> None:
        with people.unit(person) as uow:
            record_milestone(uow, people.alva.id, "care_considered", "2026-11-20")

    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(record, [people.maja, people.birgitta] * 2))
    assert len(people.rows(Milestone)) == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"on": ""}, "on", "Välj en dag."),
        ({"on": "i går"}, "on", "Skriv dagen med år, månad och dag"),
        ({"on": "2026-02-30"}, "on", "Skriv dagen med år, månad och dag"),
        ({"on": "2026-11-25"}, "on", "Dagen har inte varit än."),
        ({"on": "1026-11-20"}, "on", "Då var barnet inte fött än (14 mars 2016)."),
        ({"on": "2016-03-13"}, "on", "Då var barnet inte fött än"),
        ({"kind": ""}, "kind", "Välj vad som har hänt."),
        ({"kind": "withdrawn:5"}, "kind", "Välj vad som har hänt."),
        ({"kind": "contact_free"}, "kind", "Det finns inget sådant beslut att avsluta den dagen."),
        ({"note": "x" * 1001}, "note", "för lång"),
    ],
)
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_can_t_be_is_refused_and_kept_in_the_form(
    people: People, client_for: ClientFor, fields: dict[str, str], field: str, words: str
) -> None:
    sent = {"kind": "care_considered", "on": "2026-11-20", "note": "protokoll 7", **fields}
    answer = client_for(people.maja).submit(f"/children/{people.alva.id}/milestones", **sent)  # type: ignore[arg-type] # no field is called lint
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    if field != "note":
        assert "protokoll 7" in answer.text
    assert not people.rows(Milestone)


def test_today_and_the_birthday_will_do(people: People) -> None:
    with people.unit(people.maja) as uow:
        record_milestone(uow, people.alva.id, "care_considered", " 2026-11-24 ", "  ")
        record_milestone(uow, people.alva.id, "care_considered", "2016-03-14")
    assert {row.on for row in people.rows(Milestone)} == {TODAY, people.alva.born}


def test_a_mistake_is_taken_back_and_stays_to_be_seen(people: People, client_for: ClientFor) -> None:
    wrong = people.milestone(people.alva, "care_considered", date(2026, 9, 30), "fel barn")
    assert dues(people, people.alva)["consideration_sol"][0] == "coming"
    client = client_for(people.maja)
    for _ in range(2):
        assert client.submit(f"/milestones/{wrong}/withdraw").status_code == 302
    assert dues(people, people.alva)["consideration_sol"][0] == "overdue"
    page = client.get(f"/children/{people.alva.id}/deadlines").text
    assert "Taget tillbaka" in page
    assert "fel barn" in page
    rows = people.rows(Milestone)
    assert sorted(row.kind for row in rows) == ["care_considered", f"withdrawn:{wrong}"]
    with people.unit(people.maja) as uow, pytest.raises(NotFound):
        withdraw_milestone(uow, next(row.id for row in rows if row.id != wrong))
    with people.unit(people.maja) as uow:  # the same again, rightly this time
        record_milestone(uow, people.alva.id, "care_considered", "2026-09-30", "rätt")
        uow.flush()
        assert [each.withdrawn for each in recorded(uow, people.alva.id)].count(False) == 1
    assert dues(people, people.alva)["consideration_sol"][0] == "coming"


def test_the_end_of_a_decision_must_follow_its_beginning(people: People) -> None:
    people.milestone(people.samira, "contact_restricted", date(2026, 9, 1))
    assert dues(people, people.samira)["contact"] == ("due_soon", date(2026, 12, 1))
    with people.unit(people.maja) as uow, pytest.raises(InvalidInput, match="nothing_to_end"):
        record_milestone(uow, people.samira.id, "contact_free", "2026-08-31")
    with people.unit(people.maja) as uow:
        record_milestone(uow, people.samira.id, "contact_free", "2026-11-01")
    assert dues(people, people.samira)["contact"] == ("not_applicable", None)


def test_another_s_child_is_not_found(people: People) -> None:
    row = people.milestone(people.elliot, "care_considered")
    with people.unit(people.maja) as uow, pytest.raises(NotFound):
        record_milestone(uow, people.elliot.id, "care_considered", "2026-11-20")
    with people.unit(people.maja) as uow, pytest.raises(NotFound):
        withdraw_milestone(uow, row)


def test_a_move_to_another_home_counts_anew(people: People) -> None:
    with people.as_program() as uow:
        (placement,) = uow.all(uow.reachable(Placement).where(Placement.child_id == people.alva.id))
        placement.end = date(2026, 6, 1)
        uow.add(
            Placement(
                child_id=people.alva.id, foster_home_id=people.myrholm.id, start=date(2026, 6, 1), legal_basis="sol"
            )
        )
    found = dues(people, people.alva)
    assert found["custody_sol"] == ("coming", date(2028, 6, 1))
    assert found["care_plan"] == ("overdue", date(2026, 10, 14))


def test_the_start_page_and_the_child_s_page_tell_of_what_presses(people: People, client_for: ClientFor) -> None:
    people.milestone(people.alva, "care_considered", date(2026, 6, 20))
    for person in (people.maja, people.birgitta):
        mine = client_for(person).get("/children").text
        panel = mine.split('id="h-deadlines"')[1].split("</section>")[0]
        assert "Övervägande av vården" in panel
        assert f'href="/children/{people.alva.id}/deadlines"' in client_for(person).get("/deadlines").text
    child = client_for(people.maja).get(f"/children/{people.alva.id}").text
    panel = child.split('id="h-deadlines"')[1].split("</section>")[0]
    assert "Senast 21 december 2026. Söndag 20 december är ingen arbetsdag" in panel
    assert "Snart" in panel
    assert "Det här ska vägas in" in panel


def test_nothing_of_others_and_nothing_of_grown_ups_is_listed(people: People) -> None:
    with people.as_program() as uow:
        row = uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
        row.birth_date = date(2008, 1, 1)
    with people.unit(people.maja, reads=True) as uow:
        found = pressing(uow, lives_of(uow))
        listed = {(each.child_id, each.deadline.rule.id) for each in found}
        assert {child_id for child_id, _ in listed} <= {kid.id for kid in people.reached_by(people.maja)}
        assert (people.alva.id, "consideration_sol") not in listed
        assert (people.vide.id, "consideration_sol") in listed
        assert [each.deadline.due for each in found] == sorted(each.deadline.due for each in found if each.deadline.due)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_long_list_has_pages_and_costs_no_more_statements(people: People, client_for: ClientFor) -> None:
    client = client_for(people.maja)
    with counted(people.store) as few:
        client.get("/deadlines")
    busy_crowd(people, 60)
    with counted(people.store) as many:
        client.get("/deadlines")
    assert len(few) == len(many) <= 15, many
    assert 'rel="next"' in client.get("/deadlines").text
    with people.unit(people.maja, reads=True) as uow:
        last = pressing_page(uow, 9_999)
        assert last.page == last.pages > 2
        assert pressing_page(uow, -3).page == 1
    assert client.get("/deadlines?page=x").status_code == 200


def test_a_kind_that_the_rules_no_longer_know_is_still_shown(people: People, client_for: ClientFor) -> None:
    people.milestone(people.alva, "something_older", date(2025, 1, 1))
    assert "something_older" in client_for(people.maja).get(f"/children/{people.alva.id}/deadlines").text


def test_without_a_home_the_page_says_so(people: People, client_for: ClientFor) -> None:
    with people.as_program() as uow:
        (placement,) = uow.all(uow.reachable(Placement).where(Placement.child_id == people.alva.id))
        placement.end = TODAY
    page = client_for(people.maja).get(f"/children/{people.alva.id}/deadlines").text
    assert "Inga tidsfrister räknas just nu." in page
    assert client_for(people.maja).get(f"/children/{uuid4()}/deadlines").status_code == 404
