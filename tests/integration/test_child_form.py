"""The child's own form by address and by service: what it may say, where one is in it, and handing in."""

from __future__ import annotations

from uuid import UUID

import pytest

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.services.child_mode import child_form
from followup.services.child_mode.child_form import open_form, save_answers
from followup.store.tables import Answer, Flag, Response, Visit
from tests.support.answered import sheet_of
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid
from tests.support.tablet import lend, respondent, tap


@pytest.fixture
def visit(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva)
    return visit_id


@pytest.fixture
def tablet(people: People, visit: UUID) -> LintingClient:
    """Alva's."""
    return lend(people, visit, people.alva)


def answers(people: People, visit: UUID) -> dict[str, Answer]:
    return {answer.item: answer for answer in sheet_of(people, visit).answers}


def as_child(people: People, visit: UUID, kid: Kid | None = None, form: str = "child", *, reads: bool = False):  # type: ignore[no-untyped-def] # noqa: ANN201 - a unit of work
    actor = respondent(people, kid or people.alva, visit, form)
    return people.store.unit(actor, now=people.clock(), reads=reads, request_id="test")


# Saving


def test_a_tap_is_saved_and_a_second_one_replaces_it(people: People, visit: UUID, tablet: LintingClient) -> None:
    assert tablet.autosave("/my/questions?item=b_sleep", {"shown": "b_sleep", "q-b_sleep": "4"}).json == {"saved": True}
    assert tap(tablet, "b_sleep", "2", **{"talk-b_sleep": "1"}) == 200
    assert tap(tablet, "b_sleep", "2", **{"talk-b_sleep": "1"}) == 200, "the same once more is the same"
    (answer,) = sheet_of(people, visit).answers
    assert (answer.score, answer.wants_to_talk, answer.language) == (2, True, "sv")
    assert answer.asked == "Jag sover bra."
    (flag,) = people.rows(Flag, Flag.visit_id == visit)
    assert flag.subject == "b_sleep"


@pytest.mark.parametrize("value", ["not_asked", "not_applicable", "answered", "6", "0", "-1", "x"])
def test_what_no_button_says_is_refused(people: People, visit: UUID, tablet: LintingClient, value: str) -> None:
    assert tap(tablet, "b_sleep", value) == 422
    assert not sheet_of(people, visit).answers


def test_what_is_not_the_childs_to_say_is_not_taken(people: People, visit: UUID, tablet: LintingClient) -> None:
    before = sheet_of(people, visit)
    more = {"earshot": "carer", "mode": "together", "language": "en", "comprehension": "not_ready", "revision": "7"}
    assert tap(tablet, "b_sleep", "4", **more) == 200
    after = sheet_of(people, visit)
    for name in ("earshot", "mode", "language", "comprehension"):
        assert getattr(after, name) == getattr(before, name), name


def test_another_forms_question_is_refused(tablet: LintingClient) -> None:
    assert tap(tablet, "u_hope", "1") == 422
    assert tap(tablet, "f_cope", "1") == 422


def test_two_practice_answers_say_whether_the_scale_is_understood(people: People) -> None:
    for toe, expected in (("1", "ready"), ("3", "not_ready")):
        (visit,) = people.plan(people.vide)
        tablet = lend(people, visit, people.vide)
        tablet.autosave("/my/questions?item=p_play", {"practice-p_play": "3"})
        assert sheet_of(people, visit).comprehension is None
        tablet.autosave("/my/questions?item=p_toe", {"practice-p_play": "3", "practice-p_toe": toe})
        assert sheet_of(people, visit).comprehension == expected
        assert not sheet_of(people, visit).answers
        tablet.autosave("/my/questions?item=p_toe", {"practice-p_play": "3"})
        assert sheet_of(people, visit).comprehension == expected, "half a practice says nothing"


# Where one is


def test_the_tablet_knows_how_far_one_has_come(people: People, visit: UUID, tablet: LintingClient) -> None:
    assert tablet.get("/my").location == "/my/start"
    tap(tablet, "b_friends", "4")
    assert tablet.get("/my").location == "/my/questions"
    assert "Fråga 2 av 14" in tablet.get("/my/questions").text
    tablet.submit("/my/pause", go="begin")
    assert tablet.get("/my").location == "/my/pause"
    tablet.submit("/my/pause", go="end")
    for item in open_form_of(people, visit):
        tap(tablet, item, "declined")
    assert tablet.get("/my").location == "/my/closing"
    tablet.submit("/my/closing?item=last", go="hand_in")
    assert tablet.get("/my").location == "/my/thanks"
    for path in ("/my/start", "/my/questions", "/my/closing", "/my/pause"):
        assert tablet.get(path).location == "/my/thanks", path


def open_form_of(people: People, visit: UUID) -> list[str]:
    with as_child(people, visit, reads=True) as uow:
        return [item.id for item in open_form(uow).items]


def test_a_pause_is_counted_and_measured(people: People, visit: UUID, tablet: LintingClient) -> None:
    for minutes in (2, 3):
        tablet.submit("/my/pause", go="begin")
        tablet.submit("/my/pause", go="begin")
        people.clock.forward(minutes=minutes)
        tablet.submit("/my/pause", go="end")
    tablet.submit("/my/pause", go="begin")
    people.clock.forward(seconds=30)
    tap(tablet, "b_sleep", "4")
    told = sheet_of(people, visit)
    assert (told.pauses, told.paused_seconds, told.paused_at) == (3, 330, None)


def test_who_stops_has_not_handed_in(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "2")
    tablet.submit("/my/pause", go="begin")
    assert tablet.submit("/my/pause", go="stop").location == "/my/thanks"
    page = tablet.get("/my/thanks").text
    assert "Tillbaka till frågorna" in page
    assert sheet_of(people, visit).handed_in_at is None
    assert tap(tablet, "b_sleep", "3") == 200


