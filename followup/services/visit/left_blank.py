"""How much of the child's form has been passed over so far: what keeps a step from being called done."""

from __future__ import annotations

from sqlalchemy import and_

from followup.services.visit.answer_sheet import age_at, chosen_code
from followup.services.visit.answering import STEP_OF
from followup.services.visit.sheets import CHILD, forms_of
from followup.store.tables import Answer, QuestionnaireVersion, Response, Visit
from followup.store.unit_of_work import UnitOfWork


def left_blank(uow: UnitOfWork, visit: Visit) -> int:
    """Count the questions of a begun form that nothing is recorded about, as `AnswerPage.blank` does; 0 for others.

    One statement, of columns that stand in clear. visit: loaded with its child.
    """
    if not visit.revisions.get(STEP_OF[CHILD]):
        return 0
    rows = uow.rows(
        uow.reachable(Response)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Response.questionnaire_version_id)
        .outerjoin(Answer, and_(Answer.response_id == Response.id, Answer.child_id == Response.child_id))
        .where(Response.visit_id == visit.id, Response.respondent == CHILD)
        .with_only_columns(QuestionnaireVersion.code, QuestionnaireVersion.version, Response.handed_in_at, Answer.item)
    )
    age = age_at(uow, visit)
    if not rows or not (rows[0].handed_in_at or rows[0].code == chosen_code(visit, age)):
        return 0  # another form is chosen by now, and not begun
    form = forms_of(uow, [(rows[0].code, rows[0].version)])[rows[0].code, rows[0].version]
    recorded = {row.item for row in rows}
    return sum(item.id not in recorded for item in form.items_for(age))
