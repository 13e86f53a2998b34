"""The documents of the demonstration, printed: for the judges of a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from followup.pdf.worker import PRINTS
from followup.services.demo import filling
from followup.services.demo.filling import Plan
from followup.services.demo.stories import read_stories
from followup.services.installation import upkeep
from followup.services.record import pressroom
from followup.settings import Settings
from followup.store import crypto
from followup.store.opening import Store, open_store

TODAY: Final = date(2026, 11, 24)


@contextmanager
def demonstration(folder: Path, *names: str) -> Iterator[Store]:
    """The demonstration told in an empty folder; names: of the children to tell of, all when there are none."""
    stories = read_stories()
    if names:
        stories = replace(stories, children=[child for child in stories.children if child.name in names])
    passwords = {user["user_name"]: "not-for-signing-in" for user in stories.users}
    settings = Settings.from_env({"FOLLOWUP_INSTANCE": str(folder)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "_in_use", replace(crypto._in_use))  # the keys of the next test are its own
        list(upkeep.upgrade(settings))
        store = open_store(settings)
        try:
            filling.tell(store, stories, Plan(TODAY, filling.SEED), passwords, lambda: None)
            yield store
        finally:
            store.engine.dispose()


def printed(store: Store) -> Iterator[tuple[str, bytes]]:
    """Each document that waits: its kind, and the PDF as the press makes it, printed in this process."""
    while job := pressroom.claim(store):
        yield job.to_print.kind, PRINTS[job.to_print.kind](job.to_print)
