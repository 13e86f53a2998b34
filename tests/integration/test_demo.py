from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from followup.cli import followup
from followup.domain import personal_number
from followup.domain.access import SYSTEM, Actor, Role
from followup.domain.errors import StoreUnavailable
from followup.domain.flag_life import deeds
from followup.domain.summary import from_json
from followup.services.demo import filling, installing, sign_ins
from followup.services.demo.filling import Plan
from followup.services.demo.portraits import portrait
from followup.services.demo.stories import Stories, read_stories
from followup.services.flags import desk, judging
from followup.services.installation import upkeep
from followup.settings import Settings
from followup.store import crypto
from followup.store.opening import Store, open_store
from followup.store.tables import (
    Action,
    Amendment,
    Answer,
    Child,
    Document,
    EarlierAnswer,
    Flag,
    FlagEvent,
    Organisation,
    Response,
    User,
    Visit,
)

TODAY = date(2026, 11, 24)
PASSWORDS = {user["user_name"]: "not-for-signing-in" for user in read_stories().users}
FEW = ("Milo Tallkotte", "Tuva Björnmossa", "Olle Björnmossa")


@pytest.fixture(autouse=True)
def _keys_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))  # what is opened here must not be the next test's


def some(*names: str) -> Stories:
    stories = read_stories()
    return replace(stories, children=[child for child in stories.children if child.name in names])


def tell(store: Store, *names: str, seed: int = filling.SEED) -> None:
    filling.tell(store, some(*names), Plan(TODAY, seed), PASSWORDS, lambda: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Store]]:
    """The whole demonstration, told once; call it to open it."""
    settings = Settings.from_env({"FOLLOWUP_INSTANCE": str(tmp_path_factory.mktemp("whole"))})
    list(upkeep.upgrade(settings))
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


def rows(store: Store, entity: Any, *conditions: Any, load: Any = ()) -> Any:
    with store.unit(SYSTEM, reads=True) as uow:
        return uow.all(uow.reachable(entity).where(*conditions).options(*load))


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
def test_each_lead_can_clear_her_morning(whole: Callable[[], Store], tmp_path: Path, name: str) -> None:
    folder = Path(whole().engine.url.database or "").parent
    copied = shutil.copytree(folder, tmp_path / "copy")
    with open_store(Settings.from_env({"FOLLOWUP_INSTANCE": str(copied)})) as store:
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


def snapshot(store: Store) -> list[object]:
    """What a person could see differ: days, answers, flags and words, but no ids."""
    answers = rows(store, Answer)
    visits = rows(store, Visit, load=[undefer(Visit.summary), selectinload(Visit.flags)])
    told = sorted(
        (visit.planned_at, visit.state, str(visit.summary_sha256), sorted(flag.subject for flag in visit.flags))
        for visit in visits
    )
    scores = sorted((each.answered_at, each.item, each.status, each.score or 0, each.words) for each in answers)
    events = sorted((event.at, event.kind, event.text) for event in rows(store, FlagEvent))
    return [sorted(child.name for child in rows(store, Child)), told, scores, events]


@pytest.fixture(scope="module")
def told_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[object]]:
    """What the usual seed and another one tell in databases of their own."""
    told = {}
    for seed in (filling.SEED, 1):
        settings = Settings.from_env({"FOLLOWUP_INSTANCE": str(tmp_path_factory.mktemp("seed"))})
        list(upkeep.upgrade(settings))
        with open_store(settings) as other:
            tell(other, *FEW, seed=seed)
            told[seed] = snapshot(other)
    return told


def test_the_same_seed_tells_the_same(told_elsewhere: dict[int, list[object]], store: Store) -> None:
    tell(store, *FEW)
    here = snapshot(store)
    for seed, there in told_elsewhere.items():
        assert (here[2] == there[2]) == (seed == filling.SEED)
        assert (here == there) == (seed == filling.SEED)


def test_siblings_share_the_home_visit(store: Store) -> None:
    tell(store, *FEW)
    shared = [{visit.home_visit_id for visit in visits_of(store, name)} for name in FEW[1:]]
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


