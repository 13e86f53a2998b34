from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import selectinload

from followup.domain.errors import InvalidInput, InvalidTransition
from followup.services.record.signing import lacks
from followup.services.record.summarising import load_for_summary, summarise
from followup.services.visit.explaining import open_why, publish_draft, save_why, why_fields
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Child, Explanation, PlacementCheck, Visit
from tests.support.happenings import EXPLANATION
from tests.support.linting_client import LintingClient
from tests.support.naughty import NAUGHTY
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

ClientFor = Callable[[Person], LintingClient]

NEW_TEXT = "Mamma blev sjuk och orkade inte. Det var inte för att jag bråkade."
CHECK = {
    "understanding": "partly",
    "self_blame": "some",
    "child_words": "Mamma var sjuk. Men jag bråkade också.",
    "told_today": "Att alla barn bråkar.",
    "always_said": "1",
    "retold": "Att det är de vuxna som bestämde.",
    "next_step": "Maja ringer mamma senast fredag.",
}


def _save(
    people: People, visit_id: UUID, revision: int, fields: dict[str, str], *, publish: bool = True
) -> Saved | Stale:
    with people.unit(people.maja) as uow:
        return save_why(uow, visit_id, revision, fields, publish=publish)


def _check(people: People, visit_id: UUID) -> PlacementCheck:
    check = people.visit(visit_id, selectinload(Visit.placement_check)).placement_check
    assert check is not None
    return check


def _versions(people: People, child_id: UUID) -> list[tuple[int, str]]:
    with people.as_program() as uow:
        rows = uow.all(uow.reachable(Explanation).where(Explanation.child_id == child_id).order_by(Explanation.version))
    return [(row.version, row.text) for row in rows]


def _url(visit_id: UUID) -> str:
    return f"/visits/{visit_id}/why"


@pytest.fixture
def visit_id(people: People) -> UUID:
    """A planned visit to Alva, ten years old, with a first version of her explanation."""
    return people.plan(people.alva)[0]


