"""Open the store that the settings name: keys, engine, and units of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from sqlalchemy import LargeBinary, select, type_coerce

from followup.store import schema
from followup.store.crypto import (
    CannotOpen,
    KeyRing,
    KeysMissing,
    new_key_ring,
    read_key_ring,
    refresh_key_ring,
    use_key_ring,
    write_key_ring,
)
from followup.store.engine import READS, make_engine
from followup.store.log_witness import Witness
from followup.store.snapshot import is_empty
from followup.store.tables import Child
from followup.store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from followup.domain.access import Actor
    from followup.settings import Settings


class SchemaOutdated(Exception):
    """The database is not at the program's revision. `followup db upgrade` mends it."""


@dataclass(frozen=True)
class Store:
    """An open database with its keys. Safe to share between threads; units of work are not.

    As a context manager it closes its connections at the end: `with open_store(settings) as store: ...`.
    """

    engine: Engine
    keys: KeyRing
    zone: ZoneInfo
    witness: Witness = field(default_factory=lambda: Witness(None))
    """What is known of the access log outside the database."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    def unit(
        self, actor: Actor, *, now: datetime | None = None, reads: bool = False, request_id: str = ""
    ) -> UnitOfWork:
        """Begin a unit of work for an actor. `now` is an aware time, the clock's own when left out."""
        refresh_key_ring()
        return UnitOfWork(
            self.engine,
            actor,
            now=now or datetime.now(UTC),
            zone=self.zone,
            witness=self.witness,
            reads=reads,
            request_id=request_id,
        )


def create_keys(settings: Settings) -> bool:
    """Make the key file if there is none; returns whether it was made.

    Raises KeysMissing when there is a database but no keys: new keys would never open what the old ones sealed.
    """
    if settings.keys_file.exists():
        return False
    if not is_empty(settings.database_url):
        raise KeysMissing(
            f"There is a database but no key file at {settings.keys_file}. Restore it from the backup of keys: "
            "without it the names and words in the database can never be read again."
        )
    write_key_ring(new_key_ring(), settings.keys_file)
    return True


def open_store(settings: Settings, *, check_schema: bool = True) -> Store:
    """Open the store. Raises KeysMissing, SchemaOutdated."""
    keys = read_key_ring(settings.keys_file)
    store = Store(make_engine(settings.database_url), keys, settings.timezone, Witness(settings.log_witness))
    try:
        if check_schema:
            _check(store, settings)
    except BaseException:
        store.engine.dispose()
        raise
    use_key_ring(keys, settings.keys_file)
    return store


def _check(store: Store, settings: Settings) -> None:
    if schema.current_revision(store.engine) != schema.head_revision():
        raise SchemaOutdated("The database is not up to date. Run: followup db upgrade")
    # Keys are tried on one name: what is written with the wrong ones could never be read beside the rest.
    with store.engine.connect().execution_options(**READS) as connection:
        found = connection.execute(select(Child.id, type_coerce(Child.name, LargeBinary)).limit(1)).first()
    try:
        if found is not None:
            store.keys.open(bytes(found[1]), "child.name", found[0])
    except CannotOpen:
        raise KeysMissing(
            f"The keys in {settings.keys_file} belong to another database. Restore the right ones from the backup."
        ) from None
