from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID, uuid4

import pytest

from followup.domain import summary
from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.domain.summary_parts import Conversation, Heading, PrivateTalk, Quote, Term
from followup.services.flags.flagging import refresh_flags
from followup.services.visit.agreeing import save_agreements
from followup.services.visit.explaining import save_why
from followup.services.visit.preparing import Preparation, open_preparation, save_prepare
from followup.services.visit.steps import Saved, Stale
from followup.services.visit.talking import save_talk
from followup.store.tables import Action, Child, PlacementCheck, Prompt, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

Browsers = Callable[[Person], LintingClient]


def prepared(people: People, visit: UUID) -> Preparation:
    with people.unit(people.maja, reads=True) as uow:
        return open_preparation(uow, visit)


def save(people: People, visit: UUID, fields: Mapping[str, str], *, revision: int = 0) -> Saved | Stale:
    with people.unit(people.maja) as uow:
        return save_prepare(uow, visit, revision, fields)


def action(people: People, action_id: UUID) -> Action:
    (row,) = people.rows(Action, Action.id == action_id)
    return row


@pytest.fixture
def before(people: People) -> UUID:
    (visit,) = people.plan(people.alva, days=-90)
    return visit


@pytest.fixture
def visit(people: People, before: UUID) -> UUID:
    (planned,) = people.plan(people.alva)
    return planned


def test_promises_are_ticked_with_what_came_of_them(people: People, before: UUID, visit: UUID) -> None:
    promise = people.promise(people.alva, "Ringa mormor", visit_id=before, due=date(2026, 11, 20))
    fields = {f"state-{promise}": "not_done", f"outcome-{promise}": "Hon svarar inte", f"told-{promise}": "1"}
    assert save(people, visit, fields) == Saved(1, people.clock())
    row = action(people, promise)
    assert (row.state, row.outcome, row.done_on) == ("not_done", "Hon svarar inte", date(2026, 11, 24))
    assert row.told_child_at == people.clock()
    assert people.visit(visit).state == "planned"  # preparing is not yet visiting
    people.clock.forward(hours=1)
    save(people, visit, {f"state-{promise}": "open", f"outcome-{promise}": ""}, revision=1)
    row = action(people, promise)
    assert (row.state, row.outcome, row.done_on, row.told_child_at) == ("open", "", None, None)


def test_what_is_told_at_this_visit_stays_on_the_page_and_what_was_settled_before_does_not(
    people: People, before: UUID, visit: UUID
) -> None:
    with people.as_program() as uow:
        long_ago = uow.one(uow.reachable(Visit).where(Visit.id == before)).planned_at
        uow.one(uow.reachable(Visit).where(Visit.id == before)).state = "draft"
    settled = people.promise(
        people.alva, "Gammalt", visit_id=before, state="done", told_child_at=long_ago.replace(year=2025)
    )
    untold = people.promise(people.alva, "Klart men inte berättat", visit_id=before, state="done")
    told_then = people.promise(people.alva, "Berättat då", visit_id=before, state="done", told_child_at=long_ago)
    opened = people.promise(people.alva, "Öppet", visit_id=before)
    task = people.promise(people.alva, "Ringa skolan", visit_id=before, kind="action")
    own = people.promise(people.alva, "Lovat i dag", visit_id=visit)
    shown = {row.id for row in prepared(people, visit).promises}
    assert shown == {untold, opened, task}
    assert not {settled, told_then, own} & shown
    fields = {f"state-{untold}": "done", f"told-{untold}": "1", f"state-{task}": "done"}
    assert save(people, visit, fields) == save(people, visit, fields)  # a double click
    assert {row.id for row in prepared(people, visit).promises} == shown


def test_the_form_for_the_age_is_proposed_and_any_or_none_can_be_chosen(people: People, visit: UUID) -> None:
    page = prepared(people, visit)
    assert page.proposed is not None
    assert (page.age, page.form, page.proposed.code) == (10, "barn-8-12", "barn-8-12")
    save(people, visit, {"questionnaire": ""})
    assert prepared(people, visit).form is None
    save(people, visit, {"questionnaire": "barn-4-7"}, revision=1)
    assert people.visit(visit).questionnaire_code == "barn-4-7"
    (smallest,) = people.plan(people.leo)
    assert (prepared(people, smallest).form, prepared(people, smallest).proposed) == (None, None)


