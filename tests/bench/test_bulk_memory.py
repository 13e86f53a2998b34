"""Many documents in a row: the process that prints grows with none of them."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from followup.domain.summary import to_json
from followup.pdf import Press
from followup.pdf.jobs import PrintJob
from tests.support.documents import ordinary
from tests.support.records import record_job

MOST_MEGABYTES = 150
MOST_GROWTH = 8
WARM, MORE = 8, 24
"""The fonts of every language are read first; what comes after them must cost nothing more."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell how much a process holds")
def test_the_press_holds_no_more_after_many_documents_than_after_a_few() -> None:
    jobs = itertools.cycle(
        [record_job(), *(PrintJob("summary", to_json(ordinary(lang))) for lang in ("sv", "ar", "ti"))]
    )
    with Press() as press:
        for job in itertools.islice(jobs, WARM):
            press.render(job)
        before = megabytes(press)
        for job in itertools.islice(jobs, MORE):
            press.render(job)
        after = megabytes(press)
    print(f"\n{WARM} documents: {before} MB; {WARM + MORE}: {after} MB (most {MOST_MEGABYTES})")
    assert after - before <= MOST_GROWTH
    assert after <= MOST_MEGABYTES


def megabytes(press: Press) -> int:
    """The most that the press's process has held so far."""
    process = press._process
    assert process
    told = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", told)
    assert found
    return int(found[1]) // 1024