def test_questions_and_message_follow_the_age(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    page = client_for(people.maja).get(_url(visit_id)).text
    assert "Vet Alva varför?" in page
    assert "Om en kompis frågade varför du bor i familjehem" in page
    assert "Det är aldrig ett barns fel" in page
    (small,) = people.plan(people.vide)
    assert "Berätta hur det kom sig att du flyttade hit." in client_for(people.maja).get(_url(small)).text


def test_nobody_placed_for_its_own_behaviour_is_told_that_nothing_mattered(
    people: People, client_for: ClientFor
) -> None:
    (visit_id,) = people.plan(people.tor)
    page = client_for(people.sven).get(_url(visit_id)).text
    assert "inte för att straffa dig" in page
    assert "Det är vuxnas ansvar att du får det stöd" not in page


def test_the_check_is_kept_and_flags_follow(people: People, visit_id: UUID) -> None:
    _save(people, visit_id, 0, CHECK)
    stored = why_fields(people.visit(visit_id, selectinload(Visit.placement_check), _explanations()))
    assert {name: stored[name] for name in CHECK} == CHECK
    assert _check(people, visit_id).explanation_version == 1
    assert _rules(people, visit_id) == {"R9u", "R9b"}
    _save(people, visit_id, 1, {**CHECK, "understanding": "own_words", "self_blame": "no_sign"})
    assert _rules(people, visit_id) == set()


def _rules(people: People, visit_id: UUID) -> set[str]:
    flags = people.visit(visit_id, selectinload(Visit.flags)).flags
    return {reason["rule"] for flag in flags if not flag.withdrawn for reason in flag.reasons}


def _explanations() -> Any:
    return selectinload(Visit.child).selectinload(Child.explanations)


def test_a_reason_belongs_to_not_raised_only(people: People, visit_id: UUID) -> None:
    reasons = {"understanding_reason": "other", "self_blame_reason": "no_time", "reason_note": "Hon sov."}
    _save(people, visit_id, 0, {"understanding": "not_asked", "self_blame": "not_asked", **reasons})
    check = _check(people, visit_id)
    assert (check.understanding_reason, check.self_blame_reason, check.reason_note) == ("other", "no_time", "Hon sov.")
    fields = {"understanding": "partly", "self_blame": "not_asked", **reasons}
    _save(people, visit_id, 1, fields)
    check = _check(people, visit_id)
    assert (check.understanding_reason, check.self_blame_reason, check.reason_note) == (None, "no_time", "")
    assert _save(people, visit_id, 1, fields) == Saved(2, people.clock())


def test_typing_makes_no_version_but_leaving_the_step_does(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    browser = client_for(people.maja)
    for revision, length in enumerate((10, 20, len(NEW_TEXT))):
        saved = browser.autosave(_url(visit_id), revision=revision, explanation=NEW_TEXT[:length])
        assert saved.json == {"saved_at": "14.32", "revision": revision + 1}
    assert _versions(people, people.alva.id) == [(1, EXPLANATION)]
    page = browser.get(_url(visit_id)).text
    assert NEW_TEXT in page
    assert EXPLANATION in page
    assert "Ändrad, blir en ny version" in page
    fields = {"revision": 3, "explanation": NEW_TEXT, "agreed_with": "Alva och mamma", "go": "next"}
    for _ in range(2):
        assert browser.submit(_url(visit_id), fields).location.endswith("/agreements")
    assert _versions(people, people.alva.id) == [(1, EXPLANATION), (2, NEW_TEXT)]
    check = _check(people, visit_id)
    assert (check.explanation_version, check.explanation_draft) == (2, "")
    assert "version 2" in browser.get(_url(visit_id)).text


def test_an_emptied_explanation_is_no_version(people: People, visit_id: UUID) -> None:
    _save(people, visit_id, 0, {"child_words": "Mamma är sjuk."})
    for revision in (1, 2):
        _save(people, visit_id, revision, {"explanation": "  "})
    assert _save(people, visit_id, 2, {"explanation": ""}) == Saved(3, people.clock())
    assert _versions(people, people.alva.id) == [(1, EXPLANATION)]


def test_whom_it_was_agreed_with_can_be_emptied(people: People, visit_id: UUID) -> None:
    _save(people, visit_id, 0, {"agreed_with": "Alva och mamma"})
    _save(people, visit_id, 1, {"agreed_with": ""}, publish=False)
    stored = why_fields(people.visit(visit_id, selectinload(Visit.placement_check), _explanations()))
    assert (stored["explanation"], stored["agreed_with"]) == (EXPLANATION, "")
    _save(people, visit_id, 2, {"agreed_with": ""})
    with people.as_program() as uow:
        rows = uow.all(uow.reachable(Explanation).order_by(Explanation.version))
        assert [row.agreed_with for row in rows] == [rows[0].agreed_with, "Alva och mamma", ""]
        assert {row.text for row in rows} == {EXPLANATION}


@pytest.fixture
def rewritten(people: People, visit_id: UUID) -> str:
    """A text that another visit has made version 2 of, while a page with version 1 was open."""
    (other,) = people.plan(people.alva, days=7)
    _save(people, other, 0, {"explanation": NEW_TEXT, "version": "1"})
    return NEW_TEXT


@pytest.mark.usefixtures("rewritten")
def test_a_page_from_before_another_visit_rewrote_the_text_leaves_it_alone(people: People, visit_id: UUID) -> None:
    untouched = {**CHECK, "explanation": EXPLANATION, "agreed_with": "mamma, Karin och Per", "version": "1"}
    assert isinstance(_save(people, visit_id, 0, untouched), Saved)
    assert _versions(people, people.alva.id) == [(1, EXPLANATION), (2, NEW_TEXT)]
    assert _check(people, visit_id).explanation_version == 2


@pytest.mark.usefixtures("rewritten")
def test_what_both_visits_wrote_is_shown_in_both_versions(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    browser, mine = client_for(people.maja), "Mamma orkade inte."
    refused = browser.submit(_url(visit_id), {**CHECK, "revision": 0, "explanation": mine, "version": 1})
    assert refused.status_code == 409
    assert mine in refused.text
    assert NEW_TEXT in refused.text
    assert _versions(people, people.alva.id)[-1] == (2, NEW_TEXT)
    chosen = {**CHECK, "revision": 0, "resolve": 1, "differs": "explanation", "pick-explanation": "mine"}
    browser.submit(_url(visit_id), {**chosen, "mine-explanation": mine, "theirs-explanation": NEW_TEXT})
    assert _versions(people, people.alva.id)[-1] == (3, mine)


def test_a_draft_that_another_visit_overtook_is_not_signed_unread(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    mine = "Mamma orkade inte."
    _save(people, visit_id, 0, {"explanation": mine, "version": "1"}, publish=False)
    (other,) = people.plan(people.alva, days=7)
    _save(people, other, 0, {"explanation": NEW_TEXT, "version": "1"})
    with people.unit(people.maja, reads=True) as uow:
        assert "explanation_overtaken" in {lack.code for lack in lacks(uow, load_for_summary(uow, visit_id))}
    page = client_for(people.maja).get(_url(visit_id)).text
    for words in (mine, NEW_TEXT, "Texten har skrivits om vid ett annat besök", 'name="version" value="2"'):
        assert words in page
    _save(people, visit_id, 1, {"explanation": mine, "version": "2"})
    assert _versions(people, people.alva.id)[-1] == (3, mine)
    with people.unit(people.maja, reads=True) as uow:
        assert "explanation_overtaken" not in {lack.code for lack in lacks(uow, load_for_summary(uow, visit_id))}


def test_the_first_explanation_is_version_one(people: People) -> None:
    (visit_id,) = people.plan(people.vide)
    _save(people, visit_id, 0, {"explanation": NEW_TEXT})
    assert _versions(people, people.vide.id) == [(1, NEW_TEXT)]


def test_signing_can_publish_what_was_left_as_a_draft(people: People, visit_id: UUID) -> None:
    _save(people, visit_id, 0, {"explanation": NEW_TEXT}, publish=False)
    with people.unit(people.maja) as uow:
        visit = uow.one(
            uow.reachable(Visit)
            .where(Visit.id == visit_id)
            .options(selectinload(Visit.placement_check), _explanations())
        )
        assert publish_draft(uow, visit) is not None
        assert publish_draft(uow, visit) is None
    assert _versions(people, people.alva.id)[-1] == (2, NEW_TEXT)


def test_what_was_said_last_time_is_shown(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    (before,) = people.plan(people.alva, days=-90)
    _save(people, before, 0, CHECK)
    people.freeze(before)
    page = client_for(people.maja).get(_url(visit_id)).text
    assert "Senast förklarat 26 augusti 2026 av Maja Lövsprång." in page
    assert "Förra gången visade Alva skuld" in page
    assert "när svaret inte är ”med egna ord”" in page
    with people.unit(people.maja, reads=True) as uow:
        due = open_why(uow, visit_id).due
    assert [each.code for each in due] == ["not_own_words"]


def test_a_stale_form_shows_both_versions(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    browser = client_for(people.maja)
    browser.submit(_url(visit_id), {**CHECK, "revision": 0})
    response = browser.submit(
        _url(visit_id), {**CHECK, "revision": 0, "understanding": "own_words", "retold": "Annat här."}
    )
    assert response.status_code == 409
    for words in ("Vet delvis", "Vet och kan berätta med egna ord", "Annat här.", CHECK["retold"]):
        assert words in response.text
    assert _check(people, visit_id).understanding == "partly"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"understanding": "yes"}, "unknown_code"),
        ({"self_blame": "2"}, "unknown_code"),
        ({"child_words": "å" * 10_001}, "too_long"),
        ({"agreed_with": "å" * 301}, "too_long"),
    ],
)
def test_what_cannot_be_stored_is_told(people: People, visit_id: UUID, fields: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _save(people, visit_id, 0, {**CHECK, **fields})
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_refused_form_comes_back_with_what_was_written(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    response = client_for(people.maja).submit(_url(visit_id), {**CHECK, "revision": 0, "understanding": "yes"})
    assert response.status_code == 422
    assert CHECK["retold"] in response.text
    assert "Alternativet finns inte" in response.text


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_are_kept_and_shown_unharmed(
    people: People, client_for: ClientFor, visit_id: UUID, text: str
) -> None:
    names = ("child_words", "told_today", "retold", "next_step", "explanation", "agreed_with")
    fields = dict.fromkeys(names, text)
    browser = client_for(people.maja)
    browser.submit(_url(visit_id), {**fields, "revision": 0})
    stored = why_fields(people.visit(visit_id, selectinload(Visit.placement_check), _explanations()))
    assert {name: stored[name] for name in names} == fields
    page = browser.get(_url(visit_id))
    assert page.status_code == 200
    assert "<img src=x" not in page.text


def test_a_signed_visit_is_left_as_it_is(people: People, visit_id: UUID) -> None:
    people.freeze(visit_id)
    with pytest.raises(InvalidTransition):
        _save(people, visit_id, 0, CHECK)


def test_the_number_of_questions_to_the_database_is_bounded(
    people: People, client_for: ClientFor, visit_id: UUID
) -> None:
    browser = client_for(people.maja)
    browser.get(_url(visit_id))
    with counted(people.store) as statements:
        browser.get(_url(visit_id))
    assert len(statements) <= 15, statements


def test_somebody_elses_visit_is_not_found(people: People, client_for: ClientFor) -> None:
    (visit_id,) = people.plan(people.tor)
    assert client_for(people.maja).get(_url(visit_id)).status_code == 404
    assert client_for(people.maja).submit(_url(visit_id), revision=0).status_code == 404


def test_what_is_read_before_signing_is_what_is_signed(people: People, visit_id: UUID) -> None:
    _save(people, visit_id, 0, {**CHECK, "explanation": NEW_TEXT}, publish=False)
    with people.unit(people.maja, reads=True) as uow:
        check = summarise(uow, load_for_summary(uow, visit_id)).placement_check
    assert check is not None
    assert check.explanation is not None
    assert (check.explanation.version, check.explanation.text) == (2, NEW_TEXT)
    assert _versions(people, people.alva.id) == [(1, EXPLANATION)]


def test_two_visits_at_once_make_two_versions(people: People) -> None:
    texts = [f"Mamma blev sjuk, berättat {times} gånger." for times in range(4)]
    visits = [people.plan(people.alva, days=days)[0] for days in range(4)]
    with ThreadPoolExecutor(4) as pool:
        saved = list(
            pool.map(lambda pair: _save(people, pair[0], 0, {"explanation": pair[1]}), zip(visits, texts, strict=True))
        )
    assert all(isinstance(each, Saved) for each in saved)
    versions = dict(_versions(people, people.alva.id))
    assert list(versions) == [1, 2, 3, 4, 5]
    assert {*texts, EXPLANATION} == set(versions.values())
