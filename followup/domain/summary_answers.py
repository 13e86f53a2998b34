"""What a visit summary says of answers: forms as they were filled in, and drawings. See `followup.domain.summary`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from followup.domain.drawings import parse_strokes, svg_path
from followup.domain.summary_parts import Term


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """One step of a scale: its number and its words (0-10 has words at some steps only)."""

    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Which picture the answers get: faces|bars|line (4-7, 8-12, 13-20) or words (carers).

    `low` = the highest answer that counts as low, marked in the picture.
    """

    kind: str
    lowest: int
    highest: int
    points: tuple[ScalePoint, ...] = ()
    low: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. status answered|dont_know|declined|not_asked|not_applicable; value only if answered."""

    status: str
    text: str
    value: int | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """An earlier answer to the same question: `value` is None for a silence, and `status` says which kind."""

    on: date
    status: str
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """An answer as it was handed in, before somebody changed it. `at` = when it was given."""

    answer: Answer
    at: datetime
    words: str = ""
    wants_to_talk: bool = False


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One question. `history` = earlier answers that may be compared, oldest first, today's not among them.

    `replaced` = today's answer before it was changed, the one that was handed in first. `language` (a BCP 47 tag) is
    set where the question was shown in another language than the record's; then `asked` and `chosen` are the question
    and the words on the answer as they were shown, and `words` may be in it too.
    """

    item_id: str
    text: str
    today: Answer
    previous: Answer | None = None
    history: tuple[TrendPoint, ...] = ()
    wants_to_talk: bool = False
    became_conversation: bool = False
    words: str = ""
    replaced: tuple[Replaced, ...] = ()
    language: str = ""
    asked: str = ""
    chosen: str = ""

    @property
    def change(self) -> int | None:
        """Steps since the answer before (negative = lower), or None if one of the two is missing."""
        if self.previous is None or self.today.value is None or self.previous.value is None:
            return None
        return self.today.value - self.previous.value


@dataclass(frozen=True, slots=True)
class Form:
    """A filled-in form: the child's, or the carer's about the carer's own situation (`respondent` child|carer).

    `started`, `handed_in`: when the one who answered got the tablet and handed the answers in; None for answers that
    the caseworker took down. `pauses` = a sentence on them. `asked_in` = the language the questions were shown in where
    it wasn't the record's.
    """

    title: str
    version: str
    respondent: Term
    scale: Scale
    answers: tuple[AnswerLine, ...] = ()
    respondent_name: str = ""
    mode: str = ""
    language: str = ""
    within_earshot: str = ""
    comprehension: str = ""
    period: str = ""
    previous_on: date | None = None
    started: datetime | None = None
    handed_in: datetime | None = None
    pauses: str = ""
    asked_in: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the child drew and wants to be kept with the rest. `strokes` is JSON (see `followup.domain.drawings`)."""

    about: str
    strokes: str

    @property
    def path(self) -> str:
        """The `d` of an SVG path on a sheet of 1000 by 700: figures alone, whatever was stored. Raises InvalidInput."""
        return svg_path(parse_strokes(self.strokes))
