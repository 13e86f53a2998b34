"""What the child draws: kept by question, out of everybody else's hands, and frozen with the sheet."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from followup.domain.access import Actor, Loan, Role
from followup.domain.drawings import MOST_POINTS, Strokes
from followup.domain.errors import InvalidTransition, NotAllowed, NotFound
from followup.services.child_mode.drawing import drawings_of, my_drawings, save_drawing
from followup.store.tables import Drawing, Response, Visit
from followup.store.unit_of_work import UnitOfWork
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import contents, counted

HOUSE: Strokes = (((100, 600), (100, 300), (300, 100), (500, 300), (500, 600)), ((300, 450),))
SUN: Strokes = (((800, 100),),)


class Tablet:
    """A tablet that Maja has handed to a child or a carer, at a visit of today."""

    def __init__(self, people: People, kid: Kid, person: Person, respondent: str = "child") -> None:
        self.people = people
        (self.visit,) = people.plan(kid)
        people.answer(self.visit, {}, respondent=respondent, mode="alone")
        self.actor = Actor(
            person.id,
            Role.RESPONDENT,
            people.organisation_id,
            person.team_id,
            person.name,
            loan=Loan(self.visit, kid.id, respondent),
        )

    def unit(self, *, reads: bool = False) -> UnitOfWork:
        return self.people.store.unit(self.actor, now=self.people.clock(), reads=reads, request_id="test")

    def draw(self, item: str, strokes: Strokes, *, in_summary: bool = False) -> None:
        with self.unit() as uow:
            save_drawing(uow, item, strokes, in_summary=in_summary)


@pytest.fixture
def tablet(people: People) -> Tablet:
    return Tablet(people, people.alva, people.maja)


def stored(people: People, visit_id: UUID, person: Person | None = None) -> dict[str, tuple[Strokes, bool]]:
    with people.unit(person or people.maja, reads=True) as uow:
        return {item: (drawn.strokes, drawn.in_summary) for item, drawn in drawings_of(uow, visit_id).items()}


def test_a_drawing_is_kept_changed_and_taken_away(people: People, tablet: Tablet) -> None:
    tablet.draw("b_sleep", HOUSE)
    assert stored(people, tablet.visit) == {"b_sleep": (HOUSE, False)}
    tablet.draw("b_sleep", HOUSE + SUN, in_summary=True)
    tablet.draw("close_good", SUN)
    assert stored(people, tablet.visit) == {"b_sleep": (HOUSE + SUN, True), "close_good": (SUN, False)}
    tablet.draw("b_sleep", ())
    tablet.draw("b_mood", ())
    assert stored(people, tablet.visit) == {"close_good": (SUN, False)}


def test_the_child_sees_its_own_and_a_carer_none(people: People, tablet: Tablet) -> None:
    tablet.draw("b_sleep", HOUSE)
    with tablet.unit(reads=True) as uow:
        assert set(my_drawings(uow)) == {"b_sleep"}
    carer = Tablet(people, people.alva, people.maja, "carer")
    with carer.unit(reads=True) as uow:
        assert my_drawings(uow) == {}


def test_drawing_makes_the_visit_a_draft_that_was_just_saved(people: People, tablet: Tablet) -> None:
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == tablet.visit)).state = "planned"
    tablet.draw("b_sleep", HOUSE)
    visit = people.visit(tablet.visit)
    assert (visit.state, visit.saved_at, visit.revisions) == ("draft", people.clock(), {"answers": 1})


@pytest.mark.parametrize("item", ["y_sleep", "f_sleep", "p_food", "", "b_sleep'--", "../b_sleep"])
def test_what_the_form_does_not_ask_is_not_found(people: People, tablet: Tablet, item: str) -> None:
    with pytest.raises(NotFound), tablet.unit() as uow:
        save_drawing(uow, item, HOUSE, in_summary=False)
    assert stored(people, tablet.visit) == {}


def test_a_carer_and_a_caseworker_do_not_draw(people: People) -> None:
    carer = Tablet(people, people.alva, people.maja, "carer")
    for unit in (carer.unit(), people.unit(people.maja)):
        with pytest.raises(NotAllowed), unit as uow:
            save_drawing(uow, "b_sleep", HOUSE, in_summary=False)
    assert stored(people, carer.visit) == {}


def test_a_sheet_that_is_handed_in_takes_no_more(people: People, tablet: Tablet) -> None:
    tablet.draw("b_sleep", HOUSE)
    with people.as_program() as uow:
        uow.one(uow.reachable(Response).where(Response.visit_id == tablet.visit)).handed_in_at = uow.now
    for strokes in (SUN, ()):
        with pytest.raises(InvalidTransition), tablet.unit() as uow:
            save_drawing(uow, "b_sleep", strokes, in_summary=True)
    assert stored(people, tablet.visit) == {"b_sleep": (HOUSE, False)}


def test_the_database_itself_keeps_what_was_handed_in(people: People, tablet: Tablet) -> None:
    carers = Tablet(people, people.elliot, people.idris, "carer")
    tablet.draw("b_sleep", HOUSE)
    (other,) = people.plan(people.alva, days=7)
    with people.as_program() as uow:
        for visit in (tablet.visit, carers.visit):
            uow.one(uow.reachable(Response).where(Response.visit_id == visit)).handed_in_at = uow.now
    new = {"child_id": people.alva.id, "strokes": "[]", "drawn_at": people.clock()}
    with pytest.raises(DBAPIError, match="as it was handed in"), people.as_program() as uow:
        uow.add(Drawing(visit_id=tablet.visit, item="close_good", **new))
    for change in ({"in_summary": True}, {"visit_id": other}):
        with pytest.raises(DBAPIError, match="as it was handed in"), people.as_program() as uow:
            row = uow.one(uow.reachable(Drawing).where(Drawing.visit_id == tablet.visit))
            for name, value in change.items():
                setattr(row, name, value)
    with pytest.raises(DBAPIError, match="as it was handed in"), people.as_program() as uow:
        uow.delete(uow.one(uow.reachable(Drawing).where(Drawing.visit_id == tablet.visit)))
    with people.as_program() as uow:  # the carers have handed in their own sheet, and the child's is still open
        uow.add(Drawing(visit_id=carers.visit, item="u_sleep", **{**new, "child_id": people.elliot.id}))


@pytest.mark.parametrize("state", ["signed", "filed", "cancelled"])
def test_a_visit_that_is_no_longer_open_takes_no_more(people: People, tablet: Tablet, state: str) -> None:
    tablet.draw("b_sleep", HOUSE)
    people.freeze(tablet.visit, state=state)
    with pytest.raises(InvalidTransition), tablet.unit() as uow:
        save_drawing(uow, "b_sleep", SUN, in_summary=True)


def test_other_children_and_other_visits_are_untouched(people: People, tablet: Tablet) -> None:
    earlier = Tablet(people, people.alva, people.maja)
    theirs = Tablet(people, people.elliot, people.idris)
    for each in (earlier, theirs):
        each.draw("b_sleep" if each is earlier else _first_item(people, each), SUN)
    before = {row.id: row.strokes for row in people.rows(Drawing)}
    tablet.draw("b_sleep", HOUSE)
    tablet.draw("b_sleep", ())
    assert {row.id: row.strokes for row in people.rows(Drawing)} == before
    assert stored(people, theirs.visit) == {}  # out of Maja's reach
    assert len(stored(people, theirs.visit, people.idris)) == 1


def test_a_lost_reach_shows_nothing(people: People, tablet: Tablet) -> None:
    tablet.draw("b_sleep", HOUSE)
    assert stored(people, tablet.visit, people.idris) == {}
    assert stored(people, tablet.visit, people.birgitta) == {"b_sleep": (HOUSE, False)}


def test_a_drawing_lies_sealed_in_the_database(people: People, tablet: Tablet) -> None:
    tablet.draw("b_sleep", HOUSE)
    with people.store.engine.connect() as connection:
        raw = connection.exec_driver_sql("SELECT strokes FROM drawing").scalar_one()
    assert json.dumps(HOUSE, separators=(",", ":")).encode() not in bytes(raw)


def test_the_fullest_drawing_is_kept(people: People, tablet: Tablet) -> None:
    scribble = tuple(tuple((x % 1001, y) for x in range(MOST_POINTS // 10)) for y in range(10))
    tablet.draw("b_sleep", scribble)
    assert stored(people, tablet.visit) == {"b_sleep": (scribble, False)}


def test_drawings_are_read_in_one_statement(people: People, tablet: Tablet) -> None:
    for item in ("b_sleep", "b_mood", "close_good"):
        tablet.draw(item, SUN)
    with people.unit(people.maja, reads=True) as uow, counted(people.store) as sent:
        assert len(drawings_of(uow, tablet.visit)) == 3
    assert sum("FROM drawing" in sql for sql in sent.sql) == 1, sent


def test_looking_writes_nothing_but_the_log(people: People, tablet: Tablet) -> None:
    tablet.draw("b_sleep", HOUSE)
    before = contents(people.store)
    assert stored(people, tablet.visit)
    changed = {name for name, total in contents(people.store).items() if before[name] != total}
    assert changed == {"access_log", "access_log_child"}


def _first_item(people: People, tablet: Tablet) -> str:
    code = people.visit(tablet.visit).questionnaire_code
    return {"barn-4-7": "y_sleep", "barn-8-12": "b_sleep", "ung-13-20": "u_sleep"}[str(code)]
