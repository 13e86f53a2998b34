"""`followup db` and `followup user`, as an administrator meets them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from followup import cli
from followup.services.installation.accounts import reset_sign_in
from followup.settings import Settings
from followup.store import crypto
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.queries import log_lines, raw

Run = Callable[..., Result]


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of the test's installation; the keys in use are put back afterwards."""
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(settings.instance))
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FOLLOWUP_KEYS", str(settings.keys_file))


@pytest.fixture
def run(environment: None) -> Run:
    """Run a command: `run("user", "list")`."""
    return lambda *words, **options: CliRunner().invoke(cli.followup, [str(word) for word in words], **options)


def test_a_new_installation_gets_keys_database_and_forms(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FOLLOWUP_DATABASE_URL")
    monkeypatch.delenv("FOLLOWUP_KEYS")
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(tmp_path / "fresh"))
    assert run("db", "check").exit_code == 1
    done = run("db", "upgrade")
    assert done.exit_code == 0
    assert "Made new keys" in done.output
    assert "barn-8-12" in done.output
    again = run("db", "upgrade")
    assert again.output == "The database was up to date.\n"
    checked = run("db", "check")
    assert (checked.exit_code, checked.output) == (0, "The database is up to date.\n")
    assert {path.name for path in (tmp_path / "fresh").iterdir()} >= {"keys.json", "followup.sqlite3"}


def test_a_database_that_does_not_fit_is_told_by_the_exit_status(run: Run, people: People) -> None:
    assert run("db", "check").exit_code == 0
    raw(people.store.engine, "ALTER TABLE child ADD COLUMN nickname TEXT")
    checked = run("db", "check")
    assert checked.exit_code == 1
    assert "nickname" in checked.output


def test_a_new_user_signs_in_and_is_listed(run: Run, people: People) -> None:
    done = run(
        "user", "add", " Åsa ", "--name", "Åsa Blåklint", "--team", "Team Åsen", "--title", "socionom",
        input="ett långt lösenord\nett långt lösenord\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "ett långt lösenord" not in done.output
    listed = run("user", "list").output
    (line,) = [line for line in listed.splitlines() if line.startswith("åsa ")]
    assert line.split() == ["åsa", "caseworker", "Team", "Åsen", "Åsa", "Blåklint"]
    assert browser(people).sign_in("ÅSA", "ett långt lösenord").status_code == 302
    assert "add_user" in {line.action for line in log_lines(people.store)}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("maja", "--name", "M", "--password", "tillräckligt långt"), "user"),
        (("ny", "--name", "N", "--password", "kort"), "12"),
        (("ny", "--name", "N", "--password", "tillräckligt långt", "--team", "Team Ingen"), "team"),
        (("ny", "--name", "N", "--password", "tillräckligt långt", "--role", "boss"), "--role"),
        ((" ", "--name", "N", "--password", "tillräckligt långt"), "user"),
    ],
)
def test_a_user_who_cannot_be_added_is_told_why(run: Run, people: People, words: tuple[str, ...], told: str) -> None:
    before = run("user", "list").output
    done = run("user", "add", *words)
    assert done.exit_code in {1, 2}
    assert told in done.output
    assert "Traceback" not in done.output
    assert run("user", "list").output == before


def test_the_program_itself_is_no_role_to_give(run: Run, people: People) -> None:
    for role in ("system", "nobody"):
        assert run("user", "add", "ny", "--name", "N", "--role", role, "--password", "x" * 12).exit_code == 2


def test_a_new_password_is_asked_for_twice(run: Run, people: People) -> None:
    refused = run("user", "password", "maja", input="ett nytt lösenord\nett annat lösenord\n")
    assert refused.exit_code != 0
    done = run("user", "password", "MAJA", input="ett nytt lösenord\nett nytt lösenord\n")
    assert done.exit_code == 0, done.output
    client: LintingClient = browser(people)
    assert client.sign_in("maja", "ett nytt lösenord").status_code == 302


def test_a_password_for_nobody_is_told(run: Run, people: People) -> None:
    done = run("user", "password", "nobody", "--password", "ett nytt lösenord")
    assert done.exit_code == 1
    assert "nobody" in done.output


def test_an_inactive_user_is_listed_as_such(run: Run, people: People) -> None:
    people.change(people.sven, active=False)
    (line,) = [line for line in run("user", "list").output.splitlines() if line.startswith("sven")]
    assert "inactive" in line


def test_a_user_is_shut_out_and_let_in_again(run: Run, people: People) -> None:
    client = browser(people, people.maja)
    assert run("user", "off", "MAJA").exit_code == 0
    assert client.get("/account/pin").status_code == 302
    assert run("user", "on", "maja").exit_code == 0
    last = run("user", "off", "ada")
    assert last.exit_code == 1
    assert "only administrator" in last.output
    for words in ("off", "on", "code", "reset"):
        assert "nobody" in run("user", words, "nobody").output


def test_whoever_runs_the_server_gives_a_code_where_no_colleague_can(run: Run, people: People) -> None:
    assert run("user", "code", "maja").exit_code == 1
    with people.unit(people.ada) as uow:
        reset_sign_in(uow, people.maja.id, "both")
    done = run("user", "code", "maja")
    assert (done.exit_code, len(done.output.split()[-1])) == (0, 14)


def test_no_child_is_named_by_a_command_about_users(run: Run, people: People) -> None:
    output = run("user", "list").output + run("db", "check").output
    assert not {word for kid in people.children for word in kid.canaries if word in output.split()}


def test_what_is_wrong_is_told_in_sentences_with_status_2(
    environment: None,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def told() -> str:
        monkeypatch.setattr(sys, "argv", ["followup", "user", "list"])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert stopped.value.code == 2
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return captured.err

    raw(people.store.engine, "UPDATE alembic_version SET version_num = 'older'")
    assert "followup db upgrade" in told()
    monkeypatch.setenv("FOLLOWUP_KEYS", str(tmp_path / "none.json"))
    assert "backup" in told()
    monkeypatch.setenv("FOLLOWUP_SESSION_HOURS", "no")
    monkeypatch.setenv("FOLLOWUP_NONSENSE", "1")
    message = told()
    assert "FOLLOWUP_SESSION_HOURS" in message
    assert "FOLLOWUP_NONSENSE" in message


def test_a_database_that_cannot_be_reached_is_told(
    environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", f"postgresql://followup:hemligt@/x?host={tmp_path}")
    for words in (("db", "check"), ("db", "upgrade"), ("user", "list")):
        monkeypatch.setattr(sys, "argv", ["followup", *words])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert stopped.value.code == 2
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        assert "hemligt" not in captured.err
        assert captured.err.strip()


def test_mandates_are_given_listed_and_ended(run: Run, people: People) -> None:
    today = datetime.now(UTC).date() + timedelta(days=1)  # commands have the real clock; midnight must not matter
    of_sven = ("sven", "--team", "Team Gläntan")
    words = ("user", "mandate", "give", *of_sven, "--from", today, "--until", today, "--by", "ada")
    given = run(*words)
    assert (given.exit_code, given.output) == (0, f"sven leads Team Gläntan from {today} to {today}.\n")
    assert run(*words).exit_code == 1, "given already"
    assert "sven" in run("user", "mandate", "list").output
    assert run("user", "mandate", "end", *of_sven).exit_code == 0
    assert run("user", "mandate", "end", *of_sven).exit_code == 1
    assert run("user", "mandate", "give", "x", "--team", "y", "--from", today, "--by", "ada").exit_code == 1
