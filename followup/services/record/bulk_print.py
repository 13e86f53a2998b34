"""Printing all that waits, at once: after a long stop, or before what nobody has asked for yet is to be filed.

Each document is claimed, made and stored by itself, as the server does, so it can be stopped at any moment and taken up
again, and a server may print beside it. Nothing grows with their number but a list of ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_

from followup.domain.access import SYSTEM
from followup.pdf.jobs import PrintJob
from followup.services.record.claiming import CLAIM_LASTS
from followup.services.record.pressroom import make_left
from followup.services.record.sealing import Sealer
from followup.store.opening import Store
from followup.store.tables import Document

LEFT: Final = ("waiting", "unmade", "failed")
"""States of documents that have no bytes: asked for, not asked for yet, and tried in vain."""


@dataclass(frozen=True)
class Progress:
    """So many visits of so many have been gone through."""

    done: int
    of: int


def count_left(store: Store) -> Mapping[str, int]:
    """Count the documents without bytes by state, a code of LEFT."""
    with store.unit(SYSTEM, reads=True) as uow:
        found = uow.reachable(Document).where(Document.state.in_(LEFT)).group_by(Document.state)
        rows = uow.rows(found.with_only_columns(Document.state, func.count()))
    return Counter({state: number for state, number in rows})  # noqa: C416 - rows are no pairs to the type checker


def print_left(
    store: Store, printer: Callable[[PrintJob], bytes], sealer: Sealer, *, everything: bool = False
) -> Iterator[Progress]:
    """Make what waits, the oldest visits first; yields after each visit. everything: all of LEFT, not only what waits.

    What can't be made or sealed stays as it is, and what another process is making is left to it; at the end there is
    one more look, for what such a process did not live to finish.
    """
    done = 0
    for states in (LEFT if everything else LEFT[:1], LEFT[:1]):
        visits = _visits(store, states)
        of = done + len(visits)
        for visit_id in visits:
            make_left(store, visit_id, printer, sealer)
            done += 1
            yield Progress(done, of)


def _visits(store: Store, states: Sequence[str]) -> Sequence[UUID]:
    """List the visits whose documents are in one of the states and nobody's to make now, the oldest first."""
    with store.unit(SYSTEM, reads=True) as uow:
        free = or_(
            Document.claimed_at.is_(None), Document.claimed_at < uow.now - CLAIM_LASTS, Document.state == "failed"
        )
        found = uow.reachable(Document).where(Document.state.in_(states), free).group_by(Document.visit_id)
        oldest_first = found.order_by(func.min(Document.asked_for_at), Document.visit_id)
        return [row[0] for row in uow.rows(oldest_first.with_only_columns(Document.visit_id))]
