"""Looking after an installation: keys, migrations, published questionnaires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from followup.services.installation import publishing
from followup.settings import Settings
from followup.store import log_chain, schema
from followup.store.engine import READS, make_engine
from followup.store.opening import SchemaOutdated, Store, create_keys, open_store

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


def seal_log(store: Store) -> int:
    """Seal what was logged since the last seal; returns how many lines."""
    with store.engine.begin() as connection:
        return log_chain.seal_log(connection, datetime.now(UTC))


def verify_log(store: Store) -> log_chain.Verdict:
    """Verify the whole log: every seal, and every line."""
    with store.engine.connect().execution_options(**READS) as connection:
        return log_chain.verify(connection)
