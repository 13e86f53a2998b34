"""“Vem har läst” on paper and as CSV: who, when and why; nothing a spreadsheet would run, no id."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from followup.domain.log_readers import Did, Reader, Readers, from_json, to_csv, to_json
from followup.pdf.readers import job_of, print_readers
from tests.support.pdf_reading import words_of


def sample(days: int = 40, name: str = "Maja Testsson") -> Readers:
    first = date(2026, 11, 20)
    rows = tuple(
        Reader(first - timedelta(days=back), name, "socialsekreterare", "caseworker", why, "08.05", "16.40", did)
        for back in range(days)
        for why, did in (("assigned", (Did("fetched", 1), Did("read", 12))), ("outside", (Did("looked_in_log", 2),)))
    )
    made = (datetime(2026, 11, 22, 9, tzinfo=UTC), "Birgitta Testgren", "gruppledare", "Europe/Stockholm")
    return Readers("SN 2016-0417", "Blåbärsby kommun", "Socialförvaltningen", date(2025, 11, 22), first, rows, *made)


def test_it_says_who_when_and_why() -> None:
    text = " ".join(words_of(print_readers(job_of(to_json(sample())))).split())
    for words in ("Akt SN 2016-0417", "Maja Testsson", "Ansvarig för barnet", "Läste (12), Hämtade dokument (1)"):
        assert words in text, words
    assert "Såg inte ärendet, bara loggen" in text
    assert "1 person har öppnat" in text


def test_nobody_has_read() -> None:
    assert "Ingen har läst" in words_of(print_readers(job_of(to_json(sample(0)))))


def test_what_is_printed_is_what_was_gathered() -> None:
    assert from_json(to_json(sample())) == sample()


def test_a_spreadsheet_runs_nothing() -> None:
    text = to_csv(sample(1, "=HYPERLINK(1)")).decode("utf-8-sig")
    assert ";'=HYPERLINK(1);" in text
    assert len(text.splitlines()) == 3
