"""Flags that a person raises (R13), and dated notes on any flag. The rules never touch the former."""

from __future__ import annotations

from uuid import uuid4

from followup.domain.flags import Level, Reason
from followup.questionnaires import load_all
from followup.store.tables import Flag, FlagEvent, Visit
from followup.store.unit_of_work import UnitOfWork


def raise_by_hand(uow: UnitOfWork, visit: Visit, subject: str, level: Level, text: str) -> Flag:
    """Raise a flag. subject: `manual:…` or `urgent:…`, once per visit; text: what the caseworker wrote."""
    flag = Flag(
        id=uuid4(),
        visit_id=visit.id,
        child_id=visit.child_id,
        respondent="caseworker",
        subject=subject,
        level=level.value,
        reasons=[Reason("R13", level).as_json()],
        rules_version=load_all().common.version,
        status="open",
        raised_at=uow.now,
        text=text,
    )
    uow.add(flag)
    uow.flush()
    note_on(uow, flag, "raised")
    return flag


def note_on(uow: UnitOfWork, flag: Flag, kind: str, text: str = "") -> None:
    """Add a dated step to a flag's life. kind: a code of `FlagEvent.kind`."""
    uow.add(FlagEvent(flag_id=flag.id, child_id=flag.child_id, kind=kind, at=uow.now, by=uow.actor.id, text=text))
