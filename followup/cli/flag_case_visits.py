"""Reading one made-up visit of a case: answers, carers' answers, placement check and talk in private."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from followup.domain.answers import Answer, AnswerSheet, Status
from followup.domain.checking import Reader
from followup.domain.placement_check import REASONS, SELF_BLAME, UNDERSTANDING
from followup.domain.rules import FormRules, ScaleRules
from followup.domain.visit_rules import VisitFacts

_TODAY = dt.date(2026, 1, 1)  # any day will do: the rules only look at the days between visits
_USUAL_DAYS = 90
_LONGEST_AGO = 10_000
_LARGEST = 100
_VISIT = ("wants_to_talk", "private", "comprehension", "practice", "practice_failed", "carer", "placement")
_EARLIER = ("days_ago", "form", "version")
_NON_ANSWERS = [str(status) for status in Status if status is not Status.ANSWERED]
_READY, _NOT_READY = ("ready", "passed"), ("not_ready", "failed")
_PRIVATE = {True: True, False: False, "yes": True, "partly": True, "no": False}


@dataclass(frozen=True)
class CaseVisit:
    """One visit of a case, as the rules take it."""

    sheet: AnswerSheet
    facts: VisitFacts
    carer: AnswerSheet | None


def read_visit(
    visit: Reader, form: FormRules, carer_scale: ScaleRules, *, steps_back: int, aliases: Mapping[str, str]
) -> CaseVisit:
    """Return a visit so many steps before the present one (0: the present). aliases: form ids by name in the file."""
    visit.keys((), ("answers", *_VISIT, *(_EARLIER if steps_back else ())))
    days = visit.integer("days_ago", 1, _LONGEST_AGO) if steps_back else 0
    on = _TODAY - dt.timedelta(days=_USUAL_DAYS * steps_back if days is None else days)
    name = visit.string("form")
    code = aliases.get(name, name) or form.form
    version = visit.integer("version", 0, _LARGEST)
    major = form.major if version is None else version
    own = (code, major) == (form.form, form.major)
    answers = _answers(visit, "answers", form.scale if own else None, form if own else None)
    sheet = AnswerSheet(code, major, form.scale, on, _with_wishes(visit, answers), ready=_ready(visit))
    theirs = _answers(visit, "carer", carer_scale, None)
    carer = AnswerSheet("carer", 1, carer_scale, on, theirs) if theirs else None
    return CaseVisit(sheet, _facts(visit, on), carer)


def _answers(visit: Reader, key: str, scale: ScaleRules | None, form: FormRules | None) -> dict[str, Answer]:
    """Read answers by item. A form other than the case's own has items and a scale that are not known here."""
    if not visit.has(key):
        return {}
    rows = visit.child(key)
    answers = {}
    for name, value in rows.values.items():
        item = str(name)
        if form and item not in form.items:
            rows.note(item, f"is no item of the form; choose one of {', '.join(form.items)}")
        if isinstance(value, str) and value in _NON_ANSWERS:
            answers[item] = Answer(item, status=Status(value))
        elif type(value) is int and (scale is None or scale.holds(value)):
            answers[item] = Answer(item, value)
        else:
            ends = f"from {scale.minimum} to {scale.maximum} " if scale else ""
            rows.note(item, f"{value!r} is no answer; write a whole number {ends}or one of {', '.join(_NON_ANSWERS)}")
    return answers


def _with_wishes(visit: Reader, answers: dict[str, Answer]) -> dict[str, Answer]:
    wishes = visit.values.get("wants_to_talk") or []
    if not isinstance(wishes, list):
        wishes = [wishes]
    for wish in map(str, wishes):
        answer = answers.get(wish)
        if answer is None:
            visit.note("wants_to_talk", f"{wish} has no answer; add it to answers")
            continue
        answers[wish] = Answer(wish, answer.score, answer.status, wants_to_talk=True)
    return answers


def _ready(visit: Reader) -> bool:
    said = {visit.choice(key, (*_READY, *_NOT_READY)) for key in ("comprehension", "practice")}
    return not (said & set(_NOT_READY) or visit.boolean("practice_failed"))


def _facts(visit: Reader, on: dt.date) -> VisitFacts:
    private = visit.values.get("private")
    if private is not None and private not in _PRIVATE:
        visit.note("private", "must be true, false, yes, partly or no")
    check = visit.child("placement") if visit.has("placement") else Reader({}, visit.place, visit.notes)
    check.keys((), ("understanding", "self_blame", "understanding_reason", "self_blame_reason", "reason"))
    reason = check.choice("reason", REASONS)
    return VisitFacts(
        on=on,
        private_talk=_PRIVATE.get(private) if isinstance(private, bool | str) else None,
        understanding=check.choice("understanding", UNDERSTANDING),
        self_blame=check.choice("self_blame", SELF_BLAME),
        understanding_reason=check.choice("understanding_reason", REASONS) or reason,
        self_blame_reason=check.choice("self_blame_reason", REASONS) or reason,
    )
