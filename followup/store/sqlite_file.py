"""Opening a SQLite file, plain or encrypted as a whole by SQLCipher (the extra `sqlcipher`).

An encrypted file's address names the key file: `sqlite:///PATH?keys=KEY FILE`. Its key is derived from the ring, from a
key that rotation leaves alone.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from followup.store.crypto import KeysMissing, read_key_ring

if TYPE_CHECKING:
    from sqlalchemy import URL

_PURPOSE: Final = b"followup: the database file"


class CipherMissing(Exception):
    """The file is to be encrypted, but the library for it is not installed."""


def keys_of(url: URL) -> Path | None:
    """Return the key file of an encrypted database's address, None for a plain one."""
    named = url.query.get("keys")
    return Path(named) if isinstance(named, str) else None


def driver(keys_file: Path | None) -> Any:
    """Return the DBAPI module. Raises CipherMissing."""
    if keys_file is None:
        return sqlite3
    try:
        from sqlcipher3 import dbapi2  # noqa: PLC0415 - of the extra `sqlcipher`, may be missing
    except ImportError as error:
        raise CipherMissing("SQLCipher is not installed; run: pip install 'followup[sqlcipher]'") from error
    return dbapi2


def unlock(connection: Any, keys_file: Path | None, schema: str = "main") -> None:
    """Give a new connection the file's key, and see that it fits. Raises KeysMissing."""
    if keys_file is None:
        return
    connection.execute(f"PRAGMA {schema}.key = {_key(keys_file)}")
    try:
        connection.execute(f"SELECT count(*) FROM {schema}.sqlite_master")  # noqa: S608 - our own words
    except driver(keys_file).DatabaseError:
        raise KeysMissing(
            f"The keys in {keys_file} don't open the database file, or it isn't encrypted. Restore the right keys; "
            "a plain database becomes an encrypted one by followup backup and restore."
        ) from None


def open_file(path: Path, keys_file: Path | None) -> Any:
    """Open a file outside of SQLAlchemy. Raises KeysMissing, CipherMissing, and the driver's own errors."""
    connection = driver(keys_file).connect(str(path))
    unlock(connection, keys_file)
    return connection


def pour(source: Any, target: Path, keys_file: Path | None) -> None:
    """Write what a connection holds into an empty file, encrypted or not as that is to be.

    The connection's driver must know SQLCipher when either of the two is encrypted.
    """
    key = "''" if keys_file is None else _key(keys_file)
    source.execute(f"ATTACH DATABASE ? AS poured KEY {key}", (str(target),))
    source.execute("SELECT sqlcipher_export('poured')")
    source.execute("DETACH DATABASE poured")


def _key(keys_file: Path) -> str:
    ring = read_key_ring(keys_file)
    return f"\"x'{hmac.new(ring.index_key, _PURPOSE, hashlib.sha256).hexdigest()}'\""
