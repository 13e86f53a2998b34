"""`followup squeeze-days`: what an office decides moves the lead's deadlines, from a day on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner, Result

from followup import cli
from followup.domain.errors import InvalidInput, NotFound
from followup.services.installation.working_days import decide_squeeze_days, squeeze_days_decided, working_days
from followup.settings import Settings
from followup.store import crypto
from followup.store.unit_of_work import UnitOfWork
from tests.support.people import People

ASCENSION_FRIDAY = date(2027, 5, 7)


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(settings.instance))
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FOLLOWUP_KEYS", str(settings.keys_file))
    return lambda *words: CliRunner().invoke(cli.followup, ["squeeze-days", *words])


def is_free(people: People) -> bool:
    with people.unit(people.birgitta, reads=True) as uow:
        return working_days(uow).is_free(ASCENSION_FRIDAY)


def test_what_is_decided_holds_from_its_day(people: People) -> None:
    def decide(uow: UnitOfWork, *, free: bool, days: int, by: str = "birgitta") -> None:
        decide_squeeze_days(uow, free=free, since=uow.today + timedelta(days=days), by=by)

    assert not is_free(people)
    with people.as_program() as uow:
        decide(uow, free=True, days=1)
    assert not is_free(people)
    people.clock.forward(days=1)
    assert is_free(people)
    with people.as_program() as uow:
        decide(uow, free=False, days=0)
    assert not is_free(people)
    with people.as_program() as uow:
        assert [(each.free, each.by) for each in squeeze_days_decided(uow)] == [(False, people.birgitta.name)]
        with pytest.raises(InvalidInput):
            decide(uow, free=True, days=-1)
        with pytest.raises(NotFound):
            decide(uow, free=True, days=0, by="nobody")


def test_the_command(people: People, run: Callable[..., Result]) -> None:
    assert run().output == "Nothing is decided: the office is open on squeeze days.\n"
    assert run("closed").exit_code == 2
    assert "no user called nobody" in run("closed", "--by", "nobody").output
    assert run("closed", "--by", "birgitta", "--from", "2020-01-01").exit_code == 1
    done = run("closed", "--by", "birgitta", "--from", "2099-01-01")
    assert done.output == "The office is closed on squeeze days from 2099-01-01.\n"
    assert "closed  from 2099-01-01  by " in run().output
