"""Backups: one encrypted file with the database, recordings and texts of one's own, and what is needed to judge it.

The file is encrypted by age (age-encryption.org/v1) to a recipient, so that the machine that makes backups can't read
them. The keys that seal names and words are never in it: whoever has one of the two has nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import pyrage

from followup import __version__
from followup.services.installation import upkeep
from followup.settings import Settings, encrypted
from followup.store import log_chain, schema, snapshot
from followup.store.engine import READS, make_engine
from followup.store.opening import open_store
from followup.store.snapshot import SnapshotFailed

MANIFEST: Final = "manifest.json"
_DATABASE: Final = {True: "followup.sqlite3", False: "followup.pgdump"}
_FORMAT: Final = 1


class BackupUnusable(Exception):
    """The backup can't be made or used. The message says why, and what to do."""


@dataclass(frozen=True)
class Told:
    """What a backup says of itself: when it was made, with which program and schema."""

    made_at: datetime
    program: str
    schema: str
    sqlite: bool
    encrypted: bool
    """Whether the SQLite file in it is encrypted as a whole, with the installation's keys."""
    files: Mapping[str, str]
    """Name -> SHA-256, hexadecimal."""


def new_identity(path: Path) -> str:
    """Write a new age identity to a file for its owner alone, and return the recipient that belongs to it.

    Raises FileExistsError.
    """
    identity = pyrage.x25519.Identity.generate()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"# recipient: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def make(settings: Settings, target: Path, recipient: str) -> Told:
    """Write a backup to a new file, at once or not at all, while the program runs.

    Raises BackupUnusable, SnapshotFailed, and FileExistsError where the file is already.
    """
    to = _recipient(recipient)
    if target.exists():
        raise FileExistsError(None, None, str(target))
    upkeep.refuse_unready(settings)
    with _folder(settings.instance) as folder:
        database = folder / _DATABASE[settings.is_sqlite]
        snapshot.take(settings.database_url, database)
        files = dict(_files(settings, database))
        told = Told(
            datetime.now(UTC).replace(microsecond=0),
            __version__,
            schema.head_revision() or "",
            settings.is_sqlite,
            settings.sqlcipher,
            {name: _sha256(path) for name, path in files.items()},
        )
        (folder / MANIFEST).write_text(_dump(told), encoding="utf-8")
        plain, sealed = folder / "backup.tar", folder / "backup.age"
        with tarfile.open(plain, "w") as archive:
            archive.add(folder / MANIFEST, MANIFEST)
            for name, path in files.items():
                archive.add(path, name)
        pyrage.encrypt_file(str(plain), str(sealed), [to])
        _put(sealed, target)
    return told


def verify(settings: Settings, source: Path, identity: Path) -> Told:
    """Read a backup from beginning to end, and judge it: checksums, the database, the chain of its log.

    Raises BackupUnusable, SnapshotFailed.
    """
    with _folder(settings.instance) as folder:
        return _unpack(source, identity, folder, settings.keys_file)


def restore(settings: Settings, source: Path, identity: Path) -> Told:
    """Put a backup back into an empty place, and bring it up to this program's version.

    The key file must be in its place first. Raises BackupUnusable, SnapshotFailed, KeysMissing.
    """
    if not snapshot.is_empty(settings.database_url):
        raise SnapshotFailed("There is a database already. Restore into an empty place.")
    if not settings.keys_file.exists():
        raise BackupUnusable(
            f"There is no key file at {settings.keys_file}. Restore the keys first: followup keys restore FILE FILE ..."
        )
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _folder(settings.instance) as folder:
        told = _unpack(source, identity, folder, settings.keys_file)
        if told.sqlite != settings.is_sqlite:
            raise BackupUnusable("The backup is of the other kind of database. Check FOLLOWUP_DATABASE_URL.")
        keys_file = settings.keys_file if told.encrypted else None
        snapshot.put_back(folder / _DATABASE[told.sqlite], settings.database_url, keys_file)
        for name in told.files:
            kind, _, rest = name.partition("/")
            if rest:
                path = {"audio": settings.audio, "child-texts": settings.child_texts}[kind] / rest
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.write_bytes((folder / name).read_bytes())
    list(upkeep.upgrade(settings))
    with open_store(settings) as store:  # the keys belong to it, or it says so
        upkeep.begin_witness(store, "restore")  # a log that ends earlier than was known: stated, not an alarm
    return told


