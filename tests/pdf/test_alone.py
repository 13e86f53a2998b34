"""What the document says of a form that was answered alone, in another language, with drawings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.drawings import dump_strokes, parse_strokes
from followup.domain.errors import InvalidInput
from followup.domain.summary import Drawing
from followup.domain.thinning import thinned
from followup.pdf import render, summary_html
from tests.support.pdf_reading import page_count, structure, words_of
from tests.support.sample_alone import HANDED_IN, alone_in_arabic


@pytest.fixture(scope="module")
def document() -> bytes:
    return render(summary_html(alone_in_arabic()))


def test_it_says_who_answered_how_and_when(document: bytes) -> None:
    text = words_of(document)
    assert "Svarade själv." in text
    assert "På plattan 14.20 till 14.26, en paus på två minuter." in text
    assert "Frågorna ställdes på arabiska." in text
    assert "Språk: arabiska" not in text  # once is enough


def test_handed_in_another_day_gives_both_days() -> None:
    full = alone_in_arabic()
    later = replace(full.forms[0], handed_in=HANDED_IN + timedelta(days=1))
    assert "På plattan 24 november 2026 klockan 14.20 till 25 november 2026 klockan 14.26" in summary_html(
        replace(full, forms=(later,))
    )


def test_a_changed_answer_has_the_first_beside_it(document: bytes) -> None:
    html = summary_html(alone_in_arabic())
    assert "ändrat från ”" in html
    assert "skrev först: ”" in html
    assert "ändrat från ”Aldrig”" in words_of(document)


def test_the_questions_stand_once_as_they_were_asked() -> None:
    full = alone_in_arabic()
    html = summary_html(full)
    assert html.count("Frågorna som de ställdes, på arabiska") == 1
    for line in full.forms[0].answers:
        assert html.count(f'lang="ar">{line.asked}<') == 1
    assert full.child_voice[0].asked in html
    assert html.index("Frågorna som de ställdes") < html.index("Signering")


def test_drawings_are_figures_told_in_words(document: bytes) -> None:
    told = [str(element.Alt) for kind, element in structure(document) if kind == "Figure"]
    assert told.count("Teckning till: Jag trivs där jag bor.") == 1
    assert "Teckningar" in words_of(document)
    assert b"/Subtype /Image" not in document


def test_it_takes_one_page_more_than_the_ordinary_and_stays_small(document: bytes) -> None:
    assert page_count(document) <= 4
    assert len(document) <= 200_000


def test_a_wild_drawing_is_thinned_and_printed_small() -> None:
    wild = tuple(tuple((x % 1000, (x * 7 + stroke) % 700) for x in range(60)) for stroke in range(300))
    full = alone_in_arabic()
    plain = len(render(summary_html(replace(full, drawings=()))))
    strokes = dump_strokes(thinned(wild, 6000))
    assert len(strokes) < 80_000
    drawn = render(summary_html(replace(full, drawings=(Drawing("Rita vad du vill.", strokes),))))
    assert len(drawn) - plain < 80_000


def test_what_is_no_drawing_is_never_printed() -> None:
    spoilt = replace(alone_in_arabic(), drawings=(Drawing("x", '["<script>"]'),))
    with pytest.raises(InvalidInput):
        summary_html(spoilt)


def test_thinning_keeps_every_stroke_with_its_ends() -> None:
    line = tuple((x, 10) for x in range(1000))
    dot = ((5, 5),)
    thin = thinned((line, dot), 100)
    assert sum(map(len, thin)) <= 100
    assert (thin[0][0], thin[0][-1], thin[1]) == ((0, 10), (999, 10), dot)
    assert thinned((line, dot), 5000) == (line, dot)
    assert parse_strokes(dump_strokes(thin)) == thin
