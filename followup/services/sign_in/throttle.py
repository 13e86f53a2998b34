"""Wrong tries slow down further ones: by account, by address, by what is guessed.

A try is counted before it is judged, and one at a time, so that many at once don't slip through together; the right
answer takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select

from followup.store.crypto import key_ring
from followup.store.tables import SignInAttempt
from followup.store.unit_of_work import UnitOfWork

_LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Counter:
    """What tries are counted by. Within the window `free` are answered at once; each further one waits twice as long.

    key: a blind index, for names that don't exist must not be readable either. forgiven: whether the right answer
    forgets the wrong ones before it; a whole office may share one address.
    """

    key: bytes
    free: int
    window: timedelta = timedelta(minutes=15)
    forgiven: bool = True


def by_account(user_name: str) -> Counter:
    """Count tries of a password by the account's name."""
    return Counter(key_ring().blind_index(f"account:{user_name}"), 5)


def by_address(address: str) -> Counter:
    """Count tries of a password by where they come from."""
    return Counter(key_ring().blind_index(f"address:{address}"), 30, forgiven=False)


def by_second_factor(user_id: UUID) -> Counter:
    """Count tries of a code. Whoever guesses has the password already, so they are remembered for a day."""
    return Counter(key_ring().blind_index(f"second:{user_id}"), 5, _LONGEST)


def by_browser(number: str, user_name: str) -> Counter:
    """Count tries of a password from a browser on which the account has signed in before, apart from all others."""
    return Counter(key_ring().blind_index(f"browser:{number}:{user_name}"), 5)


def by_browsers_second(number: str, user_name: str) -> Counter:
    """Count tries of a code from such a browser, for a day too."""
    return Counter(key_ring().blind_index(f"browser second:{number}:{user_name}"), 5, _LONGEST)


def by_session(session_id: UUID) -> Counter:
    """Count tries of what can't be guessed: nobody's use up another's."""
    return Counter(key_ring().blind_index(f"second session:{session_id}"), 5)


@dataclass(frozen=True)
class Try:
    """A try that has been counted, or how long to wait before the next one is heard."""

    wait: timedelta
    counted: tuple[tuple[Counter, UUID], ...] = ()


def count_try(uow: UnitOfWork, *counters: Counter) -> Try:
    """Count a try before it is judged. With a wait nothing is counted, and the try must not be judged."""
    uow.alone(*(counter.key for counter in counters))
    wait = max(_wait(uow, counter) for counter in counters)
    if wait > timedelta():
        return Try(wait)
    counted = tuple((counter, uuid4()) for counter in counters)
    uow.add(*(SignInAttempt(id=attempt_id, key=counter.key, at=uow.now) for counter, attempt_id in counted))
    return Try(timedelta(), counted)


def forgive(uow: UnitOfWork, counted: Sequence[tuple[Counter, UUID]]) -> None:
    """Take a try back that was the right one, and what is too old to count."""
    done_with = [SignInAttempt.at < uow.now - _LONGEST]
    for counter, attempt_id in counted:
        done_with.append(SignInAttempt.key == counter.key if counter.forgiven else SignInAttempt.id == attempt_id)
    uow.execute(delete(SignInAttempt).where(or_(*done_with)))


def _wait(uow: UnitOfWork, counter: Counter) -> timedelta:
    """Tell how long to wait: twice as long for each failure past the free ones, at most the window."""
    counting = select(func.count(), func.max(SignInAttempt.at)).where(
        SignInAttempt.key == counter.key, SignInAttempt.at > uow.now - counter.window
    )
    count, latest = uow.rows(counting)[0]
    if count < counter.free:
        return timedelta()
    pause = min(timedelta(seconds=2 ** min(count - counter.free + 1, 16)), counter.window)
    return max(timedelta(), latest + pause - uow.now)
