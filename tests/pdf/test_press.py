from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

import followup
from followup.domain.summary import SCHEMA, from_json, to_json
from followup.pdf import PdfUnavailable, Press, RenderingFailed
from followup.pdf.jobs import PrintJob
from tests.support.pdf_reading import words_of


def process_of(press: Press) -> int:
    assert press._process is not None
    return press._process.pid


def test_another_process_prints_the_same_bytes(press: Press, sample_job: PrintJob, sample_pdf: bytes) -> None:
    assert press.render(sample_job) == sample_pdf


def test_hashing_of_strings_does_not_change_the_bytes(
    sample_job: PrintJob, sample_pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followup.pdf.press._KEPT", ("PATH", "PYTHONHASHSEED"))
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    with Press() as other:
        assert other.render(sample_job) == sample_pdf


def test_the_process_stays_warm(press: Press, sample_job: PrintJob) -> None:
    press.render(sample_job)
    first = process_of(press)
    press.render(sample_job)
    assert process_of(press) == first


def test_many_may_ask_at_once(press: Press, sample_job: PrintJob, sample_pdf: bytes) -> None:
    other = PrintJob("summary", to_json(replace(from_json(sample_job.source), assessment="En annan bedömning")))
    futures: list[Future[bytes]] = [press.submit(job) for job in (sample_job, other, sample_job)]
    first, second, third = (future.result() for future in futures)
    assert first == third == sample_pdf
    assert "En annan bedömning" in words_of(second)


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_printed(
    press: Press, sample_job: PrintJob, sample_pdf: bytes
) -> None:
    press.render(sample_job)
    slow = process_of(press)
    with pytest.raises(RenderingFailed, match=r"more than 0\.01 seconds"):
        press.render(sample_job, timeout=0.01)
    assert press.render(sample_job) == sample_pdf
    assert process_of(press) != slow


def test_a_process_that_died_is_started_again(press: Press, sample_job: PrintJob, sample_pdf: bytes) -> None:
    press.render(sample_job)
    os.kill(process_of(press), signal.SIGKILL)
    assert press.render(sample_job) == sample_pdf


def test_what_always_breaks_the_process_is_an_error_and_not_an_endless_loop(
    sample_job: PrintJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followup.pdf.press.sys.executable", "/bin/false")
    with Press() as broken, pytest.raises(RenderingFailed, match="broke off"):
        broken.render(sample_job)


def test_a_summary_that_cannot_be_read_is_an_error_without_its_words(press: Press, sample_job: PrintJob) -> None:
    with pytest.raises(RenderingFailed, match="UnreadableValueError") as caught:
        press.submit(
            replace(sample_job, source=sample_job.source.replace(f'"schema":{SCHEMA}', '"schema":"Alva"'))
        ).result()
    assert "Alva" not in str(caught.value)
    assert press.render(sample_job)


def test_a_process_that_needs_too_much_memory_is_refused_it(sample_job: PrintJob) -> None:
    with Press(memory=120 << 20) as small, pytest.raises(RenderingFailed):
        small.render(sample_job)


def test_the_process_gets_no_secrets(press: Press, sample_job: PrintJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_KEYS", "hemlig")
    assert not [name for name in press._environment() if name.startswith("FOLLOWUP_") and "MEMORY" not in name]


def test_closing_leaves_nothing_behind(sample_job: PrintJob) -> None:
    press = Press()
    press.render(sample_job)
    process, scratch = process_of(press), Path(press._scratch.name)
    assert list(scratch.iterdir())  # the unpacked fonts
    press.close()
    assert not scratch.exists()
    for _ in range(50):
        if not Path(f"/proc/{process}").exists():
            return
        time.sleep(0.05)
    with pytest.raises(ProcessLookupError):  # also where there is no /proc
        os.kill(process, 0)


def test_without_pango_the_package_is_there_and_names_what_is_missing() -> None:
    """Everything but printing must work on a machine without Pango: its loader's error is simulated."""
    program = """
import sys
class NoPango:
    def find_spec(self, name, path=None, target=None):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
sys.meta_path.insert(0, NoPango())
import followup.pdf
from tests.support.sample_summary import sample_summary
html = followup.pdf.summary_html(sample_summary())
try:
    followup.pdf.render(html)
except followup.pdf.PdfUnavailable as error:
    print(error)
"""
    home = Path(followup.__file__).parents[1]
    told = subprocess.run([sys.executable, "-c", program], cwd=home, capture_output=True, text=True, check=True).stdout
    assert "libpango-1.0-0 libpangoft2-1.0-0" in told
    assert "brew install pango" in told


def test_the_press_passes_on_that_pango_is_missing(sample_job: PrintJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Press, "_ask", lambda *_asked: (b"U", b"OSError"))
    with Press() as press, pytest.raises(PdfUnavailable, match="libpango"):
        press.render(sample_job)
