from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import selectinload

from followup.domain.errors import InvalidInput
from followup.services.flags.flagging import refresh_flags
from followup.services.visit.steps import Saved, Stale
from followup.services.visit.talking import open_talk, save_talk, talk_fields
from followup.store.tables import Flag, Response, Visit
from tests.support.handing_in import draw
from tests.support.linting_client import LintingClient
from tests.support.naughty import NAUGHTY
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

ClientFor = Callable[[Person], LintingClient]

LOW: dict[str, int | str] = {
    "b_friends": 5,
    "b_school_ok": 2,
    "b_school_help": 2,
    "b_sleep": 2,
    "b_body": 2,
    "b_home_like": 2,
    "b_belong": 2,
    "b_adults_kind": 2,
    "b_mood": 4,
}
WORDS = "Jag ligger vaken och tänker på mamma."


def _visit(people: People, answers: dict[str, int | str] = LOW, **more: object) -> UUID:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, answers, **more)  # type: ignore[arg-type] # passed on as they are
    _refresh(people, visit_id)
    return visit_id


def _refresh(people: People, visit_id: UUID) -> None:
    with people.unit(people.maja) as uow:
        refresh_flags(uow, uow.one(uow.reachable(Visit).where(Visit.id == visit_id)))


def _save(people: People, visit_id: UUID, revision: int, fields: dict[str, str], remove: str = "") -> Saved | Stale:
    with people.unit(people.maja) as uow:
        return save_talk(uow, visit_id, revision, fields, remove=remove)


def _loaded(people: People, visit_id: UUID) -> Visit:
    return people.visit(visit_id, selectinload(Visit.prompts), selectinload(Visit.flags).selectinload(Flag.events))


def _url(visit_id: UUID) -> str:
    return f"/visits/{visit_id}/talk"


def test_cards_stand_in_order_and_only_mild_ones_are_folded(people: People) -> None:
    visit_id = _visit(people, LOW, talk=("b_belong",))
    with people.unit(people.maja, reads=True) as uow:
        page = open_talk(uow, visit_id)
    subjects = [card.subject for card in page.cards]
    assert subjects[0] == "b_adults_kind"
    assert subjects[1] == "b_belong"
    assert [card.subject for card in page.cards if card.folded] == ["b_home_like"]
    assert next(item.id for item, _strength in page.strengths) == "b_friends"


def test_the_page_asks_openly_and_says_why(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people, LOW, talk=("b_sleep",), words={"b_sleep": WORDS})
    page = client_for(people.maja).get(_url(visit_id)).text
    assert "Prata om Alvas svar" in page
    assert "Hur brukar kvällarna och nätterna vara?" in page
    assert "Sömn: 2 av 5 i dag" in page
    assert "Alva vill prata om det här" in page
    assert WORDS in page
    assert "lova inte att hålla det hemligt" in page
    assert "Det här går bra" in page
    assert "Ett samtal till" in page


def test_what_the_child_chose_to_begin_with_comes_first_and_says_so(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people, LOW, talk=("b_belong", "b_sleep"))
    with people.as_program() as uow:
        uow.one(uow.reachable(Response).where(Response.visit_id == visit_id)).first_topic = "b_sleep"
    with people.unit(people.maja, reads=True) as uow:
        cards = open_talk(uow, visit_id).cards
    assert [card.subject for card in cards[:3]] == ["b_adults_kind", "b_sleep", "b_belong"]
    page = client_for(people.maja).get(_url(visit_id)).text
    assert page.count("Vill prata om det här först") == 1
    assert "Alva vill prata om det här" in page


def test_what_the_child_drew_is_beside_the_question_to_ask(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people)
    draw(people, visit_id, people.alva.id, "b_sleep", in_summary=False)
    assert client_for(people.maja).get(_url(visit_id)).text.count("Teckning till: Jag sover bra.") == 1


