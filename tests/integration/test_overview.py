"""Mina barn: what is due first, what is open, and promises to tick off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from followup.domain.errors import NotAllowed, NotFound
from followup.services.overview.due import Due, VisitLine, due_of
from followup.services.overview.my_children import PAGE_SIZE, keep_promise, overview
from followup.services.visit.planning import cancel_visit
from followup.store.tables import Action, Flag, PlacementCheck, Prompt, Visit
from tests.support.crowd import busy_crowd, crowd
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import TODAY, Kid, Person
from tests.support.queries import counted, log_lines

ClientFor = Callable[[Person], LintingClient]

ZONE = ZoneInfo("Europe/Stockholm")
PLACED = date(2026, 1, 10)


def line(state: str, days: int, hour: int = 13) -> VisitLine:
    at = datetime(2026, 11, 24, hour, 0, tzinfo=UTC) + timedelta(days=days)
    return VisitLine(uuid4(), uuid4(), state, at, cancelled_because="child_ill" if state == "cancelled" else None)


def due(*lines: VisitLine, placed: date | None = PLACED, interval: int = 91) -> Due:
    return due_of(lines, placed=placed, interval_days=interval, today=TODAY, zone=ZONE)


@pytest.mark.parametrize(
    ("lines", "group", "on"),
    [
        ([], "overdue", PLACED + timedelta(days=91)),
        ([line("signed", -91)], "today", TODAY),
        ([line("filed", -92)], "overdue", TODAY - timedelta(days=1)),
        ([line("signed", -77)], "soon", TODAY + timedelta(days=14)),
        ([line("signed", -76)], "later", TODAY + timedelta(days=15)),
        ([line("signed", -200), line("planned", 3)], "soon", TODAY + timedelta(days=3)),
        ([line("signed", -10), line("planned", -1)], "overdue", TODAY - timedelta(days=1)),
        ([line("planned", 0, hour=6)], "today", TODAY),
        ([line("planned", -1, hour=23)], "today", TODAY),  # half past midnight in Sweden
        ([line("draft", -9), line("planned", 40)], "today", TODAY - timedelta(days=9)),
        ([line("signed", -30), line("cancelled", -2)], "overdue", TODAY - timedelta(days=2)),
        ([line("signed", -30), line("cancelled", -31)], "later", TODAY + timedelta(days=61)),
        ([line("cancelled", 5), line("signed", -30)], "soon", TODAY + timedelta(days=5)),
    ],
)
def test_what_is_due(lines: list[VisitLine], group: str, on: date) -> None:
    found = due(*lines)
    assert (found.group, found.on) == (group, on)


def test_child_without_home_or_visits_has_no_date() -> None:
    assert due(placed=None) == Due("undated", first=True)


def test_booked_too_late_says_since_when() -> None:
    assert due(line("signed", -100), line("planned", 3)).late_since == TODAY - timedelta(days=9)


@pytest.mark.parametrize(
    ("days", "group", "on"), [(10, "soon", 10), (-1, "overdue", -1), (80, "later", 61)], ids=["soon", "passed", "late"]
)
def test_a_day_agreed_on_with_the_child_counts_while_nothing_is_booked(days: int, group: str, on: int) -> None:
    agreed = TODAY + timedelta(days=days)
    held = replace(line("signed", -30), next_visit_on=agreed)
    found = due(held)
    assert (found.group, found.on, found.agreed) == (group, TODAY + timedelta(days=on), agreed)
    for other in (line("planned", 20), line("draft", 0), line("cancelled", -2)):
        assert due(held, other).agreed is None


def test_a_day_that_is_agreed_on_but_not_booked_is_shown_and_filled_in(people: People, client_for: ClientFor) -> None:
    (held,) = people.plan(people.alva, days=-30)
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == held)).next_visit_on = TODAY + timedelta(days=13)
    people.freeze(held)
    browser, words = client_for(people.maja), "Nästa besök är överenskommet till 7 dec, inte bokat än."
    assert words in browser.get("/children").text
    assert words in browser.get(f"/children/{people.alva.id}").text
    assert 'value="2026-12-07"' in browser.get(f"/children/{people.alva.id}/plan").text
    people.plan(people.alva, days=13)
    assert words not in browser.get(f"/children/{people.alva.id}").text


def names(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/children/[^"]*" dir="auto">([^<]+)</a>', page)


def test_children_stand_in_the_order_of_what_is_due(people: People, client_for: ClientFor) -> None:
    people.plan(people.vide, days=6)
    (begun,) = people.plan(people.alva)
    people.answer(begun, {"b_sleep": 2})
    people.plan(people.samira, days=-3)
    people.plan(people.leo, days=40)
    page = client_for(people.maja).get("/children").text
    assert names(page) == [kid.name for kid in (people.samira, people.alva, people.vide, people.leo)]
    assert "Ett besök är försenat." in page
    assert "3 dagar försenat" in page
    assert f'href="/visits/{begun}">Fortsätt' in page
    assert page.count('class="btn" data-kind="primary"') == 1


def test_protected_child_shows_neither_home_nor_place(people: People, client_for: ClientFor) -> None:
    people.plan(people.samira, days=1)
    page = client_for(people.maja).get("/children", forbidden=[people.hemlig.name, people.hemlig.place]).text
    assert people.samira.name in page
    assert "Skyddade personuppgifter" in page
    assert people.angsull.place in page


def test_team_lead_sees_the_team_but_not_the_protected(people: People, client_for: ClientFor) -> None:
    page = client_for(people.birgitta).get("/children").text
    assert set(names(page)) == {kid.name for kid in people.reached_by(people.birgitta)}
    assert "Teamets barn" in page
    assert f"Ansvarig: {people.idris.name}" in page


def flag(people: People, visit_id: UUID, kid: Kid, subject: str, level: str = "talk", **more: object) -> None:
    values = {"respondent": "child", "status": "open", **more}
    reasons = [{"rule": "R1", "level": level, "values": {"now": 2, "max": 5, "limit": 2}}]
    with people.as_program() as uow:
        uow.add(
            Flag(
                visit_id=visit_id,
                child_id=kid.id,
                subject=subject,
                level=level,
                reasons=reasons,
                rules_version="1.0.0",
                raised_at=uow.now,
                **values,
            )
        )


def talked(people: People, visit_id: UUID, kid: Kid, subject: str, outcome: str) -> None:
    with people.as_program() as uow:
        uow.add(Prompt(visit_id=visit_id, child_id=kid.id, subject=subject, outcome=outcome, recorded_at=uow.now))


def alva_line(people: People) -> tuple[int, int, int]:
    with people.unit(people.maja, reads=True) as uow:
        found = next(each for each in overview(uow).lines if each.child.id == people.alva.id).flags
    return found.to_talk, found.to_follow_up, found.raised


def test_open_flags_are_counted_until_they_are_talked_about_or_closed(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2})
    for subject, level in (("b_sleep", "talk"), ("b_mood", "talk"), ("b_body", "follow_up"), ("b_safe", "escalate")):
        flag(people, visit_id, people.alva, subject, level)
    flag(people, visit_id, people.alva, "b_friends", "info")
    flag(people, visit_id, people.alva, "b_adult", "follow_up", status="closed")
    assert alva_line(people) == (4, 0, 1)
    talked(people, visit_id, people.alva, "b_sleep", "talked")
    talked(people, visit_id, people.alva, "b_mood", "declined")
    talked(people, visit_id, people.alva, "b_body", "talked")
    assert alva_line(people) == (2, 1, 1)


def test_talk_prompts_belong_to_the_latest_visit_and_graver_ones_stay(people: People) -> None:
    (old,) = people.plan(people.alva, days=-200)
    (new,) = people.plan(people.alva, days=-100)
    for visit_id in (old, new):
        people.answer(visit_id, {"b_sleep": 2})
        flag(people, visit_id, people.alva, "b_sleep")
    flag(people, old, people.alva, "b_mood")
    flag(people, old, people.alva, "b_body", "follow_up")
    people.freeze(old)
    people.freeze(new)
    assert alva_line(people) == (2, 0, 0)


def test_withdrawn_flag_is_nothing_to_talk_about(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 4})
    flag(people, visit_id, people.alva, "b_sleep", status="withdrawn")
    flag(people, visit_id, people.alva, "b_body", "follow_up", status="withdrawn")
    flag(people, visit_id, people.alva, "b_safe", "escalate", status="withdrawn")
    assert alva_line(people) == (0, 0, 0)


def test_grave_flags_outlive_a_visit_that_was_broken_off(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2})
    flag(people, visit_id, people.alva, "b_sleep")
    flag(people, visit_id, people.alva, f"urgent:{uuid4()}", "escalate", respondent="caseworker", text="Han slog mig.")
    with people.unit(people.maja) as uow:
        cancel_visit(uow, visit_id, because="other", note="Vi fick åka därifrån.")
    assert alva_line(people) == (0, 0, 1)


def test_the_latest_placement_check_counts(people: People, client_for: ClientFor) -> None:
    for days, understanding, blame in ((-200, "own_words", "no_sign"), (-100, "partly", "clear")):
        (visit_id,) = people.plan(people.alva, days=days)
        with people.as_program() as uow:
            check = {"understanding": understanding, "self_blame": blame, "child_words": "Det var jag."}
            uow.add(PlacementCheck(visit_id=visit_id, child_id=people.alva.id, **check))
        people.freeze(visit_id)
    page = client_for(people.maja).get("/children").text
    assert "Vet delvis varför" in page
    assert "Tar på sig skulden" in page
    assert "Vet varför" not in page
    assert "Det var jag." not in page


def test_promise_is_ticked_off_and_opened_again(people: People, client_for: ClientFor) -> None:
    action_id = people.promise(people.alva, "Ringa skolan om rasten", due=date(2026, 11, 20))
    client = client_for(people.maja)
    page = client.get("/children").text
    assert "Ringa skolan om rasten" in page
    assert "Skulle varit klart 20 nov" in page
    for _ in range(2):  # a double click
        assert client.submit(f"/promises/{action_id}", done="1").status_code == 302
    (row,) = people.rows(Action, Action.id == action_id)
    assert (row.state, row.done_on) == ("done", TODAY)
    assert 'aria-pressed="true"' in client.get("/children").text
    client.submit(f"/promises/{action_id}", done="0")
    (row,) = people.rows(Action, Action.id == action_id)
    assert (row.state, row.done_on) == ("open", None)


def test_only_the_owner_ticks_a_promise_off(people: People) -> None:
    action_id = people.promise(people.alva, "Ringa skolan")
    with pytest.raises(NotAllowed), people.unit(people.birgitta) as uow:
        keep_promise(uow, action_id, done=True)
    with pytest.raises(NotFound), people.unit(people.sven) as uow:
        keep_promise(uow, action_id, done=True)


def test_nobody_yet(people: People, client_for: ClientFor) -> None:
    people.end_assignment(people.sven, people.tor, date(2026, 11, 1))
    page = client_for(people.sven).get("/children", forbidden=people.tor.canaries).text
    assert "Du har inga barn här än" in page
    assert f"Prata med {people.gunnel.name}." in page


@pytest.mark.parametrize("who", ["maja", "birgitta"])
def test_as_many_statements_for_ten_children_as_for_two_hundred(
    people: People, client_for: ClientFor, who: str
) -> None:
    client = client_for(getattr(people, who))
    busy_crowd(people, 6)
    with counted(people.store) as few:
        assert client.get("/children").status_code == 200
    busy_crowd(people, 190)
    with counted(people.store) as many:
        response = client.get("/children")
    assert len(few) <= 15, few
    assert len(many) == len(few), many
    assert len(names(response.text)) == PAGE_SIZE


def test_pages_hold_every_child_once(people: People, client_for: ClientFor) -> None:
    crowd(people, people.team_b, 70)
    client = client_for(people.gunnel)
    first, second = client.get("/children").text, client.get("/children?page=2").text
    both = re.findall(r'href="/children/([0-9a-f-]+)" dir', first + second)
    assert len(both) == len(set(both)) == 71
    assert names(client.get("/children?page=900").text) == names(second)
    assert "Sida 2 av 2, 71 barn" in second


def test_a_list_is_one_line_in_the_log(people: People, client_for: ClientFor) -> None:
    people.promise(people.alva, "Ringa")
    client = client_for(people.maja)
    before = len(log_lines(people.store, actor=people.maja.id))
    client.get("/children")
    (logged,) = log_lines(people.store, actor=people.maja.id)[before:]
    assert logged.action == "read"
    assert set(logged.children) == {kid.id for kid in people.reached_by(people.maja)}


def test_draft_says_how_far_it_has_come(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2})
    with people.as_program() as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        visit.step, visit.saved_at = "talk", uow.now
    assert "Sparat 14.32, steg 3 av 6" in client_for(people.maja).get("/children").text
