"""The filled-in forms of a summary: today's answers beside the earlier ones that may be compared with them.

Where a form was shown in another language than Swedish, what was shown stands beside the Swedish, word for word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from followup.domain import record_words, summary
from followup.domain.questionnaire import Item, Questionnaire
from followup.domain.questionnaire import Scale as FormScale
from followup.questionnaires import Library
from followup.questionnaires.languages import words
from followup.services.installation.publishing import form_of
from followup.services.overview.due import DONE
from followup.services.visit.handed_in import Earlier, earlier_answers
from followup.services.visit.sheets import History
from followup.store.tables import Answer, Response, Visit
from followup.store.unit_of_work import UnitOfWork

_PICTURES = {"faces": "faces", "number_row": "line", "buttons": "bars"}


@dataclass(frozen=True)
class _Sheet:
    """A response with what is needed to word it. talked: subjects that were talked about."""

    response: Response
    form: Questionnaire
    library: Library
    earlier: _Earlier
    changed: Earlier
    talked: frozenset[str]


@dataclass(frozen=True)
class _Earlier:
    """Earlier answers by item, oldest first, and the day of the latest visit among them."""

    points: Mapping[str, Sequence[summary.TrendPoint]]
    latest: date | None


def filled_in_forms(uow: UnitOfWork, visit: Visit, history: History, library: Library) -> tuple[summary.Form, ...]:
    """Word every response of the visit; its responses, answers and questionnaire versions are loaded."""
    talked = frozenset(prompt.subject for prompt in visit.prompts if prompt.outcome == "talked")
    answered = [response for response in visit.responses if response.answers]
    changed = earlier_answers(uow, answered)
    found = []
    for response in answered:
        form = form_of(response.questionnaire_version)
        earlier = _earlier(history, response.respondent, form)
        found.append(_form(_Sheet(response, form, library, earlier, changed, talked)))
    return tuple(found)


def shown_in(answer: Answer) -> str:
    """Return the tag (BCP 47) of the language a question was shown in, "" for the record's own or an unknown one."""
    return words(answer.language).html_lang if answer.asked and answer.language not in {None, "sv"} else ""


def _form(sheet: _Sheet) -> summary.Form:
    response, form, common = sheet.response, sheet.form, sheet.library.common
    given = {answer.item: answer for answer in response.answers}
    alone = response.handed_in_at is not None
    return summary.Form(
        title=form.title.get("sv"),
        version=form.version,
        respondent=record_words.term("respondent", response.respondent),
        scale=_scale(form),
        answers=tuple(_line(sheet, item, given[item.id]) for item in form.items if item.id in given),
        mode=common.modes[response.mode].get("sv") if response.respondent == "child" or alone else "",
        language=record_words.language(response.language),
        within_earshot=_earshot(response, sheet.library),
        comprehension=common.comprehension[response.comprehension].get("sv") if response.comprehension else "",
        period=form.recall.get("sv"),
        previous_on=sheet.earlier.latest,
        started=response.started_at if alone else None,
        handed_in=response.handed_in_at,
        pauses=record_words.pauses(response.pauses, response.paused_seconds) if alone else "",
        asked_in=_asked_in(response),
    )


def _asked_in(response: Response) -> str:
    shown = dict.fromkeys(answer.language or "" for answer in response.answers if shown_in(answer))
    return " och ".join(record_words.language(code) for code in shown)


def _line(sheet: _Sheet, item: Item, answer: Answer) -> summary.AnswerLine:
    history = tuple(sheet.earlier.points.get(item.id, ()))
    before = history[-1] if history else None
    language = shown_in(answer)
    return summary.AnswerLine(
        item_id=item.id,
        text=item.text.get("sv"),
        today=_answer(answer.status, answer.score, sheet.form, sheet.library),
        previous=_answer(before.status, before.value, sheet.form, sheet.library) if before else None,
        history=history,
        wants_to_talk=answer.wants_to_talk,
        became_conversation=item.id in sheet.talked,
        words=answer.words,
        replaced=tuple(
            summary.Replaced(
                _answer(row.status, row.score, sheet.form, sheet.library),
                row.answered_at,
                row.words if row.words != answer.words else "",
                row.wants_to_talk,
            )
            for row in sheet.changed.get(answer.id, ())
        ),
        language=language,
        asked=answer.asked if language else "",
        chosen=answer.chosen if language else "",
    )


def _answer(status: str, score: int | None, questionnaire: Questionnaire, library: Library) -> summary.Answer:
    if score is None:
        text = library.common.non_answers[status].get("sv") if status in library.common.non_answers else ""
        return summary.Answer(status, text)
    point = questionnaire.scale.point(score)
    numbers = questionnaire.scale.kind == "number_row"
    return summary.Answer(status, str(score) if numbers or point is None else point.label.get("sv"), score)


def _scale(questionnaire: Questionnaire) -> summary.Scale:
    scale: FormScale = questionnaire.scale
    return summary.Scale(
        kind="words" if questionnaire.respondent == "carer" else _PICTURES[scale.kind],
        lowest=scale.points[0].value,
        highest=scale.points[-1].value,
        points=tuple(
            summary.ScalePoint(point.value, point.label.get("sv")) for point in scale.points if point.label.get("sv")
        ),
        low=scale.rules.low,
    )


def _earshot(response: Response, library: Library) -> str:
    codes = (response.earshot or "").split()
    return ", ".join(library.common.earshot[code].get("sv") for code in codes if code in library.common.earshot)


def _earlier(history: History, respondent: str, questionnaire: Questionnaire) -> _Earlier:
    """Gather signed earlier answers to the same form and major version, oldest first."""
    points: dict[str, list[summary.TrendPoint]] = defaultdict(list)
    latest: date | None = None
    for visit in reversed(history.earlier):
        sheet = visit.sheets.get(respondent)
        same = sheet is not None and (sheet.form, sheet.major) == (questionnaire.code, questionnaire.major)
        if sheet is None or not same or visit.state not in DONE:
            continue
        latest = visit.on
        for answer in sheet.answers.values():
            points[answer.item].append(summary.TrendPoint(visit.on, answer.status.value, answer.score))
    return _Earlier(points, latest)