def test_nothing_to_talk_about_is_a_calm_page(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people, {"b_friends": 5, "b_sleep": 4})
    page = client_for(people.maja).get(_url(visit_id)).text
    assert "Inget i svaren behöver ett eget samtal" in page
    assert "Vad är det bästa som har hänt sedan vi sågs sist?" in page
    assert "Lägg till något annat som Alva tog upp" in page


def test_a_visit_without_a_form_has_a_page_too(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.leo)
    assert "Här finns inga svar än" in client_for(people.maja).get(_url(visit_id)).text


def test_what_came_of_it_is_kept_and_noted_on_the_flag(people: People) -> None:
    visit_id = _visit(people)
    fields = {"outcome-b_sleep": "talked", "words-b_sleep": WORDS, "agreed-b_sleep": "Maja ringer mamma."}
    assert _save(people, visit_id, 0, fields) == Saved(1, people.clock())
    _save(people, visit_id, 1, {"outcome-b_sleep": "talked"})
    _save(people, visit_id, 2, {"outcome-b_sleep": "later"})
    visit = _loaded(people, visit_id)
    assert visit.state == "draft"
    (prompt,) = visit.prompts
    assert (prompt.outcome, prompt.words, prompt.agreed) == ("later", WORDS, "Maja ringer mamma.")
    (flag,) = [flag for flag in visit.flags if flag.subject == "b_sleep"]
    assert [event.kind for event in flag.events] == ["raised", "talked", "later"]
    assert flag.status == "open"


def test_what_the_lead_must_know_is_a_flag_of_its_own(people: People) -> None:
    visit_id = _visit(people)
    told = {"words-b_sleep": WORDS, "lead-b_sleep": "1", "leadnote-b_sleep": "Hon sover i hallen."}
    _save(people, visit_id, 0, told)
    _refresh(people, visit_id)
    assert _by_hand(people, visit_id) == [("manual:b_sleep", "follow_up", "open", "Hon sover i hallen.")]
    _save(people, visit_id, 1, {"leadnote-b_sleep": ""})
    assert _by_hand(people, visit_id) == [("manual:b_sleep", "follow_up", "open", "Gruppledaren behöver veta: Sömn")]
    _save(people, visit_id, 2, {"lead-b_sleep": ""})
    assert _by_hand(people, visit_id)[0][2] == "withdrawn"
    _save(people, visit_id, 3, {"lead-b_sleep": "1"})
    assert _by_hand(people, visit_id)[0][2] == "open"


def _by_hand(people: People, visit_id: UUID) -> list[tuple[str, str, str, str]]:
    flags = _loaded(people, visit_id).flags
    return [(flag.subject, flag.level, flag.status, flag.text) for flag in flags if flag.respondent == "caseworker"]


def test_a_topic_of_the_childs_own_comes_and_goes(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people)
    browser = client_for(people.maja)
    response = browser.submit(_url(visit_id), revision=0, go="add")
    page = browser.get(response.location).text
    (name,) = re.findall(r'name="topic-(own:[0-9a-f-]+)"', page)
    fields = {f"topic-{name}": "Hunden", f"words-{name}": "Den är snäll.", "revision": 0, "go": "next"}
    assert browser.submit(_url(visit_id), fields).location.endswith("/why")
    assert "Hunden" in browser.get(_url(visit_id)).text
    browser.submit(_url(visit_id), {**fields, "revision": 1, "go": f"remove-{name}"})
    assert not _loaded(people, visit_id).prompts


def test_an_emptied_conversation_is_gone(people: People) -> None:
    visit_id = _visit(people)
    _save(people, visit_id, 0, {"words-b_sleep": WORDS})
    _save(people, visit_id, 1, {"words-b_sleep": ""})
    assert not _loaded(people, visit_id).prompts


