"""The demonstration: every story told to its end, by nobody who is real, and the same each time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from followup.domain import personal_number
from followup.domain.access import SYSTEM, Actor, Role
from followup.domain.flag_life import deeds
from followup.domain.summary import from_json
from followup.services.demo import filling
from followup.services.demo.filling import Plan
from followup.services.demo.portraits import portrait
from followup.services.demo.stories import read_stories
from followup.services.flags import desk, judging
from followup.store.opening import Store, open_store
from followup.store.tables import (
    Action,
    Amendment,
    Answer,
    Barring,
    BreakGlass,
    Child,
    Document,
    EarlierAnswer,
    Flag,
    FlagEvent,
    LogReview,
    LogSample,
    Response,
    User,
    Visit,
)
from tests.support.demo import PASSWORDS, TODAY, rows, tell
from tests.support.stores import sqlite_settings

FEW = ("Milo Tallkotte", "Tuva Björnmossa", "Olle Björnmossa")


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, keys_file: Path
) -> Iterator[Callable[[], Store]]:
    """The whole demonstration, told once; call it to open it."""
    settings = sqlite_settings(tmp_path_factory.mktemp("whole"), sqlite_template, keys_file)
    store = open_store(settings)
    told: list[None] = []
    filling.fill(store, Plan(TODAY), PASSWORDS, lambda: told.append(None))
    assert len(told) == Plan(TODAY).signed_visits()
    store.engine.dispose()
    opened: list[Store] = []

    def again() -> Store:
        opened.append(open_store(settings))
        return opened[-1]

    yield again
    for each in opened:
        each.engine.dispose()


def visits_of(store: Store, name: str) -> list[Visit]:
    found = rows(store, Visit, load=[joinedload(Visit.child), selectinload(Visit.flags), undefer(Visit.summary)])
    return sorted((visit for visit in found if visit.child.name == name), key=lambda visit: visit.planned_at)


def test_every_story_is_told(whole: Callable[[], Store]) -> None:
    store = whole()
    assert filling.state(store) == "demo"
    for story in read_stories().children:
        visits = visits_of(store, story.name)
        states = [visit.state for visit in visits]
        assert sum(state in {"signed", "filed"} for state in states) == len(story.visits), story.name
        assert ("draft" in states) == bool(story.draft)
        assert ("planned" in states) == bool(story.planned)
        assert ("cancelled" in states) == bool(story.cancelled)
        if story.placed_days_ago > 800:
            assert TODAY - visits[0].planned_at.date() > timedelta(days=600), story.name


def test_signed_visits_hold_what_was_told(whole: Callable[[], Store]) -> None:
    signed = [visit for story in read_stories().children for visit in visits_of(whole(), story.name) if visit.summary]
    for visit in signed:
        text = visit.summary or ""
        assert hashlib.sha256(text.encode()).hexdigest() == visit.summary_sha256
        assert from_json(text).child.name == visit.child.name
    alva = from_json(visits_of(whole(), "Alva Granbarr")[0].summary or "")
    assert alva.placement_check
    assert alva.placement_check.self_blame.code == "clear"
    assert "bråkig" in alva.placement_check.child_words


def test_flags_follow_from_the_stories(whole: Callable[[], Store]) -> None:
    store = whole()
    assert {flag.subject for flag in visits_of(store, "Samira Videkvist")[-2].flags if flag.level == "escalate"} == {
        "b_safe"
    }
    tor = visits_of(store, "Tor Klippdal")[-2]
    assert any(
        reason["rule"] == "R9b" and flag.level == "escalate"
        for flag in tor.flags
        for reason in flag.reasons
        if flag.subject == "_form"
    )
    grave = rows(store, Flag, Flag.level.in_(("follow_up", "escalate")), load=[selectinload(Flag.events)])
    closed = [flag for flag in grave if flag.status == "closed"]
    assert closed
    assert all(flag.events[-1].text for flag in closed)
    latest = {visits[-1].id for story in read_stories().children if (visits := done(store, story.name))}
    assert all(flag.status == "closed" for flag in grave if flag.visit_id not in latest | {draft(store).id})


def test_every_flag_ends_in_somebodys_deed_or_is_open_today(whole: Callable[[], Store]) -> None:
    store = whole()
    flags = rows(store, Flag, load=[selectinload(Flag.events)])
    latest = {visits[-1].id for story in read_stories().children if (visits := done(store, story.name))}
    for flag in flags:
        last = flag.events[-1]
        assert last.by
        if flag.status == "closed":
            assert (last.kind, bool(last.reason), bool(last.text)) == ("closed", True, True)
        elif flag.visit_id not in latest | {draft(store).id}:
            assert last.kind in {"talked", "declined", "later", "withdrawn"}, (flag.subject, last.kind)


def test_the_lead_has_a_morning_worth_clearing(whole: Callable[[], Store]) -> None:
    store = whole()
    morning = datetime(TODAY.year, TODAY.month, TODAY.day, 11, tzinfo=UTC)
    with store.unit(_lead(store), now=morning, reads=True) as uow:
        page = desk.desk(uow, desk.Filters())
    assert all(page.counts[group] for group in ("escalate", "follow_up", "talk"))
    assert page.waiting >= 5
    stands = {(card.row.level, card.row.status, card.trail[-1].event.kind) for card in page.cards}
    assert {("escalate", "acknowledged", "asked"), ("escalate", "open", "answered")} <= stands
    assert ("escalate", "acknowledged", "planned") in stands
    assert any(card.back for card in page.cards)  # something planned that should have been done
    assert any(card.left is not None and card.left >= 0 for card in page.cards if card.row.level == "escalate")


@pytest.mark.parametrize("name", ["birgitta", "rut"])
def test_each_lead_can_clear_her_morning(
    whole: Callable[[], Store], tmp_path: Path, keys_file: Path, name: str
) -> None:
    told = Path(whole().engine.url.database or "")
    with open_store(sqlite_settings(tmp_path, told, keys_file)) as store:
        lead, reached = _lead(store, name), set()
        now = datetime(TODAY.year, TODAY.month, TODAY.day, 18, tzinfo=UTC)
        for step in range(200):
            with store.unit(lead, now=now + timedelta(minutes=step)) as uow:
                page = desk.desk(uow, desk.Filters())
                if not page.cards:
                    break
                for card in page.cards:
                    reached.add(card.row.id)
                    seen = deeds([said.event.kind for said in card.trail])
                    if card.row.level in desk.MILDER:
                        judging.acknowledge(uow, card.row.id, seen)
                    else:
                        judging.close(uow, card.row.id, seen, {"reason": "acted", "note": "Klart på morgonen."})
        with store.unit(lead, now=now + timedelta(hours=4), reads=True) as uow:
            assert (desk.desk(uow, desk.Filters()).total, desk.count_waiting(uow)) == (0, 0)
        ended = rows(store, Flag, Flag.id.in_(reached), load=[selectinload(Flag.events)])
        assert ended
        for flag in ended:
            assert flag.events[-1].by == lead.id
            assert flag.events[-1].kind == ("acknowledged" if flag.level in desk.MILDER else "closed")
            assert flag.level in desk.MILDER or flag.events[-1].reason


def _lead(store: Store, name: str = "birgitta") -> Actor:
    with store.unit(SYSTEM, reads=True) as uow:
        user = uow.one(select(User).where(User.user_name == name))
    return Actor(user.id, Role.TEAM_LEAD, user.organisation_id, user.team_id, user.name, user.title)


def done(store: Store, name: str) -> list[Visit]:
    return [visit for visit in visits_of(store, name) if visit.state in {"signed", "filed"}]


def draft(store: Store) -> Visit:
    return next(visit for visit in visits_of(store, "Alva Granbarr") if visit.state == "draft")


def test_today_is_half_done(whole: Callable[[], Store]) -> None:
    visit = draft(whole())
    assert visit.step == "talk"
    assert visit.planned_at.date() == TODAY
    assert {"R4", "R12"} <= {
        reason["rule"] for flag in visit.flags if flag.subject == "b_family" for reason in flag.reasons
    }


def test_promises_are_kept_broken_or_open(whole: Callable[[], Store]) -> None:
    promises = rows(whole(), Action)
    assert {action.state for action in promises} == {"open", "done"}
    assert any(action.due and action.due < TODAY for action in promises if action.state == "open")
    assert any(action.told_child_at and action.outcome for action in promises)


def test_whoever_writes_to_a_child_has_a_picture_and_the_crowd_has_none(whole: Callable[[], Store]) -> None:
    users = rows(whole(), User, load=[undefer(User.picture)])
    pictured = {user.user_name for user in users if user.picture}
    assert pictured == {"maja", "idris", "sanna", "teo"}
    assert all(user.picture.startswith(b"\xff\xd8") for user in users if user.picture)
    assert portrait("Maja Lövsprång") == portrait("Maja Lövsprång") != portrait("Teo Mårdhund")


def test_the_pages_about_access_are_alive(whole: Callable[[], Store]) -> None:
    """Somebody is barred; an opening is judged and one waits; two months of the log are signed, with a finding."""
    (barred,) = rows(whole(), Barring)
    assert barred.end is None
    judged, waiting = sorted(rows(whole(), BreakGlass), key=lambda row: row.opened_at)
    assert (judged.protected, judged.finding, judged.lead_seen_at is not None) == (True, "justified", True)
    assert (waiting.finding, waiting.lead_seen_at, waiting.opened_at.date()) == (None, None, TODAY)
    months = sorted(rows(whole(), LogReview), key=lambda review: review.month)
    assert [review.signed_at is not None for review in months] == [True, True, False]
    samples = rows(whole(), LogSample)
    assert any(sample.judgement == "ask" for sample in samples)
    assert any("break_glass" in sample.rules for sample in samples if sample.review_id == months[-1].id)


def test_nobody_is_real(whole: Callable[[], Store]) -> None:
    children = rows(whole(), Child)
    numbers = [child.personal_number for child in children]
    parsed = [personal_number.parse(number, today=TODAY, tests_only=True) for number in numbers if number]
    assert numbers.count(None) == 1
    assert sum(number.coordination for number in parsed) == 1
    assert {child.birth_date for child in children if child.personal_number} == {number.born for number in parsed}
    assert all(child.personal_number_index for child in children if child.personal_number)


def test_filed_visits_wait_for_their_pdf(whole: Callable[[], Store]) -> None:
    documents = rows(whole(), Document, load=[joinedload(Document.filing)])
    assert {document.state for document in documents} == {"waiting"}
    unfiled = [document for document in documents if document.filing is None]
    assert len(unfiled) == 6
    amended = rows(whole(), Amendment)
    assert {row.kind for row in amended} == {"correction", "disputed"}
    assert len(documents) == Plan(TODAY).signed_visits() + len(amended)


def test_some_answer_alone_one_in_arabic_one_draws_and_one_changes_its_mind(whole: Callable[[], Store]) -> None:
    store = whole()
    sheets = rows(store, Response, Response.handed_in_at.is_not(None), load=[selectinload(Response.answers)])
    changed = rows(store, EarlierAnswer)
    assert len(sheets) > 10
    assert {sheet.mode for sheet in sheets} == {"alone"}
    for sheet in sheets:
        times = [row.answered_at for row in sheet.answers if row.id not in {each.answer_id for each in changed}]
        assert sheet.started_at < min(times) <= max(times) <= sheet.handed_in_at
    nour = from_json(visits_of(store, "Nour Solregn")[0].summary or "")
    assert nour.forms[0].asked_in == "arabiska"
    assert [drawing.about for drawing in nour.drawings] == ["Vad är det bästa som har hänt sedan vi sågs sist?"]
    (alva,) = [visit for visit in visits_of(store, "Alva Granbarr") if visit.state == "draft"]
    (sheet,) = [sheet for sheet in sheets if sheet.visit_id == alva.id]
    assert sheet.first_topic == "b_family"
    assert [(row.child_id, row.score) for row in changed] == [(alva.child_id, 3)]


def said_in(visit: Visit) -> str:
    if not visit.summary:
        return ""
    summary = from_json(visit.summary)
    return str(replace(summary, heading=replace(summary.heading, case_number="")))


def snapshot(store: Store, *names: str) -> list[object]:
    """What a person could see differ of these children: days, answers, flags and words, but no ids or case numbers."""
    visits = [visit for name in names for visit in visits_of(store, name)]
    children = {visit.child_id for visit in visits}
    answers = [answer for answer in rows(store, Answer) if answer.child_id in children]
    flag_ids = {flag.id for visit in visits for flag in visit.flags}
    told = sorted(
        (visit.planned_at, visit.state, said_in(visit), sorted(flag.subject for flag in visit.flags))
        for visit in visits
    )
    scores = sorted((each.answered_at, each.item, each.status, each.score or 0, each.words) for each in answers)
    events = sorted((event.at, event.kind, event.text) for event in rows(store, FlagEvent) if event.flag_id in flag_ids)
    return [len({visit.home_visit_id for visit in visits}), told, scores, events]


def test_the_same_seed_tells_the_same_of_a_child_whoever_else_is_told_of(
    whole: Callable[[], Store], store: Store
) -> None:
    tell(store, *FEW)
    here = snapshot(store, *FEW)
    assert all(here)
    assert here == snapshot(whole(), *FEW)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_another_seed_tells_something_else(whole: Callable[[], Store], store: Store) -> None:
    tell(store, FEW[0], seed=filling.SEED + 1)
    here, there = snapshot(store, FEW[0]), snapshot(whole(), FEW[0])
    assert here != there
    assert here[2] != there[2]


def test_siblings_share_the_home_visit(whole: Callable[[], Store]) -> None:
    shared = [{visit.home_visit_id for visit in visits_of(whole(), name)} for name in FEW[1:]]
    assert shared[0] == shared[1]
    assert len(shared[0]) == 5


def test_a_crowd_is_judged_signed_and_filed(store: Store) -> None:
    plan = Plan(TODAY, children=3, visits=4)
    crowd = replace(plan.stories(), children=[child for child in plan.stories().children if child.plain])
    passwords = {user["user_name"]: "not-for-signing-in" for user in crowd.users}
    filling.tell(store, crowd, plan, passwords, lambda: None)
    visits = rows(store, Visit, load=[undefer(Visit.summary), joinedload(Visit.caseworker)])
    assert len(visits) == 12
    assert all(visit.state == "filed" and from_json(visit.summary).forms for visit in visits)
    assert {visit.caseworker.user_name for visit in visits} == {"norr01"}
    assert {document.state for document in rows(store, Document)} == {"unmade"}  # nothing for the check-up to mind
