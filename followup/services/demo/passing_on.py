"""What is about to change in the demonstration: a child gets another caseworker next week, a lead is away later on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from followup.domain.access import Role
from followup.services.demo.people import Cast, Kid, Staff
from followup.services.installation.mandates import name_deputy
from followup.services.overview.handing_over_child import change_caseworker, record_handover
from followup.store.unit_of_work import UnitOfWork

CHANGES_IN = timedelta(days=7)
AWAY_FROM, AWAY_TO = timedelta(days=21), timedelta(days=35)

_HELPS = "Rita medan ni pratar. Säg i förväg hur länge ni ska hålla på, och håll det."
_CONTACTS = "Läraren, som ringer om något är tungt i skolan. Kompisen i huset bredvid."


def change(uow: UnitOfWork, kid: Kid, to: Staff, today: date) -> None:
    """Decide, as the lead, that a child gets another caseworker; goodbye has been said."""
    fields = {"to": str(to.actor.id), "on": (today + CHANGES_IN).isoformat(), "helps": _HELPS, "contacts": _CONTACTS}
    change_caseworker(uow, kid.id, {**fields, "anyway": "1"})
    uow.flush()
    record_handover(uow, kid.id, {"goodbye_on": today.isoformat()})


def name(uow: UnitOfWork, lead: Staff, people: Iterable[Staff], today: date) -> None:
    """Name, as a lead, another team's caseworker as deputy for two weeks to come."""
    deputy = next((each for each in people if each.actor.role is Role.CASEWORKER and each.team != lead.team), None)
    if deputy and deputy.actor.id and lead.actor.team_id:
        name_deputy(uow, lead.actor.team_id, deputy.actor.id, today + AWAY_FROM, today + AWAY_TO)


def changing(people: Cast) -> tuple[Kid, Staff] | None:
    """The child that gets another caseworker, and whom; None where no team has two caseworkers."""
    for kid in reversed(people.kids):
        others = (
            each
            for each in people.staff.values()
            if each.team == kid.worker.team and each.actor.role is Role.CASEWORKER and each is not kid.worker
        )
        to = next(others, None)
        if to and not kid.story.protected and not kid.story.together_with and not people.visited_with(kid):
            return kid, to
    return None
