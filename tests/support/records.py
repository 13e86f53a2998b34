"""The ordinary visit as it is stored and printed: with its files inside, and sealed if wanted."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from followup.domain.summary import VisitSummary, to_json
from followup.pdf.jobs import PrintJob, from_message, to_message
from followup.pdf.worker import print_summary
from followup.questionnaires import load_all
from followup.services.record.attachments import files_of
from tests.support.sample_summary import sample_summary

FORMS = load_all().forms


@cache
def record_summary() -> VisitSummary:
    """The sample, answered on the forms that are published."""
    full = sample_summary()
    return replace(full, forms=tuple(replace(form, version="1.0.0") for form in full.forms))


def record_job(summary: VisitSummary | None = None, sealed_by: str = "") -> PrintJob:
    """What the press is asked for."""
    source = to_json(summary or record_summary())
    forms = {"child": FORMS["barn-8-12"], "carer": FORMS["familjehem-vuxen"]}
    return PrintJob("summary", source, files_of(source, forms.items()), sealed_by=sealed_by)


def record_pdf(summary: VisitSummary | None = None, sealed_by: str = "") -> bytes:
    """The document, printed in this process."""
    return printed(record_job(summary, sealed_by))


def printed(job: PrintJob) -> bytes:
    """Print in this process, the same job once."""
    return _printed(to_message(job))


@cache
def _printed(message: bytes) -> bytes:
    return print_summary(from_message(message))
