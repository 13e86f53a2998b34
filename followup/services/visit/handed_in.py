"""What is known of a sheet that was handed in: the answers that were changed afterwards, and the time it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from followup.domain.answers import GIVEN
from followup.domain.pace import Hurry, hurried
from followup.domain.questionnaire import Questionnaire
from followup.store.tables import Answer, EarlierAnswer, Response
from followup.store.unit_of_work import UnitOfWork

Earlier = Mapping[UUID, Sequence[EarlierAnswer]]
"""By answer: what it was before it was changed, the oldest first."""


def earlier_answers(uow: UnitOfWork, responses: Iterable[Response]) -> Earlier:
    """Fetch what was handed in and changed since; the responses' answers are loaded. Asks only if one is handed in."""
    ids = [answer.id for response in responses if response.handed_in_at for answer in response.answers]
    found: defaultdict[UUID, list[EarlierAnswer]] = defaultdict(list)
    if ids:
        statement = uow.reachable(EarlierAnswer).where(EarlierAnswer.answer_id.in_(ids))
        for row in uow.all(statement.order_by(EarlierAnswer.replaced_at)):
            found[row.answer_id].append(row)
    return found


def hurry(response: Response, form: Questionnaire, earlier: Earlier) -> Hurry | None:
    """Tell whether a sheet was answered faster than it can be read; None unless it was answered alone and handed in."""
    if response.handed_in_at is None or response.mode != "alone":
        return None
    texts = {item.id: item.text.get("sv") for item in form.items}
    answers = []
    for answer in response.answers:
        before = earlier.get(answer.id)
        first: Answer | EarlierAnswer = before[0] if before else answer
        if answer.item in texts and first.status in GIVEN and first.answered_at <= response.handed_in_at:
            answers.append((len((first.asked or texts[answer.item]).split()), first.answered_at))
    return hurried(answers, response.started_at)
