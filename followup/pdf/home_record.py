"""The foster home's record to HTML and PDF."""

from __future__ import annotations

import hashlib

from followup.domain.home_record import HomeRecord, from_json
from followup.pdf import dates
from followup.pdf.html import SHORT, environment, spaced
from followup.pdf.jobs import PrintJob
from followup.pdf.render import render


def home_record_html(record: HomeRecord, checksum: str, sealed_by: str = "") -> str:
    """Return the record as HTML for `render`.

    checksum: the SHA-256 of the stored JSON, in hexadecimal; sealed_by: whose seal the file gets, "" for none.
    """
    return (
        environment()
        .get_template("home_record.html")
        .render(
            r=record,
            sealed_by=sealed_by,
            short_checksum=spaced(checksum[:SHORT]),
            checksum=spaced(checksum),
            stamp=lambda moment: dates.stamp(moment, record.zone),
        )
    )


def print_home_record(job: PrintJob) -> bytes:
    """Return the PDF of a stored record (`home_record.to_json`)."""
    checksum = hashlib.sha256(job.source.encode()).hexdigest()
    return render(home_record_html(from_json(job.source), checksum, job.sealed_by))
