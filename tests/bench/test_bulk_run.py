"""`followup documents print --all` over many documents: killed in the middle, taken up again, and never larger.

Some seventy documents by default (a few minutes); BENCH_DOCUMENTS=500 ./dev bench tests/bench/test_bulk_run.py for as
many as a municipality may have to print at once.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from followup.domain.access import SYSTEM
from followup.services.demo import filling
from followup.services.demo.crowd import with_crowd
from followup.services.demo.filling import Plan
from followup.services.demo.stories import read_stories
from followup.services.installation import upkeep
from followup.services.record.bulk_print import count_left
from followup.settings import Settings
from followup.store import crypto
from followup.store.opening import Store, open_store
from followup.store.tables import Document
from tests.support.demo import PASSWORDS, TODAY

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "69"))
VISITS_EACH = 6
MOST_MEGABYTES, MOST_GROWTH = 150, 8
WARM = 20
"""Documents after which the press has read what it needs."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell how much a process holds")
def test_a_long_run_is_killed_goes_on_and_the_press_grows_with_none_of_them(tmp_path: Path) -> None:
    with municipality(tmp_path) as store:
        left = sum(count_left(store).values())
        assert left >= DOCUMENTS
        start = time.monotonic()
        first, _ = run(tmp_path, until=left // 3)
        killed = sum(count_left(store).values())
        with store.unit(SYSTEM) as uow:  # instead of waiting for three minutes
            for each in uow.all(uow.reachable(Document).where(Document.state == "waiting")):
                each.claimed_at = each.claimed_at and each.claimed_at - timedelta(minutes=4)
        second, told = run(tmp_path)
        took = time.monotonic() - start
        assert count_left(store) == {}
    figures = [*first.values(), *second.values()]
    print(
        f"\n{left} documents in {took:.0f} s, killed with {killed} left; the press held at most "
        f"{max(figures)} MB (most {MOST_MEGABYTES}); the last line said: {told}"
    )
    assert left // 2 < killed < left
    assert max(figures) <= MOST_MEGABYTES
    for part in (first, second):
        assert max(part.values()) - part[min(part, key=lambda done: abs(done - WARM))] <= MOST_GROWTH


@contextmanager
def municipality(folder: Path) -> Iterator[Store]:
    """The demonstration with as many plain children more as it takes; nothing is printed yet."""
    settings = Settings.from_env({"FOLLOWUP_INSTANCE": str(folder)})
    children = max(0, -(-(DOCUMENTS - 69) // VISITS_EACH))
    stories = with_crowd(read_stories(), children, VISITS_EACH, filling.SEED)
    passwords = {**PASSWORDS, **{user["user_name"]: "not-for-signing-in" for user in stories.users}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "_in_use", replace(crypto._in_use))  # the keys of the next test are its own
        list(upkeep.upgrade(settings))
        store = open_store(settings)
        try:
            filling.tell(store, stories, Plan(TODAY, filling.SEED), passwords, lambda: None)
            yield store
        finally:
            store.engine.dispose()


def run(folder: Path, until: int | None = None) -> tuple[dict[int, int], str]:
    """Run the command, and kill it when so many visits are done; returns megabytes by visits, and the last line."""
    command = [sys.executable, "-c", "from followup.cli import main; main()", "documents", "print", "--all"]
    environment = os.environ | {"FOLLOWUP_INSTANCE": str(folder)}
    held, told = dict[int, int](), ""
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stderr
        line = b""
        while octet := process.stderr.read(1):
            line = line + octet if octet not in b"\r\n" else b""
            if line.endswith(b" visits"):
                told = line.decode()
                done = int(told.split()[0])
                held |= {done: held_now} if (held_now := megabytes(process.pid)) else {}
                if until is not None and done >= until:
                    os.killpg(process.pid, signal.SIGKILL)
                    break
    return held, told


def megabytes(pid: int) -> int:
    """The most that the command's one child, the press, has held so far; 0 when it has ended or not begun."""
    with suppress(OSError):  # it ends while it is looked at
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                status = Path(f"/proc/{child}/status").read_text(encoding="ascii")
                if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                    return int(found[1]) // 1024
    return 0
