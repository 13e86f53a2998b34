"""What was written after the signing, in the document: text and nothing else, whatever was pasted."""

from __future__ import annotations

from datetime import UTC, date, datetime

from followup.domain.record_words import term
from followup.domain.summary import Amendment
from followup.pdf import render, summary_html
from tests.support.pdf_reading import words_of
from tests.support.sample_summary import sample_summary

PASTED = '<script>alert(1)</script><img src="file:///etc/passwd"><style>* {display: none}</style> abc \u202edef'


def test_markup_and_steering_in_an_amendment_is_text() -> None:
    at = datetime(2026, 12, 3, 13, 32, tzinfo=UTC)
    pasted = Amendment(
        number=1,
        kind=term("amendment", "disputed"),
        section=term("section", "assessment"),
        text=PASTED,
        whose=term("whose", "guardian"),
        author=PASTED,
        title="socialsekreterare",
        at=at,
        edition=2,
        said_by=PASTED,
        said_on=date(2026, 12, 2),
        law=PASTED,
    )
    words = words_of(render(summary_html(sample_summary().amended((pasted,), 2, at))))
    assert words.count("<script>alert(1)</script>") >= 4
    assert "Signering" in words
    assert words.index("Handläggarens bedömning", words.index("Iakttagelser och uppgifter")) < words.index(
        "Vårdnadshavare anser att något här är felaktigt"
    )
