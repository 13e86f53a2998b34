"""The watched folder, receipts for each edition, and all that is unfiled as one ZIP."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from followup.domain.neutral_names import sidecar_name
from followup.services.record import filing, filing_folder, unfiled_zip
from followup.services.record.editions import issue_edition
from followup.store.tables import Delivery, Document, Filing, Visit
from tests.support.people import People, browser
from tests.support.population import Person
from tests.support.queries import log_lines, spoil

PDF = b"%PDF-1.7"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "till-verksamhetssystemet"
    found.mkdir()
    return found


def laid(people: People, folder: Path) -> int:
    return filing_folder.deliver_waiting(people.store, folder, people.clock())


def delivery(people: People) -> Delivery:
    (row,) = people.rows(Delivery)
    return row


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def new_edition(people: People, visit_id: UUID, content: bytes = b"%PDF-1.7 2") -> UUID:
    with people.unit(people.maja) as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        document_id = issue_edition(uow, visit, "full", "{}").id
    with people.as_program() as uow:
        document = uow.one(uow.reachable(Document).where(Document.id == document_id))
        document.content, document.state, document.ready_at = content, "ready", uow.now
        document.sha256 = hashlib.sha256(content).hexdigest()
    return document_id


def zipped(people: People, who: Person, documents: Sequence[UUID] | None = None) -> zipfile.ZipFile:
    if documents is None:
        with people.unit(who, reads=True) as uow:
            documents = unfiled_zip.unfiled_documents(uow)
    parts = unfiled_zip.stream(people.store, who.actor, documents, now=people.clock())
    return zipfile.ZipFile(io.BytesIO(b"".join(parts)))


def test_a_document_is_laid_with_its_sidecar_and_is_not_filed_by_that(people: People, folder: Path) -> None:
    people.sign(people.alva)
    assert laid(people, folder) == 1
    sidecar, pdf = names(folder)
    assert sidecar == sidecar_name(pdf)
    assert (folder / pdf).read_bytes() == PDF
    said = json.loads((folder / sidecar).read_text(encoding="utf-8"))
    assert (said["file"], said["sha256"]) == (pdf, hashlib.sha256(PDF).hexdigest())
    everything = f"{pdf} {json.dumps(said)}"
    assert not any(word in everything for word in people.alva.name.split())
    assert (people.rows(Filing), delivery(people).state) == ([], "delivered")
    assert laid(people, folder) == 0
    assert {"fetch_pdf", "deliver"} <= {line.action for line in log_lines(people.store) if line.role == "system"}


def test_the_sidecar_comes_last(people: People, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    rename = Path.rename

    def told(self: Path, target: Path) -> Path:
        assert self.parent == target.parent  # else a rename is no rename
        assert self.name.startswith(".")
        order.append(target.suffix)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", told)
    people.sign(people.alva)
    laid(people, folder)
    assert order == [".pdf", ".json"]


@pytest.mark.parametrize(
    ("number", "problem"),
    [(errno.ENOSPC, "full"), (errno.EDQUOT, "full"), (errno.EROFS, "unwritable"), (errno.EIO, "trouble")],
)
def test_what_fails_leaves_no_half_file_and_is_tried_again(
    people: People, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, problem: str
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, "no")

    people.sign(people.alva)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        assert laid(people, folder) == 0
    assert names(folder) == []
    assert (delivery(people).state, delivery(people).problem) == ("failed", problem)
    assert laid(people, folder) == 0  # not at once again
    people.clock.forward(minutes=2)
    assert laid(people, folder) == 1
    assert (delivery(people).state, delivery(people).problem, delivery(people).tries) == ("delivered", None, 2)


def test_a_folder_that_is_gone_comes_back(people: People, folder: Path) -> None:
    people.sign(people.alva)
    folder.rmdir()
    for _ in range(12):
        laid(people, folder)
        people.clock.forward(hours=1)
    assert (delivery(people).problem, delivery(people).tries) == ("missing", 12)
    folder.mkdir()
    assert laid(people, folder) == 1


def test_a_document_that_cannot_be_read_stops_no_other(people: People, folder: Path) -> None:
    spoiled, whole = people.sign(people.alva), people.sign(people.elliot)
    (document,) = people.rows(Document, Document.visit_id == spoiled)
    spoil(people.store.engine, "document", "content", document.id, b"\x02\x01" + b"\0" * 60)
    assert laid(people, folder) == 1
    problems = {row.visit_id: row.problem for row in people.rows(Delivery)}
    assert problems == {spoiled: "unreadable", whole: None}


def test_nothing_is_written_over(people: People, folder: Path) -> None:
    people.sign(people.alva)
    laid(people, folder)
    pdf = next(path for path in folder.iterdir() if path.suffix == ".pdf")
    people.sign(people.alva)  # the same day: the same name
    pdf.write_bytes(b"%PDF another")
    laid(people, folder)
    assert pdf.read_bytes() == b"%PDF another"
    assert {row.problem for row in people.rows(Delivery)} == {None, "name_taken"}
    for path in folder.iterdir():
        path.unlink()  # picked up
    people.clock.forward(hours=1)
    assert laid(people, folder) == 1


def test_a_process_that_died_between_laying_and_saying_so_is_made_up_for(people: People, folder: Path) -> None:
    people.sign(people.alva)
    laid(people, folder)
    with people.as_program() as uow:
        row = uow.one(uow.reachable(Delivery))
        row.state = "trying"
    assert laid(people, folder) == 0  # somebody may be at it
    people.clock.forward(minutes=4)
    assert laid(people, folder) == 1
    assert len(names(folder)) == 2


def test_half_files_of_a_killed_process_are_cleared_away(people: People, folder: Path) -> None:
    half = folder / ".followup-0123.part"
    half.write_bytes(b"halv")
    others = folder / "annan.part"
    others.write_bytes(b"")
    old = people.clock().timestamp() - 7200
    os.utime(half, (old, old))
    laid(people, folder)
    assert names(folder) == ["annan.part"]


def test_two_processes_lay_each_document_once(people: People, folder: Path) -> None:
    for days in (-7, -8, -9, -10):
        people.sign(people.alva, days=days)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(laid(people, folder))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 4
    assert [row.tries for row in people.rows(Delivery)] == [1, 1, 1, 1]
    assert len(names(folder)) == 8


def test_protected_children_are_handed_over_by_a_person(people: People, folder: Path) -> None:
    people.explain(people.samira)
    people.sign(people.samira)
    assert laid(people, folder) == 0
    assert [name for name in zipped(people, people.maja).namelist() if name.endswith(".pdf")] == []


def test_each_edition_gets_its_own_receipt(people: People) -> None:
    visit_id = people.sign(people.alva)
    (first,) = people.rows(Document)
    second = new_edition(people, visit_id)
    with people.unit(people.maja) as uow:
        filing.file_document(uow, visit_id, "handling 2", second)
    assert people.visit(visit_id).state == "signed"  # the first isn't filed yet, and isn't replaced
    with people.unit(people.maja, reads=True) as uow:
        (row,) = filing.unfiled(uow).visits
        assert [each.document.id for each in row.waiting] == [first.id]
    with people.unit(people.maja) as uow:
        filing.file_document(uow, visit_id, "handling 1", first.id)
    assert people.visit(visit_id).state == "filed"
    third = new_edition(people, visit_id, b"%PDF-1.7 3")
    assert people.visit(visit_id).state == "signed"
    with people.unit(people.maja) as uow:
        filing.file_document(uow, visit_id, "handling 3")
    assert people.visit(visit_id).state == "filed"
    assert {row.document_id for row in people.rows(Filing)} == {first.id, second, third}


def test_the_zip_holds_all_that_is_unfiled_with_a_manifest(people: People) -> None:
    one, other = people.sign(people.alva), people.sign(people.alva)  # one day: the names must differ
    people.sign(people.elliot)
    filed = people.sign(people.alva, days=-30)
    with people.unit(people.maja) as uow:
        filing.file_document(uow, filed, "handling")
    archive = zipped(people, people.maja)
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    assert len({each["file"] for each in manifest["files"]}) == 2
    for each in manifest["files"]:
        assert hashlib.sha256(archive.read(each["file"])).hexdigest() == each["sha256"]
        assert json.loads(archive.read(each["sidecar"]))["file"] == each["file"]
    table = list(csv.reader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in table[1:]] == [each["file"] for each in manifest["files"]]
    fetched = [line for line in log_lines(people.store) if line.action == "fetch_pdf"]
    assert len(fetched) == 2
    assert {line.actor_id for line in fetched} == {people.maja.id}
    assert {one, other} == {
        row.visit_id for row in people.rows(Document) if str(row.id) in str([line.fields for line in fetched])
    }


def test_what_is_out_of_reach_meanwhile_is_named_and_not_sent(people: People) -> None:
    people.sign(people.alva)
    people.sign(people.elliot)
    every = [row.id for row in people.rows(Document)]
    archive = zipped(people, people.maja, every)
    manifest = json.loads(archive.read("manifest.json"))
    assert (len(manifest["files"]), len(manifest["missing"])) == (1, 1)


def test_the_zip_is_sent_one_document_at_a_time(people: People) -> None:
    for days in (-7, -8, -9):
        people.sign(people.alva, days=days)
    with people.unit(people.maja, reads=True) as uow:
        documents = unfiled_zip.unfiled_documents(uow)
    parts = unfiled_zip.stream(people.store, people.maja.actor, documents, now=people.clock())
    assert PDF in next(parts)
    assert len([line for line in log_lines(people.store) if line.action == "fetch_pdf"]) == 1


def test_the_list_says_why_a_document_is_not_in_the_folder(people: People, folder: Path) -> None:
    people.sign(people.alva)
    object.__setattr__(people.settings, "filing_folder", folder)
    client = browser(people, people.maja)
    assert "Läggs snart i filmappen" in client.get("/documents").text
    folder.rmdir()
    laid(people, folder)
    assert "mappen finns inte" in client.get("/documents").text
    folder.mkdir()
    people.clock.forward(minutes=2)
    laid(people, folder)
    assert "Lades i filmappen" in client.get("/documents").text
    answer = client.get("/documents/unfiled.zip", lint=False)
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    (document,) = people.rows(Document)
    sidecar = client.get(f"/documents/{document.id}.json", lint=False)
    assert sidecar.json is not None
    assert sidecar.json["sha256"] == document.sha256
