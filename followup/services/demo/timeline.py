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
        self._events: list[tuple[datetime, int, Actor, Deed, bool]] = []
        self._added = 0

    def add(self, at: datetime, actor: Actor, deed: Deed, *, counts: bool = False) -> None:
        """Let the actor do something at a time, in a unit of work of its own. counts: whether progress is told."""
        heapq.heappush(self._events, (at, self._added, actor, deed, counts))
        self._added += 1

    def run(self, store: Store, progress: Callable[[], object]) -> None:
        """Do everything, the earliest first; tell progress after each event that counts."""
        while self._events:
            at, _, actor, deed, counts = heapq.heappop(self._events)
            with store.unit(actor, now=at, request_id="demo") as uow:
                deed(uow)
            if counts:
                progress()
