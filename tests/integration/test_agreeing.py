from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import selectinload

from followup.domain.errors import InvalidInput
from followup.services.visit.agreeing import agreements_fields, gaps, save_agreements
from followup.services.visit.steps import Saved, Stale
from followup.services.visit.talking import save_talk
from followup.store.tables import Flag, Visit
from tests.support.linting_client import LintingClient
from tests.support.naughty import NAUGHTY
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

ClientFor = Callable[[Person], LintingClient]

KEY, OTHER = str(uuid4()), str(uuid4())
AGREED = {
    f"what-{KEY}": "Fråga om en helg i månaden hos Vide.",
    f"child-{KEY}": "Maja frågar om du får sova hos Vide.",
    f"kind-{KEY}": "promise",
    f"owner-{KEY}": "caseworker",
    f"who-{KEY}": "",
    f"due-{KEY}": "2026-12-04",
    f"done-{KEY}": "",
}
NOTE = {
    f"area-{OTHER}": "health",
    f"nkind-{OTHER}": "statement",
    f"source-{OTHER}": "Karin",
    f"note-{OTHER}": "Alva har varit hos tandläkaren.",
}


def _save(people: People, visit_id: UUID, revision: int, fields: dict[str, str], remove: str = "") -> Saved | Stale:
    with people.unit(people.maja) as uow:
        return save_agreements(uow, visit_id, revision, fields, remove=remove)


def _loaded(people: People, visit_id: UUID) -> Visit:
    relations = (Visit.actions, Visit.notes, Visit.prompts, Visit.home_visit, Visit.caseworker)
    flags = selectinload(Visit.flags).selectinload(Flag.events)
    return people.visit(visit_id, flags, *(selectinload(relation) for relation in relations))


def _talked(people: People, visit_id: UUID) -> None:
    """Let a conversation about a topic of the child's own end in something agreed."""
    own = f"own:{uuid4()}"
    with people.unit(people.maja) as uow:
        save_talk(uow, visit_id, 0, {f"topic-{own}": "Hunden", f"agreed-{own}": "Maja frågar om hunden får följa med."})


def _url(visit_id: UUID) -> str:
    return f"/visits/{visit_id}/agreements"


@pytest.fixture
def visit_id(people: People) -> UUID:
    """A planned visit to Alva."""
    return people.plan(people.alva)[0]


def test_agreements_and_notes_are_kept(people: People, visit_id: UUID) -> None:
    whole = {
        "private_talk": "partly",
        "private_minutes": "25",
        "private_reason": "Lillebror kom in.",
        "home_seen": "yes",
        "room_seen": "no",
        "next_visit_on": "2027-02-16",
        "next_visit_note": "Ses hemma.",
    }
    assert _save(people, visit_id, 0, {**AGREED, **NOTE, **whole}) == Saved(1, people.clock())
    visit = _loaded(people, visit_id)
    (action,) = visit.actions
    assert (action.what, action.who, action.owner_id) == (AGREED[f"what-{KEY}"], "Maja Lövsprång", people.maja.id)
    assert (action.due, action.kind, action.state) == (date(2026, 12, 4), "promise", "open")
    (note,) = visit.notes
    assert (note.area, note.kind, note.source) == ("health", "statement", "Karin")
    stored = agreements_fields(visit, visit.caseworker)
    assert {name: stored[name] for name in whole} == whole
    assert visit.home_visit.home_seen is True
    assert not gaps(visit)


def test_somebody_else_may_answer_for_it(people: People, visit_id: UUID) -> None:
    _save(people, visit_id, 0, {**AGREED, f"owner-{KEY}": "other", f"who-{KEY}": "Karin"})
    (action,) = _loaded(people, visit_id).actions
    assert (action.who, action.owner_id) == ("Karin", None)


