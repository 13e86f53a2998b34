"""Waiting for what pyHanko does asynchronously, wherever the caller runs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def finish(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine to its end and return its result, or raise what it raises.

    It gets a thread and an event loop of its own, because `asyncio.run` refuses a thread that has a loop running
    already, as an asynchronous server's and a driven browser's have.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
