"""Answers as values, and the judging of what came in from a form, a script or a tablet that was offline."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from followup.domain.errors import InvalidInput, Problem, translatable
from followup.domain.questionnaire import Questionnaire
from followup.domain.rules import ScaleRules
from followup.domain.text import clean_text

WORDS_LIMIT = 5000  # characters of a child's own words on one item: more than anybody dictates
_DIGITS_WORTH_READING = 4  # int() of a very long run of digits is slow or refused, and no scale needs more


class Status(StrEnum):
    """Whether there is an answer, and otherwise why not. A missing answer is never a low answer."""

    ANSWERED = "answered"
    DONT_KNOW = "dont_know"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"
    NOT_APPLICABLE = "not_applicable"


GIVEN = frozenset({Status.ANSWERED, Status.DONT_KNOW, Status.DECLINED})  # "don't know" is an answer as good as any
UNANSWERED = frozenset({Status.DONT_KNOW, Status.DECLINED, Status.NOT_ASKED})  # "does not apply" is no gap


@dataclass(frozen=True)
class Answer:
    """What was said to one item. score is set only when status is answered; closing questions have words and no score.

    wants_to_talk: the child marked "I want to talk about this". words: the child's own words, or "".
    """

    item: str
    score: int | None = None
    status: Status = Status.ANSWERED
    wants_to_talk: bool = False
    words: str = ""


@dataclass(frozen=True)
class AnswerSheet:
    """One person's answers at one visit, by item id.

    form, major: code and major version of the questionnaire; scale: its ends and thresholds.
    ready: False when the practice items showed that the child did not use the scale (comprehension not_ready).
    """

    form: str
    major: int
    scale: ScaleRules
    on: dt.date
    answers: Mapping[str, Answer] = field(default_factory=dict)
    ready: bool = True

    def score(self, item_id: str) -> int | None:
        """Return the score given to an item, or None when there is none for whatever reason."""
        answer = self.answers.get(item_id)
        return answer.score if answer and answer.status is Status.ANSWERED else None

    def status(self, item_id: str) -> Status | None:
        """Return the status of an item, or None when nothing is recorded about it yet."""
        answer = self.answers.get(item_id)
        return answer.status if answer else None


@dataclass(frozen=True)
class ParsedAnswers:
    """What a form held: answers by item id, items shown but left blank, and what can't be used (field "q-<item>")."""

    answers: Mapping[str, Answer]
    blank: tuple[str, ...]
    problems: tuple[Problem, ...]


class _Unusable(Exception):
    """A field that can't be used; carries the problem to report."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def parse_answers(questionnaire: Questionnaire, raw: Mapping[str, object], *, shown: Collection[str]) -> ParsedAnswers:
    """Judge a posted form item by item; one bad field never costs the others. Never raises, whatever `raw` holds.

    raw: per item `q-<item>` (a score, or dont_know, declined, not_asked, not_applicable), `talk-<item>` ("1") and
    `words-<item>` (text; also for closing questions). Other fields are not looked at.
    shown: ids of the items on the page. Only these are read, so that a page with one item leaves the others alone.
    A blank item with words or a wish to talk becomes an answer with status not_asked, so that the wish is not lost.
    """
    known = [item.id for item in questionnaire.items]
    closing = [question.id for question in questionnaire.closing]
    answers: dict[str, Answer] = {}
    blank: list[str] = []
    problems = [_unknown(item_id) for item_id in _strangers(raw, shown, {*known, *closing})]
    for item_id in (each for each in (*known, *closing) if each in shown):
        try:
            answer = _closing_answer(item_id, raw) if item_id in closing else _answer(item_id, raw, questionnaire)
        except _Unusable as error:
            problems.append(error.problem)
        else:
            if answer is None:
                blank.append(item_id)
            else:
                answers[item_id] = answer
    return ParsedAnswers(answers, tuple(blank), tuple(problems))


def sheet_for(
    questionnaire: Questionnaire, on: dt.date, answers: Iterable[Answer], *, ready: bool = True
) -> AnswerSheet:
    """Return the sheet of one person's answers to a form on a day."""
    by_item = {answer.item: answer for answer in answers}
    return AnswerSheet(questionnaire.code, questionnaire.major, questionnaire.scale.rules, on, by_item, ready)


def complete(sheet: AnswerSheet, items: Collection[str]) -> AnswerSheet:
    """Return the sheet with every item that nothing is recorded about set to not_asked: what signing does.

    items: ids of the items that apply to the child (see Questionnaire.items_for).
    """
    blank = {item_id: Answer(item_id, status=Status.NOT_ASKED) for item_id in items if item_id not in sheet.answers}
    return replace(sheet, answers={**sheet.answers, **blank})


def _answer(item_id: str, raw: Mapping[str, object], questionnaire: Questionnaire) -> Answer | None:
    score, status = _choice(f"q-{item_id}", raw, questionnaire.scale.rules)
    wants_to_talk = str(raw.get(f"talk-{item_id}")) in {"1", "True"}
    words = _words(item_id, raw)
    if status is None and not (wants_to_talk or words):
        return None
    return Answer(item_id, score, status or Status.NOT_ASKED, wants_to_talk, words)


def _closing_answer(item_id: str, raw: Mapping[str, object]) -> Answer | None:
    words = _words(item_id, raw)
    return Answer(item_id, words=words) if words else None


def _choice(name: str, raw: Mapping[str, object], scale: ScaleRules) -> tuple[int | None, Status | None]:
    value = raw.get(name)
    text = str(value).strip() if isinstance(value, str) or type(value) is int else value
    if text is None or text == "":
        return None, None
    if not isinstance(text, str):
        raise _Unusable(Problem(name, "Svaret gick inte att läsa. Välj ett av svaren.", "not_a_choice"))
    if text != Status.ANSWERED and text in set(Status):
        return None, Status(text)
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise _Unusable(Problem(name, "Svaret är ingen siffra. Välj ett av svaren.", "not_a_score"))
    if len(text) > _DIGITS_WORTH_READING or not scale.holds(int(text)):
        message = translatable("Svaret finns inte på skalan, som går från %(low)s till %(high)s. Välj ett av svaren.")
        raise _Unusable(Problem(name, message, "off_scale", {"low": scale.minimum, "high": scale.maximum}))
    return int(text), Status.ANSWERED


def _words(item_id: str, raw: Mapping[str, object]) -> str:
    name = f"words-{item_id}"
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Unusable(Problem(name, "Texten gick inte att läsa. Skriv den igen.", "not_text"))
    try:
        return clean_text(value, WORDS_LIMIT, field=name)
    except InvalidInput as error:
        raise _Unusable(error.problems[0]) from error


def _strangers(raw: Mapping[str, object], shown: Collection[str], known: Collection[str]) -> list[str]:
    posted = [str(key).removeprefix("q-") for key in raw if str(key).startswith("q-")]
    return [each for each in dict.fromkeys([*posted, *shown]) if each not in known]


def _unknown(item_id: str) -> Problem:
    message = translatable("Frågan finns inte i formuläret. Läs in sidan igen.")
    return Problem(f"q-{item_id[:60]}", message, "unknown_item")
