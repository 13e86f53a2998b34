"""`followup access`: who may open a child, decided by a lead and put in by whoever runs the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from followup import cli
from followup.store import crypto
from followup.store.tables import AccessGrant, Child
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import log_lines

Run = Callable[..., Result]


@pytest.fixture
def run(people: People, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `followup access …`, decided by Birgitta."""
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))
    for name, value in (("DATABASE_URL", people.settings.database_url), ("KEYS", people.settings.keys_file)):
        monkeypatch.setenv(f"FOLLOWUP_{name}", str(value))
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(people.settings.instance))

    def run(*words: str, by: str = "birgitta") -> Result:
        decided = () if words[0] == "list" else ("--by", by)
        return CliRunner().invoke(cli.followup, ["access", *words, *decided])

    return run


def reached(people: People, person: Person, kid: Kid) -> bool:
    with people.store.unit(person.actor, reads=True) as uow:  # by the machine's clock, as the command
        return uow.first(uow.reachable(Child).where(Child.id == kid.id)) is not None


def test_a_protected_child_of_a_team_without_a_head_is_opened_and_shut(people: People, run: Run) -> None:
    case = people.nour.case_number
    assert not reached(people, people.idris, people.nour)
    done = run("grant", case, "idris", "--why", "Tar över ärendet.")
    assert done.exit_code == 0, done.output
    with people.as_program() as uow:
        grant = uow.one(uow.reachable(AccessGrant).where(AccessGrant.given_by.is_not(None)))
        assert (grant.given_by, grant.user_id) == (people.birgitta.id, people.idris.id)
        assert grant.reason == "Tar över ärendet."
    assert reached(people, people.idris, people.nour)
    assert "grant       idris" in run("list", case).output
    assert people.nour.name not in run("list", case).output
    assert "already has access" in run("grant", case, "idris", "--why", "Igen.").output
    assert "may no longer" in run("end", case, "idris").output
    actions = [(line.action, line.role) for line in log_lines(people.store) if people.nour.id in line.children]
    assert ("give_access", "system") in actions
    assert ("end_access", "system") in actions
    assert "There was none" in run("end", case, "idris").output


def test_a_bar_wins_and_is_lifted_by_another(people: People, run: Run) -> None:
    case = people.alva.case_number
    assert run("bar", case, "maja", "--kind", "neighbour", "--why", "").exit_code == 0
    assert "barred" in run("grant", case, "maja", "--why", "x").output
    assert run("lift", case, "birgitta").exit_code == 1
    assert run("lift", case, "maja").exit_code == 0
    assert "There was none" in run("lift", case, "maja").output


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("user", "by", "told"),
    [
        ("birgitta", "birgitta", "themselves"),
        ("idris", "maja", "lead"),
        ("idris", "lovisa", "lead"),
        ("lovisa", "birgitta", "no longer"),
        ("nobody", "birgitta", "no such user"),
    ],
)
def test_who_may_not_is_told_and_nothing_is_stored(people: People, run: Run, user: str, by: str, told: str) -> None:
    done = run("grant", people.nour.case_number, user, "--why", "Behövs.", by=by)
    assert done.exit_code == 1
    assert told in done.output
    with people.as_program() as uow:
        assert "Behövs." not in {row.reason for row in uow.all(uow.reachable(AccessGrant))}
