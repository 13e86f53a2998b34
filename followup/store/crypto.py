"""Column encryption: AES-256-GCM with a key ring, and a blind index for exact look-ups of personal numbers.

A sealed value is `version | key id | nonce | ciphertext+tag`, and is bound to its table and column (associated data):
a value moved to another column does not open. NIST SP 800-38D: a nonce is never used twice with one key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = 1
_NONCE_BYTES = 12
_HEADER_BYTES = 2 + _NONCE_BYTES
FRAME_BYTES = _HEADER_BYTES + 16
"""What sealing adds to a text: version, key, nonce and the tag of GCM."""
_KEY_BYTES = 32


class KeysMissing(Exception):
    """The key file is missing or can't be read. Without it nothing sealed can ever be opened again."""


class CannotOpen(Exception):
    """A sealed value did not open: wrong key, wrong place, or altered."""


@dataclass(frozen=True)
class KeyRing:
    """The installation's keys. `keys` maps key id (1-255) to 32 bytes; `active` seals, all open."""

    active: int
    keys: dict[int, bytes]
    index_key: bytes
    session_key: bytes

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt for a place, written `table.column`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[self.active]).encrypt(nonce, plain, place.encode())
        return bytes((_VERSION, self.active)) + nonce + sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what was sealed for the place. Raises CannotOpen."""
        whole = len(sealed) > _HEADER_BYTES and sealed[0] == _VERSION
        key = self.keys.get(sealed[1]) if whole else None
        if key is None:
            raise CannotOpen(place)
        try:
            return AESGCM(key).decrypt(sealed[2:_HEADER_BYTES], sealed[_HEADER_BYTES:], place.encode())
        except InvalidTag:
            raise CannotOpen(place) from None

    def blind_index(self, text: str) -> bytes:
        """Return a keyed hash (32 bytes): equal texts have equal hashes, and nobody without the key can guess."""
        return hmac.new(self.index_key, text.encode(), hashlib.sha256).digest()


def new_key_ring() -> KeyRing:
    """Make fresh random keys."""
    first, index_key, session_key = (secrets.token_bytes(_KEY_BYTES) for _ in range(3))
    return KeyRing(1, {1: first}, index_key, session_key)


def write_key_ring(ring: KeyRing, path: Path) -> None:
    """Write the keys to a new file that only its owner may read. Raises FileExistsError: keys are never replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {
        "active": ring.active,
        "keys": {str(key_id): b64encode(key).decode() for key_id, key in ring.keys.items()},
        "index_key": b64encode(ring.index_key).decode(),
        "session_key": b64encode(ring.session_key).decode(),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(content, file, indent=1)


def read_key_ring(path: Path) -> KeyRing:
    """Read the key file. Raises KeysMissing with the way to mend it."""
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        ring = KeyRing(
            active=int(content["active"]),
            keys={int(key_id): _key(text) for key_id, text in content["keys"].items()},
            index_key=_key(content["index_key"]),
            session_key=_key(content["session_key"]),
        )
        ring.keys[ring.active]
    except FileNotFoundError:
        raise KeysMissing(f"There is no key file at {path}. Restore it from the backup of keys.") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise KeysMissing(f"The key file {path} is damaged. Restore it from the backup of keys.") from None
    return ring


def _key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != _KEY_BYTES:
        raise ValueError("a key of another length")
    return key


_ring: KeyRing | None = None


def use_key_ring(ring: KeyRing) -> None:
    """Make the ring the one that encrypted columns use: column types are made at import, before any key is known."""
    global _ring  # noqa: PLW0603 - one process serves one installation
    _ring = ring


def key_ring() -> KeyRing:
    """Return the ring in use. Raises KeysMissing before `use_key_ring`."""
    if _ring is None:
        raise KeysMissing("No keys are in use yet.")
    return _ring
