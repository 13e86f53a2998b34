"""The demonstration is installed, served and taken away by commands, and nothing else is ever touched."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from followup.cli import followup
from followup.domain.access import SYSTEM
from followup.domain.errors import StoreUnavailable
from followup.services.demo import filling, installing, sign_ins
from followup.services.demo.filling import Plan
from followup.services.demo.stories import read_stories
from followup.services.installation import upkeep
from followup.settings import Settings
from followup.store import crypto
from followup.store.opening import Store, open_store
from followup.store.tables import (
    Child,
    Organisation,
)
from tests.support.demo import PASSWORDS, TODAY, rows, some, tell


@pytest.fixture(autouse=True)
def _keys_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))  # what is opened here must not be the next test's


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
                assert "Server" not in answer.headers, "what serves, and which version, is nobody's to know"
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
