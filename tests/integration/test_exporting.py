"""Everything about one child: what is in the archive, and what isn't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import bagit
import pytest
import pyzipper
from sqlalchemy.orm import undefer

from followup.pdf.errors import RenderingFailed
from followup.pdf.jobs import PrintJob
from followup.services.record import amending, bag_check, export_rows, exporting
from followup.services.record.porter import Porter
from followup.services.record.proof_pack import proof_pack
from followup.store.tables import Document, OfChild, Visit
from followup.store.tables.base import Base
from tests.support.exports import PASSPHRASE, REASON, made, opened, printed
from tests.support.flags import raise_flag
from tests.support.people import People, browser
from tests.support.queries import log_lines


@pytest.fixture
def porter(people: People) -> Porter:
    return Porter(people.store, people.settings, printed, people.clock)


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


def test_a_protected_child_takes_a_grant_and_its_home_is_left_out(people: People, porter: Porter) -> None:
    people.sign(people.samira)
    people.grant(people.birgitta, people.samira)
    files = opened(made(people, porter, people.samira))
    everything = b"\n".join(content for name, content in files.items() if name.endswith((".html", ".json"))).decode()
    assert people.samira.home.name not in everything
    assert people.samira.home.place not in everything
    assert "Skyddade personuppgifter" in files["data/index.html"].decode()


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


def test_the_check_tells_a_wrong_passphrase_and_a_broken_file(people: People, porter: Porter, tmp_path: Path) -> None:
    path = made(people, porter, people.alva)
    with pytest.raises(bag_check.NotWhole, match="passphrase"):
        bag_check.check(path, "fel lösenfras som är lång")
    half = tmp_path / "halv.zip"
    half.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(bag_check.NotWhole):
        bag_check.check(half, PASSPHRASE)


def test_the_timeline_is_printed_and_logged(people: People) -> None:
    people.sign(people.alva)
    sent: list[PrintJob] = []

    class Room:
        def print_sealed(self, job: PrintJob) -> bytes:
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
