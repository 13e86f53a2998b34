"""Passwords and PINs at rest: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane; about 30 ms)."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
NO_ONE = _HASHER.hash(secrets.token_hex())
"""What the password of a name that doesn't exist is compared with, so that it costs the same time."""


def hash_password(password: str) -> str:
    """Hash a password for storage, with a salt of its own."""
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Say whether the password, or PIN, is the one that was hashed."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_weak(password_hash: str) -> bool:
    """Say whether it was hashed with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)
