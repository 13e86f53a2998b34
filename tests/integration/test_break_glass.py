"""Opening a child in an emergency: for eight hours, told at once, and never forgotten."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.services.need_to_know import barring
from followup.services.need_to_know import break_glass as glass
from followup.services.overview.child_file import wishes_mark
from followup.store.tables import BreakGlass, Child
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Kid, Person
from tests.support.queries import log_lines, raw

Clients = Callable[[Person], LintingClient]
REASON = "Skolan ringde: barnet har inte kommit hem."


def fields(number: str, **more: str) -> dict[str, str]:
    return {"number": number, "reason": REASON, "sure": "1", **more}


def reached(people: People, person: Person, kid: Kid) -> bool:
    with people.unit(person, reads=True) as uow:
        return uow.first(uow.reachable(Child).where(Child.id == kid.id)) is not None


def row_of(people: People, glass_id: UUID) -> BreakGlass:
    with people.as_program() as uow:
        return uow.one(select(BreakGlass).where(BreakGlass.id == glass_id))


def freely(client: LintingClient, *kids: Kid) -> LintingClient:
    """The browser, which minds no longer that these children are named."""
    allowed = {word for kid in kids for word in (*kid.canaries, kid.home.place)}
    client.canaries = {client.user_name: client.canaries[client.user_name] - allowed}
    return client


def test_it_opens_one_child_for_eight_hours_and_the_log_says_why(people: People) -> None:
    people.break_glass(people.sven, people.nour)
    assert reached(people, people.sven, people.nour)
    about_nour = [line for line in log_lines(people.store, actor=people.sven.id) if line.children]
    assert [line.action for line in about_nour] == ["break_glass", "read"]
    assert [line.children for line in about_nour] == [{people.nour.id: "break_glass"}] * 2
    assert not reached(people, people.sven, people.samira)
    people.clock.forward(hours=7, minutes=59)
    assert reached(people, people.sven, people.nour)
    people.clock.forward(minutes=1)
    assert not reached(people, people.sven, people.nour)


@pytest.mark.parametrize("form", ["{0}", "{1}-{2}", "{3}-{2}", "SN 2025-0099", " sn 2025-0099 "])
def test_the_child_is_named_by_its_number_however_written(people: People, form: str) -> None:
    digits = people.elliot.personal_number or ""
    number = form.format(digits, digits[:8], digits[8:], digits[2:8])
    with people.unit(people.sven) as uow:
        assert glass.break_glass(uow, fields(number)).child_id == people.elliot.id


def test_it_takes_a_reason_a_number_and_a_yes(people: People) -> None:
    with pytest.raises(InvalidInput) as refusal, people.unit(people.sven) as uow:
        glass.break_glass(uow, {"number": " ", "reason": "bråttom"})
    assert {problem.field for problem in refusal.value.problems} == {"number", "reason", "sure"}


def test_a_number_that_nobody_has_and_a_child_one_is_barred_from_sound_alike(people: People) -> None:
    people.bar(people.sven, people.nour)
    heard = set()
    for number in (people.nour.case_number, "SN 2026-9999", "20160314-2398", "Nour", "%"):
        with pytest.raises(InvalidInput) as refusal, people.unit(people.sven) as uow:
            glass.break_glass(uow, fields(number))
        heard.add(str(refusal.value.problems))
    assert len(heard) == 1
    assert not reached(people, people.sven, people.nour)


def test_guessing_numbers_is_slowed_down_and_logged(people: People, client_for: Clients) -> None:
    client = freely(client_for(people.sven), people.nour)  # whose number he types, and is shown again
    for guess in range(5):
        assert "Inget barn har det numret" in client.submit("/break-glass/open", fields(f"SN 2020-{guess:04}")).text
    assert "För många nummer" in client.submit("/break-glass/open", fields(people.nour.case_number)).text
    assert [line.action for line in log_lines(people.store)].count("break_glass_refused") == 5
    people.clock.forward(minutes=16)
    assert client.submit("/break-glass/open", fields(people.nour.case_number)).status_code == 302


def test_what_is_within_reach_is_not_broken_into(people: People) -> None:
    for person, kid in ((people.maja, people.alva), (people.maja, people.samira), (people.birgitta, people.alva)):
        with pytest.raises(InvalidInput) as refusal, people.unit(person) as uow:
            glass.break_glass(uow, fields(kid.case_number))
        assert [problem.code for problem in refusal.value.problems] == ["reached"]


def test_roles_that_read_no_cases_break_no_glass(people: People, client_for: Clients) -> None:
    for person in (people.ada, people.lovisa, people.stig):
        assert client_for(person).get("/break-glass").status_code == 403
        answer = client_for(person).submit("/break-glass/open", fields(people.alva.case_number), lint=False)
        assert answer.status_code == 403


def test_the_way_through_the_page(people: People, client_for: Clients) -> None:
    client = freely(client_for(people.sven), people.nour)
    assert "granskas" in client.get("/break-glass").text
    path = f"/children/{people.nour.id}"
    assert client.submit("/break-glass/open", fields(people.nour.case_number)).location == path
    page = client.get(path)  # and no sign before it: she has just said that she knows
    assert page.status_code == 200
    assert "Öppnat i nödfall till" in page.text
    assert people.nour.case_number in client.get("/break-glass").text
    (row,) = people_glasses(people)
    assert client.submit(f"/break-glass/{row.id}/close").location == "/break-glass"
    assert client.get(path).status_code == 404


def people_glasses(people: People) -> list[BreakGlass]:
    with people.as_program() as uow:
        return list(uow.all(select(BreakGlass).order_by(BreakGlass.opened_at)))


def test_the_lead_and_the_reviewers_see_it_at_once_and_until_it_is_reviewed(
    people: People, client_for: Clients
) -> None:
    lead, other, reviewer = client_for(people.birgitta), client_for(people.gunnel), client_for(people.lovisa)
    assert "/access" not in lead.get("/children").text
    glass_id = people.break_glass(people.sven, people.elliot)
    freely(reviewer, people.elliot)
    for page in ("/children", "/desk"):
        assert "har öppnats i nödfall" in lead.get(page).text, page
        assert "i nödfall." not in other.get(page).text, page
    assert "Nödöppningar" in reviewer.get("/", follow_redirects=True).text
    shown = reviewer.get("/break-glass/reviews").text
    for told in (people.elliot.case_number, people.sven.name, "Barnet ringde"):
        assert told in shown
    assert "Mossflod" not in shown
    assert people.sven.name in lead.get("/access").text
    assert lead.submit(f"/break-glass/{glass_id}/seen").location == "/access"
    assert "har öppnats i nödfall" not in lead.get("/children").text
    people.clock.forward(days=40)
    reviewer, lead = freely(browser(people, people.lovisa), people.elliot), browser(people, people.birgitta)
    assert "Väntar på granskning" in reviewer.get("/break-glass/reviews").text
    path = f"/break-glass/{glass_id}/review"
    assert reviewer.submit(path, {"finding": "unjustified"}).status_code == 422
    assert reviewer.submit(path, {"finding": "unjustified", "note": "Inget skäl fanns."}).status_code == 302
    assert "Inget skäl fanns." in reviewer.get("/break-glass/reviews").text
    assert "Inget skäl fanns." in lead.get("/access").text


def test_nobody_judges_or_sees_off_their_own(people: People) -> None:
    people.mandate(people.sven, people.team_a)
    people.bar(people.sven, people.alva)
    glass_id = people.break_glass(people.gunnel, people.elliot)
    people.mandate(people.gunnel, people.team_a)
    with people.unit(people.gunnel) as uow:
        assert glass.unseen(uow) == 0
    with pytest.raises(NotFound), people.unit(people.gunnel) as uow:
        glass.see(uow, glass_id)
    with people.unit(people.sven) as uow:
        glass.see(uow, glass_id)


def test_a_review_is_made_once_and_nothing_of_it_is_rewritten(people: People) -> None:
    glass_id = people.break_glass(people.sven, people.elliot)
    with people.unit(people.lovisa) as uow:
        glass.review(uow, glass_id, {"finding": "justified"})
    with pytest.raises(InvalidTransition), people.unit(people.lovisa) as uow:
        glass.review(uow, glass_id, {"finding": "unclear", "note": "Ändrat mig."})
    assert row_of(people, glass_id).finding == "justified"
    for change in (
        "DELETE FROM break_glass",
        "UPDATE break_glass SET finding = 'unclear'",
        "UPDATE break_glass SET opened_at = ends_at",
        "UPDATE break_glass SET ends_at = '2030-01-01 00:00:00'",
    ):
        with pytest.raises(DatabaseError):
            raw(people.store.engine, change)


def test_a_quick_review_leaves_the_lead_to_be_told_and_the_child_to_be_shut(
    people: People, client_for: Clients
) -> None:
    glasses = [people.break_glass(person, people.elliot) for person in (people.sven, people.maja)]
    for glass_id in glasses:
        with people.unit(people.lovisa) as uow:
            glass.review(uow, glass_id, {"finding": "justified"})
    lead = client_for(people.birgitta)
    for glass_id in glasses:
        assert "Se vem och varför" in lead.get("/desk").text
        assert lead.submit(f"/break-glass/{glass_id}/seen").location == "/access"
    assert "Se vem och varför" not in lead.get("/desk").text
    with people.unit(people.sven) as uow:
        glass.close(uow, glasses[0])
    assert not reached(people, people.sven, people.elliot)
    with people.unit(people.birgitta) as uow:
        barring.bar(uow, people.elliot.id, {"barred": str(people.maja.id), "kind": "relative"})
    row = row_of(people, glasses[1])
    assert (row.ends_at, row.finding, row.lead_seen_by) == (people.clock(), "justified", people.birgitta.id)
    with pytest.raises(DatabaseError):
        raw(people.store.engine, "UPDATE break_glass SET lead_seen_by = user_id")


def test_the_reviewer_is_told_how_much_was_read_and_written(people: People) -> None:
    glass_id = people.break_glass(people.sven, people.elliot)
    client = freely(browser(people, people.sven), people.elliot)
    client.get(f"/children/{people.elliot.id}")
    client.submit(f"/children/{people.elliot.id}/wishes", {"wishes": "Köket", "mark": wishes_mark("")})
    with people.unit(people.lovisa) as uow:
        (told,) = glass.for_review(uow)
    assert told.row.id == glass_id
    assert told.acts["read"] >= 2
    assert told.acts["update"] == 1


def test_whoever_has_broken_the_glass_lets_nobody_else_in(people: People) -> None:
    """Not the lead of a protected child's team either: it takes a grant, or a head."""
    people.break_glass(people.birgitta, people.nour)
    client = freely(browser(people, people.birgitta), people.nour)
    client.submit(f"/children/{people.nour.id}/protected")
    assert client.get(f"/children/{people.nour.id}").status_code == 200
    for path in ("access", "change-caseworker"):
        assert client.get(f"/children/{people.nour.id}/{path}").status_code == 404, path
    assert client.get(f"/children/{people.nour.id}/export").status_code == 403


def test_it_asks_again_who_one_is(people: People, client_for: Clients) -> None:
    client = freely(client_for(people.sven), people.nour)
    raw(people.store.engine, "UPDATE user_session SET proved_at = NULL")
    asked = client.submit("/break-glass/open", fields(people.nour.case_number))
    assert asked.status_code == 403
    assert people.nour.case_number in asked.text, "what was written is kept"
    assert not people_glasses(people)
