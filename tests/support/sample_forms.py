"""The answers of the sample summary: an invented child's and her carer's, through six visits."""

from __future__ import annotations

from datetime import date
from typing import Final

from followup.domain.record_words import WORDS, term
from followup.domain.summary import (
    Answer,
    AnswerLine,
    Form,
    Scale,
    ScalePoint,
    TrendPoint,
)

TODAY: Final = date(2026, 11, 24)
EARLIER: Final = (
    date(2025, 5, 20),
    date(2025, 8, 26),
    date(2025, 11, 25),
    date(2026, 2, 24),
    date(2026, 5, 26),
    date(2026, 8, 25),
)
FREQUENCY: Final = Scale(
    "bars",
    1,
    5,
    tuple(ScalePoint(n, text) for n, text in enumerate(("Aldrig", "Nästan aldrig", "Ibland", "Ofta", "Alltid"), 1)),
    low=2,
)
AGREEMENT: Final = Scale(
    "words",
    1,
    5,
    tuple(
        ScalePoint(n, text)
        for n, text in enumerate(
            (
                "Stämmer inte alls",
                "Stämmer ganska dåligt",
                "Stämmer till viss del",
                "Stämmer ganska bra",
                "Stämmer helt",
            ),
            1,
        )
    ),
    low=2,
)
FACES: Final = Scale("faces", 1, 3, (ScalePoint(1, "Nej"), ScalePoint(2, "Ibland"), ScalePoint(3, "Ja")), low=1)
LADDER: Final = Scale(
    "line",
    0,
    10,
    (ScalePoint(0, "Stämmer inte alls"), ScalePoint(5, "Stämmer delvis"), ScalePoint(10, "Stämmer helt")),
    low=4,
)

# Each question with its answers, oldest first and today's last: a digit, or ? don't know, - declined, . not asked.
CHILD: Final[tuple[tuple[str, str, str], ...]] = (
    ("b_friends", "Jag har kompisar som är snälla mot mig.", "44445-4"),
    ("b_school_ok", "Jag trivs i skolan.", "3344444"),
    ("b_school_help", "Jag får den hjälp jag behöver i skolan.", "22?3334"),
    ("b_sleep", "Jag sover bra.", "2344442"),
    ("b_body", "Jag mår bra i kroppen.", "4444444"),
    ("b_home_like", "Jag trivs där jag bor.", "3445444"),
    ("b_belong", "Jag känner mig som en i familjen här.", "33444?4"),
    ("b_adults_kind", "De vuxna här är snälla mot mig.", "4455555"),
    ("b_safe", "Jag känner mig trygg här hemma.", "3444545"),
    ("b_mood", "Jag känner mig glad.", "2334433"),
    ("b_help_feelings", "Någon hjälper mig när jag är ledsen, arg eller rädd.", "3344444"),
    ("b_trusted_adult", "Det finns en vuxen som jag kan berätta viktiga saker för.", ".344332"),
    ("b_family", "Jag får ha kontakt med min familj på det sätt som jag vill.", "22-3221"),
    ("b_listen", "De vuxna lyssnar på vad jag tycker.", "233444-"),
)
CARER: Final[tuple[tuple[str, str, str], ...]] = (
    ("f_safe", "Barnet är tryggt hos oss.", "445"),
    ("f_sleep", "Barnet sover bra.", "443"),
    ("f_school", "Barnet trivs i skolan.", "344"),
    ("f_contact", "Kontakten med barnets familj fungerar bra för barnet.", "332"),
    ("f_explain", "Jag kan förklara för barnet varför det bor här.", "344"),
    ("f_support", "Jag får det stöd jag behöver av socialtjänsten.", "333"),
    ("f_cope", "Jag orkar med uppdraget.", "444"),
)
_SILENT: Final = {"?": "dont_know", "-": "declined", ".": "not_asked"}
TALKED: Final = frozenset({"b_sleep", "b_trusted_adult", "b_family", "b_listen"})


def answer(mark: str, scale: Scale) -> Answer:
    """One answer: a number on the scale as text, or the sign of a silence."""
    if mark in _SILENT:
        return Answer(_SILENT[mark], WORDS["answer_status"][_SILENT[mark]])
    words = {point.value: point.text for point in scale.points} if scale.kind != "line" else {}
    return Answer("answered", words.get(int(mark), mark), int(mark))


def line(item_id: str, text: str, marks: list[str], scale: Scale, dates: tuple[date, ...]) -> AnswerLine:
    """A question with its history; `dates` are those of the earlier visits, as many as the earlier marks."""
    *earlier, today = marks
    answers = [answer(mark, scale) for mark in earlier]
    return AnswerLine(
        item_id,
        text,
        answer(today, scale),
        answers[-1] if answers else None,
        tuple(TrendPoint(on, old.status, old.value) for on, old in zip(dates, answers, strict=True)),
        wants_to_talk=item_id == "b_family",
        became_conversation=item_id in TALKED,
    )


def child_form() -> Form:
    """The form for 8-12 years, fourteen questions."""
    return Form(
        "Hur har du det? (8–12 år)",
        "0.1.0",
        term("respondent", "child"),
        FREQUENCY,
        tuple(line(item, text, list(marks), FREQUENCY, EARLIER) for item, text, marks in CHILD),
        respondent_name="Alva",
        mode="Själv på plattan, i sitt rum",
        language="svenska",
        within_earshot="ingen",
        period="de senaste två veckorna",
        previous_on=EARLIER[-1],
    )


def carer_form() -> Form:
    """The carer's own answers."""
    return Form(
        "Hur har ni det? (familjehemmet)",
        "0.1.0",
        term("respondent", "carer"),
        AGREEMENT,
        tuple(line(item, text, list(marks), AGREEMENT, EARLIER[-2:]) for item, text, marks in CARER),
        respondent_name="Karin Ängsull",
        mode="På egen hand före besöket",
        previous_on=EARLIER[-1],
    )
