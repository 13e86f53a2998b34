"""Whose turn it is with a graver flag: said once for the database, which orders the queue, and once for a flag at hand.

To have seen it is not to have done something (docs/adr/0015): it waits for others only while a question waits for its
answer, or something planned is under way. It comes back to the lead when the answer is there, when it should have been,
and when what was planned is done or late. Nothing that somebody forgets is forgotten by the list as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

from followup.domain.flag_life import OPEN, TAKEN_ON, Act, question_waits
from followup.domain.workdays import Workdays
from followup.questionnaires import load_all
from followup.services.flags.open_flags import TO_FOLLOW_UP
from followup.store.tables import Action, Flag, FlagEvent
from followup.store.unit_of_work import UnitOfWork


def days_for(level: str) -> int | None:
    """Within how many working days a flag of a level is answered, by the lead and by whom she asks; None: no limit."""
    return load_all().common.levels[level].deadline_workdays


def others_turn(uow: UnitOfWork, workdays: Workdays) -> ColumnElement[int]:
    """0 when a flag waits for the lead, 1 when it waits for others."""
    planned = (
        select(Action.id)
        .join(FlagEvent, FlagEvent.action_id == Action.id)
        .where(FlagEvent.flag_id == Flag.id, FlagEvent.kind == Act.PLAN.value)
        .where(Action.state == "open", or_(Action.due.is_(None), Action.due >= uow.today))
        .correlate(Flag)
    )
    waits = or_(_question_waits(uow, workdays), planned.exists())
    return case((or_(Flag.status == OPEN, not_(waits)), 0), else_=1)


def back_since(
    flag: Flag, trail: Sequence[tuple[FlagEvent, Action | None]], uow: UnitOfWork, workdays: Workdays
) -> tuple[bool, date | None]:
    """Say whether a flag waits for others, and else since when it is back with the lead (None: it never left her).

    trail: its events, oldest first, each with the action that was planned by it.
    """
    days = days_for(flag.level)
    if flag.status not in {OPEN, TAKEN_ON} or days is None:
        return False, None
    planned = [action for _event, action in trail if action]
    now = [event for event, _action in trail if event.at >= flag.raised_at]  # opened again, it begins anew
    back = [uow.day_of(event.at) for event in now if event.kind == Act.ANSWER]
    question = next((event for event in reversed(now) if event.kind == Act.ASK), None)
    waits = any(action.state == "open" and (action.due is None or action.due >= uow.today) for action in planned)
    if question and question_waits([event.kind for event in now]):
        answered_by = workdays.after(uow.day_of(question.at), days)
        waits = waits or uow.today <= answered_by
        back.append(answered_by)
    if flag.status == TAKEN_ON and waits:
        return True, None
    if any(event.kind == Act.PLAN for event in now):
        back += [min(day, uow.today) for action in planned if (day := action.done_on or action.due)]
    return False, max(back, default=None)


def _question_waits(uow: UnitOfWork, workdays: Workdays) -> ColumnElement[bool]:
    """Whether somebody was asked since the flag was raised, has not answered, and has still time to."""
    of_flag = select(func.max(FlagEvent.at)).where(FlagEvent.flag_id == Flag.id, FlagEvent.at >= Flag.raised_at)
    asked = of_flag.where(FlagEvent.kind == Act.ASK.value).correlate(Flag).scalar_subquery()
    settled = of_flag.where(FlagEvent.kind.in_((Act.ANSWER.value, Act.CLOSE.value))).correlate(Flag).scalar_subquery()
    in_time = or_(
        *(
            and_(Flag.level == level, asked >= _earliest(uow, workdays, days))
            for level in TO_FOLLOW_UP
            if (days := days_for(level)) is not None
        )
    )
    return and_(asked.is_not(None), or_(settled.is_(None), asked > settled), in_time)


def _earliest(uow: UnitOfWork, workdays: Workdays, days: int) -> datetime:
    """The first moment from which a question may have been asked and still have time for its answer today."""
    return datetime.combine(workdays.earliest(uow.today, days), time.min, uow.zone)