def test_answers_to_another_form_are_told_of(people: People, client_for: Browsers, visit: UUID) -> None:
    people.answer(visit, {"b_sleep": 2, "b_mood": 4})
    assert prepared(people, visit).kept == {"barn-8-12": 2}
    save(people, visit, {"questionnaire": "ung-13-20"})
    page = client_for(people.maja).get(f"/visits/{visit}/prepare").text
    assert "2 svar finns kvar i Hur har du det? (8–12 år)" in page
    with people.as_program() as uow:
        assert len(uow.one(uow.reachable(Visit).where(Visit.id == visit)).revisions) == 1


def test_low_falling_and_silent_items_come_from_the_visits_before(people: People) -> None:
    (oldest,) = people.plan(people.alva, days=-180)
    people.answer(oldest, {"b_sleep": 5, "b_mood": 5, "b_friends": "declined", "b_home_like": 4, "b_school_ok": 4})
    (before,) = people.plan(people.alva, days=-90)
    people.answer(
        before, {"b_sleep": 2, "b_mood": 3, "b_friends": "dont_know", "b_home_like": "declined", "b_school_ok": 4}
    )
    (visit,) = people.plan(people.alva)
    page = prepared(people, visit)
    assert [(each.item.id, each.score, each.before) for each in page.low] == [("b_sleep", 2, 5), ("b_mood", 3, 5)]
    silent = {each.item.id: (each.silent, each.never) for each in page.silent}
    assert (silent["b_friends"], silent["b_home_like"]) == ((2, True), (1, False))
    assert "b_school_ok" not in silent


def test_what_the_child_asked_to_be_left_alone_with_is_not_listed_as_worth_asking(
    people: People, client_for: Browsers, before: UUID, visit: UUID
) -> None:
    people.answer(before, {"b_friends": "declined", "b_sleep": "dont_know"})
    with people.as_program() as uow:
        uow.add(
            Prompt(
                visit_id=before, child_id=people.alva.id, subject="b_friends", outcome="declined", recorded_at=uow.now
            )
        )
    page = client_for(people.maja).get(f"/visits/{visit}/prepare").text
    unanswered = page[page.index("h-silent") : page.index("h-last")]
    assert "Jag sover bra." in unanswered
    assert "Jag har kompisar" not in unanswered
    assert "Fråga inte om det igen" in page


def test_what_is_counted_as_left_to_talk_about_on_the_start_page_is_on_this_one(
    people: People, client_for: Browsers, before: UUID
) -> None:
    people.answer(before, {"b_sleep": 1, "b_friends": 2, "b_mood": 1})
    with people.unit(people.maja) as uow:
        refresh_flags(uow, uow.one(uow.reachable(Visit).where(Visit.id == before)))
        save_agreements(uow, before, 0, {"private_talk": "no", "private_reason": "Det regnade."})
        save_talk(uow, before, 0, {"outcome-b_mood": "talked", "outcome-b_friends": "declined"})
    people.freeze(before)
    (visit,) = people.plan(people.alva)
    browser = client_for(people.maja)
    start = browser.get("/children").text
    assert "3 att prata om" in start
    assert "1 att följa upp" in start
    page = prepared(people, visit)
    assert {each.row.subject for each in page.prompts} == {"b_sleep", "_form", "b_mood"}
    assert page.last is not None
    assert page.last.not_again == (("b_friends", ""),)
    assert not {"b_sleep", "b_mood"} & {each.item.id for each in page.low}
    shown = browser.get(f"/visits/{visit}/prepare").text
    assert "Att prata vidare om" in shown[: shown.index("Fråga inte om det igen")]


def test_a_child_who_cannot_be_asked_why_collects_nothing_to_talk_about(people: People, client_for: Browsers) -> None:
    for days in (-180, -90):
        (visit,) = people.plan(people.leo, days=days)
        unable = {"understanding": "not_asked", "self_blame": "not_asked"}
        because = {"understanding_reason": "ability", "self_blame_reason": "ability"}
        with people.unit(people.maja) as uow:
            save_why(uow, visit, 0, {**unable, **because}, publish=True)
        people.freeze(visit)
    (visit,) = people.plan(people.leo)
    assert prepared(people, visit).prompts == []
    start = client_for(people.maja).get("/children").text
    assert "att prata om" not in start
    assert "att följa upp" not in start


