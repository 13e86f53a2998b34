"""Printing all that waits at once: each by itself, so that what was stopped in the middle goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from followup import cli
from followup.pdf.errors import RenderingFailed
from followup.pdf.jobs import PrintJob
from followup.services.record.bulk_print import Progress, count_left, print_left
from followup.services.record.pressroom import claim
from followup.services.record.sealing import Sealer
from followup.settings import Settings
from followup.store import crypto
from followup.store.tables import Document
from tests.support.people import People

UNSEALED = Sealer(None)


def printer(_job: PrintJob) -> bytes:
    return b"%PDF"


def three_wait(people: People) -> None:
    for kid, days in ((people.alva, -9), (people.vide, -8), (people.moa, -7)):
        people.sign(kid, days=days, printed=False)


def states(people: People) -> list[str]:
    return sorted(document.state for document in people.rows(Document))


def test_each_is_made_and_told_of(people: People) -> None:
    three_wait(people)
    assert count_left(people.store) == {"waiting": 3}
    told = list(print_left(people.store, printer, UNSEALED))
    assert told == [Progress(1, 3), Progress(2, 3), Progress(3, 3)]
    assert count_left(people.store) == {}
    assert states(people) == ["ready"] * 3
    assert list(print_left(people.store, printer, UNSEALED, everything=True)) == []


def test_killed_in_the_middle_it_goes_on_and_takes_up_what_was_being_made(people: People) -> None:
    three_wait(people)
    made: list[str] = []

    def broken_off(job: PrintJob) -> bytes:
        if made:
            raise KeyboardInterrupt
        made.append(job.source)
        return b"%PDF"

    with pytest.raises(KeyboardInterrupt):
        list(print_left(people.store, broken_off, UNSEALED))
    assert states(people) == ["ready", "waiting", "waiting"]
    list(print_left(people.store, printer, UNSEALED))
    assert states(people) == ["ready", "ready", "waiting"], "what was claimed may still be made by somebody"
    with people.as_program() as uow:
        claimed = uow.one(uow.reachable(Document).where(Document.state == "waiting"))
        assert claimed.claimed_at
        claimed.claimed_at -= timedelta(minutes=4)
    list(print_left(people.store, printer, UNSEALED))
    assert states(people) == ["ready"] * 3


def test_what_somebody_did_not_live_to_finish_is_taken_up_at_the_end_of_the_same_run(people: People) -> None:
    three_wait(people)
    taken = claim(people.store)
    assert taken

    def slow(_job: PrintJob) -> bytes:
        with people.as_program() as uow:  # as if minutes had passed since somebody took the first one on
            left = uow.one(uow.reachable(Document).where(Document.id == taken.document_id))
            if left.state == "waiting" and left.claimed_at:
                left.claimed_at -= timedelta(minutes=2)
        return b"%PDF"

    told = list(print_left(people.store, slow, UNSEALED))
    assert states(people) == ["ready"] * 3
    assert told[-1] == Progress(3, 3)


def test_one_that_cannot_be_made_stops_nobody(people: People) -> None:
    three_wait(people)
    calls: list[PrintJob] = []

    def fails_first(job: PrintJob) -> bytes:
        calls.append(job)
        if len(calls) == 1:
            raise RenderingFailed("broken")
        return b"%PDF"

    assert list(print_left(people.store, fails_first, UNSEALED))[-1] == Progress(3, 3)
    assert states(people) == ["ready", "ready", "waiting"]


def test_what_nobody_asked_for_is_made_when_everything_is(people: People) -> None:
    three_wait(people)
    with people.as_program() as uow:
        for document, state in zip(uow.all(uow.reachable(Document)), ("unmade", "failed", "waiting"), strict=True):
            document.state = state
    assert count_left(people.store) == {"unmade": 1, "failed": 1, "waiting": 1}
    assert len(list(print_left(people.store, printer, UNSEALED))) == 1
    assert len(list(print_left(people.store, printer, UNSEALED, everything=True))) == 2
    assert states(people) == ["ready"] * 3


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(settings.instance))
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FOLLOWUP_KEYS", str(settings.keys_file))
    return lambda *words: CliRunner().invoke(cli.followup, ["documents", *words])


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_commands(people: People, command: Callable[..., Result]) -> None:
    people.sign(people.alva, printed=False)
    with people.as_program() as uow:
        uow.one(uow.reachable(Document)).state = "unmade"
    assert command("left").output == "      1  not asked for yet\n"
    assert "Made 0 documents." in command("print").output
    made = command("print", "--all")
    assert "1 of 1 visits" in made.output
    assert "Made 1 documents.\nEvery document is made.\n" in made.output
