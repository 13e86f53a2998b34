"""Documents with their files inside and a seal on them: made, waiting, and verified beside the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy.orm import undefer

from followup.pdf import contents_worker
from followup.pdf.jobs import PrintJob
from followup.services.installation import checkup
from followup.services.installation.checkup import Finding, examine
from followup.services.record import editions, verifying
from followup.services.record.attachments import attachments_of
from followup.services.record.pressroom import Pressroom, claim
from followup.services.record.sealing import Sealer
from followup.settings import SealSettings
from followup.store.tables import Document, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.records import printed
from tests.support.sealing import DAY, ORGANISATION, SealFolder


class PressHere:
    """Prints in this process, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.jobs: list[PrintJob] = []

    def render(self, job: PrintJob) -> bytes:
        self.jobs.append(job)
        return printed(job)

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def folder(tmp_path: Path) -> SealFolder:
    return SealFolder(tmp_path)


@pytest.fixture
def pressroom_with(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[SealSettings | None], Pressroom]]:
    """Give the program a pressroom with a seal; it prints in this process."""
    made: list[Pressroom] = []

    def make(seal: SealSettings | None) -> Pressroom:
        pressroom = Pressroom(people.store, 60, Sealer(seal))
        vars(pressroom)["_press"] = PressHere()
        monkeypatch.setitem(people.app.extensions, "followup_pressroom", pressroom)
        made.append(pressroom)
        return pressroom

    yield make
    for each in made:
        each.close()


@pytest.fixture
def waiting(people: People) -> UUID:
    """A signed visit whose document waits."""
    return people.sign(people.alva, printed=False)


def document_of(people: People, visit_id: UUID) -> Document:
    (found,) = people.rows(Document, Document.visit_id == visit_id, load=[undefer(Document.content)])
    return found


def expired(folder: SealFolder) -> SealSettings:
    now = datetime.now(UTC)
    return folder.pem_pair(first=now - 9 * DAY, last=now - DAY)


def test_a_document_holds_its_data_and_the_answers_as_fhir(people: People, waiting: UUID) -> None:
    job = claim(people.store)
    assert job
    whole, answers = job.to_print.attachments
    assert whole.data.decode() == job.to_print.source
    bundle = json.loads(answers.data)
    Bundle.model_validate(bundle)
    form, response = (entry["resource"] for entry in bundle["entry"])
    assert response["questionnaire"] == f"{form['url']}|{form['version']}"
    reasons = {item["extension"][0]["valueCode"] for item in response["item"] if "answer" not in item}
    assert reasons == {"not-asked"}


def test_the_child_s_own_copy_holds_no_files(people: People, waiting: UUID) -> None:
    with people.as_program() as uow:
        document = uow.one(uow.reachable(Document).options(undefer(Document.source)))
        document.kind = "child"
        assert attachments_of(uow, document) == ()
        document.kind = "full"


def test_a_masked_edition_s_files_are_made_of_the_masked_text_alone(people: People, waiting: UUID) -> None:
    visit = people.visit(waiting, undefer(Visit.summary))
    assert visit.summary
    hidden = visit.summary.replace(people.alva.name, "maskat").replace("Maja", "maskat")
    with people.unit(people.maja) as uow:
        held = uow.one(uow.reachable(Visit).where(Visit.id == waiting))
        document = editions.issue_edition(uow, held, "masked", hidden)
        files = attachments_of(uow, document)
    assert len(files) == 2
    for file in files:
        assert people.alva.name not in file.data.decode()
        assert "Maja" not in file.data.decode()


