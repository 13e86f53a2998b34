"""followup verify: whatever is altered in a document is found, and no file makes it stumble."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pikepdf
import pytest
import time_machine
from click.testing import CliRunner, Result
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from followup.cli import followup
from followup.pdf import contents_worker, render, summary_html
from followup.pdf.contents import Unreadable, examine
from followup.pdf.jobs import PrintJob
from followup.pdf.seal import seal
from followup.pdf.seal_files import read_key
from followup.services.record import verifying
from followup.services.record.attachments import ANSWERS_FILE, SUMMARY_FILE
from followup.services.record.known_files import Remark
from followup.services.record.verifying import NothingToVerify, verify
from tests.support.records import printed, record_job, record_pdf, record_summary
from tests.support.sealing import DAY, ORGANISATION, Authority, SealFolder, pem, time_stamp_authority

Change = Callable[[pikepdf.Pdf], None]


@pytest.fixture(scope="module")
def plain() -> bytes:
    """The document, with its files inside."""
    return record_pdf()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> SealFolder:
    return SealFolder(tmp_path_factory.mktemp("seal"))


@pytest.fixture(scope="module")
def sealed(folder: SealFolder) -> bytes:
    """The same, sealed."""
    return seal(record_pdf(sealed_by=ORGANISATION), read_key(folder.pem_pair()))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and print in this process: starting one for each of many files takes seconds."""

    class Printer:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing to end."""

        def render(self, job: PrintJob) -> bytes:
            return printed(job)

    monkeypatch.setattr(verifying, "examine", contents_worker.read)
    monkeypatch.setattr(verifying, "Press", Printer)


def altered(data: bytes, change: Change) -> bytes:
    """The document as somebody with a PDF editor leaves it: written anew, without a seal."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def wrong(remarks: list[Remark]) -> str:
    return " ".join(each.words for each in remarks if each.holds is False)


def said(remarks: list[Remark]) -> str:
    return " ".join(each.words for each in remarks)


@pytest.mark.usefixtures("here")
def test_a_document_as_it_was_made_holds_and_says_what_it_cannot_prove(plain: bytes) -> None:
    remarks = list(verify(plain))
    assert not wrong(remarks)
    assert "Full edition 1 of the summary of a visit on 2026-11-24, case SN 2026-0417." in said(remarks)
    assert "octet for octet" in said(remarks)
    assert "Nothing here proves who made the file" in said(remarks)


@pytest.mark.usefixtures("here")
def test_a_document_that_was_only_written_anew_says_the_same_word_for_word(plain: bytes) -> None:
    remarks = list(verify(altered(plain, lambda _: None)))
    assert not wrong(remarks)
    assert "word for word" in said(remarks)


@pytest.mark.usefixtures("here")
def test_nothing_of_what_is_said_about_anybody_is_repeated(sealed: bytes) -> None:
    for name in ("Alva", "Granbarr", "Ängsull", "Lövsprång", "Vide"):
        assert name not in said(list(verify(sealed)))


def one_byte(name: str) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        inside = bytearray(pdf.attachments[name].get_file().read_bytes())
        inside[len(inside) // 2] ^= 1
        replace_file(pdf, name, bytes(inside))

    return change


def replace_file(pdf: pikepdf.Pdf, name: str, data: bytes) -> None:
    del pdf.attachments[name]
    put_in(pdf, name, data)


def put_in(pdf: pikepdf.Pdf, name: str, data: bytes) -> None:
    about: Any = {"filename": name}  # the stub of pikepdf asks for more than pikepdf does
    pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, **about)


def removed(name: str) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.attachments[name]

    return change


def added(pdf: pikepdf.Pdf) -> None:
    put_in(pdf, "mer.json", b"{}")


def first_page_twice(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].obj.Contents = pdf.pages[0].obj.Contents
    pdf.pages[1].obj.Resources = pdf.pages[0].obj.Resources


