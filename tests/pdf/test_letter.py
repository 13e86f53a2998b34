"""The letter to a child, as it is printed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import pytest
from PIL import Image

from followup.pdf.letter import PORTRAIT, Letter, letter_html
from followup.pdf.render import render
from followup.questionnaires.child_texts import letter_texts
from followup.questionnaires.languages import LANGUAGES, words
from followup.services.visit.letter import TOPICS, _day
from tests.support.pdf_reading import page_count, structure, words_of

AT = datetime(2026, 12, 1, 14, 0)  # noqa: DTZ001 - a day and a clock on paper


def face() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 600), (180, 200, 190)).save(out, "JPEG")
    return out.getvalue()


def letter(lang: str, size: str = "plain", topics: tuple[str, ...] = TOPICS) -> Letter:
    """The fullest letter that is written."""
    spoken, texts = words(lang), letter_texts()

    def say(key: str) -> str:
        return spoken.say(texts[key], child="Alva", name="Maja Lövsprång", phone="070-174 06 11", time="14.00")

    rights = (
        ("decide", "support_teen", "change") if size == "large" else ("decide", "support_teen", "change", "elsewhere")
    )
    return Letter(
        lang=spoken.html_lang,
        direction=spoken.direction,
        size=size,
        heading=say("letter.heading"),
        hello=spoken.ui("start.hello", child="Alva"),
        before=(say("letter.who"), say("letter.job_teen")),
        meets=say("letter.meets"),
        day=_day(AT, spoken),
        at=say("letter.at"),
        after=(say("letter.alone"), say("letter.interpreter")),
        choose=say("letter.choose"),
        topics=tuple(say(f"topics.{topic}") for topic in topics),
        other=say("topics.other"),
        rights=tuple(say(f"letter.{key}") for key in rights),
        bye=say("letter.bye"),
        sender="Blåbärsby kommun, Socialförvaltningen",
        portrait_says=say("letter.my_picture"),
        made_at="2026-11-22T09:00:00Z",
        portrait=face(),
    )


def printed(what: Letter) -> bytes:
    return render(letter_html(what), "letter.css", {PORTRAIT: what.portrait} if what.portrait else {})


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
