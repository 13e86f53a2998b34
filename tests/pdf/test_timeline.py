"""The proof pack on paper: what it says, and that words of flags and talks stay words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from followup.domain.timeline import Change, FlagEvent, Timeline, VisitEvent, to_json, with_gaps
from followup.pdf.timeline import BECAUSE, job_of, print_timeline, timeline_html
from followup.services.record.sealing import Sealer, sealed_now
from followup.services.record.verifying import verify
from followup.services.visit.planning import REASONS as CODES
from tests.support.pdf_reading import words_of
from tests.support.sealing import DAY, ORGANISATION, SealFolder


def sample(years: int = 1) -> Timeline:
    visits = [
        VisitEvent(
            date(2016 + year, month, 3), "planned", "filed", "Maja Testsson", talk, 20, "<b>trångt</b>", told=True
        )
        for year in range(years)
        for month, talk in ((2, "yes"), (5, "partly"), (8, "no"), (11, ""))
    ]
    return Timeline(
        organisation="Blåbärsby kommun",
        unit="Socialförvaltningen",
        case_number="SN 2016-0417",
        child="Alva Ängsull",
        born=date(2010, 1, 1),
        made_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        made_by="Birgitta Testgren",
        made_title="gruppledare",
        zone="Europe/Stockholm",
        visits=with_gaps(visits),
        flags=(FlagEvent(date(2016, 2, 3), "urgent", "Lyft till chefen", "open"),),
        changes=(Change(date(2016, 1, 3), "placement_start", "emergency"),),
        caseworkers=1,
    )


def test_it_says_what_was_done_and_what_is_open() -> None:
    text = " ".join(words_of(print_timeline(job_of(to_json(sample())))).split())
    for words in (
        "Tidslinje för Alva Ängsull",
        "Flyttade till ett jourhem",
        "Inte avslutat",
        "Akut oro",
        "1 av 4, delvis 1",
    ):
        assert words in text, words
    assert "<b>trångt</b>" in text


def test_the_same_timeline_gives_the_same_bytes() -> None:
    job = job_of(to_json(sample()))
    assert print_timeline(job) == print_timeline(job)


def test_a_child_with_nothing_yet_gets_a_page_too() -> None:
    empty = replace(sample(), visits=(), flags=(), changes=(), protected=True)
    html = timeline_html(empty, "0" * 64)
    assert "Inget besök har hållits än." in html
    assert "Skyddade personuppgifter" in html


def test_it_is_sealed_where_there_is_a_certificate_and_says_so(tmp_path: Path) -> None:
    job = job_of(to_json(sample()))
    data = sealed_now(Sealer(SealFolder(tmp_path).pem_pair()), print_timeline, job)
    said = {remark.words: remark.holds for remark in verify(data)}
    assert False not in said.values(), said
    assert any(holds and words.startswith(f"Sealed by {ORGANISATION}") for words, holds in said.items())
    assert f"Filen bär en elektronisk stämpel från {ORGANISATION}" in " ".join(words_of(data).split())


def test_while_no_seal_can_be_set_it_is_printed_without_one_and_says_that(tmp_path: Path) -> None:
    ended = SealFolder(tmp_path).pem_pair(first=datetime.now(UTC) - 9 * DAY, last=datetime.now(UTC) - DAY)
    data = sealed_now(Sealer(ended), print_timeline, job_of(to_json(sample())))
    assert "Filen bär ingen elektronisk stämpel" in " ".join(words_of(data).split())


def test_every_reason_for_a_cancelled_visit_has_words() -> None:
    assert set(CODES) == set(BECAUSE)