def test_documents_wait_while_they_cannot_be_sealed_and_are_made_by_themselves_then(
    people: People,
    client_for: Callable[[Person], LintingClient],
    folder: SealFolder,
    pressroom_with: Callable[[SealSettings | None], Pressroom],
    waiting: UUID,
) -> None:
    pressroom = pressroom_with(expired(folder))
    assert pressroom.print_waiting() == 0
    assert (document_of(people, waiting).state, document_of(people, waiting).tries) == ("waiting", 0)
    browser = client_for(people.maja)
    for page in (f"/visits/{waiting}/summary", "/documents"):
        text = browser.get(page).text
        assert "PDF:er väntar på organisationens elektroniska stämpel." in text
        assert "Certifikatet gick ut" in text
        assert str(folder.folder) not in text
    folder.pem_pair()
    assert pressroom.print_waiting() == 1
    found = document_of(people, waiting)
    assert found.content
    contents = contents_worker.read(found.content)
    assert contents.seals
    assert contents.seals[0].name == ORGANISATION
    assert "väntar på organisationens" not in browser.get(f"/visits/{waiting}/summary").text


def test_an_authority_that_does_not_answer_costs_a_document_no_try(
    people: People, folder: SealFolder, pressroom_with: Callable[[SealSettings | None], Pressroom], waiting: UUID
) -> None:
    pressroom = pressroom_with(folder.pem_pair(timestamp="http://127.0.0.1:9/"))
    for _ in range(5):
        assert pressroom.print_waiting() == 0
    found = document_of(people, waiting)
    assert (found.state, found.tries, found.claimed_at) == ("waiting", 0, None)
    assert len(vars(pressroom)["_press"].jobs) == 1  # and it isn't printed anew at each look


@pytest.mark.usefixtures("read_here")
def test_a_file_is_known_by_its_octets_and_newer_editions_are_told(
    people: People, pressroom_with: Callable[[SealSettings | None], Pressroom], waiting: UUID
) -> None:
    assert pressroom_with(None).print_waiting() == 1
    data = document_of(people, waiting).content or b""
    said = {each.words: each.holds for each in verifying.verify(data, store=people.store)}
    assert any(words.startswith("The database holds this very file") and holds for words, holds in said.items())
    assert "It is the newest edition of its kind." in said
    assert False not in said.values()
    with people.unit(people.maja) as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == waiting))
        editions.issue_edition(uow, visit, "full", None)
    words = " ".join(each.words for each in verifying.verify(data, store=people.store))
    assert "There is a newer edition of it: 2." in words


@pytest.mark.usefixtures("read_here")
def test_a_changed_file_is_not_the_stored_one(
    people: People, pressroom_with: Callable[[SealSettings | None], Pressroom], waiting: UUID
) -> None:
    assert pressroom_with(None).print_waiting() == 1
    data = (document_of(people, waiting).content or b"") + b"\n"
    wrong = [each.words for each in verifying.verify(data, store=people.store) if each.holds is False]
    assert wrong == ["The database holds this edition with other octets: this file has been changed."]


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in this process: these are our own."""
    monkeypatch.setattr(verifying, "examine", contents_worker.read)


def seal_finding(people: People, settings: SealSettings, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setattr(checkup, "_printing", lambda: Finding("PDF", True, "can be made"))
    return next(each for each in examine(replace(people.settings, seal=settings)) if each.what == "seal")


def test_the_check_up_says_how_it_is_with_the_seal(
    people: People, folder: SealFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = seal_finding(people, folder.pem_pair(), monkeypatch)
    assert sound.sound
    soon = seal_finding(people, folder.pem_pair(last=datetime.now(UTC) + 9 * DAY), monkeypatch)
    assert (soon.sound, "in 8 days" in soon.words) == (False, True)
    gone = seal_finding(people, expired(folder), monkeypatch)
    assert not gone.sound
    assert "expired" in gone.words
    assert "put a new one in its place" in gone.words
    settings = folder.pem_pair()
    assert settings.key
    settings.key.chmod(0o644)
    readable = seal_finding(people, settings, monkeypatch)
    assert f"chmod 600 {settings.key}" in readable.words
    silent = seal_finding(people, folder.pem_pair(timestamp="http://127.0.0.1:9/"), monkeypatch)
    assert "FOLLOWUP_SEAL_TIMESTAMP" in silent.words