# Handing in


def test_a_sheet_that_is_handed_in_is_frozen(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "2")
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="b_body")
    told = sheet_of(people, visit)
    assert told.first_topic == "b_body"
    assert told.handed_in_at == people.clock()
    assert answers(people, visit)["b_body"].wants_to_talk, "to choose it is to mark it"
    assert (answers(people, visit)["b_sleep"].score, answers(people, visit)["b_sleep"].wants_to_talk) == (2, False)
    people.clock.forward(minutes=1)
    assert tap(tablet, "b_sleep", "5") == 409
    assert (
        tablet.autosave("/my/closing?item=close_good", {"shown": "close_good", "words-close_good": "x"}).status_code
        == 409
    )
    assert tablet.submit("/my/pause", go="begin").location == "/my"
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="b_sleep")
    again = sheet_of(people, visit)
    assert (again.first_topic, again.handed_in_at) == ("b_body", told.handed_in_at)


def test_a_topic_that_was_not_asked_is_no_topic(people: People, visit: UUID, tablet: LintingClient) -> None:
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="u_hope")
    assert sheet_of(people, visit).first_topic is None
    assert not sheet_of(people, visit).answers


def test_an_answer_keeps_its_words_when_it_becomes_the_first_topic(
    people: People, visit: UUID, tablet: LintingClient
) -> None:
    tap(tablet, "b_sleep", "dont_know", **{"words-b_sleep": "Jag drömmer."})
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="b_sleep")
    kept = answers(people, visit)["b_sleep"]
    assert (kept.status, kept.words, kept.wants_to_talk) == ("dont_know", "Jag drömmer.", True)


def test_the_closing_questions_are_kept_as_words(people: People, visit: UUID, tablet: LintingClient) -> None:
    fields = {"shown": "close_good", "words-close_good": "Vi badade."}
    assert tablet.autosave("/my/closing?item=close_good", fields).json == {"saved": True}
    assert tablet.submit("/my/closing?item=close_other", {"shown": "close_other", "words-close_other": "Nej"}).location
    assert {item: row.words for item, row in answers(people, visit).items()} == {
        "close_good": "Vi badade.",
        "close_other": "Nej",
    }


# Services


def test_only_a_tablet_on_loan_has_a_form(people: People, visit: UUID) -> None:
    with people.unit(people.maja, reads=True) as uow, pytest.raises(NotFound):
        open_form(uow)
    with as_child(people, visit, reads=True) as uow, pytest.raises(NotFound):
        open_form(uow)  # nobody has handed it over, so there is no sheet


def test_a_visit_that_was_cancelled_takes_no_answers(people: People, visit: UUID, tablet: LintingClient) -> None:
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit)).state = "cancelled"
    with as_child(people, visit) as uow, pytest.raises(InvalidTransition):
        save_answers(uow, {"shown": "b_sleep", "q-b_sleep": "2"})
    assert tap(tablet, "b_sleep", "2") == 409
    for path, fields in (
        ("/my/questions?item=b_sleep", {"shown": "b_sleep", "q-b_sleep": "2"}),
        ("/my/pause", {"go": "begin"}),
        ("/my/closing?item=last", {"go": "hand_in"}),
        ("/my/drawings/b_sleep", {"strokes": "[[[1,1],[2,2]]]"}),
    ):
        answer = tablet.submit(path, fields)
        assert answer.location in {"/my", "/my/thanks"}, path  # and no page on visits, signing and the office


@pytest.mark.parametrize("state", ["cancelled", "signed"])
def test_a_visit_that_was_closed_on_another_device_leads_to_giving_back(
    people: People, visit: UUID, tablet: LintingClient, state: str
) -> None:
    """A page of questions that takes no answer, no pause and no stop has no way out."""
    tap(tablet, "b_sleep", "2")
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit)).state = state
    for page in ("/my", "/my/start", "/my/questions", "/my/closing", "/my/pause"):
        assert tablet.get(page).location == "/my/thanks", page
    thanks = tablet.get("/my/thanks").text
    assert 'href="/my/give-back"' in thanks
    assert 'href="/my"' not in thanks, "there is nothing to go back to"
    assert tablet.submit("/my/display", {"language": "en", "size": "l"}).status_code == 302
    assert sheet_of(people, visit).language == "sv"


def test_too_many_words_are_refused_and_nothing_is_lost(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "2")
    with as_child(people, visit) as uow, pytest.raises(InvalidInput):
        save_answers(uow, {"shown": "b_sleep", "q-b_sleep": "3", "words-b_sleep": "a" * 5001})
    assert answers(people, visit)["b_sleep"].score == 2


def test_the_open_question_is_the_first_without_an_answer(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_friends", "dont_know")
    tap(tablet, "b_school_help", "4")
    tablet.autosave("/my/questions?item=b_sleep", {"shown": "b_sleep", "talk-b_sleep": "1"})
    with as_child(people, visit, reads=True) as uow:
        form = child_form.open_form(uow)
    assert form.first_open == "b_school_ok"
    assert [item.id for item in form.topics] == ["b_sleep"]


def test_what_to_talk_about_first_is_kept_before_it_is_handed_in(people: People, visit: UUID) -> None:
    client = lend(people, visit, people.alva)
    headers = {"Accept": "application/json"}
    data = {"csrf_token": client.csrf(), "first_topic": "b_sleep"}
    assert client.post("/my/closing?item=last", data=data, headers=headers).status_code == 200
    assert 'value="b_sleep" checked' in client.get("/my/closing?item=last").text
    (sheet,) = people.rows(Response, Response.visit_id == visit)
    assert (sheet.first_topic, sheet.handed_in_at) == ("b_sleep", None)
