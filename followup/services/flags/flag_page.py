"""One flag, whole: for whoever judges it, and for the caseworker who answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from followup.domain.errors import NotFound
from followup.domain.flag_life import Act, open_to
from followup.services.flags.desk import next_waiting
from followup.services.flags.flag_cards import FlagCard, load_cards
from followup.services.flags.people_around import colleagues, leads
from followup.services.installation.working_days import working_days
from followup.store.tables import Flag, User
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class FlagPage:
    """A flag with what the actor may do with it. doers: whom to give something to do; following: the lead's next."""

    card: FlagCard
    acts: frozenset[Act]
    doers: Sequence[User]
    following: UUID | None


def flag_page(uow: UnitOfWork, flag_id: UUID) -> FlagPage:
    """Gather a flag's page. Raises NotFound."""
    card = next(iter(load_cards(uow, Flag.id == flag_id, working_days(uow))), None)
    if card is None:
        raise NotFound
    may_lead = leads(uow, card.row.child_id)
    return FlagPage(
        card=card,
        acts=open_to(status=card.row.status, level=card.row.level, leads=may_lead, question=card.question is not None),
        doers=colleagues(uow, [card.child.team_id]),
        following=next_waiting(uow, flag_id) if may_lead else None,
    )
