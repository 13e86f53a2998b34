"""Column encryption: AES-256-GCM with a key ring, and a blind index for exact look-ups of personal numbers.

A sealed value is `version | key id | nonce | ciphertext+tag`, and is bound to its table, column and row (associated
data): moved to another column or row it does not open. NIST SP 800-38D: a nonce is never used twice with one key.
Version 1, from before November 2026, was bound to table and column alone; `followup keys rotate` seals such values
anew, and from then on they are refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from uuid import UUID

VERSION = 2
_UNBOUND = 1
_NONCE_BYTES = 12
_HEADER_BYTES = 2 + _NONCE_BYTES
FRAME_BYTES = _HEADER_BYTES + 16
"""What sealing adds to a text: version, key, nonce and the tag of GCM."""
_KEY_BYTES = 32
_MOST_KEYS = 255


class KeysMissing(Exception):
    """The key file is missing or can't be read. Without it nothing sealed can ever be opened again."""


class CannotOpen(Exception):
    """A sealed value did not open: wrong key, wrong place, wrong row, or altered."""


class UnknownKey(CannotOpen):
    """A sealed value names a key that the ring doesn't have."""


@dataclass(frozen=True)
class KeyRing:
    """The installation's keys. `keys` maps key id (1-255) to 32 bytes; `active` seals, all open.

    bound: whether every value is known to be bound to its row, so that older ones are refused.
    """

    active: int
    keys: dict[int, bytes]
    index_key: bytes
    session_key: bytes
    bound: bool = True

    def seal(self, plain: bytes, place: str, row: UUID) -> bytes:
        """Encrypt for a place, written `table.column`, and the row with this id."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[self.active]).encrypt(nonce, plain, _bound_to(place, row))
        return self.mark + nonce + sealed

    @property
    def mark(self) -> bytes:
        """What every value begins with that is sealed today: the version and the active key's id."""
        return bytes((VERSION, self.active))

    def open(self, sealed: bytes, place: str, row: UUID) -> bytes:
        """Decrypt what was sealed for the place and the row. Raises CannotOpen, UnknownKey."""
        whole = len(sealed) > _HEADER_BYTES and sealed[0] in ({VERSION} if self.bound else {VERSION, _UNBOUND})
        if not whole:
            raise CannotOpen(place)
        if sealed[1] not in self.keys:
            raise UnknownKey(place)
        data = _bound_to(place, row) if sealed[0] == VERSION else place.encode()
        try:
            return AESGCM(self.keys[sealed[1]]).decrypt(sealed[2:_HEADER_BYTES], sealed[_HEADER_BYTES:], data)
        except InvalidTag:
            raise CannotOpen(place) from None

    def blind_index(self, text: str) -> bytes:
        """Return a keyed hash (32 bytes): equal texts have equal hashes, and nobody without the key can guess."""
        return hmac.new(self.index_key, text.encode(), hashlib.sha256).digest()

    @property
    def log_key(self) -> bytes:
        """The key of the access log's codes (32 bytes). It stays when keys are rotated: old lines must still fit."""
        return hmac.new(self.index_key, b"followup access log", hashlib.sha256).digest()


def _bound_to(place: str, row: UUID) -> bytes:
    return f"{place}:{row.hex}".encode()


def new_key_ring() -> KeyRing:
    """Make fresh random keys."""
    first, index_key, session_key = (secrets.token_bytes(_KEY_BYTES) for _ in range(3))
    return KeyRing(1, {1: first}, index_key, session_key)


def with_new_key(ring: KeyRing) -> KeyRing:
    """Return the ring with one more key, which seals from now on. Raises ValueError when 255 are in use."""
    newest = max(ring.keys) + 1
    if newest > _MOST_KEYS:
        raise ValueError("the ring has no room for another key")
    return replace(ring, active=newest, keys={**ring.keys, newest: secrets.token_bytes(_KEY_BYTES)})


def write_key_ring(ring: KeyRing, path: Path) -> None:
    """Write the keys to a new file that only its owner may read. Raises FileExistsError: keys are never replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(dump_key_ring(ring))


def add_to_key_file(ring: KeyRing, path: Path) -> None:
    """Replace the key file by a ring that holds every key of the old one, at once or not at all.

    Raises ValueError when a key would be lost.
    """
    if not read_key_ring(path).keys.items() <= ring.keys.items():
        raise ValueError("a key would be lost")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # 0600, as mkstemp makes them
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(dump_key_ring(ring))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def dump_key_ring(ring: KeyRing) -> str:
    """Return the key file's JSON."""
    content = {
        "active": ring.active,
        "keys": {str(key_id): b64encode(key).decode() for key_id, key in ring.keys.items()},
        "index_key": b64encode(ring.index_key).decode(),
        "session_key": b64encode(ring.session_key).decode(),
        "bound": ring.bound,
    }
    return json.dumps(content, indent=1)


def load_key_ring(text: str) -> KeyRing:
    """Return the ring that `dump_key_ring` wrote. Raises ValueError when it is damaged."""
    try:
        content = json.loads(text)
        ring = KeyRing(
            active=int(content["active"]),
            keys={int(key_id): _key(key) for key_id, key in content["keys"].items()},
            index_key=_key(content["index_key"]),
            session_key=_key(content["session_key"]),
            bound=content.get("bound") is True,
        )
        ring.keys[ring.active]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError("the keys are damaged") from None
    return ring


def read_key_ring(path: Path) -> KeyRing:
    """Read the key file. Raises KeysMissing with the way to mend it."""
    try:
        return load_key_ring(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise KeysMissing(f"There is no key file at {path}. Restore it from the backup of keys.") from None
    except ValueError:
        raise KeysMissing(f"The key file {path} is damaged. Restore it from the backup of keys.") from None


def _key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != _KEY_BYTES:
        raise ValueError("a key of another length")
    return key


@dataclass
class _InUse:
    """The ring that encrypted columns use, and where it came from."""

    ring: KeyRing | None = None
    path: Path | None = None
    changed: int = 0


_in_use = _InUse()  # column types are made at import, before any key is known; one process serves one installation


def use_key_ring(ring: KeyRing, path: Path | None = None) -> None:
    """Make the ring the one that encrypted columns use. path: its file, looked at again when it has changed."""
    _in_use.ring, _in_use.path, _in_use.changed = ring, path, _written_at(path)


def refresh_key_ring() -> None:
    """Read the key file again if another process has added a key since it was read."""
    if _in_use.path is not None and (changed := _written_at(_in_use.path)) not in {0, _in_use.changed}:
        _in_use.ring, _in_use.changed = read_key_ring(_in_use.path), changed


def key_ring() -> KeyRing:
    """Return the ring in use. Raises KeysMissing before `use_key_ring`."""
    if _in_use.ring is None:
        raise KeysMissing("No keys are in use yet.")
    return _in_use.ring


def _written_at(path: Path | None) -> int:
    """Return when the file was written, in nanoseconds; 0 where it isn't there: what is in use stays in use."""
    try:
        return path.stat().st_mtime_ns if path else 0
    except OSError:
        return 0
