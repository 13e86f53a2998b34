"""Everything about one child: what is in the archive, who may have it made, and that nothing half or stale is left."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import bagit
import pytest
import pyzipper
from sqlalchemy import select
from sqlalchemy.orm import undefer

from followup.domain.access import Actor
from followup.domain.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound
from followup.pdf.errors import RenderingFailed
from followup.pdf.jobs import PrintJob
from followup.services.record import amending, bag_check, export_archive, export_rows, exporting
from followup.services.record.export_by_command import Command
from followup.services.record.porter import Porter
from followup.services.record.proof_pack import proof_pack
from followup.store.tables import AccessLog, ChildExport, Document, Mandate, OfChild, Visit
from followup.store.tables.base import Base
from tests.support.flags import raise_flag
from tests.support.people import People, browser
from tests.support.population import Kid, Person
from tests.support.queries import log_lines

PASSPHRASE = "sju sjösjuka sjömän 238"
REASON = "Begäran från barnet 2026-11-02"


def printed(job: PrintJob) -> bytes:
    """Stand in for the press: what matters here is what it is asked for."""
    return f"%PDF {job.kind}".encode()


@pytest.fixture
def porter(people: People) -> Porter:
    return Porter(people.store, people.settings, printed, people.clock)


def actor_of(people: People, who: Person) -> Actor:
    """The person as the door knows it."""
    return replace(who.actor, mandated=who in (people.dag, people.hedda))


def asked(people: People, who: Person, kid: Kid, **more: str) -> UUID:
    values = {"purpose": "access", "reason": REASON, "passphrase": PASSPHRASE, **more}
    with people.store.unit(actor_of(people, who), now=people.clock()) as uow:
        return exporting.ask(uow, kid.id, values["purpose"], values["reason"], values["passphrase"]).id


def made(people: People, porter: Porter, kid: Kid, who: Person | None = None) -> Path:
    who = who or people.birgitta
    export_id = asked(people, who, kid)
    porter.make(export_id, who.actor, PASSPHRASE)
    assert row(people, export_id).ended is None
    return exporting.archive_path(porter.folder, export_id)


def row(people: People, export_id: UUID) -> ChildExport:
    return people.rows(ChildExport, ChildExport.id == export_id)[0]


def opened(path: Path) -> dict[str, bytes]:
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(PASSPHRASE.encode())
        return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}


def test_the_archive_is_a_whole_bag_with_everything(people: People, porter: Porter, tmp_path: Path) -> None:
    signed, draft = people.sign(people.alva), people.plan(people.alva, days=-2, state="draft")[0]
    raise_flag(people, signed, people.alva, "c_safe", "follow_up")
    path = made(people, porter, people.alva)
    assert path.stat().st_mode & 0o777 == 0o600
    files = opened(path)
    assert {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"} <= files.keys()
    assert bag_check.check(path, PASSPHRASE) == sum(name.startswith("data/") for name in files)
    pdfs = [name for name in files if name.startswith("data/documents/") and name.endswith(".pdf")]
    (pdf,) = pdfs
    sidecar = json.loads(files[pdf.replace(".pdf", ".json")])
    assert sidecar["case_number"] == people.alva.case_number
    visits = {
        json.loads(files[name])["visit"][0]["id"]: json.loads(files[name])
        for name in files
        if "/visits/" in name and name.endswith(".json")
    }
    assert visits.keys() == {str(signed), str(draft)}
    assert visits[str(signed)]["answer"]
    assert [each["subject"] for each in visits[str(signed)]["flag"]] == ["c_safe"]
    assert "private_talk" not in visits[str(draft)]["visit"][0]
    assert (
        files[f"data/{people.alva.case_number.replace('/', '-').replace(' ', '-')}-tidslinje.pdf"] == b"%PDF timeline"
    )
    index = files["data/index.html"].decode()
    assert people.alva.name in index
    assert REASON in index
    for link in pdfs:
        assert link.removeprefix("data/") in index


def test_what_nobody_has_asked_for_is_printed_and_kept_and_what_fails_is_named(people: People, porter: Porter) -> None:
    unmade = people.sign(people.alva, printed=False)
    people.sign(people.alva, days=-40, printed=False)
    with people.as_program() as uow:
        uow.one(uow.reachable(Document).where(Document.visit_id == unmade)).state = "unmade"

    failed: list[str] = []

    def fails_once(job: PrintJob) -> bytes:
        if job.kind == "summary" and not failed:
            failed.append(job.kind)
            message = "too long"
            raise RenderingFailed(message)
        return printed(job)

    files = opened(made(people, Porter(people.store, people.settings, fails_once, people.clock), people.alva))
    (pdf,) = [name for name in files if name.endswith("-1.pdf")]
    kept = people.rows(Document, Document.state == "ready", load=[undefer(Document.content)])
    assert [each.content for each in kept] == [files[pdf]]
    assert "PDF, sammanfattning, utgåva 1: kunde inte göras" in files["data/index.html"].decode()


def test_what_was_written_after_signing_is_told(people: People, porter: Porter) -> None:
    visit = people.sign(people.alva)
    with people.unit(people.maja) as uow:
        fields = {"kind": "correction", "about": "visit", "text": "Klockan tre.", "whose": "caseworker"}
        amending.amend(uow, visit, uuid4(), fields)
    with people.unit(people.birgitta, reads=True) as uow:
        told = [change.text for change in proof_pack(uow, people.alva.id).changes if change.kind == "amendment"]
    (line,) = told
    assert line.startswith("Rättelse, besöket")
    assert "Klockan tre" not in line  # what was done, not what was written
    files = opened(made(people, porter, people.alva))
    assert "1 tillägg eller rättelser efter signeringen" in files["data/index.html"].decode()
    (page,) = [files[name].decode() for name in files if "/visits/" in name and name.endswith(".html")]
    assert "Klockan tre." in page
    assert "skrev till efter signeringen" in files["data/log.html"].decode()


def test_a_library_that_knows_nothing_of_us_finds_the_bag_valid(people: People, porter: Porter, tmp_path: Path) -> None:
    people.sign(people.alva)
    with pyzipper.AESZipFile(made(people, porter, people.alva)) as archive:
        archive.setpassword(PASSPHRASE.encode())
        archive.extractall(tmp_path / "unpacked")
    (root,) = (tmp_path / "unpacked").iterdir()
    bag = bagit.Bag(str(root))
    bag.validate()
    assert bag.version_info == (1, 0)
    (root / "data/index.html").write_text("ändrad", encoding="utf-8")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(root)).validate()


def test_who_has_read_is_told_without_ids_of_others(people: People, porter: Porter) -> None:
    people.sign(people.alva)
    browser(people, people.maja).get("/children")  # a list, which reads of siblings and others too
    files = opened(made(people, porter, people.alva))
    lines = [json.loads(line) for line in files["data/json/log.jsonl"].splitlines()]
    assert {"read", "sign_visit"} <= {line["action"] for line in lines}
    assert people.maja.name in {line["name"] for line in lines}
    text = files["data/json/log.jsonl"].decode()
    assert str(people.elliot.id) not in text
    assert people.maja.name in files["data/log.html"].decode()


def test_names_in_the_archive_tell_nobodys(people: People, porter: Porter) -> None:
    people.sign(people.alva)
    with pyzipper.AESZipFile(made(people, porter, people.alva)) as archive:
        names = " ".join(archive.namelist()).lower()
        assert all(info.flag_bits & 1 for info in archive.infolist())  # every one is encrypted
        with pytest.raises(RuntimeError):
            archive.read(archive.namelist()[0], pwd=b"fel")
    for word in people.alva.name.lower().split():
        assert word not in names


def test_every_table_about_a_child_is_in_it_or_named_as_left_out() -> None:
    about: set[Any] = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, OfChild)}
    under = {entity for entity in about if entity.__tablename__ in {"answer", "earlier_answer", "flag_event", "action"}}
    told = {*export_rows.of_visits(), *export_rows.of_no_visit(), Visit, *under, *export_rows.LEFT_OUT}
    assert about == told


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


def test_a_protected_child_takes_a_grant_and_its_home_is_left_out(people: People, porter: Porter) -> None:
    people.sign(people.samira)
    people.grant(people.birgitta, people.samira)
    files = opened(made(people, porter, people.samira))
    everything = b"\n".join(content for name, content in files.items() if name.endswith((".html", ".json"))).decode()
    assert people.samira.home.name not in everything
    assert people.samira.home.place not in everything
    assert "Skyddade personuppgifter" in files["data/index.html"].decode()


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


def test_many_years_are_one_visit_at_a_time(people: People, porter: Porter, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        people.sign(people.alva, days=-90 * number - 7)
    seen: list[tuple[int, int]] = []
    most: list[int] = []
    held = export_rows.visit_rows

    def counted(uow: Any, visit: Visit) -> Any:
        found = held(uow, visit)
        most.append(len(found["visit"]))
        return found

    monkeypatch.setattr(export_rows, "visit_rows", counted)
    monkeypatch.setattr(exporting, "write_progress", lambda _folder, _id, each: seen.append((each.done, each.steps)))
    made(people, porter, people.alva)
    assert seen == [(done, 9) for done in range(10)]
    assert most == [1] * 6


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


def test_the_check_tells_a_wrong_passphrase_and_a_broken_file(people: People, porter: Porter, tmp_path: Path) -> None:
    path = made(people, porter, people.alva)
    with pytest.raises(bag_check.NotWhole, match="passphrase"):
        bag_check.check(path, "fel lösenfras som är lång")
    half = tmp_path / "halv.zip"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(bag_check.NotWhole):
        bag_check.check(half, PASSPHRASE)


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


def test_the_timeline_is_printed_and_logged(people: People) -> None:
    people.sign(people.alva)
    sent: list[PrintJob] = []

    class Room:
        def print_now(self, job: PrintJob) -> bytes:
            sent.append(job)
            return b"%PDF"

        def close(self) -> None:
            """Nothing runs."""

    people.app.extensions["followup_pressroom"] = Room()
    answer = browser(people, people.maja).get(f"/children/{people.alva.id}/timeline.pdf", lint=False)
    assert answer.mimetype == "application/pdf"
    assert people.alva.name.split()[0] not in answer.headers["Content-Disposition"]
    assert [job.kind for job in sent] == ["timeline"]
    assert log_lines(people.store)[-1].action == "make_timeline"


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
