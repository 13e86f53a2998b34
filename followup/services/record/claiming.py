"""Taking on what waits to be printed: by one process, for a while, and not more than a few times.

A claim that its process did not live to finish runs out, and another takes the row on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.orm import defer

from followup.domain.access import SYSTEM
from followup.store.crypto import CannotOpen
from followup.store.opening import Store
from followup.store.tables import Document, HomeRecord

log = logging.getLogger("followup")
T = TypeVar("T")

MOST_TRIES: Final = 3
CLAIM_LASTS: Final = timedelta(minutes=3)
NOTHING_SEALED: Final = {Document: (defer(Document.why),), HomeRecord: (defer(HomeRecord.reference),)}
"""Loads a row without opening anything of it: what doesn't open must be counted too."""

Printable = type[Document] | type[HomeRecord]


def take_on(store: Store, entity: Printable, newest_first: Any, *waits: Any) -> UUID | None:
    """Claim the newest row that waits and that nobody else is at, and count the try; None when there is none.

    newest_first: the column that tells which is the newest. waits: what is true of a row that waits.
    """
    with store.unit(SYSTEM) as uow:
        free = or_(entity.claimed_at.is_(None), entity.claimed_at < uow.now - CLAIM_LASTS)
        row: Document | HomeRecord | None = uow.first(
            uow.reachable(entity)
            .where(free, *waits)
            .order_by(newest_first.desc())
            .limit(1)
            .options(*NOTHING_SEALED[entity])
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.claimed_at = uow.now
        row.tries += 1
        return row.id


def next_readable(
    take: Callable[[], UUID | None], read: Callable[[UUID], T], fail: Callable[[UUID], object]
) -> T | None:
    """Return the next claimed row as it is read. One that can't be read counts as tried, and the next gets its turn."""
    while row_id := take():
        try:
            return read(row_id)
        except (CannotOpen, ValueError) as error:
            log.error("a document can't be read: %s; see: followup doctor", type(error).__name__)  # noqa: TRY400 - no trace
            fail(row_id)
    return None


def put_back(store: Store, entity: Printable, row_id: UUID) -> None:
    """Let a claimed row wait again, as if nobody had tried."""
    with store.unit(SYSTEM) as uow:
        wanted = uow.reachable(entity).where(entity.id == row_id).options(*NOTHING_SEALED[entity])
        row: Document | HomeRecord = uow.one(wanted.with_for_update())
        if row.waits:
            row.claimed_at = None
            row.tries -= 1
