"""A visit that is made on another day than it was booked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from uuid import UUID

import pytest

from followup.domain.errors import InvalidTransition, NotFound
from followup.services.visit.moving import move_to_today
from followup.store.tables import HomeVisit
from tests.support.handing_in import save
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import log_lines

Browsers = Callable[[Person], LintingClient]

OFFER = "Flytta besöket till i dag"
PAGES = ("answers", "carer", "hand-over", "hand-over?form=carer")


def offered(client: LintingClient, visit: UUID, pages: tuple[str, ...] = PAGES) -> set[bool]:
    return {OFFER in client.get(f"/visits/{visit}/{page}").text for page in pages}


@pytest.mark.parametrize("days", [-3, 2])
def test_one_tap_dates_the_visit_by_the_day_it_is_made(people: People, client_for: Browsers, days: int) -> None:
    (visit,), maja = people.plan(people.alva, days=days), client_for(people.maja)
    assert offered(maja, visit) == {True}
    answer = maja.submit(f"/visits/{visit}/today?back=hand_over_carer")
    assert answer.location == f"/visits/{visit}/hand-over?form=carer"
    now = people.clock().replace(second=0, microsecond=0)
    moved = people.visit(visit)
    assert moved.planned_at == now
    assert [home.planned_at for home in people.rows(HomeVisit)] == [now]
    assert moved.state == "planned"
    assert offered(maja, visit) == {False}
    maja.submit(f"/visits/{visit}/today?back=nonsense")
    assert [line.action for line in log_lines(people.store)].count("move_visit") == 1, "done twice is done once"


def test_what_was_begun_on_another_day_is_only_written_up_today(people: People, client_for: Browsers) -> None:
    (visit,), maja = people.plan(people.alva, days=-3), client_for(people.maja)
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "2"})
    assert offered(maja, visit) == {True}, "begun today, so it is made today"
    people.clock.forward(days=1)
    maja = client_for(people.maja)
    assert offered(maja, visit, ("answers", "hand-over")) == {False}


def test_siblings_move_together_and_not_after_one_is_signed(people: People, client_for: Browsers) -> None:
    one, other = people.plan(people.alva, people.vide, days=-1)
    with people.unit(people.maja) as uow:
        move_to_today(uow, one)
    assert people.visit(other).planned_at == people.visit(one).planned_at
    people.clock.forward(days=1)
    people.freeze(other)
    assert offered(client_for(people.maja), one) == {False}
    with pytest.raises(InvalidTransition), people.unit(people.maja) as uow:
        move_to_today(uow, one)


def test_a_siblings_visit_that_was_begun_before_today_keeps_its_day(people: People, client_for: Browsers) -> None:
    one, other = people.plan(people.alva, people.vide, days=0)
    save(people, other, {"shown": "y_sleep", "q-y_sleep": "2"})
    people.clock.forward(days=1)
    assert offered(client_for(people.maja), one) == {False}
    with pytest.raises(InvalidTransition), people.unit(people.maja) as uow:
        move_to_today(uow, one)


@pytest.mark.parametrize("state", ["signed", "filed", "cancelled"])
def test_a_visit_that_is_over_stays(people: People, state: str) -> None:
    (visit,) = people.plan(people.alva, days=-1)
    people.freeze(visit, state=state)
    with pytest.raises(InvalidTransition), people.unit(people.maja) as uow:
        move_to_today(uow, visit)


def test_somebody_elses_visit_is_not_found(people: People) -> None:
    (visit,) = people.plan(people.tor, days=-1)
    with pytest.raises(NotFound), people.unit(people.maja) as uow:
        move_to_today(uow, visit)


def test_the_form_follows_the_age_of_the_day(people: People) -> None:
    """Alva is booked for after her thirteenth birthday, and visited before it."""
    birthday = people.alva.born.replace(year=people.alva.born.year + 13)
    days = (birthday - people.clock().date()).days + 1
    (visit,) = people.plan(people.alva, days=days, form="ung-13-20")
    with people.unit(people.maja) as uow:
        moved = move_to_today(uow, visit)
        assert moved.planned_at <= uow.now
    assert people.visit(visit).questionnaire_code == "barn-8-12"
    assert people.visit(visit).planned_at.astimezone(UTC) - people.clock() < timedelta(minutes=1)