def test_what_a_database_holds(settings: Settings) -> None:
    assert installing.state(settings) == "empty"
    store = open_store(settings)
    with pytest.raises(KeyboardInterrupt):
        filling.tell(store, some("Milo Tallkotte"), Plan(TODAY), PASSWORDS, _interrupt)
    store.engine.dispose()
    assert installing.state(settings) == "unfinished"
    installing.remove(settings)
    assert installing.state(settings) == "empty"
    store = open_store(settings)
    tell(store, "Leo Snödroppe")
    assert installing.state(settings) == "demo"
    assert installing.made_on(settings) == TODAY
    store.engine.dispose()
    installing.remove(settings)
    assert installing.state(settings) == "empty"


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_real_data_are_never_taken_away(settings: Settings, store: Store) -> None:
    with store.unit(SYSTEM) as uow:
        uow.add(Organisation(name="En riktig kommun", unit="Socialförvaltningen"))
    store.engine.dispose()
    assert installing.state(settings) == "other"
    with pytest.raises(installing.NotADemonstration):
        installing.remove(settings)
    with pytest.raises(installing.NotADemonstration):
        installing.install(settings, Plan(TODAY), lambda: None)
    assert installing.state(settings) == "other"


def test_a_child_added_to_the_demonstration_saves_it(settings: Settings, store: Store) -> None:
    tell(store, "Leo Snödroppe")
    (leo,) = rows(store, Child)
    with store.unit(SYSTEM) as uow:
        uow.add(
            Child(
                organisation_id=leo.organisation_id,
                team_id=leo.team_id,
                case_number="SN 2026-1",
                name="Ett Barn",
                birth_date=TODAY,
            )
        )
    store.engine.dispose()
    with pytest.raises(installing.NotADemonstration):
        installing.remove(settings)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_database_in_use_is_left_alone(settings: Settings, store: Store) -> None:
    tell(store, "Leo Snödroppe")  # and the store stays open, as a server's does
    with pytest.raises(StoreUnavailable):
        installing.remove(settings)
    assert filling.state(store) == "demo"


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("FOLLOWUP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(followup, arguments)


def test_the_command_fills_once_and_anew(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followup.services.demo.filling.read_stories", lambda: some("Leo Snödroppe"))
    first = run("demo")
    assert first.exit_code == 0, first.output
    assert "maja" in first.output
    keys = (instance / "keys.json").read_bytes()
    assert "already" in run("demo").output
    again = run("demo", "--reset", "--seed", "3")
    assert again.exit_code == 0, again.output
    assert (instance / "keys.json").read_bytes() == keys
    assert sign_ins.listing(instance) in again.output


def test_serving_says_first_what_is_amiss(instance: Path) -> None:
    assert "followup db upgrade" in str(run("serve").exception)
    assert not instance.exists()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        refused = run("serve", "--port", str(taken.getsockname()[1]))
    assert refused.exit_code == 1
    assert "--port" in refused.output
    assert run("db", "upgrade").exit_code == 0
    (instance / "keys.json").unlink()
    assert "key file" in str(run("serve").exception)


def test_a_demonstration_is_served_and_stops_when_told(instance: Path) -> None:
    settings = Settings.from_env()
    list(upkeep.upgrade(settings))
    sign_ins.make_passwords(read_stories(), instance)
    store = open_store(settings)
    tell(store, "Leo Snödroppe")
    store.engine.dispose()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "followup", "serve", "--demo", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        page = _patiently(f"http://127.0.0.1:{port}/sign-in", server)
        time.sleep(0.5)  # let the press begin, so that there is something to leave behind
        server.send_signal(signal.SIGTERM)
        output, _ = server.communicate(timeout=20)
    assert "Followup" in page
    assert re.search(r"maja +\S{12,}", output)
    assert f"http://127.0.0.1:{port}/" in output
    assert "Traceback" not in output
    assert not _running(str(port))


def _patiently(address: str, server: subprocess.Popen[str]) -> str:
    for _ in range(300):
        assert server.poll() is None, server.stdout and server.stdout.read()
        try:
            with urllib.request.urlopen(address) as answer:  # noqa: S310 # our own
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it never answered")


def _running(word: str) -> list[str]:
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in found if "followup serve" in line and word in line]


def test_a_sample_needs_no_installation(instance: Path, tmp_path: Path) -> None:
    out = tmp_path / "sample.pdf"
    made = run("sample-summary", str(out))
    assert made.exit_code == 0, made.output
    pdf = PdfReader(out)
    text = "".join(page.extract_text() for page in pdf.pages)
    assert len(pdf.pages) <= 3
    assert "Alva Granbarr" in text
    assert "kladdkaka" in text
    assert not instance.exists()
    assert "replaced" in run("sample-summary", str(out)).output
    assert run("sample-summary", str(tmp_path / "nowhere" / "sample.pdf")).exit_code == 1
