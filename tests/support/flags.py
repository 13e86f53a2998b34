"""Flags as the rules would have raised them, for tests of what comes afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from followup.store.tables import Flag, FlagEvent
from tests.support.people import People
from tests.support.population import Kid


def raise_flag(
    people: People, visit_id: UUID, kid: Kid, subject: str, level: str = "talk", *, days: float = 0, **more: Any
) -> UUID:
    """Add a flag on a visit, raised so many days from now, with the event that tells of it; returns its id."""
    flag_id = uuid4()
    at = people.clock() + timedelta(days=days)
    values = {"respondent": "child", "status": "open", **more}
    reasons = [{"rule": "R1", "level": level, "values": {"now": 2, "max": 5, "limit": 2}}]
    with people.as_program() as uow:
        uow.add(
            Flag(
                id=flag_id,
                visit_id=visit_id,
                child_id=kid.id,
                subject=subject,
                level=level,
                reasons=reasons,
                rules_version="1.0.0",
                raised_at=at,
                **values,
            )
        )
        uow.flush()
        uow.add(FlagEvent(flag_id=flag_id, child_id=kid.id, kind="raised", at=at, by=people.follows(kid).id))
    return flag_id
