"""What a screen reader, and a search years later, find in the document."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

import pikepdf
import pytest

from followup.pdf import render
from tests.support.documents import SAID, ordinary, summary_pdf
from tests.support.pdf_reading import structure, words_of
from tests.support.sample_letters import letter, printed

DARI = "می‌خواهم با برادرم گفت‌وگو کنم"  # with joiners, which no glyph shows


@pytest.fixture(scope="module")
def arabic() -> bytes:
    return summary_pdf(ordinary("ar"))


def passages(data: bytes, tongue: str) -> list[str]:
    """What stands in elements of a language, as the structure gives it to be read aloud."""
    return [
        "".join(str(kid.ActualText) for kid in element.K if "/ActualText" in kid)
        for _, element in structure(data)
        if str(element.get("/Lang", "")) == tongue
    ]


def test_each_passage_tells_its_language(arabic: bytes) -> None:
    found = Counter(str(element.Lang) for _, element in structure(arabic) if "/Lang" in element)
    assert found["ar"] > 20, "the questions as they were asked, and the answers"
    with pikepdf.open(io.BytesIO(arabic)) as pdf:
        assert str(pdf.Root.Lang) == "sv"


def test_where_nobody_noted_the_language_the_letters_are_told_and_nothing_is_guessed(arabic: bytes) -> None:
    assert SAID["ar"] in "".join(passages(arabic, "und-Arab"))
    tigrinya = summary_pdf(ordinary("ti"))
    found = Counter(str(element.Lang) for _, element in structure(tigrinya) if "/Lang" in element)
    assert found["und-Ethi"] > 3
    assert not any(tongue.startswith("und") for tongue in tongues(summary_pdf(ordinary("en"))))


def tongues(data: bytes) -> set[str]:
    return {str(element.Lang) for _, element in structure(data) if "/Lang" in element}


def test_what_runs_from_the_right_is_read_in_its_own_order(arabic: bytes) -> None:
    aloud = passages(arabic, "ar")
    assert SAID["ar"] in " ".join(aloud)


def test_words_from_the_right_are_found_by_a_search(arabic: bytes) -> None:
    text = words_of(arabic)
    missing = [word for word in re.findall(r"\w+", SAID["ar"]) if word not in text]
    assert missing == []


def test_joiners_are_kept_for_reading_aloud() -> None:
    data = render(f'<html lang="sv"><title>x</title><p><bdi lang="fa-AF" dir="rtl">{DARI}</bdi></p>', "letter.css")
    assert passages(data, "fa-AF") == [DARI]


def test_a_letter_in_another_language_is_of_that_language() -> None:
    data = printed(letter("ar"))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.Root.Lang) == "ar"
    assert "sv" in tongues(data), "the sender"


def test_facts_are_a_list_with_their_names_as_labels(sample_pdf: bytes) -> None:
    kinds = Counter(kind for kind, _ in structure(sample_pdf))
    assert kinds["Lbl"] >= 12
    assert kinds["Lbl"] <= kinds["LBody"]
    items = [[str(kid.S) for kid in element.K] for kind, element in structure(sample_pdf) if kind == "LI"]
    assert ["/Lbl", "/LBody"] in items
    assert all(item in (["/Lbl", "/LBody"], ["/LBody"]) for item in items)


def test_pictures_have_their_place_on_the_page(sample_pdf: bytes) -> None:
    boxes: list[Any] = [element.A.BBox for kind, element in structure(sample_pdf) if kind == "Figure"]
    assert boxes
    for left, bottom, right, top in (map(float, box) for box in boxes):
        assert 60 < left < right < 552, "within the margins, in points"
        assert 45 < bottom < top < 803


def test_the_bookmarks_are_the_headings_in_their_order(sample_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(sample_pdf)) as pdf, pdf.open_outline() as outline:
        (top,) = outline.root
        titles = [child.title for child in top.children]
    assert top.title == "Besök hos Alva Granbarr"
    assert titles[:3] == ["Det viktigaste", "Egna ord och önskemål", "Svaren"]
    assert titles[-1] == "Signering"
