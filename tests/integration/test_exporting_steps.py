"""Everything about one child: who may have it made, each step of it, and that nothing half or stale is left."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pyzipper
from sqlalchemy import select

from followup.domain.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound
from followup.services.record import bag_check, export_archive, exporting
from followup.services.record.export_by_command import Command
from followup.services.record.porter import Porter
from followup.store.tables import AccessLog, ChildExport, Mandate
from tests.support.exports import PASSPHRASE, REASON, actor_of, asked, made, printed, row
from tests.support.people import People, browser
from tests.support.queries import log_lines


@pytest.fixture
def porter(people: People) -> Porter:
    return Porter(people.store, people.settings, printed, people.clock)


def test_the_passphrase_is_nowhere(people: People, porter: Porter) -> None:
    people.sign(people.alva)
    path = made(people, porter, people.alva)
    assert PASSPHRASE not in repr([(line.action, line.fields) for line in log_lines(people.store)])
    assert PASSPHRASE.encode() not in path.read_bytes()
    assert [each.name for each in porter.folder.iterdir()] == [path.name]


def test_each_step_is_logged(people: People, porter: Porter) -> None:
    people.sign(people.alva)
    made(people, porter, people.alva)
    said = {line.action: line for line in log_lines(people.store)}
    assert said["ask_export"].actor_id == people.birgitta.id
    assert said["export_child"].fields["asked_by"] == str(people.birgitta.id)
    assert said["make_timeline"].actor_id == people.birgitta.id


@pytest.mark.parametrize(
    ("who", "kid", "error"),
    [
        ("maja", "alva", NotAllowed),  # her caseworker asks the lead
        ("gunnel", "alva", NotFound),  # another team's lead
        ("birgitta", "samira", NotFound),  # protected: not even the lead without a grant
        ("maja", "samira", NotAllowed),  # a grant makes nobody a lead
        ("ada", "alva", NotFound),  # administrators see no case
        ("dag", "alva", None),  # deputy for the team
        ("hedda", "tor", None),  # head of both
    ],
)
def test_who_may_export(people: People, who: str, kid: str, error: type[Exception] | None) -> None:
    person, child = getattr(people, who), getattr(people, kid)
    if error is None:
        assert row(people, asked(people, person, child)).state == "making"
        return
    with pytest.raises(error):
        asked(people, person, child)


def test_an_export_needs_purpose_reason_and_a_long_passphrase(people: People) -> None:
    with pytest.raises(InvalidInput) as caught:
        asked(people, people.birgitta, people.alva, purpose="nyfikenhet", reason=" ", passphrase="kort")
    assert [(each.field, each.code) for each in caught.value.problems] == [
        ("purpose", "missing"),
        ("reason", "missing"),
        ("passphrase", "too_short"),
    ]
    assert len({exporting.new_passphrase() for _ in range(50)}) == 50
    assert len(exporting.new_passphrase()) >= exporting.SHORTEST_PASSPHRASE


def test_only_the_one_who_asked_fetches_it_and_then_it_is_gone(people: People, porter: Porter) -> None:
    people.sign(people.alva)
    path = made(people, porter, people.alva)
    export_id = UUID(path.stem)
    for who in (people.hedda, people.maja):
        with pytest.raises(NotFound), people.unit(who) as uow:
            exporting.fetch(uow, porter.folder, export_id)
    with people.unit(people.birgitta) as uow:
        fetched = exporting.fetch(uow, porter.folder, export_id)
    broken = exporting.sent(people.store, porter.folder, fetched, people.clock())
    next(broken)
    assert isinstance(broken, Generator)
    broken.close()
    assert path.exists()  # broken off: it can be fetched again
    with people.unit(people.birgitta) as uow:
        fetched = exporting.fetch(uow, porter.folder, export_id)
    whole = b"".join(exporting.sent(people.store, porter.folder, fetched, people.clock()))
    assert len(whole) == fetched.size == row(people, export_id).size
    assert not path.exists()
    assert (row(people, export_id).state, row(people, export_id).ended) == ("gone", "fetched")
    with pytest.raises(InvalidTransition), people.unit(people.birgitta) as uow:
        exporting.fetch(uow, porter.folder, export_id)


def test_what_nobody_fetches_is_gone_after_a_day(people: People, porter: Porter) -> None:
    path = made(people, porter, people.alva)
    os.utime(path, (people.clock().timestamp(), people.clock().timestamp()))
    people.clock.forward(hours=23)
    porter.look()
    assert path.exists()
    people.clock.forward(hours=1)
    with pytest.raises(InvalidTransition), people.unit(people.birgitta) as uow:
        exporting.fetch(uow, porter.folder, UUID(path.stem))
    porter.look()
    assert not path.exists()
    assert row(people, UUID(path.stem)).ended == "expired"


def test_a_machine_that_stopped_midway_leaves_nothing(people: People, porter: Porter) -> None:
    export_id = asked(people, people.birgitta, people.alva)
    porter.folder.mkdir(parents=True)
    part = porter.folder / f"{export_id}.zip{export_archive.PART}"
    part.write_bytes(b"halv")
    exporting.write_progress(porter.folder, export_id, exporting.Progress(1, 9))
    late = people.clock().timestamp()
    for path in porter.folder.iterdir():
        os.utime(path, (late, late))
    people.clock.forward(minutes=9)
    porter.look()
    assert row(people, export_id).state == "making"  # somebody may still be at it
    people.clock.forward(minutes=2)
    porter.look()
    assert (row(people, export_id).state, row(people, export_id).ended) == ("failed", "interrupted")
    assert list(porter.folder.iterdir()) == []


def test_a_program_that_closes_takes_away_what_is_half_made(people: People, porter: Porter) -> None:
    export_id = asked(people, people.birgitta, people.alva)
    porter.close()
    porter.make(export_id, people.birgitta.actor, PASSPHRASE)
    assert row(people, export_id).ended == "interrupted"
    assert list(porter.folder.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(
    people: People, porter: Porter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    people.sign(people.alva)
    monkeypatch.setattr(pyzipper.AESZipFile, "writestr", full)
    export_id = asked(people, people.birgitta, people.alva)
    porter.make(export_id, people.birgitta.actor, PASSPHRASE)
    assert (row(people, export_id).state, row(people, export_id).ended) == ("failed", "full")
    assert list(porter.folder.iterdir()) == []


def test_who_loses_the_child_meanwhile_gets_nothing(people: People, porter: Porter) -> None:
    export_id = asked(people, people.dag, people.alva)
    with people.as_program() as uow:
        for mandate in uow.all(select(Mandate).where(Mandate.user_id == people.dag.id)):
            mandate.end = people.clock().date()
    porter.make(export_id, actor_of(people, people.dag), PASSPHRASE)
    assert row(people, export_id).ended == "out_of_reach"


def test_the_command_exports_for_a_lead_and_says_so(people: People, tmp_path: Path) -> None:
    people.sign(people.alva)
    command = Command(people.store, people.settings, printed)
    out = tmp_path / "ut.zip"
    steps: list[int] = []
    run: Callable[..., int] = command.run
    size = run(
        people.alva.case_number, out, "birgitta", "transfer", REASON, PASSPHRASE, lambda done, _: steps.append(done)
    )
    assert out.stat().st_size == size
    assert bag_check.check(out, PASSPHRASE)
    assert steps[0] == 0
    (export,) = people.rows(ChildExport)
    assert (export.by_command, export.state, export.asked_by) == (True, "gone", people.birgitta.id)
    line = next(line for line in log_lines(people.store) if line.action == "ask_export")
    assert (line.role, line.fields["asked_by"]) == ("system", str(people.birgitta.id))
    for who, kid in (("maja", people.alva), ("birgitta", people.samira), ("gunnel", people.alva)):
        with pytest.raises(NotAllowed):
            run(kid.case_number, tmp_path / f"{uuid4()}.zip", who, "transfer", REASON, PASSPHRASE, lambda *_: None)
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".zip"] == ["ut.zip"]


def test_pages_from_asking_to_fetching(people: People, porter: Porter) -> None:
    people.sign(people.alva)
    people.app.extensions["followup_porter"] = porter
    client = browser(people, people.birgitta)
    address = f"/children/{people.alva.id}/export"
    form = client.get(address)
    assert form.status_code == 200
    refused = client.submit(address, {"passphrase": PASSPHRASE})
    assert refused.status_code == 422
    assert PASSPHRASE in refused.text
    answer = client.submit(address, {"purpose": "access", "reason": REASON, "passphrase": PASSPHRASE})
    assert answer.status_code == 302
    porter._exports.submit(lambda: None).result(timeout=60)
    page = client.get(answer.location)
    assert "Arkivet är klart" in page.text
    assert PASSPHRASE not in page.text
    state = client.get(f"{answer.location}/state?seen=making", headers={"Accept": "application/json"})
    assert state.json == {"ready": True, "state": "ready"}
    fetched = client.submit(f"{answer.location}/archive")
    assert fetched.status_code == 200
    with pyzipper.AESZipFile(io.BytesIO(fetched.data)) as archive:
        archive.setpassword(PASSPHRASE.encode())
        assert any(name.endswith("data/index.html") for name in archive.namelist())
    assert "Arkivet är hämtat" in client.get(answer.location).text
    assert client.submit(f"{answer.location}/archive").status_code == 409
    with people.store.engine.connect() as connection:
        actions = set(connection.scalars(select(AccessLog.action)))
    assert {"ask_export", "export_child", "fetch_export", "end_export"} <= actions


def test_gone_archives_do_not_lie_about(people: People, porter: Porter) -> None:
    path = made(people, porter, people.alva)
    with people.unit(people.birgitta) as uow:
        exporting.remove(uow, porter.folder, UUID(path.stem))
    assert not path.exists()
    assert row(people, UUID(path.stem)).ended == "removed"
    stray = porter.folder / f"{uuid4()}.zip"
    stray.write_bytes(b"?")
    old = people.clock().timestamp() - timedelta(hours=26).total_seconds()
    os.utime(stray, (old, old))
    porter.look()
    assert not stray.exists()
