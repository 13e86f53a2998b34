from __future__ import annotations

import pytest

from followup.domain.summary import to_json
from followup.pdf import render, summary_html
from followup.pdf.jobs import PrintJob
from tests.support.sample_summary import sample_summary


@pytest.fixture(scope="session")
def sample_pdf() -> bytes:
    """The ordinary visit, printed in this process."""
    return render(summary_html(sample_summary()))


@pytest.fixture(scope="session")
def sample_job() -> PrintJob:
    return PrintJob("summary", to_json(sample_summary()))