def test_posting_twice_saves_once_and_a_stale_form_loses_nothing(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people)
    browser = client_for(people.maja)
    fields = {"revision": 0, "words-b_sleep": f"{WORDS}\r\nMycket.", "lead-b_sleep": "", "agreed-b_sleep": ""}
    for _ in range(2):
        assert browser.autosave(_url(visit_id), fields).json == {"saved_at": "14.32", "revision": 1}
    stale = {**fields, "words-b_sleep": "Något annat."}
    assert browser.autosave(_url(visit_id), stale).status_code == 409
    response = browser.submit(_url(visit_id), stale)
    assert response.status_code == 409
    assert "Något annat." in response.text
    assert "Mycket." in response.text
    assert "Sömn: Egna ord" in response.text
    assert _loaded(people, visit_id).prompts[0].words == f"{WORDS}\nMycket."


def test_words_stay_when_the_answer_is_changed(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people, {"b_sleep": 2})
    _save(people, visit_id, 0, {"words-b_sleep": WORDS, "outcome-b_sleep": "talked"})
    with people.as_program() as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id).options(selectinload(Visit.flags)))
        visit.flags[0].status = "withdrawn"
    page = client_for(people.maja).get(_url(visit_id)).text
    assert WORDS in page
    assert "Inte längre att prata om enligt svaren" in page


def test_the_carers_own_answers_are_talked_about_without_the_child(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people, {"b_sleep": 2})
    people.answer(visit_id, {"f_cope": 1}, respondent="carer")
    _refresh(people, visit_id)
    page = client_for(people.maja).get(_url(visit_id)).text
    assert "Att prata om med familjehemmet, utan Alva" in page
    assert _save(people, visit_id, 0, {"words-f_cope": "Vi är trötta.", "outcome-f_cope": "talked"}).revision == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"outcome-b_sleep": "maybe"}, "unknown_code"),
        ({"words-b_sleep": "å" * 10_001}, "too_long"),
        ({"words-b_nonsense": "hej"}, "unknown_subject"),
        ({f"words-own:{uuid4()}x": "hej"}, "unknown_subject"),
    ],
)
def test_what_cannot_be_stored_is_told_and_nothing_is_saved(people: People, fields: dict[str, str], code: str) -> None:
    visit_id = _visit(people)
    with pytest.raises(InvalidInput) as caught:
        _save(people, visit_id, 0, {"agreed-b_sleep": "Något.", **fields})
    assert [problem.code for problem in caught.value.problems] == [code]
    assert not _loaded(people, visit_id).prompts


def test_a_refused_form_comes_back_with_what_was_written(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people)
    own = f"own:{uuid4()}"
    fields = {"revision": 0, "words-b_sleep": "å" * 10_001, f"topic-{own}": "Hunden", "agreed-b_body": "Maja ringer."}
    response = client_for(people.maja).submit(_url(visit_id), fields)
    assert response.status_code == 422
    for kept in ("å" * 10_001, "Hunden", "Maja ringer.", "Något behöver rättas"):
        assert kept in response.text


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_are_kept_and_shown_unharmed(people: People, client_for: ClientFor, text: str) -> None:
    visit_id = _visit(people, {"b_sleep": 2})
    browser = client_for(people.maja)
    own = f"own:{uuid4()}"
    fields = {f"{kind}-b_sleep": text for kind in ("words", "agreed", "leadnote")} | {"lead-b_sleep": "1"}
    browser.submit(_url(visit_id), {**fields, f"topic-{own}": text, "revision": 0})
    stored = talk_fields(_loaded(people, visit_id))
    assert all(stored[name] == value for name, value in fields.items())
    assert stored[f"topic-{own}"] == " ".join(text.splitlines())
    page = browser.get(_url(visit_id))
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_the_number_of_questions_to_the_database_is_bounded(people: People, client_for: ClientFor) -> None:
    visit_id = _visit(people)
    browser = client_for(people.maja)
    browser.get(_url(visit_id))
    with counted(people.store) as statements:
        browser.get(_url(visit_id))
    assert len(statements) <= 15, statements


def test_somebody_elses_visit_is_not_found(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.tor)
    assert client_for(people.maja).get(_url(visit_id)).status_code == 404
    assert client_for(people.maja).submit(_url(visit_id), revision=0).status_code == 404