def test_siblings_share_the_home_visit_and_one_page_never_undoes_the_others(people: People) -> None:
    alva, vide = people.plan(people.alva, people.vide)
    assert [each.child.name for each in prepared(people, alva).siblings] == [people.vide.name]
    save(people, alva, {"present": "Karin\nPer", "present-was": ""})
    save(people, vide, {"present": "", "present-was": "", "interpreter": "Tolk på dari", "interpreter-was": ""})
    home_visit = prepared(people, alva).visit.home_visit
    assert (home_visit.present, home_visit.interpreter) == ("Karin\nPer", "Tolk på dari")


def test_what_two_siblings_pages_both_changed_is_shown_in_both_versions(people: People) -> None:
    alva, vide = people.plan(people.alva, people.vide)
    save(people, alva, {"present": "Karin", "present-was": ""})
    stale = save(people, vide, {"present": "Per", "present-was": "", "note": "Hund i huset"})
    assert isinstance(stale, Stale)
    assert [(each.name, each.mine, each.theirs) for each in stale.differences] == [
        ("present", "Per", "Karin"),
        ("note", "Hund i huset", ""),
    ]
    assert save(people, vide, {"present": "Karin", "present-was": "", "note": ""}) == Saved(1, people.clock())


def test_a_page_that_was_open_before_does_not_open_a_promise_again(
    people: People, client_for: Browsers, before: UUID, visit: UUID
) -> None:
    promise = people.promise(people.alva, "Ringa mormor", visit_id=before)
    browser, path = client_for(people.maja), f"/visits/{visit}/prepare"
    page = browser.get(path).text
    for name, value in ((f"state-{promise}", "open"), (f"outcome-{promise}", ""), (f"told-{promise}", "")):
        assert f'name="{name}-was" value="{value}"' in page
    fields = {f"state-{promise}": "open", f"state-{promise}-was": "open", f"told-{promise}-was": "", "note": "Fika"}
    browser.submit(f"/promises/{promise}", {"done": "1"})
    assert browser.submit(path, {"revision": "0", **fields}).status_code == 302
    assert action(people, promise).state == "done"
    assert people.visit(visit).prepare_note == "Fika"
    told = save(people, visit, {**fields, f"state-{promise}": "not_done"}, revision=1)
    assert isinstance(told, Stale)
    assert action(people, promise).state == "done"


def test_a_sibling_out_of_reach_is_not_named(people: People) -> None:
    alva, _moa = people.plan(people.alva, people.moa)
    assert prepared(people, alva).siblings == []


def test_last_visits_summary_wishes_and_why_are_on_the_page(
    people: People, client_for: Browsers, before: UUID, visit: UUID
) -> None:
    said = summary.VisitSummary(
        heading=Heading("Blåbärsby kommun", "Socialförvaltningen", "SN 2026-0417"),
        child=summary.Child(people.alva.name, 10),
        placement=summary.Placement(Term("foster", "Familjehem"), Term("sol", "SoL"), "Maja"),
        visit=summary.Visit(date(2026, 8, 26), Term("planned", "Planerat besök")),
        private_talk=PrivateTalk(Term("yes", "Ja")),
        drawn_up_at=people.clock(),
        most_important=("Sömn: 2 av 5 i dag.",),
        child_voice=(Quote("Vi åkte till havet", "Vad är det bästa som har hänt?"),),
        conversations=(Conversation("Sömn", Term("talked", "Vi pratade om det"), agreed="Nattlampa i hallen"),),
    )
    with people.as_program() as uow:
        uow.add(
            PlacementCheck(
                visit_id=before,
                child_id=people.alva.id,
                understanding="partly",
                self_blame="some",
                child_words="Jag bråkade för mycket",
                next_step="Läsa texten tillsammans",
            ),
            Prompt(
                visit_id=before, child_id=people.alva.id, subject="b_family", outcome="declined", recorded_at=uow.now
            ),
        )
        child = uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
        child.wishes, child.communication_needs, child.language = "Sitta i köket\nBara vi två", "Bildstöd", "so"
    with people.as_program() as uow:
        row = uow.one(uow.reachable(Visit).where(Visit.id == before))
        row.state, row.summary, row.summary_sha256 = "signed", summary.to_json(said), summary.fingerprint(said)
        row.signed_at, row.signed_by = uow.now, people.maja.id
    page = client_for(people.maja).get(f"/visits/{visit}/prepare").text
    for words in (
        *("Vi åkte till havet", "Sömn: 2 av 5 i dag.", "Nattlampa i hallen", "Vet delvis", "Jag bråkade för mycket"),
        *("Läsa texten tillsammans", "Sitta i köket", "Bara vi två", "Bildstöd", "Somaliska", "Familj och släkt"),
    ):
        assert words in page


