"""The documents of the demonstration, printed: for the judges of a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from followup.pdf.worker import PRINTS
from followup.services.installation import upkeep
from followup.services.record import pressroom
from followup.settings import Settings
from followup.store import crypto
from followup.store.opening import Store, open_store
from tests.support.demo import tell


@contextmanager
def demonstration(folder: Path, *names: str) -> Iterator[Store]:
    """The demonstration told in an empty folder; names: of the children to tell of, all when there are none."""
    settings = Settings.from_env({"FOLLOWUP_INSTANCE": str(folder)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "_in_use", replace(crypto._in_use))  # the keys of the next test are its own
        list(upkeep.upgrade(settings))
        store = open_store(settings)
        try:
            tell(store, *names)
            yield store
        finally:
            store.engine.dispose()


def printed(store: Store) -> Iterator[tuple[str, bytes]]:
    """Each document that waits: its kind, and the PDF as the press makes it, printed in this process."""
    while job := pressroom.claim(store):
        yield job.to_print.kind, PRINTS[job.to_print.kind](job.to_print)
