"""The installation's keys: what is sealed with which, a new one, and their backup and restoring.

Whoever loses the keys has destroyed the archive.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from followup.domain.access import SYSTEM
from followup.services.installation.key_parts import join, split
from followup.settings import Settings
from followup.store import crypto, resealing
from followup.store.opening import open_store


class AnotherRotation(Exception):
    """Somebody else is rotating the keys right now."""


@dataclass(frozen=True)
class Standing:
    """What the keys are used for: the active key's id, all ids, and sealed values by (version, key id)."""

    active: int
    ids: tuple[int, ...]
    values: Mapping[tuple[int, int], int]
    left: int
    """Rows that are not sealed with the active key for their row: a rotation that isn't finished."""


def standing(settings: Settings) -> Standing:
    """Count what is sealed with which key. Raises KeysMissing, SchemaOutdated."""
    with open_store(settings) as store, store.engine.connect() as connection:
        values = resealing.marks(connection)
        return Standing(
            store.keys.active, tuple(sorted(store.keys.keys)), values, resealing.left(connection, store.keys)
        )


def rotate(settings: Settings) -> Iterator[resealing.Progress]:
    """Add a new key and seal everything anew with it; yields after each step. The program may run meanwhile.

    A rotation that was stopped is taken up where it was, with its key. Older keys stay in the ring: older backups of
    the database need them. Raises AnotherRotation, and CannotOpen if a value has been altered.
    """
    with _alone(settings.keys_file), open_store(settings) as store:
        ring = store.keys
        with store.engine.connect() as connection:
            unfinished = resealing.left(connection, ring) > 0
        if not unfinished:
            ring = crypto.with_new_key(ring)
            crypto.add_to_key_file(ring, settings.keys_file)
        yield from resealing.reseal(store.engine, ring)
        if not ring.bound:
            ring = replace(ring, bound=True)
            crypto.add_to_key_file(ring, settings.keys_file)
        with store.unit(SYSTEM) as uow:
            uow.note("keys_rotated", key=ring.active, taken_up=unfinished)


@contextmanager
def _alone(keys_file: Path) -> Iterator[None]:
    with (keys_file.parent / f".{keys_file.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRotation("The keys are being rotated already.") from None
        yield


def restore(settings: Settings, texts: Iterable[str]) -> crypto.KeyRing:
    """Write the key file anew from parts. Raises BadParts, and FileExistsError where there is a key file."""
    ring = join(texts)
    crypto.write_key_ring(ring, settings.keys_file)
    return ring


def drill(settings: Settings, texts: Iterable[str]) -> bool:
    """Say whether the parts would restore every key in use today; nothing is written. Raises BadParts."""
    ring, now = join(texts), crypto.read_key_ring(settings.keys_file)
    return now.keys.items() <= ring.keys.items() and now.index_key == ring.index_key


def write_parts(settings: Settings, folder: Path, parts: int, needed: int) -> list[Path]:
    """Write the parts to new files that only their owner may read. Raises FileExistsError, BadParts."""
    texts = split(crypto.read_key_ring(settings.keys_file), parts, needed, datetime.now(UTC).date())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [folder / f"followup-keys-part-{number}-of-{parts}.txt" for number in range(1, parts + 1)]
    for path, text in zip(paths, texts, strict=True):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    return paths