def page_removed(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[1]


def last_page_removed(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[-1]


ALTERATIONS: dict[str, tuple[Change, str]] = {
    "a byte of the summary": (one_byte(SUMMARY_FILE), f"{SUMMARY_FILE} is not the one"),
    "a byte of the answers": (one_byte(ANSWERS_FILE), f"{ANSWERS_FILE} is not the one"),
    "the summary taken out": (removed(SUMMARY_FILE), f"{SUMMARY_FILE} is missing"),
    "the answers taken out": (removed(ANSWERS_FILE), f"{ANSWERS_FILE} is missing"),
    "a file put in": (added, "A file is in the file, but the pages don't list it"),
    "a page replaced": (first_page_twice, "The pages say something else"),
    "a page taken out": (page_removed, "The pages say something else"),
    "the last page taken out": (last_page_removed, "the pages don't list it"),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_alteration_of_a_document_without_seal_is_found(plain: bytes, name: str) -> None:
    change, words = ALTERATIONS[name]
    assert words in wrong(list(verify(altered(plain, change))))


@pytest.mark.usefixtures("here")
def test_one_word_changed_on_a_page_is_found() -> None:
    job, full = record_job(), record_summary()
    lie = replace(full, assessment=full.assessment.replace("tryggt", "otryggt"))
    data = render(summary_html(lie, None, job.attachments), attachments=job.attachments, created=full.drawn_up_at)
    assert "The pages say something else" in wrong(list(verify(data)))


@pytest.mark.usefixtures("here")
def test_pages_of_another_version_are_held_to_their_longer_passages(plain: bytes) -> None:
    def older(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Creator"] = "Followup 0.0.1"
        pdf.pages[0].contents_add(b"BT ET")

    def relabelled(pdf: pikepdf.Pdf) -> None:
        older(pdf)
        pdf.pages.reverse()

    def replaced(pdf: pikepdf.Pdf) -> None:
        older(pdf)
        first_page_twice(pdf)

    assert not wrong(list(verify(altered(plain, relabelled))))
    assert "They were set by another version" in said(list(verify(altered(plain, relabelled))))
    assert "of the longer passages" in wrong(list(verify(altered(plain, replaced))))


@pytest.mark.usefixtures("here")
def test_a_seal_tells_whose_it_is_and_trust_is_not_known_without_a_root(folder: SealFolder, sealed: bytes) -> None:
    remarks = list(verify(sealed))
    assert not wrong(remarks)
    assert f"Sealed by {ORGANISATION}" in said(remarks)
    assert "name its root with --root" in said(remarks)
    assert "Nothing here proves" not in said(remarks)
    trusted = list(verify(sealed, folder.roots().read_bytes()))
    assert not wrong(trusted)
    assert "goes back to a root that you trust" in said(trusted)
    assert "does not go back" in wrong(list(verify(sealed, pem(Authority().certificate))))


@pytest.mark.usefixtures("here")
def test_a_certificate_that_has_ended_since_was_good_when_it_was_used(folder: SealFolder) -> None:
    with time_machine.travel(-400 * DAY + time_now(), tick=False):
        old = SealFolder(folder.folder, Authority())
        key = read_key(old.pem_pair(first=time_now() - DAY, last=time_now() + 300 * DAY))
        data = seal(record_pdf(sealed_by=ORGANISATION), key)
        roots = pem(old.authority.issue(old.authority.name, old.authority.key, root=True, last=time_now() + 900 * DAY))
    assert not wrong(list(verify(data, roots)))


@pytest.mark.usefixtures("here")
def test_a_time_stamp_tells_who_gave_it(folder: SealFolder) -> None:
    with time_stamp_authority(folder.authority) as address:
        data = seal(record_pdf(sealed_by=ORGANISATION), read_key(folder.pem_pair()), address)
    assert "by the time stamp of Påhittade Tidsstämplaren AB" in said(list(verify(data)))


def appended(data: bytes) -> bytes:
    """The document with an incremental update that changes the first page, as an editor adds it."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(90)  # type: ignore[no-untyped-call] # pyHanko types it in part
    writer.mark_update(page.container_ref)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.usefixtures("here")
def test_what_is_added_after_the_seal_is_found(sealed: bytes) -> None:
    assert "added to or changed in the file after the seal" in wrong(list(verify(appended(sealed))))


@pytest.mark.usefixtures("here")
def test_one_byte_changed_under_the_seal_breaks_it(sealed: bytes) -> None:
    place = sealed.index(b"/Producer") if b"/Producer" in sealed else sealed.index(b"WeasyPrint")
    changed = sealed[: place + 14] + bytes([sealed[place + 14] ^ 1]) + sealed[place + 15 :]
    assert "is broken" in wrong(list(verify(changed)))


@pytest.mark.usefixtures("here")
def test_a_seal_that_was_taken_off_is_missed(sealed: bytes, plain: bytes) -> None:
    off = sealed[: len(record_pdf(sealed_by=ORGANISATION))]
    assert "the seal has been taken off" in wrong(list(verify(off)))
    assert "the seal has been taken off" in wrong(list(verify(altered(sealed, drop_seal))))


def drop_seal(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AcroForm
    del pdf.Root.Perms
    del pdf.pages[0].obj.Annots


@pytest.mark.usefixtures("here")
def test_a_seal_of_somebody_else_is_told(folder: SealFolder) -> None:
    data = seal(record_pdf(sealed_by="Granndals kommun"), read_key(folder.pem_pair()))
    assert "of another organisation" in wrong(list(verify(data)))


@pytest.mark.usefixtures("here")
def test_a_document_without_anything_to_judge_it_by(sample_pdf: bytes) -> None:
    with pytest.raises(NothingToVerify):
        list(verify(sample_pdf))


@pytest.mark.usefixtures("here")
def test_a_summary_of_a_later_program_is_told_and_its_checksum_still_judged() -> None:
    job = record_job()
    later = job.source.replace('"schema":', '"schema":9')
    files = (replace(job.attachments[0], data=later.encode()), *job.attachments[1:])
    full = record_summary()
    data = render(summary_html(full, None, files), attachments=files, created=full.drawn_up_at)
    remarks = list(verify(data))
    assert not wrong(remarks)
    assert "can't be read by this version" in said(remarks)


def time_now() -> Any:
    from datetime import UTC, datetime  # noqa: PLC0415 - as the moved clock has it

    return datetime.now(UTC)


# Through the command, with processes of its own.


def command(path: Path, *options: str) -> Result:
    env = {"FOLLOWUP_INSTANCE": str(path.parent / "instance")}
    return CliRunner().invoke(followup, ["verify", str(path), *options], env=env)


def test_the_command_says_that_a_sealed_document_holds(tmp_path: Path, folder: SealFolder, sealed: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(sealed)
    result = command(tmp_path / "a.pdf", "--root", str(folder.roots()))
    assert result.exit_code == 0, result.output
    assert "goes back to a root" in result.output
    assert "no installation here" in result.output
    assert not (tmp_path / "instance").exists()


def test_the_command_says_what_does_not_hold(tmp_path: Path, plain: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(altered(plain, first_page_twice))
    result = command(tmp_path / "a.pdf", "--alone")
    assert result.exit_code == 1
    assert "NOT  The pages say something else" in result.output


def bomb() -> bytes:
    """A file whose attachment swells to a quarter of a gigabyte."""
    swollen = zlib.compress(bytes(256 * 1024 * 1024), 1)
    pdf = pikepdf.new()
    pdf.add_blank_page()
    put_in(pdf, "x.json", b"")
    stream = pdf.attachments["x.json"].obj.EF.F
    stream.write(swollen, filter=pikepdf.Name.FlateDecode)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def locked(plain: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def looping() -> bytes:
    """A page tree that is its own child."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
        b"trailer<</Root 1 0 R>>\n"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty", "not a PDF"),
        ("text", "not a PDF"),
        ("half", "broken"),
        ("looping", "broken"),
        ("bomb", ""),
        ("locked", "locked with a password"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence_and_never_a_trace(
    tmp_path: Path, plain: bytes, name: str, words: str
) -> None:
    files = {
        "empty": b"",
        "text": "Hej på dig".encode(),
        "half": plain[: len(plain) // 3],
        "looping": looping(),
        "bomb": bomb() if name == "bomb" else b"",
        "locked": locked(plain),
    }
    (tmp_path / "a.pdf").write_bytes(files[name])
    result = command(tmp_path / "a.pdf", "--alone")
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert result.output.count("\n") == 1
    assert "Traceback" not in result.output


def test_a_file_that_takes_too_long_is_given_up(plain: bytes) -> None:
    with pytest.raises(Unreadable, match="too_large"):
        examine(plain, seconds=0.01)