def test_a_row_is_one_row_however_often_it_is_saved(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    browser = client_for(people.maja)
    for revision, words in enumerate(("Fråga", "Fråga om", "Fråga om helgen")):
        saved = browser.autosave(_url(visit_id), {**AGREED, f"what-{KEY}": words, "revision": revision})
        assert saved.json == {"saved_at": "14.32", "revision": revision + 1}
    (action,) = _loaded(people, visit_id).actions
    assert action.what == "Fråga om helgen"
    twice = {**AGREED, f"what-{KEY}": "Fråga om helgen", "revision": 2, "go": "next"}
    assert browser.submit(_url(visit_id), twice).location.endswith("/sign")
    assert len(_loaded(people, visit_id).actions) == 1


def test_an_emptied_row_is_gone_and_an_empty_one_never_comes(people: People, visit_id: UUID) -> None:
    blank = {**dict.fromkeys(AGREED, ""), f"kind-{KEY}": "promise", f"owner-{KEY}": "caseworker"}
    empty_note = {f"area-{OTHER}": "health", f"source-{OTHER}": "", f"note-{OTHER}": ""}
    assert _save(people, visit_id, 0, {**blank, **empty_note}) == Saved(0, people.clock())
    _save(people, visit_id, 0, {**AGREED, **NOTE})
    assert len(_loaded(people, visit_id).actions) == len(_loaded(people, visit_id).notes) == 1
    _save(people, visit_id, 1, {**blank, **empty_note})
    assert not _loaded(people, visit_id).actions
    assert not _loaded(people, visit_id).notes


def test_a_page_cannot_name_a_row_of_another_visit(people: People, visit_id: UUID) -> None:
    theirs = people.promise(people.tor, "Ringa Tors mamma.")
    _save(people, visit_id, 0, {f"what-{theirs}": "Ändrat"})
    (mine,) = _loaded(people, visit_id).actions
    assert mine.id != theirs
    assert mine.what == "Ändrat"


def test_what_was_agreed_in_a_conversation_is_proposed_once(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    _talked(people, visit_id)
    browser = client_for(people.maja)
    page = browser.get(_url(visit_id)).text
    assert "Maja frågar om hunden får följa med." in page
    assert "Förslag från samtalet" in page
    (key,) = re.findall(r'name="what-([0-9a-f-]+)"', page)
    fields = {f"what-{key}": "Fråga om hunden", f"due-{key}": "2026-12-01", "revision": 0, "go": "stay"}
    browser.submit(_url(visit_id), fields)
    (action,) = _loaded(people, visit_id).actions
    assert action.what == "Fråga om hunden"
    page = browser.get(_url(visit_id)).text
    assert re.findall(r'name="what-([0-9a-f-]+)"', page) == [key]
    assert "Från samtalet" in page
    browser.submit(_url(visit_id), {**fields, "revision": 1, "go": f"remove-{key}"})
    assert not _loaded(people, visit_id).actions
    assert "hunden" not in browser.get(_url(visit_id)).text


def test_a_proposal_can_be_turned_down_before_it_is_saved(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    _talked(people, visit_id)
    browser = client_for(people.maja)
    (key,) = re.findall(r'name="what-([0-9a-f-]+)"', browser.get(_url(visit_id)).text)
    browser.submit(_url(visit_id), {f"what-{key}": "Maja frågar.", "revision": 0, "go": f"remove-{key}"})
    assert not _loaded(people, visit_id).actions
    assert _loaded(people, visit_id).prompts[0].agreed
    assert "hunden" not in browser.get(_url(visit_id)).text


def test_rows_are_added_without_a_script(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    browser = client_for(people.maja)
    location = browser.submit(_url(visit_id), {**AGREED, "revision": 0, "go": "add"}).location
    assert location.endswith("#new")
    assert len(re.findall(r'name="what-', browser.get(location).text)) == 2
    location = browser.submit(_url(visit_id), {**NOTE, "revision": 1, "go": "add-note-health"}).location
    assert location.endswith("#area-health")
    page = browser.get(location).text
    assert '<details class="fold" id="area-health" open>' in page
    assert len(re.findall(r'value="health"', page)) == 2


def test_no_talk_in_private_is_a_flag(people: People, visit_id: UUID) -> None:
    _save(people, visit_id, 0, {"private_talk": "no", "private_reason": "Alva ville inte."})
    (flag,) = _loaded(people, visit_id).flags
    assert [reason["rule"] for reason in flag.reasons] == ["R10"]
    _save(people, visit_id, 1, {"private_talk": "yes"})
    assert _loaded(people, visit_id).flags[0].withdrawn


def test_dates_that_cannot_be_meant_are_told_at_the_field(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    cases = (
        (f"due-{KEY}", "1926-12-04", "särskilt året"),
        (f"due-{KEY}", "2126-12-04", "särskilt året"),
        (f"due-{KEY}", "fredag", "Det är inget datum"),
        (f"due-{KEY}", "2026-02-30", "Det är inget datum"),
        ("next_visit_on", "2026-11-01", "särskilt året"),
        ("next_visit_on", "2206-11-01", "särskilt året"),
        ("private_minutes", "många", "Skriv ett heltal från 0 till 600."),
        ("private_minutes", "9999999999", "Skriv ett heltal från 0 till 600."),
    )
    browser = client_for(people.maja)
    for name, value, sentence in cases:
        response = browser.submit(_url(visit_id), {**AGREED, "revision": 0, name: value})
        assert response.status_code == 422
        assert sentence in response.text
        assert f'value="{value}"' in response.text
        assert AGREED[f"what-{KEY}"] in response.text
        refused = browser.autosave(_url(visit_id), {**AGREED, "revision": 0, name: value})
        assert refused.status_code == 422
        assert refused.json is not None
        assert list(refused.json["errors"]) == [name]
    assert not _loaded(people, visit_id).actions


def test_a_day_that_has_passed_is_taken_with_a_word(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    browser = client_for(people.maja)
    browser.submit(_url(visit_id), {**AGREED, "revision": 0, f"due-{KEY}": "2026-11-20"})
    assert "Välj en ny, eller kryssa i att det är gjort." in browser.get(_url(visit_id)).text
    (action,) = _loaded(people, visit_id).actions
    browser.submit(_url(visit_id), {f"done-{action.id}": "1", "revision": 1})
    assert "Det är rätt om det är gjort." in browser.get(_url(visit_id)).text
    (action,) = _loaded(people, visit_id).actions
    assert (action.state, action.done_on) == ("done", date(2026, 11, 24))


def test_signing_waits_for_what_makes_an_agreement(people: People, visit_id: UUID) -> None:
    unfinished = {f"what-{KEY}": "", f"owner-{KEY}": "other", f"child-{KEY}": "Något", f"due-{KEY}": ""}
    _save(people, visit_id, 0, {**unfinished, f"area-{OTHER}": "carer", f"note-{OTHER}": "Trött."})
    assert [problem.code for problem in gaps(_loaded(people, visit_id))] == ["what", "who", "due", "note_kind"]
    (note,) = _loaded(people, visit_id).notes
    _save(people, visit_id, 1, {f"nkind-{note.id}": "statement"})
    assert gaps(_loaded(people, visit_id))[-1].code == "note_source"


def test_a_stale_form_shows_both_versions(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    browser = client_for(people.maja)
    browser.submit(_url(visit_id), {**AGREED, "revision": 0, "private_talk": "yes"})
    changed = {**AGREED, "revision": 0, f"what-{KEY}": "Något helt annat.", "private_talk": "no"}
    response = browser.submit(_url(visit_id), changed)
    assert response.status_code == 409
    for words in ("Något helt annat.", AGREED[f"what-{KEY}"], "Enskilt samtal", "Överenskommelse: vad"):
        assert words in response.text


def test_siblings_share_the_home_and_neither_page_undoes_what_the_other_said(people: People) -> None:
    one, other = people.plan(people.alva, people.vide)
    _save(people, other, 0, {"home_seen": "yes", "home_seen-was": ""})
    _save(people, one, 0, {"home_seen": "", "home_seen-was": "", "private_reason": "Hann inte."})
    assert _loaded(people, one).home_visit.home_seen is True
    _save(people, one, 1, {"home_seen": "no", "home_seen-was": "yes"})
    assert _loaded(people, other).home_visit.home_seen is False


def test_a_page_that_was_saved_and_left_open_does_not_undo_what_a_siblings_page_says_later(
    people: People, client_for: ClientFor
) -> None:
    one, other = people.plan(people.alva, people.vide)
    browser = client_for(people.maja)
    browser.autosave(_url(one), {"revision": 0, "home_seen": "yes", "home_seen-was": ""})
    browser.autosave(_url(other), {"revision": 0, "home_seen": "no", "home_seen-was": "yes"})
    browser.autosave(_url(one), {"revision": 1, "home_seen": "yes", "home_seen-was": "yes", "private_reason": "x"})
    assert _loaded(people, one).home_visit.home_seen is False
    both = browser.submit(_url(one), {"revision": 2, "home_seen": "", "home_seen-was": "yes"})
    assert both.status_code == 409
    assert "Sett hemmet" in both.text
    assert _loaded(people, one).home_visit.home_seen is False
    assert browser.submit(_url(one), {"revision": 2, "home_seen": ""}).status_code == 302  # chosen with both in sight
    assert _loaded(people, one).home_visit.home_seen is None


def test_a_page_that_was_open_before_does_not_open_an_action_again(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    browser = client_for(people.maja)
    browser.submit(_url(visit_id), {**AGREED, "revision": 0})
    (action,) = _loaded(people, visit_id).actions
    browser.submit(f"/promises/{action.id}", {"done": "1"})
    stale = {f"what-{action.id}": "Något annat.", f"done-{action.id}": "", f"done-{action.id}-was": "", "revision": 1}
    browser.submit(_url(visit_id), stale)
    (action,) = _loaded(people, visit_id).actions
    assert (action.what, action.state) == ("Något annat.", "done")


def test_many_rows_are_saved_in_one_go(people: People, visit_id: UUID) -> None:
    keys = [str(uuid4()) for _ in range(300)]
    _save(people, visit_id, 0, {f"what-{key}": f"Nummer {place}" for place, key in enumerate(keys)})
    assert len(_loaded(people, visit_id).actions) == 300


@pytest.mark.parametrize(
    "fields",
    [{f"kind-{KEY}": "vow"}, {f"owner-{KEY}": "me"}, {f"who-{KEY}": "å" * 301}, {f"what-{KEY}": "å" * 10_001}],
)
def test_what_cannot_be_stored_is_told(people: People, visit_id: UUID, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        _save(people, visit_id, 0, {**AGREED, **fields})
    assert [problem.field for problem in caught.value.problems] == list(fields)


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_are_kept_and_shown_unharmed(
    people: People, client_for: ClientFor, visit_id: UUID, text: str
) -> None:
    browser = client_for(people.maja)
    fields = {f"what-{KEY}": text, f"child-{KEY}": text, f"note-{OTHER}": text, f"area-{OTHER}": "health"}
    whole = {"private_reason": text, "next_visit_note": text}
    names = {f"who-{KEY}": text, f"source-{OTHER}": text, f"owner-{KEY}": "other"}
    assert browser.submit(_url(visit_id), {**fields, **whole, **names, "revision": 0}).status_code == 302
    visit = _loaded(people, visit_id)
    (action,), (note,) = visit.actions, visit.notes
    assert {action.what, action.child_wording, note.text, visit.private_reason, visit.next_visit_note} == {text}
    assert {action.who, note.source} == {" ".join(text.splitlines())}
    page = browser.get(_url(visit_id))
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_the_number_of_questions_to_the_database_is_bounded(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    _save(people, visit_id, 0, {**AGREED, **NOTE})
    browser = client_for(people.maja)
    browser.get(_url(visit_id))
    with counted(people.store) as statements:
        browser.get(_url(visit_id))
    assert len(statements) <= 15, statements


def test_somebody_elses_visit_is_not_found(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.tor)
    assert client_for(people.maja).get(_url(visit_id)).status_code == 404
    assert client_for(people.maja).submit(_url(visit_id), revision=0).status_code == 404
