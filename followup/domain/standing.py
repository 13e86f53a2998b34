"""Where a child's answers stood after the last visits: what was low or had fallen, and what went unanswered.

For preparing the next visit, not for judging it: no flag is raised here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from followup.domain.answers import UNANSWERED, AnswerSheet, Status
from followup.domain.questionnaire import Item, Questionnaire
from followup.domain.rules import FormRules


@dataclass(frozen=True)
class Standing:
    """One item after the last visit. score: the last answer, None when there was none, for which status says why.

    before: the answer before that, None when there is none to compare with. silent: at how many visits in a row, up to
    the last one, it went unanswered; never: whether it has not been answered at any of the visits looked at.
    """

    item: Item
    score: int | None = None
    status: Status | None = None
    before: int | None = None
    silent: int = 0
    never: bool = False

    @property
    def fall(self) -> int:
        """How many steps lower than the time before, 0 when it has not fallen."""
        return max(0, self.before - self.score) if self.before is not None and self.score is not None else 0


def low_or_falling(sheets: Sequence[AnswerSheet], form: Questionnaire) -> tuple[Standing, ...]:
    """Return the items that were low at the last visit, or had fallen by more than noise; the lowest first.

    sheets: earlier sheets, newest first. Only those to this form and major version are looked at.
    """
    rules = form.flag_rules
    past = [sheet for sheet in sheets if _comparable(sheet, rules) and sheet.ready]
    if not past:
        return ()
    found = [_scored(item, past) for item in form.items if past[0].score(item.id) is not None]
    telling = [each for each in found if _tells(each, form)]
    return tuple(sorted(telling, key=lambda each: (each.score or 0, -each.fall)))


def unanswered(sheets: Sequence[AnswerSheet], form: Questionnaire) -> tuple[Standing, ...]:
    """Return the items without an answer at the last visit, those silent for longest first. sheets: as above."""
    rules = form.flag_rules
    past = [sheet for sheet in sheets if _comparable(sheet, rules)]
    found = [_silent(item, past) for item in form.items]
    return tuple(sorted((each for each in found if each.silent), key=lambda each: -each.silent))


def _comparable(sheet: AnswerSheet, rules: FormRules) -> bool:
    return (sheet.form, sheet.major) == (rules.form, rules.major)


def _scored(item: Item, past: Sequence[AnswerSheet]) -> Standing:
    scores = [score for sheet in past if (score := sheet.score(item.id)) is not None]
    return Standing(item, scores[0], Status.ANSWERED, scores[1] if len(scores) > 1 else None)


def _tells(standing: Standing, form: Questionnaire) -> bool:
    rules, score = standing.item.rules, standing.score or 0
    watched = rules.critical and rules.watch is not None and score <= rules.watch
    return score <= rules.low or watched or standing.fall >= form.scale.rules.drop


def _silent(item: Item, past: Sequence[AnswerSheet]) -> Standing:
    statuses = [sheet.status(item.id) for sheet in past]
    times = 0
    for status in statuses:
        if status not in UNANSWERED:
            break
        times += 1
    return Standing(item, None, statuses[0] if statuses else None, None, times, times > 0 and times == len(past))
