"""Files inside a document: associated, dated, the same bytes each time."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pytest

from followup.pdf import Press, render
from followup.pdf.jobs import Attachment, PrintJob

HTML = '<html lang="sv"><head><title>Prov</title></head><body><h1>Prov</h1></body></html>'
DAY = datetime(2026, 11, 24, 14, 4, tzinfo=UTC)
FILES = (
    Attachment("svar.json", "application/fhir+json", "Svaren", b'{"a": "\xc3\xa5"}'),
    Attachment("uppgifter.json", "application/json", "Uppgifterna", b"{}", "Source"),
)


def test_they_come_out_as_they_went_in_with_kind_day_and_relation() -> None:
    data = render(HTML, attachments=FILES, created=DAY)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        specs = {str(spec.UF): spec for spec in pdf.Root.AF}
        for file in FILES:
            spec = specs[file.name]
            assert str(spec.AFRelationship) == f"/{file.relationship}"
            assert str(spec.Desc) == file.description
            assert str(spec.EF.F.Subtype) == f"/{file.media_type}"
            assert str(spec.EF.F.Params.ModDate) == "D:20261124140400Z"
            assert spec.EF.F.read_bytes() == file.data
    assert render(HTML, attachments=FILES, created=DAY) == data


def test_without_a_day_they_are_refused() -> None:
    with pytest.raises(ValueError, match="need a date"):
        render(HTML, attachments=FILES)


def test_the_press_puts_them_in(press: Press, sample_job: PrintJob) -> None:
    data = press.render(PrintJob(sample_job.kind, sample_job.source, FILES))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments} == {
            file.name: file.data for file in FILES
        }
