"""The filled-in forms of a summary: today's answers beside the earlier ones that may be compared with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from followup.domain import record_words, summary
from followup.domain.questionnaire import Questionnaire
from followup.domain.questionnaire import Scale as FormScale
from followup.questionnaires import Library
from followup.services.installation.publishing import form_of
from followup.services.overview.due import DONE
from followup.services.visit.sheets import History, load_history
from followup.store.tables import Answer, Response, Visit
from followup.store.unit_of_work import UnitOfWork

_PICTURES = {"faces": "faces", "number_row": "line", "buttons": "bars"}


@dataclass(frozen=True)
class _Earlier:
    """Earlier answers by item, oldest first, and the day of the latest visit among them."""

    points: Mapping[str, Sequence[summary.TrendPoint]]
    latest: date | None


def filled_in_forms(uow: UnitOfWork, visit: Visit, library: Library) -> tuple[summary.Form, ...]:
    """Word every response of the visit; its responses, answers and questionnaire versions are loaded."""
    talked = {prompt.subject for prompt in visit.prompts if prompt.outcome == "talked"}
    answered = [response for response in visit.responses if response.answers]
    history = load_history(uow, visit, comparable=True)
    return tuple(_form(response, library, talked, history) for response in answered)


def _form(response: Response, library: Library, talked: set[str], history: History) -> summary.Form:
    questionnaire = form_of(response.questionnaire_version)
    earlier = _earlier(history, response.respondent, questionnaire)
    given = {answer.item: answer for answer in response.answers}
    return summary.Form(
        title=questionnaire.title.get("sv"),
        version=questionnaire.version,
        respondent=record_words.term("respondent", response.respondent),
        scale=_scale(questionnaire),
        answers=tuple(
            _line(item.id, item.text.get("sv"), given[item.id], questionnaire, library, earlier, talked)
            for item in questionnaire.items
            if item.id in given
        ),
        mode=library.common.modes[response.mode].get("sv") if response.respondent == "child" else "",
        language=record_words.language(response.language),
        within_earshot=_earshot(response, library),
        comprehension=library.common.comprehension[response.comprehension].get("sv") if response.comprehension else "",
        period=questionnaire.recall.get("sv"),
        previous_on=earlier.latest,
    )


def _line(
    item_id: str,
    text: str,
    answer: Answer,
    questionnaire: Questionnaire,
    library: Library,
    earlier: _Earlier,
    talked: set[str],
) -> summary.AnswerLine:
    history = tuple(earlier.points.get(item_id, ()))
    before = history[-1] if history else None
    return summary.AnswerLine(
        item_id=item_id,
        text=text,
        today=_answer(answer.status, answer.score, questionnaire, library),
        previous=_answer(before.status, before.value, questionnaire, library) if before else None,
        history=history,
        wants_to_talk=answer.wants_to_talk,
        became_conversation=item_id in talked,
        words=answer.words,
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
