"""A form that somebody answered alone on the tablet, for tests of what comes after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from followup.services.visit.answering import STEP_OF, record_answers
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Drawing, Response
from tests.support.people import People

SUN = "[[[100,100],[300,100],[300,300],[100,300],[100,100]],[[500,500]]]"


def save(people: People, visit: UUID, fields: Mapping[str, str], respondent: str = "child") -> Saved | Stale:
    """Save a page's fields at the newest revision, as Maja."""
    revision = people.visit(visit).revisions.get(STEP_OF[respondent], 0)
    with people.unit(people.maja) as uow:
        return record_answers(uow, visit, respondent, revision, fields)


def begin_alone(people: People, visit: UUID, *, respondent: str = "child", language: str = "sv") -> None:
    """Begin the sheet as handing the tablet over does."""
    save(people, visit, {"mode": "alone", "earshot": "nobody", "language": language}, respondent)
    _change(people, visit, respondent, device_language=language)


def hand_in(people: People, visit: UUID, *, respondent: str = "child", **values: Any) -> None:
    """Hand the sheet in now. values: its pauses, paused_seconds, first_topic."""
    _change(people, visit, respondent, handed_in_at=people.clock(), **values)


def draw(people: People, visit: UUID, child: UUID, item: str, *, in_summary: bool = True, strokes: str = SUN) -> None:
    """Add a drawing of the child's."""
    row = {"visit_id": visit, "child_id": child, "item": item, "strokes": strokes, "in_summary": in_summary}
    with people.as_program() as uow:
        uow.add(Drawing(drawn_at=uow.now, **row))


def _change(people: People, visit: UUID, respondent: str, **values: Any) -> None:
    with people.as_program() as uow:
        sheet = uow.one(uow.reachable(Response).where(Response.visit_id == visit, Response.respondent == respondent))
        for name, value in values.items():
            setattr(sheet, name, value)
