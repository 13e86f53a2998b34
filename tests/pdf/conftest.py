from __future__ import annotations

from collections.abc import Iterator

import pytest

from followup.domain.summary import to_json
from followup.pdf import Press, render, summary_html
from followup.pdf.jobs import PrintJob
from tests.support.sample_summary import sample_summary


@pytest.fixture(scope="session")
def sample_pdf() -> bytes:
    """The ordinary visit, printed in this process."""
    return render(summary_html(sample_summary()))


@pytest.fixture(scope="session")
def sample_job() -> PrintJob:
    return PrintJob("summary", to_json(sample_summary()))


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press() as press:
        yield press
