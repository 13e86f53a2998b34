"""The child's own copy as a file: one page whatever there is to say, and it says when something is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followup.domain.child_copy import ChildCopy, CopyLine, CopySection, from_json, shortened, to_json
from followup.pdf.child_copy import print_child_copy
from followup.pdf.jobs import PrintJob
from tests.support.pdf_reading import page_count, words_of

TALK = CopySection("talk", "Om du vill prata", (CopyLine("Ring mig: 070-174 06 11"),))
COPY = ChildCopy(
    language="sv",
    direction="ltr",
    size="plain",
    heading="Min sammanfattning",
    thanks="Tack för att du pratade med mig, Alva.",
    met="Vi träffades:",
    day="Tisdag 24 november",
    sections=(CopySection("agreed", "Det här har vi kommit överens om", (CopyLine("Jag ringer på tisdag."),)), TALK),
    bye="Hälsningar från Maja",
    more="Allt fick inte plats.",
    made_at="2026-11-24T14:04:00Z",
)


def printed(copy: ChildCopy) -> bytes:
    return print_child_copy(PrintJob("child", to_json(copy)))


def with_section(copy: ChildCopy, code: str, *texts: str) -> ChildCopy:
    section = CopySection(code, code, tuple(CopyLine(text) for text in texts))
    return replace(copy, sections=(*copy.sections, section))


def test_a_short_copy_says_everything() -> None:
    data = printed(COPY)
    assert page_count(data) == 1
    for words in ("Min sammanfattning", "Jag ringer på tisdag.", "070-174 06 11", "Hälsningar från Maja"):
        assert words in words_of(data)
    assert "Allt fick inte plats." not in words_of(data)


@pytest.mark.parametrize(
    ("size", "texts"),
    [("plain", ["Jag trivs i skolan. Ofta"] * 60), ("large", ["å" * 10_000]), ("plain", ["<b>&{}</b> 🙂"] * 60)],
)
def test_it_is_one_page_and_says_what_did_not_fit(size: str, texts: list[str]) -> None:
    data = printed(with_section(replace(COPY, size=size), "answered", *texts))
    assert page_count(data) == 1
    assert "Allt fick inte plats." in words_of(data)
    assert "Jag ringer på tisdag." in words_of(data)
    assert "070-174 06 11" in words_of(data)


def test_what_matters_most_is_left_out_last() -> None:
    whole = with_section(with_section(COPY, "answered", "a", "b"), "why", "c")
    left = [[section.code for section in each.sections] for each in shortened(whole)]
    assert left == [
        ["agreed", "talk", "answered", "why"],  # large,
        ["agreed", "talk", "answered", "why"],  # plain,
        ["agreed", "talk", "answered", "why"],  # and set closer first
        ["agreed", "talk", "answered"],
        ["agreed", "talk", "answered"],
        ["agreed", "talk"],
        ["talk"],
    ]


def test_it_is_stored_without_losing_anything() -> None:
    assert from_json(to_json(COPY)) == COPY
    assert printed(COPY) == printed(COPY)