def _unpack(source: Path, identity: Path, folder: Path, keys_file: Path) -> Told:
    plain = folder / "backup.tar"
    try:
        pyrage.decrypt_file(str(source), str(plain), [_identity(identity)])
    except (pyrage.DecryptError, OSError):
        raise BackupUnusable("The backup can't be opened: it is damaged, or made for another identity.") from None
    try:
        with tarfile.open(plain) as archive:
            told = _load(_member(archive, MANIFEST).read().decode())
            for name in told.files:
                _extract(archive, name, folder)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError):
        raise BackupUnusable("The backup is damaged.") from None
    plain.unlink()
    for name, digest in told.files.items():
        if not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise BackupUnusable(f"{name} in the backup is damaged.")
    database = folder / _DATABASE[told.sqlite]
    if told.sqlite:
        snapshot.look_through(database, keys_file if told.encrypted else None)
        _judge_log(f"sqlite:///{database}", keys_file if told.encrypted else None)
    else:
        snapshot.look_through_dump(database)
    return told


def _extract(archive: tarfile.TarFile, name: str, folder: Path) -> None:
    """Write one file below the folder; `extractall` has its filter against stray paths from Python 3.11.4 on only."""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise ValueError("a path that leads out of the backup")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as file:
        shutil.copyfileobj(_member(archive, name), file)


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """Open a plain file in the archive. Raises KeyError, and ValueError for what is no plain file."""
    found = archive.extractfile(name)
    if found is None:
        raise ValueError("no plain file")
    return found


def _judge_log(url: str, keys_file: Path | None) -> None:
    engine = make_engine(encrypted(url, keys_file) if keys_file else url)
    try:
        with engine.connect().execution_options(**READS) as connection:
            broken = log_chain.verify(connection, keyed=False).broken  # the keys are not in the backup
    finally:
        engine.dispose()
    if broken:
        raise BackupUnusable("The access log in the backup has been altered. Keep the backup as it is, and see why.")


def _recipient(text: str) -> Any:
    if not text:
        raise BackupUnusable(
            "Say for whom the backup is: --to age1..., or FOLLOWUP_BACKUP_TO. "
            "A new pair: followup backup --new-identity FILE"
        )
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise BackupUnusable("That is no recipient of age: it begins with age1 and has 62 letters.") from None


def _identity(path: Path) -> Any:
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    try:
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line and not line.startswith("#")))
    except (pyrage.IdentityError, StopIteration):
        raise BackupUnusable(f"{path} holds no identity of age: a line that begins with AGE-SECRET-KEY-1.") from None


@contextmanager
def _folder(instance: Path) -> Iterator[Path]:
    """Give a folder beside the data, on a disk that holds such data already; gone afterwards, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="backup-", dir=instance if instance.exists() else None) as name:
        yield Path(name)


def _files(settings: Settings, database: Path) -> Iterator[tuple[str, Path]]:
    yield database.name, database
    for kind, folder in (("audio", settings.audio), ("child-texts", settings.child_texts)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{kind}/{path.relative_to(folder)}", path


def _put(sealed: Path, target: Path) -> None:
    """Move the file to its place, which may be another disk: never half a backup under its name."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file, sealed.open("rb") as source:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BackupUnusable(f"The backup can't be written ({error.strerror}).") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dump(told: Told) -> str:
    content = {
        "format": _FORMAT,
        "made_at": told.made_at.isoformat(),
        "program": told.program,
        "schema": told.schema,
        "sqlite": told.sqlite,
        "encrypted": told.encrypted,
        "files": dict(told.files),
    }
    return json.dumps(content, indent=1)


def _load(text: str) -> Told:
    content = json.loads(text)
    if content["format"] != _FORMAT:
        raise ValueError("a newer format")
    return Told(
        datetime.fromisoformat(content["made_at"]),
        str(content["program"]),
        str(content["schema"]),
        content["sqlite"] is True,
        content["encrypted"] is True,
        {str(name): str(digest) for name, digest in content["files"].items()},
    )
