"""What the leads of the demonstration did with the flags, and what the caseworkers answered, by the real services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import selectinload

from followup.domain.flag_life import ALIVE, OPEN, deeds
from followup.domain.flags import FORM
from followup.services.demo.chance import at, workday_from
from followup.services.demo.stories import LeadStory
from followup.services.demo.timeline import Timeline
from followup.services.demo.visiting import Scene, visit_of
from followup.services.flags import judging
from followup.services.flags.open_flags import TO_FOLLOW_UP
from followup.services.visit.sheets import CHILD
from followup.store.tables import Flag
from followup.store.unit_of_work import UnitOfWork

CLOSED_AFTER = timedelta(days=6)
"""How long after a visit its graver flags are closed, where a story says no more."""

_MORNING, _FORENOON, _NOON = time(8, 20), time(10, 5), time(11, 40)


def tell(timeline: Timeline, scene: Scene, told: LeadStory, zone: ZoneInfo, until: datetime) -> None:
    """Put on the timeline what became of one flag, as far as it has come by `until`."""
    lead, worker = scene.kid.lead.actor, scene.kid.worker.actor
    first = workday_from(scene.on + timedelta(days=told.days))
    second = workday_from(scene.on + timedelta(days=told.answered))
    plan = {
        "what": told.plan,
        "who": judging.OTHER if told.who else str(worker.id),
        "who_else": told.who,
        "due": workday_from(scene.on + timedelta(days=told.due)).isoformat(),
    }
    deeds: Sequence[tuple[object, datetime, Any, Callable[..., object], Mapping[str, str] | None]] = (
        (told.acknowledge, at(first, _MORNING, zone), lead, judging.acknowledge, None),
        (told.ask, at(first, _MORNING, zone), lead, judging.ask, {"question": told.ask}),
        (told.plan, at(first, _FORENOON, zone), lead, judging.plan, plan),
        (told.answer, at(second, _FORENOON, zone), worker, judging.answer, {"answer": told.answer}),
        (told.close, at(second, _NOON, zone), lead, judging.close, {"reason": told.close, "note": told.note}),
    )
    for said, moment, actor, deed, fields in deeds:
        if said and moment < until:
            timeline.add(moment, actor, partial(_on_flag, scene=scene, told=told, deed=deed, fields=fields))


def acknowledge_all(uow: UnitOfWork, scene: Scene) -> None:
    """Acknowledge the visit's graver flags that nobody has done anything about."""
    for flag in _graver(uow, scene):
        if flag.status == OPEN:
            judging.acknowledge(uow, flag.id, _seen(flag))


def close_all(uow: UnitOfWork, scene: Scene, words: str) -> None:
    """Close the visit's graver flags, with the lead's words."""
    for flag in _graver(uow, scene):
        reason = "acted" if flag.level == "escalate" or scene.story.promises else "talked_through"
        judging.close(uow, flag.id, _seen(flag), {"reason": reason, "note": words})


def close_plain(uow: UnitOfWork, scenes: Sequence[Scene]) -> None:
    """Close the graver flags of a plain child's earlier visits, each in its time."""
    for scene in scenes:
        uow.now = scene.at + CLOSED_AFTER
        uow.today = uow.day_of(uow.now)
        close_all(uow, scene, "")


def _seen(flag: Flag) -> int:
    return deeds([event.kind for event in flag.events])


def _graver(uow: UnitOfWork, scene: Scene) -> Sequence[Flag]:
    return uow.all(
        uow.reachable(Flag)
        .where(Flag.visit_id == visit_of(uow, scene).id, Flag.level.in_(TO_FOLLOW_UP), Flag.status.in_(ALIVE))
        .order_by(Flag.respondent, Flag.subject)
        .options(selectinload(Flag.events))
    )


def _on_flag(
    uow: UnitOfWork, scene: Scene, told: LeadStory, deed: Callable[..., object], fields: Mapping[str, str] | None
) -> None:
    items = {item.track: item.id for item in scene.form.items} if scene.form else {}
    subject = FORM if told.flag == FORM else items[told.flag]
    flag = uow.one(
        uow.reachable(Flag)
        .where(Flag.visit_id == visit_of(uow, scene).id, Flag.respondent == CHILD, Flag.subject == subject)
        .options(selectinload(Flag.events))
    )
    more = () if fields is None else (fields,)
    deed(uow, flag.id, _seen(flag), *more)
