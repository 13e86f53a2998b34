"""“Vem har läst” (`domain.log_readers.Readers`) to the HTML that is printed, for the child or guardian."""

from __future__ import annotations

import hashlib

from followup.domain.log_readers import WHY_WORDS, Readers, did_words, from_json
from followup.pdf.dates import stamp
from followup.pdf.html import SHORT, environment, spaced
from followup.pdf.jobs import PrintJob
from followup.pdf.render import render


def print_readers(job: PrintJob) -> bytes:
    """Return the PDF of a list's JSON."""
    return render(readers_html(from_json(job.source)), "timeline.css")


def job_of(source: str) -> PrintJob:
    """Make the job that prints a list (`domain.log_readers.to_json`)."""
    return PrintJob("readers", source)


def readers_html(readers: Readers) -> str:
    """Return the document as HTML."""
    checksum = hashlib.sha256(repr(readers).encode("utf-8", "replace")).hexdigest()
    return (
        environment()
        .get_template("readers.html")
        .render(
            r=readers,
            made=stamp(readers.made_at, readers.zone),
            dated=readers.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            short_checksum=spaced(checksum[:SHORT]),
            why=WHY_WORDS,
            did=did_words,
        )
    )
