"""When something goes wrong: a page that says what happened, never a trace, a name or a word of what was written."""

from __future__ import annotations

import logging
from uuid import uuid4

import pytest

from followup.domain.errors import Conflict, InvalidInput, NotAllowed, Problem
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.probe import probe
from tests.support.queries import contents, log_lines

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

WORDS = "Jag vill baka kanelbullar med Kerstin"


@pytest.fixture
def maja(people: People) -> LintingClient:
    people.app_of_its_own().register_blueprint(probe())
    return browser(people, people.maja)


def test_an_unexpected_error_shows_and_logs_no_content(
    people: People, maja: LintingClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = maja.get(f"/probe/fail/{people.alva.id}", forbidden=people.alva.canaries)
    assert answer.status_code == 500
    assert "ValueError" in caplog.text
    assert "probe.py" in caplog.text, "the place is told"
    assert not {word for word in people.alva.canaries if word in caplog.text}
    code = answer.text.split("Felkod: ")[1].split(".")[0]
    assert code in caplog.text, "the code that is read aloud to the support leads to the line"


def test_what_was_written_comes_back_with_the_error(
    people: People, maja: LintingClient, caplog: pytest.LogCaptureFixture
) -> None:
    fields = {"words": WORDS, "password": "hemligt", "odd": 'a"b<c>&\0\x1b\r\n  d'}
    answer = maja.submit(f"/probe/fail/{people.alva.id}", fields)
    assert answer.status_code == 500
    assert WORDS in answer.text
    assert "hemligt" not in answer.text
    assert WORDS not in caplog.text
    assert "a&#34;b&lt;c&gt;&amp;" in answer.text


def test_nothing_of_a_failed_page_is_kept(people: People, maja: LintingClient) -> None:
    before = contents(people.store)
    maja.get(f"/probe/fail/{people.alva.id}")
    assert contents(people.store) == before


def test_a_get_that_writes_fails_and_writes_nothing(people: People, maja: LintingClient) -> None:
    before = contents(people.store)
    assert maja.get(f"/probe/write-in-get/{people.alva.id}").status_code == 500
    assert contents(people.store) == before


def test_a_script_hears_of_an_error_in_json(people: People, maja: LintingClient) -> None:
    answer = maja.autosave(f"/probe/fail/{people.alva.id}", words=WORDS)
    assert (answer.status_code, answer.is_json) == (500, True)
    assert set(answer.json or {}) == {"error", "happened", "do_now"}


def test_somebody_elses_child_and_a_missing_one_get_the_same_page(people: People, maja: LintingClient) -> None:
    pages = [maja.get(f"/probe/read/{child_id}") for child_id in (people.tor.id, people.nour.id, uuid4())]
    assert [page.status_code for page in pages] == [404, 404, 404]
    assert len({page.text.split("<main")[1].split("Felkod")[0] for page in pages}) == 1
    denied = [line.action for line in log_lines(people.store, actor=people.maja.id) if line.action == "denied"]
    assert len(denied) == 3


def test_an_address_that_leads_nowhere_is_a_page_too(people: People, maja: LintingClient) -> None:
    for path in ("/nowhere", "/children/not-an-id", "/children/å", "/\0", "/%00?a=%00", "/visits/1/why", "/."):
        assert maja.get(path).status_code == 404, path
        assert browser(people).get(path).status_code == 404, path


def test_too_large_a_request_is_told(people: People, maja: LintingClient) -> None:
    (visit_id,) = people.plan(people.alva)
    answer = maja.submit(f"/probe/note/{visit_id}", words="x" * (8 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert len(answer.text) < 20_000


def test_thousands_of_fields_are_refused_quietly(people: People, maja: LintingClient) -> None:
    (visit_id,) = people.plan(people.alva)
    fields = {f"field-{number}": "x" for number in range(20_000)}
    assert maja.submit(f"/probe/note/{visit_id}", fields).status_code in {400, 413}


def test_a_broken_frame_still_gives_a_plain_page(
    people: People, maja: LintingClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> dict[str, str]:
        raise RuntimeError(people.alva.name)

    monkeypatch.setitem(
        people.app.template_context_processors, None, [*people.app.template_context_processors[None], broken]
    )
    answer = maja.get("/children", forbidden=people.alva.canaries)
    assert answer.status_code == 500
    assert "<h1>Något gick fel hos oss</h1>" in answer.text
    assert people.alva.name not in caplog.text


def test_a_missing_error_template_still_gives_a_plain_page(
    people: People, maja: LintingClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("followup.web.errors.render_template", lambda *_, **__: 1 / 0)
    answer = maja.get(f"/children/{people.tor.id}")
    assert answer.status_code == 404
    assert "<h1>Sidan finns inte</h1>" in answer.text
    assert "ZeroDivisionError" in caplog.text


def test_a_domain_errors_text_holds_no_values(people: People) -> None:
    problem = Problem("words", "%(name)s är för lång.", "too_long", {"name": "Alva"})
    for error in (InvalidInput([problem]), NotAllowed("%(name)s", name="Alva"), Conflict("x", name="Alva")):
        assert "Alva" not in str(error)
        assert "Alva" not in repr(error)
