"""The letter to a child, as it is printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followup.questionnaires.languages import LANGUAGES
from followup.services.visit.letter import TOPICS
from tests.support.pdf_reading import page_count, structure, words_of
from tests.support.sample_letters import letter, printed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_page_in_every_language(lang: str) -> None:
    data = printed(letter(lang))
    assert page_count(data) == 1
    text = words_of(data)
    assert "Maja" in text
    assert "070-174 06 11" in text
    assert "[U+" not in text


def test_one_page_for_those_who_read_large_letters() -> None:
    few = ("home", "family", "school", "friends", "fun", "why")
    assert page_count(printed(letter("sv", "large", few))) == 1


def test_it_is_tagged_and_the_picture_is_told_in_words() -> None:
    data = printed(letter("sv"))
    kinds = [kind for kind, *_ in structure(data)]
    assert kinds.count("H1") == 1
    assert kinds.count("LI") == len(TOPICS) + 1
    assert "Figure" in kinds
    assert b"PDF" in data[:5]


def test_without_a_picture_there_is_none() -> None:
    data = printed(replace(letter("sv"), portrait=b""))
    assert "Figure" not in [kind for kind, *_ in structure(data)]


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert printed(letter("ar")) == printed(letter("ar"))


def test_no_word_of_it_becomes_markup() -> None:
    assert "<b>Maja</b>" in words_of(printed(replace(letter("sv"), bye="<b>Maja</b>")))
