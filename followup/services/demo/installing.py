"""The demonstration in an installation: is there one, make one, make it anew. Real data are never touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from followup.services.demo import filling, sign_ins
from followup.services.demo.filling import Plan, State
from followup.services.installation import upkeep
from followup.settings import Settings
from followup.store.emptying import take_away
from followup.store.opening import Store, open_store


class NotADemonstration(Exception):
    """The database holds something that the demonstration did not make."""


_OTHER = (
    "This database holds data that the demonstration did not make, and nothing was changed. Serve it with `followup "
    "serve`, or give the demonstration a place of its own: set FOLLOWUP_INSTANCE to another folder."
)


def today(settings: Settings) -> date:
    """Return the day in the organisation's zone."""
    return datetime.now(settings.timezone).date()


def state(settings: Settings) -> State:
    """Say what the migrated database holds. Raises KeysMissing, SchemaOutdated."""
    with _opened(settings) as store:
        return filling.state(store)


def install(settings: Settings, plan: Plan, progress: Callable[[], object]) -> None:
    """Fill the migrated, empty database; one that was begun and broken off is begun anew.

    progress: called after each of `plan.signed_visits()`. Raises NotADemonstration unless it is empty or unfinished.
    """
    found = state(settings)
    if found == "unfinished":
        remove(settings)
    elif found != "empty":
        raise NotADemonstration(_OTHER)
    with _opened(settings) as store:
        filling.fill(store, plan, sign_ins.make_passwords(plan.stories(), settings.instance), progress)


def remove(settings: Settings) -> None:
    """Take the demonstration away and leave an empty, migrated database with the same keys.

    Raises NotADemonstration when there is anything else in it, StoreUnavailable while a server has it open.
    """
    with _opened(settings) as store:
        if filling.state(store) == "other":
            raise NotADemonstration(_OTHER)
        take_away(store.engine)
    for _ in upkeep.upgrade(settings):
        continue
    with _opened(settings) as store:
        upkeep.begin_witness(store, "demo")


def made_on(settings: Settings) -> date | None:
    """Return the day from which the demonstration's dates count, None when there is none."""
    with _opened(settings) as store:
        return filling.made_on(store)


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    try:
        yield store
    finally:
        store.engine.dispose()
