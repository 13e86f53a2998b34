"""A process that saves answers in a stream, says which were acknowledged, and is killed at a random moment."""

from __future__ import annotations

import gc
import os
import random
import signal
import time
from uuid import UUID

from followup.domain.access import Actor
from followup.services.visit.answering import record_answers
from followup.services.visit.steps import Saved
from followup.settings import Settings
from followup.store.opening import Store, open_store
from followup.store.tables import Answer, Response, Visit
from tests.support.stores import NOW

ITEM = "b_sleep"
LONGEST_LIFE = 0.05
"""Seconds from the first acknowledged answer to death, at most."""


def kill_writers(settings: Settings, actor: Actor, visit_id: UUID, times: int) -> None:
    """Let so many processes save answers, one after the other, and kill each. Run it in a process of its own: it forks.

    Raises AssertionError when an acknowledged answer is not there afterwards, or half of one is.
    """
    chance = random.Random(238)  # noqa: S311 - nobody is to be surprised, only the program
    store = open_store(settings)
    _save(store, actor, visit_id, 1)  # so that each process begins with a program that is warm
    acknowledged = _stored(store, actor, visit_id)
    gc.freeze()
    for _ in range(times):
        store.engine.dispose()  # a connection must not be shared by two processes
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            _save_for_ever(store, actor, visit_id, writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            found = int(pipe.readline())
            assert acknowledged <= found <= acknowledged + 1, f"{acknowledged} was acknowledged, {found} is there"
            acknowledged = int(pipe.readline())
            time.sleep(chance.uniform(0, LONGEST_LIFE))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            lines = pipe.read().split(b"\n")
        if len(lines) > 1:
            acknowledged = int(lines[-2])


def _stored(store: Store, actor: Actor, visit_id: UUID) -> int:
    """Return the number that is stored, 0 for none. Raises AssertionError when it is half stored."""
    with store.unit(actor, now=NOW, reads=True) as uow:
        revision = uow.one(uow.reachable(Visit).where(Visit.id == visit_id)).revisions.get("answers", 0)
        of_visit = uow.reachable(Answer).join(Response, Response.id == Answer.response_id)
        answer = uow.first(of_visit.where(Response.visit_id == visit_id, Answer.item == ITEM))
        number = int(answer.words) if answer else 0
        assert answer is None or answer.score == number % 5 + 1, "half an answer"
    assert revision == number, "the step counts its saves"
    return number


def _save_for_ever(store: Store, actor: Actor, visit_id: UUID, pipe: int) -> None:
    """Say the number that is stored, then store higher ones and say each when it is acknowledged."""
    try:
        number = _stored(store, actor, visit_id)
        os.write(pipe, b"%d\n" % number)
        while True:
            number += 1
            _save(store, actor, visit_id, number)
            os.write(pipe, b"%d\n" % number)
    except BaseException as error:
        os.write(pipe, b"%s\n" % type(error).__name__.encode())
        raise
    finally:
        os._exit(1)


def _save(store: Store, actor: Actor, visit_id: UUID, number: int) -> None:
    fields = {f"q-{ITEM}": str(number % 5 + 1), f"words-{ITEM}": str(number), "shown": ITEM}
    with store.unit(actor, now=NOW) as uow:
        saved = record_answers(uow, visit_id, "child", number - 1, fields)
    assert isinstance(saved, Saved)