def test_a_first_visit_has_a_page_too(people: People, client_for: Browsers) -> None:
    (visit,) = people.plan(people.leo)
    page = client_for(people.maja).get(f"/visits/{visit}/prepare")
    assert page.status_code == 200
    assert "Det här är första besöket" in page.text


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"questionnaire": "familjehem-vuxen"}, "questionnaire", "unknown_code"),
        ({"present": "a" * 3_000_000}, "present", "too_long"),
        ({"interpreter": "a" * 301}, "interpreter", "too_long"),
        ({f"state-{uuid4()}": "done"}, None, "unknown_promise"),
    ],
)
def test_what_cannot_be_used_is_told_by_field_and_nothing_is_saved(
    people: People, visit: UUID, fields: dict[str, str], field: str | None, code: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        save(people, visit, {"note": "Ta med fika", **fields})
    ((problem),) = told.value.problems
    assert (problem.field, problem.code) == (field or next(iter(fields)), code)
    assert people.visit(visit).prepare_note == ""


def test_a_refused_page_keeps_what_was_written(people: People, client_for: Browsers, visit: UUID) -> None:
    fields = {"revision": "0", "questionnaire": "nonsense", "note": "Ta med \u202e fika", "present": "Karin"}
    page = client_for(people.maja).submit(f"/visits/{visit}/prepare", fields)
    assert page.status_code == 422
    for words in ("Alternativet finns inte.", "Ta med \u202e fika", "Karin"):
        assert words in page.text


def test_two_versions_are_shown_with_the_promise_in_words(
    people: People, client_for: Browsers, before: UUID, visit: UUID
) -> None:
    promise = people.promise(people.alva, "Ringa mormor", visit_id=before)
    browser, path = client_for(people.maja), f"/visits/{visit}/prepare"
    browser.submit(path, {"revision": "0", f"state-{promise}": "done"})
    page = browser.submit(path, {"revision": "0", f"state-{promise}": "not_done"})
    assert page.status_code == 409
    for words in ("Ringa mormor Hur gick det?", "Gjort", "Blev inte av"):
        assert words in page.text
    assert action(people, promise).state == "done"


def test_next_leads_to_the_childs_form(people: People, client_for: Browsers, visit: UUID) -> None:
    answer = client_for(people.maja).submit(f"/visits/{visit}/prepare", {"revision": "0", "note": "", "go": "next"})
    assert answer.headers["Location"].endswith(f"/visits/{visit}/answers")


def test_a_signed_visit_and_one_out_of_reach_are_not_prepared(people: People, visit: UUID) -> None:
    (other,) = people.plan(people.tor)
    with pytest.raises(NotFound):
        prepared(people, other)
    with pytest.raises(NotFound):
        save(people, other, {"note": "x"})
    people.freeze(visit)
    with pytest.raises(InvalidTransition):
        save(people, visit, {"note": "x"})


def test_the_page_asks_few_questions_of_the_database_however_much_there_is(
    people: People, client_for: Browsers
) -> None:
    for number in range(1, 10):
        earlier, _sibling = people.plan(people.alva, people.vide, days=-90 * number)
        people.answer(earlier, {"b_sleep": 2, "b_mood": "declined"})
        people.promise(people.alva, f"Löfte {number}", visit_id=earlier)
    visit, _sibling = people.plan(people.alva, people.vide)
    browser = client_for(people.maja)
    browser.get(f"/visits/{visit}/prepare")
    with counted(people.store) as statements:
        browser.get(f"/visits/{visit}/prepare")
    assert len(statements) <= 15, statements
