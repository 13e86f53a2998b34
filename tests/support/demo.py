"""The demonstration told in a test's own database, whole or of a few children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from followup.domain.access import SYSTEM
from followup.services.demo import filling
from followup.services.demo.filling import Plan
from followup.services.demo.stories import Stories, read_stories
from followup.store.opening import Store

TODAY: Final = date(2026, 11, 24)
PASSWORDS: Final = {user["user_name"]: "not-for-signing-in" for user in read_stories().users}


def some(*names: str) -> Stories:
    """The stories of these children alone; of all when no names are given."""
    stories = read_stories()
    children = [child for child in stories.children if child.name in names or not names]
    return replace(stories, children=children)


def tell(store: Store, *names: str, seed: int = filling.SEED) -> None:
    """Tell the stories of these children, as of TODAY."""
    filling.tell(store, some(*names), Plan(TODAY, seed), PASSWORDS, lambda: None)


def rows(store: Store, entity: Any, *conditions: Any, load: Sequence[Any] = ()) -> Sequence[Any]:
    """The rows of a table of case data that meet the conditions."""
    with store.unit(SYSTEM, reads=True) as uow:
        return uow.all(uow.reachable(entity).where(*conditions).options(*load))
