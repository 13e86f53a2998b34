"""`followup keys`, as an administrator meets it: status, rotation, paper, drill."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from followup import cli
from followup.services.installation.key_parts import BadParts
from followup.store import crypto
from tests.support.people import People

Run = Callable[..., Result]


@pytest.fixture
def run(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of `keys` on the test's installation, with a key file of its own."""
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))
    shutil.copy(people.settings.keys_file, tmp_path / "keys.json")
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(people.settings.instance))
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", people.settings.database_url)
    monkeypatch.setenv("FOLLOWUP_KEYS", str(tmp_path / "keys.json"))
    return lambda *words: CliRunner().invoke(cli.followup, ["keys", *map(str, words)])


def test_keys_are_rotated_backed_up_and_the_backup_tried(run: Run, tmp_path: Path) -> None:
    assert "key 1:" in run("status").output
    rotated = run("rotate")
    assert rotated.exit_code == 0
    assert "new key" in rotated.output
    status = run("status").output
    assert "key 1: 0 values" in status
    assert "seals what is written now" in status.splitlines()[1]
    assert run("backup", tmp_path / "paper", "--parts", 3, "--needed", 2).exit_code == 0
    papers = sorted((tmp_path / "paper").iterdir())
    assert "every key in use" in run("restore", "--check", *papers[1:]).output
    run("rotate")
    older = run("restore", "--check", *papers)
    assert older.exit_code == 1
    assert "older" in older.output


def test_keys_that_are_there_are_not_made_again(run: Run) -> None:
    refused = run("new")
    assert refused.exit_code == 1
    assert "rotate" in refused.output


def test_too_few_papers_are_told_in_words(run: Run, tmp_path: Path) -> None:
    run("backup", tmp_path / "paper")
    refused = run("restore", "--check", *sorted((tmp_path / "paper").iterdir())[:2])
    assert isinstance(refused.exception, BadParts)
    assert "3 are needed" in str(refused.exception)
