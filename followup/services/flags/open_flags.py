"""Which flags are still something to talk about or to follow up, the same on the start page and on the child's own.

A flag that only asks for a talk belongs to its visit: it is left when it has been talked about, or when a later visit
is signed, because what is still low then has raised a flag of its own. One to follow up, or raised with the lead, stays
until somebody closes it, whatever its age, and also when the visit itself was called off: what the child said before
everybody had to leave is no less grave. A withdrawn flag is none: an answer was put right before signing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, not_, or_, select

from followup.domain.flag_life import ALIVE, URGENT
from followup.domain.flags import FORM
from followup.services.overview.due import DONE
from followup.services.visit.talking import CARER_FORM
from followup.store.tables import Flag, Prompt, Visit
from followup.store.unit_of_work import UnitOfWork

TO_TALK = "talk"
TO_FOLLOW_UP = ("follow_up", "escalate")


def open_flags(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    """Select flags within reach that are still open, joined with Visit and, where one was recorded, with Prompt."""
    return (
        uow.reachable(Flag)
        .join(Visit, Visit.id == Flag.visit_id)
        .outerjoin(Prompt, and_(Prompt.visit_id == Flag.visit_id, Prompt.subject == talked_as()))
        .where(
            Flag.status.in_(ALIVE),
            or_(Flag.level.in_(TO_FOLLOW_UP), and_(Flag.level == TO_TALK, left_to_talk(), _of_latest_visit(uow))),
        )
    )


def left_to_talk() -> ColumnElement[bool]:
    """Whether it has not been talked about yet; “not today” and “later” leave it open."""
    return and_(Flag.respondent != "caseworker", or_(Prompt.outcome.is_(None), Prompt.outcome != "talked"))


def talked_as() -> ColumnElement[str]:
    """The subject of the conversation that a flag leads to, as `services.visit.talking.talked_as` says it of a row."""
    carers_form = and_(Flag.respondent == "carer", Flag.subject == FORM)
    return case((carers_form, CARER_FORM), else_=Flag.subject)


def counted(uow: UnitOfWork) -> Select[*tuple[Any, ...]]:
    """Select (child, left to talk about, talked about but to follow up, raised with the lead, acute) per child."""
    subject = Flag.respondent + ":" + Flag.subject
    acute = Flag.subject.startswith(URGENT)
    return (
        open_flags(uow)
        .group_by(Flag.child_id)
        .with_only_columns(
            Flag.child_id,
            func.count(distinct(case((left_to_talk(), subject)))),
            func.count(distinct(case((and_(Flag.level == "follow_up", not_(left_to_talk())), subject)))),
            func.count(distinct(case((Flag.level == "escalate", subject)))),
            func.count(distinct(case((acute, subject)))),
        )
    )


def _of_latest_visit(uow: UnitOfWork) -> ColumnElement[bool]:
    ranked = (
        uow.reachable(Visit)
        .where(Visit.state.in_(DONE))
        .with_only_columns(
            Visit.id,
            func.row_number().over(partition_by=Visit.child_id, order_by=Visit.planned_at.desc()).label("place"),
        )
        .subquery()
    )
    return or_(Visit.state == "draft", Flag.visit_id.in_(select(ranked.c.id).where(ranked.c.place == 1)))
