"""Looking after an installation: keys, migrations, published questionnaires, the access log's seals."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from followup.domain.access import SYSTEM
from followup.services.installation import publishing
from followup.settings import Settings
from followup.store import log_chain, schema
from followup.store.engine import READS, make_engine
from followup.store.log_witness import Head
from followup.store.opening import SchemaOutdated, Store, create_keys, open_store

log = logging.getLogger("followup")

ANEW: Final = "begin_log_witness"
"""The action of the line that says that what is known of the log outside the database begins anew, and why."""

_FIRST_WITH_KEY = "0011"
"""From this revision on, lines and seals of the log are bound by a key."""


def upgrade(settings: Settings) -> Iterator[str]:
    """Make what is missing and migrate; yields a sentence for each thing done. Raises KeysMissing."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if create_keys(settings):
        yield f"Made new keys in {settings.keys_file}. Back them up: without them nothing can be read again."
    engine = make_engine(settings.database_url)
    before = schema.current_revision(engine)
    schema.upgrade(engine)
    engine.dispose()
    yield "The database was up to date." if before == schema.head_revision() else "Migrated the database."
    store = open_store(settings)
    if before and before < _FIRST_WITH_KEY:
        with store.engine.begin() as connection:
            log_chain.begin_with_key(connection, datetime.now(UTC))
    if store.witness.is_new:
        try:
            begin_witness(store, "upgrade")
            yield f"Began to keep the newest seal of the access log in {settings.log_witness}."
        except OSError as error:
            yield f"Can't write in {settings.log_witness} ({error.strerror}): let the program's user write there."
    added = publishing.publish_shipped(store, datetime.now(UTC))
    store.engine.dispose()
    if added:
        yield f"Published {', '.join(added)}."


def refuse_unready(settings: Settings) -> None:
    """Raise KeysMissing or SchemaOutdated, with the way to mend it, unless the installation can be served."""
    if not settings.keys_file.exists() and not _has_database(settings):
        raise SchemaOutdated("Nothing is installed here yet. Run: followup db upgrade")
    open_store(settings).engine.dispose()


def _has_database(settings: Settings) -> bool:
    if settings.is_sqlite and not Path(make_url(settings.database_url).database or "").exists():
        return False  # asking it would make it
    engine = make_engine(settings.database_url)
    try:
        return schema.current_revision(engine) is not None
    finally:
        engine.dispose()


def check(settings: Settings) -> list[str]:
    """List what doesn't fit, each with the way to mend it; empty when all is well."""
    engine = make_engine(settings.database_url)
    try:
        if schema.current_revision(engine) != schema.head_revision():
            return ["The database is not at this program's version. Run: followup db upgrade"]
        return [f"The database differs from the program: {difference}" for difference in schema.differences(engine)]
    finally:
        engine.dispose()


def seal_log(store: Store, now: datetime | None = None) -> int:
    """Seal what was logged since the last seal, and tell the newest seal outside; returns how many lines.

    While the log no longer holds the seal that is known outside, that one is left to be looked at.
    """
    with store.engine.begin() as connection:
        sealed = log_chain.seal_log(connection, now or datetime.now(UTC))
        newest = log_chain.head(connection)
        known = _head_outside(store)
        due = known is not None and known.number < newest.number and log_chain.holds(connection, known)
    if due:
        try:
            store.witness.keep_head(newest)
        except OSError as error:
            log.error("the log's witness can't be written (%s); see: followup doctor", type(error).__name__)  # noqa: TRY400 - no trace
            return sealed
        fields = {"seal": newest.number, "digest": newest.digest, "lines": newest.last_line}
        log.info("the access log was sealed", extra={"fields": fields})
    return sealed


def verify_log(store: Store) -> log_chain.Verdict:
    """Verify the whole log: every seal, every line, and what is known outside the database."""
    known = store.witness.known()  # first: what is committed after it may be more, never less
    with store.engine.connect().execution_options(**READS) as connection:
        verdict = log_chain.verify(connection, known=known)
        sealed_to = log_chain.head(connection).last_line
    if verdict.sound:
        store.witness.forget(sealed_to)
    return verdict


def begin_witness(store: Store, because: str) -> log_chain.Verdict:
    """Let what the log holds now be what is known outside; what was known is put aside, and a line of the log says so.

    because: upgrade | restore | demo | moved | lost | judged. Returns what differed until now.
    """
    before = verify_log(store)
    known = _head_outside(store)
    store.witness.put_aside()
    with store.engine.connect().execution_options(**READS) as connection:
        now = log_chain.head(connection)
    store.witness.keep_head(now)
    with store.unit(SYSTEM) as uow:
        uow.note(
            ANEW,
            because=because,
            known_seal=known.number if known else None,
            seal=now.number,
            absent=before.outside.get("absent", 0),
        )
    return before


def _head_outside(store: Store) -> Head | None:
    try:
        return store.witness.head()
    except (ValueError, OSError):
        return None  # `verify_log` tells of it
