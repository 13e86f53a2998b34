"""The believable visit, but answered alone on the tablet in Arabic: a pause, a changed answer, drawings."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from followup.domain.summary import Answer, AnswerLine, Drawing, Quote, Replaced, VisitSummary
from followup.questionnaires import load_all
from followup.questionnaires.languages import words
from tests.support.sample_summary import sample_summary

STARTED, HANDED_IN = (datetime(2026, 11, 24, 13, minute, tzinfo=UTC) for minute in (20, 26))


def heart() -> str:
    """Strokes as a finger draws them: a heart above a line."""
    turn = [math.radians(degrees) for degrees in range(0, 361, 3)]
    across = [16 * math.sin(at) ** 3 for at in turn]
    up = [13 * math.cos(at) - 5 * math.cos(2 * at) - 2 * math.cos(3 * at) - math.cos(4 * at) for at in turn]
    outline = [[int(500 + x * 18), int(330 - y * 18)] for x, y in zip(across, up, strict=True)]
    return json.dumps([outline, [[100, 640], [320, 615], [520, 650], [900, 625]]])


def alone_in_arabic() -> VisitSummary:
    """The summary of the sample, answered alone in Arabic."""
    full, arabic, form = sample_summary(), words("ar"), load_all().forms["barn-8-12"]
    child, carers = full.forms

    def shown(line: AnswerLine) -> AnswerLine:
        item, point = form.item(line.item_id), form.scale.point(line.today.value or 0)
        assert item
        texts: Any = {
            "language": "ar",
            "asked": arabic.say(item.text),
            "chosen": arabic.say(point.label) if point else "",
        }
        if line.item_id != "b_sleep":
            return replace(line, **texts)
        first = Replaced(Answer("answered", "Aldrig", 1), HANDED_IN, "نعم")
        return replace(line, **texts, replaced=(first,), words="لا أستطيع النوم عندما أفكر في أمي.")

    child = replace(
        child,
        answers=tuple(shown(line) for line in child.answers),
        mode="Svarade själv",
        language="arabiska",
        asked_in="arabiska",
        started=STARTED,
        handed_in=HANDED_IN,
        pauses="en paus på två minuter",
    )
    quote = Quote("ذهبنا إلى البحر.", "Vad är det bästa som har hänt?", "ar", arabic.say(form.closing[0].text))
    drawings = (Drawing("Jag trivs där jag bor.", heart()), Drawing("Är det något annat?", heart()))
    return replace(full, forms=(child, carers), child_voice=(quote,), drawings=drawings)
