"""The seal: what it leaves as it was, what it proves, and every way in which its files can be wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from followup.pdf import Press, RenderingFailed
from followup.pdf import seal as sealing_module
from followup.pdf.own_loop import finish
from followup.pdf.seal_check import seals
from followup.pdf.seal_files import SealUnusable, read_key
from followup.services.record.sealing import REMEDIES, WORDS, Sealer
from followup.settings import SealSettings
from tests.support.sealing import DAY, ORGANISATION, SealFolder, key_pem, name_of, pem, time_stamp_authority

SECRET = b"en hemlig fras"


@pytest.fixture
def folder(tmp_path: Path) -> SealFolder:
    return SealFolder(tmp_path)


def sealed(settings: SealSettings, data: bytes) -> bytes:
    return Sealer(settings).seal(data)


@pytest.mark.parametrize(
    "files",
    [
        lambda folder: folder.pem_pair(),
        lambda folder: folder.pem_pair(SECRET),
        lambda folder: folder.pkcs12(SECRET),
    ],
    ids=["PEM", "PEM with a passphrase", "PKCS#12"],
)
def test_a_sealed_document_begins_with_the_printed_octets(
    folder: SealFolder, sample_pdf: bytes, files: Callable[[SealFolder], SealSettings]
) -> None:
    settings = files(folder)
    found = sealed(settings, sample_pdf)
    assert found.startswith(sample_pdf)
    assert len(found) - len(sample_pdf) < 20_000
    assert Sealer(settings).name == ORGANISATION
    with pikepdf.open(io.BytesIO(found)) as pdf:
        assert str(pdf.Root.AcroForm.Fields[0].V.SubFilter) == "/ETSI.CAdES.detached"
        assert "/DocMDP" in pdf.Root.Perms


def test_certificate_and_key_may_stand_in_one_file(folder: SealFolder, sample_pdf: bytes) -> None:
    both = folder.pem_pair()
    assert both.key
    file = folder.write("both.pem", both.certificate.read_bytes() + both.key.read_bytes())
    assert sealed(SealSettings(file, None, None, ""), sample_pdf).startswith(sample_pdf)


def test_without_settings_a_document_stays_as_it_is(sample_pdf: bytes) -> None:
    sealer = Sealer(None)
    assert sealer.seal(sample_pdf) is sample_pdf
    assert (sealer.name, sealer.problem()) == ("", None)


def test_a_time_stamp_is_asked_for_with_a_checksum_alone(folder: SealFolder, sample_pdf: bytes) -> None:
    asked: list[bytes] = []
    with time_stamp_authority(folder.authority, asked=asked) as address:
        sealer = Sealer(folder.pem_pair(timestamp=address))
        first, second = sealer.seal(sample_pdf), sealer.seal(sample_pdf)
    assert len(asked) == 3  # one to learn how long an answer is, and one for each document
    assert all(len(request) < 100 for request in asked)
    assert first != second
    assert first.startswith(sample_pdf)


def other_certificate(folder: SealFolder) -> SealSettings:
    settings = folder.pem_pair()
    other = folder.authority.issue(name_of(ORGANISATION), ec.generate_private_key(ec.SECP256R1()))
    settings.certificate.write_bytes(pem(other))
    return settings


def for_encryption_only(folder: SealFolder) -> SealSettings:
    settings = folder.pem_pair()
    settings.certificate.write_bytes(pem(folder.authority.issue(name_of(ORGANISATION), folder.key, signs=False)))
    return settings


def wrong_passphrase(settings: SealSettings) -> SealSettings:
    assert settings.passphrase_file
    settings.passphrase_file.write_bytes(b"fel fras\n")
    return settings


def changed(settings: SealSettings, **files: Path | None) -> SealSettings:
    kept = {"certificate": settings.certificate, "key": settings.key, "passphrase_file": settings.passphrase_file}
    return SealSettings(**(kept | files), timestamp="")  # type: ignore[arg-type]


FAULTS: dict[str, tuple[str, Callable[[SealFolder], SealSettings]]] = {
    "no certificate": ("unreadable", lambda at: changed(at.pem_pair(), certificate=at.folder / "gone.pem")),
    "a folder": ("unreadable", lambda at: changed(at.pem_pair(), certificate=at.folder)),
    "no key file": ("unreadable", lambda at: changed(at.pem_pair(), key=at.folder / "gone.key")),
    "no passphrase file": ("unreadable", lambda at: changed(at.pem_pair(SECRET), passphrase_file=at.folder / "gone")),
    "another kind of file": ("unknown_format", lambda at: changed(at.pem_pair(), certificate=at.write("x", b"hej"))),
    "an empty file": ("unknown_format", lambda at: changed(at.pem_pair(), certificate=at.write("x", b""))),
    "a broken file": (
        "unknown_format",
        lambda at: changed(at.pem_pair(), certificate=at.write("x", b"-----BEGIN CERTIFICATE-----\nx")),
    ),
    "wrong passphrase, PEM": ("wrong_passphrase", lambda at: wrong_passphrase(at.pem_pair(SECRET))),
    "wrong passphrase, PKCS#12": ("wrong_passphrase", lambda at: wrong_passphrase(at.pkcs12(SECRET))),
    "no passphrase, PEM": ("no_passphrase", lambda at: changed(at.pem_pair(SECRET), passphrase_file=None)),
    "no passphrase, PKCS#12": ("no_passphrase", lambda at: changed(at.pkcs12(SECRET), passphrase_file=None)),
    "no key": ("no_key", lambda at: changed(at.pem_pair(), key=None)),
    "another key": ("mismatch", other_certificate),
    "for encryption": ("not_for_sealing", for_encryption_only),
    "too early": ("not_yet", lambda at: at.pem_pair(first=datetime.now(UTC) + DAY)),
    "too late": (
        "expired",
        lambda at: at.pem_pair(first=datetime.now(UTC) - 9 * DAY, last=datetime.now(UTC) - DAY),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_the_files_is_told_in_a_sentence_with_no_secret_in_it(
    folder: SealFolder, sample_pdf: bytes, fault: str
) -> None:
    code, files = FAULTS[fault]
    sealer = Sealer(files(folder))
    problem = sealer.problem()
    assert problem
    assert problem.code == code
    assert code in WORDS
    assert SECRET.decode() not in REMEDIES[code].format(value=problem.value) + repr(problem)
    with pytest.raises(SealUnusable, match=code):
        sealer.seal(sample_pdf)


def test_every_problem_has_its_words_for_both_readers() -> None:
    assert set(WORDS) == set(REMEDIES) >= {code for code, _ in FAULTS.values()}


def test_a_new_file_in_the_place_of_the_old_one_is_in_force_at_once(folder: SealFolder, sample_pdf: bytes) -> None:
    sealer = Sealer(folder.pem_pair(first=datetime.now(UTC) - 9 * DAY, last=datetime.now(UTC) - DAY))
    assert sealer.problem()
    folder.pem_pair()
    assert sealer.problem() is None
    assert sealer.seal(sample_pdf).startswith(sample_pdf)


@pytest.mark.parametrize("answers", ["nobody", "refusal"])
def test_without_a_time_stamp_there_is_no_seal_and_the_authority_is_left_alone_a_while(
    folder: SealFolder, sample_pdf: bytes, answers: str
) -> None:
    asked: list[bytes] = []
    with time_stamp_authority(folder.authority, refuses=True, asked=asked) as address:
        port = "http://127.0.0.1:9/" if answers == "nobody" else address
        sealer = Sealer(folder.pem_pair(timestamp=port))
        assert sealer.problem() is None
        with pytest.raises(SealUnusable, match="timestamp"):
            sealer.seal(sample_pdf)
        problem = sealer.problem()
        with pytest.raises(SealUnusable, match="timestamp"):
            sealer.examine()
    assert problem
    assert problem.code == "timestamp"
    assert len(asked) == (0 if answers == "nobody" else 2)


def test_without_the_library_the_sentence_says_what_to_install(
    folder: SealFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise SealUnusable("library")

    monkeypatch.setattr(sealing_module, "_pades", missing)
    problem = Sealer(folder.pem_pair()).problem()
    assert problem
    assert "followup[sign]" in REMEDIES[problem.code]


def test_neither_key_nor_settings_show_what_is_secret(folder: SealFolder) -> None:
    settings = folder.pem_pair(SECRET, timestamp="https://namn:losen@tid.example/tsa")
    assert "losen" not in repr(settings)
    assert "key=" not in repr(read_key(settings))
    assert key_pem(folder.key).decode().splitlines()[1] not in repr(read_key(settings))


def test_the_check_up_learns_when_the_certificate_ends(folder: SealFolder) -> None:
    last = datetime.now(UTC).replace(microsecond=0) + 12 * DAY
    assert Sealer(folder.pem_pair(last=last)).examine() == last


def test_what_is_no_pdf_is_a_document_that_failed_and_no_fault_of_the_seal(folder: SealFolder) -> None:
    sealer = Sealer(folder.pem_pair())
    with pytest.raises(RenderingFailed, match="could not be sealed"):
        sealer.seal(b"no PDF")
    assert sealer.problem() is None


def test_the_process_that_prints_is_told_nothing_of_the_seal_s_files(
    folder: SealFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []

    class NoProcess(Exception):
        pass

    def started(*_: object, env: dict[str, str], **__: object) -> None:
        given.append(env)
        raise NoProcess

    for name in ("CERTIFICATE", "KEY", "PASSPHRASE_FILE", "TIMESTAMP"):
        monkeypatch.setenv(f"FOLLOWUP_SEAL_{name}", str(folder.folder))
    monkeypatch.setattr("followup.pdf.press.subprocess.Popen", started)
    with Press() as press, pytest.raises(NoProcess):
        press.warm_up().result()
    assert given
    assert str(folder.folder) not in given[0].values()


def test_a_caller_that_runs_an_event_loop_may_seal_and_judge(folder: SealFolder, sample_pdf: bytes) -> None:
    async def seal_and_judge() -> bool:
        found = sealed(folder.pem_pair(), sample_pdf)
        (judged,) = seals(found, b"")
        return judged.intact

    assert finish(seal_and_judge())  # in a thread of its own: this one may have a browser's loop
