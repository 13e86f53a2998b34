"""Two years of events in the order in which they happened: the access log reads as if it had been written then."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime

from followup.domain.access import Actor
from followup.store.opening import Store
from followup.store.unit_of_work import UnitOfWork

Deed = Callable[[UnitOfWork], object]


class Timeline:
    """What happens, by whom and when. An event may add others, later than itself."""

    def __init__(self) -> None:
        self._events: list[tuple[datetime, int, Actor, Deed, int]] = []
        self._added = 0

    def add(self, at: datetime, actor: Actor, deed: Deed, *, signed: int = 0) -> None:
        """Let the actor do something at a time, in a unit of its own. signed: how many visits that signs."""
        heapq.heappush(self._events, (at, self._added, actor, deed, signed))
        self._added += 1

    def run(self, store: Store, progress: Callable[[], object]) -> None:
        """Do everything, the earliest first; call progress once for each visit signed."""
        while self._events:
            at, _, actor, deed, signed = heapq.heappop(self._events)
            with store.unit(actor, now=at, request_id="demo") as uow:
                deed(uow)
            for _ in range(signed):
                progress()
