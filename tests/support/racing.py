"""What several processes do at once. Started by name in fresh interpreters."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any
from uuid import UUID

from followup.domain.access import SYSTEM
from followup.domain.errors import StoreUnavailable
from followup.services.visit.steps import mark_saved, open_for_writing
from followup.settings import Settings
from followup.store.opening import open_store
from tests.support.stores import NOW


def in_processes(number: int, work: Callable[..., None], *arguments: Any) -> None:
    """Run the work in so many processes at once. Raises AssertionError unless all of them end well."""
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=work, args=arguments) for _ in range(number)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * number


def save_steps(settings: Settings, visit_id: UUID, times: int) -> None:
    """Read how often the step is saved, count one more and save that, so many times.

    SQLite hands its lock to whoever asks at the right moment: on a busy machine one of four that never pause may wait
    too long and be told so. It tries again, as a person would; what counts is that a save that was accepted is kept.
    """
    store, saved = open_store(settings), 0
    while saved < times:
        try:
            with store.unit(SYSTEM, now=NOW) as uow:
                mark_saved(uow, open_for_writing(uow, visit_id), "talk")
        except StoreUnavailable as error:
            assert error.reason == "locked"  # noqa: PT017 - any other reason ends the process
        else:
            saved += 1
    store.engine.dispose()
