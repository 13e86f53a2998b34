"""What somebody tries who means harm, or whose browser was made to: found by attacking the program, and kept tried."""

from __future__ import annotations

import io
import stat
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from followup.cli.serve import Server
from followup.domain.neutral_names import file_name
from followup.services.installation import upkeep
from followup.settings import Settings
from followup.store.tables import Action, Document, User
from followup.web.views import portrait
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD
from tests.support.queries import log_lines

STEPS = ("prepare", "answers", "carer", "talk", "why", "agreements", "sign", "urgent", "cancel")
WORDS = "Jag vill baka kanelbullar med Kerstin"


@pytest.fixture
def maja(people: People) -> LintingClient:
    return browser(people, people.maja)


@pytest.fixture
def visit_id(people: People) -> str:
    (visit_id,) = people.plan(people.alva)
    return str(visit_id)


def test_asking_for_the_head_of_a_page_is_reading_it(people: People, maja: LintingClient, visit_id: str) -> None:
    for step in STEPS:
        path = f"/visits/{visit_id}/{step}"
        head = maja.head(path, data={"revision": "0", "words": WORDS}, lint=False)
        assert (head.status_code, head.data) == (maja.get(path).status_code, b""), step
    read = [line for line in log_lines(people.store, actor=people.maja.id) if line.action == "read"]
    assert len(read) == 2 * len(STEPS), "each of them is logged"


def test_a_swarm_of_fields_is_refused_before_it_keeps_the_database_busy(
    people: People, maja: LintingClient, visit_id: str
) -> None:
    rows = {f"what-{uuid4()}": "x" for _ in range(2001)}
    answer = maja.submit(f"/visits/{visit_id}/agreements", {"revision": "0", **rows})
    assert answer.status_code == 413
    assert people.visit(people.plan(people.elliot)[0]).revisions == {}
    many = [("field", "x")] * 2001
    assert browser(people).post("/sign-in", data={"field": [value for _name, value in many]}).status_code == 413


def test_what_was_written_to_a_visit_that_was_closed_meanwhile_is_shown_back(
    people: People, maja: LintingClient, visit_id: str
) -> None:
    maja.submit(f"/visits/{visit_id}/cancel", because="child_ill")
    answer = maja.submit(f"/visits/{visit_id}/why", revision="0", child_words=WORDS)
    assert answer.status_code == 409
    assert WORDS in answer.text
    assert 'name="child_words"' not in answer.text, "there is nothing to try again"


def test_a_second_click_on_sign_shows_what_the_first_one_signed(people: People, maja: LintingClient) -> None:
    visit_id = people.sign(people.alva)
    stored = {"outcome": "agrees", "words": ""}
    again = maja.submit(f"/visits/{visit_id}/sign", {"revision": "0", "go": "sign", "seen": "x", **stored})
    assert again.headers["Location"] == f"/visits/{visit_id}/summary"
    other = maja.submit(f"/visits/{visit_id}/sign", {"revision": "0", "go": "sign", "seen": "x", "words": WORDS})
    assert other.status_code == 409
    assert WORDS in other.text


def test_a_forged_post_is_not_handed_on_with_a_token_of_ours(people: People, visit_id: str) -> None:
    client: FlaskClient = people.app.test_client()
    fields = {"because": "child_ill", "note": WORDS}
    for name, value, status, kept in (
        ("Sec-Fetch-Site", "same-origin", 401, True),
        ("Sec-Fetch-Site", "cross-site", 403, False),
        ("Sec-Fetch-Site", "same-site", 403, False),
        ("Origin", "http://localhost", 401, True),  # browsers from before fetch metadata say no more
        ("Origin", "https://evil.example", 401, False),
        ("Origin", "null", 401, False),
        ("Origin", "http://[evil", 401, False),
    ):
        answer = client.post(f"/visits/{visit_id}/cancel", data=fields, headers={name: value})
        assert answer.status_code == status
        assert (WORDS in answer.text) is kept, value
        assert ('name="because"' in answer.text) is kept, value


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_database_and_its_journals_are_for_the_owner_alone(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "instance"
    fresh = replace(
        settings,
        instance=folder,
        keys_file=folder / "keys.json",
        database_url=f"sqlite:///{folder / 'followup.sqlite3'}",
    )
    list(upkeep.upgrade(fresh))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in folder.iterdir()} == {
        path.name: 0 for path in folder.iterdir()
    }


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_is_never_changed_is_not_replaced_either(people: People) -> None:
    people.sign(people.alva)
    for table in ("access_log", "visit", "document"):
        with pytest.raises(IntegrityError), people.store.engine.begin() as connection:
            connection.exec_driver_sql(f"REPLACE INTO {table} SELECT * FROM {table}")


def test_a_file_name_fits_in_a_header_whatever_the_case_number(people: People) -> None:
    name = file_name('Å/Ж"7\r\n-٣', people.clock().date(), 1)
    assert name.isascii()
    assert not set(name) & set('"\r\n\\/')


def test_no_browser_names_the_path_by_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["followup"])
    assert Server("127.0.0.1:5000", 1).cfg.forwarder_headers == []


def test_a_session_of_somebody_who_was_shut_out_ends_at_once(people: People, maja: LintingClient) -> None:
    assert maja.get("/children").status_code == 200
    people.change(people.maja, active=False)
    answer = maja.get(f"/children/{people.alva.id}")
    assert answer.headers["Location"].startswith("/sign-in")
    assert people.alva.name not in answer.text
    assert browser(people).sign_in("maja", PASSWORD).status_code == 401


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_others_save_while_a_large_picture_is_drawn(
    people: People, maja: LintingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite one unit writes at a time: what takes long is done before it begins."""
    saved: list[object] = []

    def slowly(sent: bytes) -> bytes:
        saved.append(browser(people, people.idris).submit("/language", language="en").status_code)
        with people.as_program() as uow:
            saved.append(uow.one(select(User.locale).where(User.id == people.idris.id)))
        return sent

    monkeypatch.setattr(portrait, "drawn_anew", slowly)
    picture = (io.BytesIO(b"a face"), "face.png")
    assert maja.submit("/account/picture", {"picture": picture}).status_code == 302
    assert saved == [302, "en"]
    assert maja.get("/account/picture.jpg", lint=False).data == b"a face"


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_form_without_its_fields_gets_an_answer(people: People) -> None:
    """No browser sends that, but anybody else can."""
    signed = people.sign(people.alva)
    (visit,) = people.plan(people.alva)
    people.promise(people.alva, "ringa")
    (document,) = people.rows(Document, Document.visit_id == signed)
    (action, *_) = people.rows(Action, Action.child_id == people.alva.id)
    flag = raise_flag(people, signed, people.alva, "c_safe", "follow_up")
    ids = {"child_id": people.alva.id, "document_id": document.id, "flag_id": flag, "action_id": action.id}
    lead, asked = browser(people, people.birgitta), 0
    for rule in people.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule.startswith(
            ("/my", "/sign-out", "/account/security/sessions")
        ):
            continue
        for visit_id in (visit, signed) if "visit_id" in rule.arguments else (visit,):
            values = {name: {**ids, "visit_id": visit_id}.get(name, UUID(int=7)) for name in rule.arguments}
            built = rule.build(values)
            assert built
            assert lead.submit(built[1], lint=False).status_code < 500, built
            asked += 1
    assert asked > 60
