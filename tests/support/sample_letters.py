"""The fullest letter to a child before a visit, for tests and for looking at."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image

from followup.pdf.letter import PORTRAIT, Letter, letter_html
from followup.pdf.render import render
from followup.questionnaires.child_texts import letter_texts
from followup.questionnaires.languages import words
from followup.services.visit.letter import TOPICS, day_in_words

AT = datetime(2026, 12, 1, 14, 0)  # noqa: DTZ001 - a day and a clock on paper


def face() -> bytes:
    """A portrait without anybody in it."""
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
        day=day_in_words(AT.date(), spoken),
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
    """The letter as PDF, printed in this process."""
    return render(letter_html(what), "letter.css", {PORTRAIT: what.portrait} if what.portrait else {})
