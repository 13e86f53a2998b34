"""What a caseworker should know on the way to a visit besides what was said: what is due, what the lead asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from followup.domain.deadlines import Deadline
from followup.services.flags.questions import Question, unanswered
from followup.services.overview.deadline_facts import Seen
from followup.services.overview.deadlines import deadlines
from followup.services.overview.handing_over_child import Handed, latest_handover
from followup.services.visit.preparing import Preparation
from followup.store.unit_of_work import UnitOfWork

THIS_VISIT = "visit"
"""The rule of `followup/deadlines` that the visit itself meets."""


@dataclass(frozen=True)
class Briefing:
    """deadlines: those that press. retell: why the explanation is to be told again, None when it isn't due.

    taken_over: the change of caseworker, while the new one hasn't said hello to the child.
    """

    deadlines: Sequence[Deadline]
    retell: Deadline | None
    questions: Sequence[Question]
    taken_over: Handed | None


def briefing(uow: UnitOfWork, page: Preparation) -> Briefing:
    """Gather it: three statements, and a fourth for somebody who didn't make the visit before."""
    child_id = page.visit.child_id
    seen = Seen(visited=page.last.on if page.last else None, told=tuple(page.told), check=page.check)
    pressing = [each for each in deadlines(uow, child_id, seen) if each.pressing]
    met = page.last is not None and page.last.visit.caseworker_id == page.visit.caseworker_id
    handed = None if met else latest_handover(uow, child_id)
    new = handed and handed.row.to_user_id == page.visit.caseworker_id and not handed.row.hello_on
    return Briefing(
        deadlines=[each for each in pressing if not each.occasion and each.rule.id != THIS_VISIT],
        retell=next((each for each in pressing if each.occasion), None),
        questions=[each for each in unanswered(uow) if each.child.id == child_id],
        taken_over=handed if new else None,
    )
