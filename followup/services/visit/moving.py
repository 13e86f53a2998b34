"""A visit that is made on another day than it was booked for: moved to today, so that what is said has its right day.

Answers, agreements and the summary are dated by the visit. What was begun before today, with this child or with another
in the same home, is left where it is: somebody who writes up last week's visit hasn't made a new one.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from followup.domain.age import age_on
from followup.domain.errors import InvalidTransition
from followup.questionnaires import load_all
from followup.services.visit import steps
from followup.services.visit.answer_sheet import AnswerPage
from followup.services.visit.preparing import STEP as PREPARE
from followup.store.tables import HomeVisit, Visit
from followup.store.unit_of_work import UnitOfWork


def booked_for_another_day(uow: UnitOfWork, page: AnswerPage) -> date | None:
    """Return the day that an open visit was booked for, if it looks as if it is made today instead; else None."""
    visit = page.visit
    on = uow.day_of(visit.planned_at)
    begun = page.response.started_at if page.response else visit.saved_at if visit.state == "draft" else None
    if visit.state not in steps.OPEN_STATES or on == uow.today or (begun and uow.day_of(begun) != uow.today):
        return None
    return None if _fixed(uow, visit) else on


def move_to_today(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Let the visit, and those of other children in the same home visit, be of today, now. Done twice is done once.

    A form that was proposed for the child's age and not yet begun follows the age of today.
    Raises NotFound, InvalidTransition for a visit that isn't open, or is shared with one that was begun before today.
    """
    visit = steps.open_for_writing(uow, visit_id)
    if uow.day_of(visit.planned_at) == uow.today:
        return visit
    if _fixed(uow, visit):
        raise InvalidTransition(visit.state)
    uow.one(uow.reachable(HomeVisit).where(HomeVisit.id == visit.home_visit_id))  # within reach, before it is changed
    together = uow.reachable(Visit).where(
        Visit.home_visit_id == visit.home_visit_id, Visit.state.in_(steps.OPEN_STATES)
    )
    now = uow.now.replace(second=0, microsecond=0)
    for each in uow.all(together.order_by(Visit.id).with_for_update(of=Visit)):
        each.planned_at = now
    visit.home_visit.planned_at = now
    if visit.state == "planned" and not visit.revisions.get(PREPARE):
        proposed = load_all().form_for_age(age_on(visit.child.birth_date, uow.today))
        visit.questionnaire_code = proposed.code if proposed else None
    uow.note("move_visit", child_id=visit.child_id, visit=str(visit.id))
    return visit


def _fixed(uow: UnitOfWork, visit: Visit) -> bool:
    """Tell whether the home visit has been made already, with another child."""
    others = uow.reachable(Visit).where(
        Visit.home_visit_id == visit.home_visit_id, Visit.id != visit.id, Visit.state == "draft"
    )
    days = [uow.day_of(saved_at) for (saved_at,) in uow.rows(others.with_only_columns(Visit.saved_at)) if saved_at]
    return any(day != uow.today for day in days) or steps.shared_is_signed(uow, visit)
