"""The summary as plain text: everything that was signed is in it, and nothing that a text field can't take."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.domain.summary import Drawing, Quote, Signature, UrgentConcern, VisitSummary
from followup.services.record.plain_text import WIDTH, plain, sections, whole
from tests.support.naughty import NAUGHTY
from tests.support.sample_alone import alone_in_arabic
from tests.support.sample_summary import sample_summary

SUM = "ab" * 32
SIGNED = Signature("Maja Prov", "socialsekreterare", datetime(2026, 11, 24, 14, tzinfo=UTC))
NOT_SAID = {"language", "zone", "code", "item_id", "strokes", "status"}
"""Fields of a summary that are codes, or are told in another form."""
PLAIN = {"bars", "words", "Familjehemsförälder", "Vi pratade om det", "Bedömning"}
"""What the form, the heading or the talk itself says already."""


def texts(value: Any) -> Iterator[str]:
    """Every text in a summary that a reader is told."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in NOT_SAID:
                yield from texts(getattr(value, field.name))


def flat(text: str) -> str:
    return re.sub(r"[\s-]+", " ", text.replace("\u2066", "").replace("\u2069", ""))


@pytest.mark.parametrize("summary", [sample_summary(), alone_in_arabic()], ids=["ordinary", "alone, in Arabic"])
def test_everything_that_was_signed_is_told(summary: VisitSummary) -> None:
    concern = UrgentConcern("Jag vågar inte sova.", "Hur är natten?", "Var rädd.", "Birgitta", SIGNED.at, "Ringde.")
    full = replace(summary, signature=SIGNED, urgent_concerns=(concern,))
    told = flat(whole(sections(full, SUM)))
    missing = [text for text in texts(full) if flat(text).strip() not in told and text not in PLAIN]
    assert missing == []
    assert SUM in told


def test_the_childs_words_the_facts_and_the_assessment_have_sections_of_their_own() -> None:
    parts = {part.code: part for part in sections(sample_summary(), SUM)}
    assert list(parts) == [
        *("visit", "important", "voice", "answers", "why", "talks", "notes", "carers", "assessment", "flags"),
        *("agreements", "read_back", "next", "signature"),
    ]
    assert sample_summary().assessment[:40] in flat(parts["assessment"].text)
    assert all("Bedömning" not in parts[code].text for code in ("voice", "notes"))


def test_a_section_without_content_is_left_out() -> None:
    full = sample_summary()
    bare = VisitSummary(full.heading, full.child, full.placement, full.visit, full.private_talk, full.drawn_up_at)
    assert [part.code for part in sections(bare, SUM)] == ["visit", "signature"]


def test_a_drawing_is_named_and_found_in_the_pdf() -> None:
    drawn = replace(sample_summary(), drawings=(Drawing("Något du vill berätta?", "[]"),))
    voice = next(part for part in sections(drawn, SUM) if part.code == "voice")
    assert "Teckning: Något du vill berätta? Finns i PDF:en." in voice.text


@pytest.mark.parametrize("text", NAUGHTY)
def test_words_are_kept_and_do_nothing(text: str) -> None:
    full = replace(sample_summary(), child_voice=(Quote(text, "Vad vill du?"),))
    told = whole(sections(full, SUM))
    letters = [mark for mark in text if mark.isprintable() and not mark.isspace() and not "\u2000" < mark < "\u206f"]
    assert "".join(letters) in "".join(mark for mark in told if not mark.isspace() and not "\u2000" < mark < "\u206f")


@settings(deadline=None)
@given(st.text())
def test_lines_are_plain_and_short(text: str) -> None:
    for line in plain(text).split("\n"):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", line)
        assert len(line) <= WIDTH or " " not in line.strip()


def test_quotation_marks_and_long_words_are_kept() -> None:
    long = "x" * (2 * WIDTH)
    assert plain(f"”Hej” – ’du’ {long}").split() == ["”Hej”", "–", "’du’", long]
