"""The log that somebody reads: the sample, its review, who has read about a child, and the log of those looks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from followup.deadlines.log_review import sample_rules
from followup.domain.access import SYSTEM
from followup.domain.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound
from followup.services.log_review import chain, readers, reviewing, selecting
from followup.services.log_review.facts import plain_address, surname
from followup.services.log_review.standing import standing
from followup.store.tables import Child, LogCheck, LogReview, LogSample, StaffAddress, User
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Kid, Person
from tests.support.queries import log_lines, raw

OCTOBER = date(2026, 10, 1)


def opens(people: People, person: Person, kid: Kid, at: datetime, times: int = 1) -> None:
    """Let somebody open a child at a time."""
    now, people.clock.now = people.clock.now, at
    for _ in range(times):
        with people.unit(person, reads=True) as uow:
            uow.one(uow.reachable(Child).where(Child.id == kid.id))
    people.clock.now = now


def in_october(people: People, day: int, hour: int = 10) -> datetime:
    return datetime(2026, 10, day, hour, 5, tzinfo=people.store.zone)


def selected(people: People) -> UUID:
    with people.unit(people.lovisa) as uow:
        return selecting.select_month(uow, OCTOBER).id


def samples(people: People) -> list[LogSample]:
    with people.unit(people.lovisa, reads=True) as uow:
        return list(uow.all(select(LogSample).order_by(LogSample.place)))


def drawn_by(people: People, kid: Kid | None, person: Person) -> set[str]:
    wanted = kid.id if kid else None
    found = (each for each in samples(people) if each.child_id == wanted and each.actor_id == person.id)
    return {rule for each in found for rule in each.rules}


def test_each_rule_finds_what_it_is_for(people: People) -> None:
    people.plan(people.alva, days=-48)  # 7 October
    opens(people, people.maja, people.samira, in_october(people, 6))  # protected, by grant
    opens(people, people.birgitta, people.alva, in_october(people, 10, 23))  # a Saturday night
    opens(people, people.gunnel, people.tor, in_october(people, 8))
    opens(people, people.maja, people.vide, in_october(people, 9))
    with people.as_program() as uow:
        user = uow.one(select(User).where(User.id == people.gunnel.id))
        user.name = f"Gunnel {people.tor.name.split()[-1]}"
        uow.add(StaffAddress(user_id=people.maja.id, address=f"{people.angsull.place} 3"))
    now, people.clock.now = people.clock.now, in_october(people, 12)
    for _ in range(5):
        with people.unit(people.sven) as uow:
            uow.note("denied", page="children.child")
    people.clock.now = now
    selected(people)
    assert "protected" in drawn_by(people, people.samira, people.maja)
    assert "odd_hours" in drawn_by(people, people.alva, people.birgitta)
    assert "same_surname" in drawn_by(people, people.tor, people.gunnel)
    assert "no_visit_near" in drawn_by(people, people.vide, people.maja)
    assert drawn_by(people, None, people.sven) == {"refused"}
    assert "same_address" in drawn_by(people, people.vide, people.maja)
    assert "same_address" not in drawn_by(people, people.samira, people.maja)
    assert "no_visit_near" not in drawn_by(people, people.alva, people.birgitta)
    assert "odd_hours" not in drawn_by(people, people.vide, people.maja)
    assert "same_surname" not in drawn_by(people, people.vide, people.maja)


def test_names_and_streets_are_compared_as_people_write_them() -> None:
    assert surname("Anna-Karin von Björnmossa") == "björnmossa"
    assert surname("Gun") == ""
    assert plain_address("Sjö-vägen 12 B") == plain_address("sjövägen 3") == "sjövägen"
    assert plain_address("") == ""


def test_the_sample_is_made_once_and_can_be_repeated(people: People) -> None:
    for day in range(1, 28):
        opens(people, people.maja, people.alva, in_october(people, day))
        opens(people, people.idris, people.elliot, in_october(people, day))
    review_id = selected(people)
    kept = [(each.actor_id, each.child_id, each.day, each.rules) for each in samples(people)]
    with people.unit(people.lovisa, reads=True) as uow:
        _, drawn = selecting.drawn_for(uow, OCTOBER, sample_rules(OCTOBER))
        again = [
            (each.occasion.actor_id, each.occasion.child_id, each.occasion.day, list(each.rules)) for each in drawn
        ]
        review = uow.one(select(LogReview).where(LogReview.id == review_id))
    assert again == kept
    assert 0 < len(kept) < review.occasions == 54
    assert (review.made_by, review.made_at) == (people.lovisa.id, people.clock())
    with pytest.raises(InvalidTransition), people.unit(people.lovisa) as uow:
        selecting.select_month(uow, OCTOBER)


def test_a_month_that_is_not_over_or_long_gone_is_not_drawn(people: People) -> None:
    with pytest.raises(InvalidTransition), people.unit(people.lovisa) as uow:
        selecting.select_month(uow, date(2026, 11, 1))
    with pytest.raises(NotFound), people.unit(people.lovisa) as uow:
        selecting.select_month(uow, date(2019, 1, 1))


def test_a_list_and_the_program_itself_are_no_occasions(people: People) -> None:
    now, people.clock.now = people.clock.now, in_october(people, 5)
    with people.unit(people.birgitta, reads=True) as uow:
        assert len(uow.all(uow.reachable(Child))) >= 4
    with people.store.unit(SYSTEM, now=people.clock(), reads=True) as uow:
        uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
    people.clock.now = now
    selected(people)
    assert samples(people) == []


def test_a_review_is_judged_taken_back_signed_and_then_frozen(people: People) -> None:
    opens(people, people.maja, people.alva, in_october(people, 5))
    opens(people, people.maja, people.vide, in_october(people, 6))
    review_id = selected(people)
    first, second = (each.id for each in samples(people))
    with pytest.raises(InvalidInput), people.unit(people.lovisa) as uow:
        reviewing.judge(uow, first, "ask", " ")
    with pytest.raises(NotAllowed), people.unit(people.lovisa) as uow:
        reviewing.add_outcome(uow, first, "för tidigt", closes=True)
    with people.unit(people.lovisa) as uow:
        reviewing.judge(uow, first, "ask", "Varför?")
    with pytest.raises(InvalidInput), people.unit(people.lovisa) as uow:
        reviewing.sign(uow, review_id, "")
    with people.unit(people.lovisa) as uow:
        reviewing.judge(uow, second, "in_order", "")
        reviewing.take_back(uow, second)
    with people.unit(people.lovisa) as uow:
        reviewing.judge(uow, second, "reported", "Till chefen.")
        reviewing.sign(uow, review_id, "Två frågor.")
    with pytest.raises(InvalidTransition), people.unit(people.lovisa) as uow:
        reviewing.judge(uow, first, "in_order", "")
    with pytest.raises(InvalidTransition), people.unit(people.lovisa) as uow:
        reviewing.take_back(uow, first)
    for sql in (
        "UPDATE log_sample SET judgement = 'in_order'",
        "DELETE FROM log_sample",
        "UPDATE log_review SET signed_at = NULL",
        "DELETE FROM log_review",
    ):
        with pytest.raises(DBAPIError, match="frozen"):
            raw(people.store.engine, sql)
    with people.unit(people.lovisa) as uow:
        reviewing.add_outcome(uow, first, "Hon vikarierade.", closes=True)
    with people.unit(people.lovisa, reads=True) as uow:
        (line,) = [each for each in standing(uow).months if each.month == OCTOBER]
    assert (line.state, line.progress.by["ask"], line.progress.by["reported"]) == ("signed", 1, 1)
    assert line.progress.waiting == 1, "what was reported has not been answered"
    judged = [each.fields.get("judgement") for each in log_lines(people.store) if each.action == "judge_log_sample"]
    assert judged == ["ask", "in_order", "taken_back", "reported", None]


def test_a_reviewer_judges_on_pages_and_never_sees_the_case(people: People) -> None:
    opens(people, people.maja, people.alva, in_october(people, 5), times=60)
    opens(people, people.maja, people.samira, in_october(people, 6))
    page = browser(people, people.lovisa)  # its linter knows every child's name
    assert page.get("/").location == "/log"
    review = page.submit("/log/months", month="2026-10-01").location or ""
    assert people.alva.case_number in page.get(review).text
    first, second = samples(people)
    long = first if first.child_id == people.alva.id else second
    assert "60" in page.get(f"/log/occasions/{long.id}").text
    assert page.get(f"/log/occasions/{long.id}?page=2").text.count("<td") == 10 * 2
    answer = page.submit(f"/log/occasions/{first.id}", judgement="in_order")
    assert answer.location == f"/log/occasions/{second.id}?judged={first.id}"
    page.submit(f"/log/occasions/{first.id}/undo")
    assert samples(people)[0].judgement is None
    assert page.submit(f"/log/occasions/{first.id}", judgement="ask").status_code == 422
    for each in (first, second):
        page.submit(f"/log/occasions/{each.id}", judgement="in_order", back="list")
    assert page.submit(f"{review}/sign", words="").location == "/log"
    assert "Signerad" in page.get("/log").text
    for path in ("/log/looks", "/log/children", f"/log/children/{people.samira.id}", "/log/chain"):
        assert page.get(path).status_code == 200, path


def test_who_has_read_names_people_and_no_other_child(
    people: People, client_for: Callable[[Person], LintingClient]
) -> None:
    now = people.clock()
    opens(people, people.maja, people.alva, now - timedelta(days=3), times=2)
    with people.unit(people.birgitta, reads=True) as uow:
        uow.all(uow.reachable(Child))  # a line that names other children too
    opens(people, people.maja, people.alva, now - timedelta(days=400))
    lead = client_for(people.birgitta)
    assert people.maja.name in lead.get(f"/children/{people.alva.id}/readers").text
    file = lead.get(f"/children/{people.alva.id}/readers/file?kind=csv", lint=False)
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[6] for row in rows if row[3] == people.maja.name] == ["Läste (2)"]
    others = [kid for kid in people.children if kid is not people.alva]
    for kid in others:
        assert str(kid.id) not in file.text
        assert kid.case_number not in file.text
    assert str(people.alva.id) not in file.text
    assert people.alva.name.split()[0] not in (file.headers["Content-Disposition"] or "")
    assert client_for(people.gunnel).get(f"/children/{people.alva.id}/readers").status_code == 404
    assert client_for(people.maja).get(f"/children/{people.alva.id}/readers").status_code == 403


def test_a_look_in_the_log_is_logged_and_shown(people: People) -> None:
    with people.unit(people.lovisa, reads=True) as uow:
        readers.for_reviewer(uow, people.samira.id, 1)
    with people.unit(people.birgitta, reads=True) as uow:
        readers.for_lead(uow, people.alva.id, 1)
    with people.unit(people.lovisa, reads=True) as uow:
        found, older = chain.looks(uow)
    assert [(each.name, each.what, each.case) for each in found] == [
        (people.birgitta.name, "readers", people.alva.case_number),
        (people.lovisa.name, "readers", people.samira.case_number),
    ]
    assert older is None
    with people.unit(people.lovisa, reads=True) as uow:
        about = readers.for_reviewer(uow, people.samira.id, 1).rows
    assert [(each.name, each.why) for each in about] == [(people.lovisa.name, "outside")]


def test_the_whole_log_is_verified_once_a_day(people: People) -> None:
    first = chain.check_whole(people.store, people.clock())
    assert first is not None
    assert (first.whole, first.broken, first.forged) == (True, [], [])
    assert chain.check_whole(people.store, people.clock() + timedelta(hours=23)) is None
    assert chain.check_whole(people.store, people.clock() + timedelta(hours=25)) is not None


def test_the_page_tells_of_a_forged_line(people: People) -> None:
    page = browser(people, people.lovisa)
    page.submit("/log/chain")
    assert "stämmer" in page.get("/log/chain").text
    table = "" if people.settings.is_sqlite else " ON access_log"
    raw(people.store.engine, f"DROP TRIGGER refuse_update_access_log{table}")
    raw(people.store.engine, "UPDATE access_log SET role = 'admin' WHERE id = 1")
    page.submit("/log/chain")
    assert "Loggen stämmer inte" in page.get("/log/chain").text
    with people.unit(people.lovisa, reads=True) as uow:
        assert uow.all(select(LogCheck).order_by(LogCheck.at.desc()))[-1].forged in ([], [1])
