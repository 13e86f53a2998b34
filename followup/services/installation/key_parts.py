"""The keys' backup on paper, in parts of which some are enough.

A random secret seals the key file, and is split by Shamir's scheme (SLIP-39: words that a person can type). Every part
carries the sealed keys too, so that paper alone restores them. Fewer parts than needed tell nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32decode, b32encode
from collections.abc import Iterable
from datetime import date
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from followup.store import crypto

MOST_PARTS: Final = 16
"""What SLIP-39 allows."""

_WORDS, _SEALED = "WORDS", "SEALED KEYS"
_NONCE_BYTES = 12
_LINE = 60


class BadParts(Exception):
    """The parts can't be made, or don't restore anything. The message says why, never what was written."""


def split(ring: crypto.KeyRing, parts: int, needed: int, today: date) -> list[str]:
    """Return the texts to print, one for each holder; any `needed` of them restore the ring.

    Raises BadParts unless 1 < needed <= parts <= 16.
    """
    if not 1 < needed <= parts <= MOST_PARTS:
        raise BadParts(f"Choose 2 to {MOST_PARTS} parts, and at least 2 of them to restore the keys.")
    secret, nonce = secrets.token_bytes(32), secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(secret).encrypt(nonce, crypto.dump_key_ring(ring).encode(), None)
    letters = _lines(b32encode(sealed).decode().rstrip("="))
    shares = generate_mnemonics(1, [(needed, parts)], secret)[0]
    return [
        "\n".join(
            (
                f"Followup: backup of the keys {_short(ring)}, part {number} of {parts}.",
                f"Any {needed} parts restore them. Made {today.isoformat()}.",
                "Keep each part in another safe place, and none beside a backup of the data.",
                "Without the keys, no name and no word in the database can ever be read again.",
                "To restore: type each part into a text file of its own, then: followup keys restore FILE FILE ...",
                "",
                _WORDS,
                *_lines(words, " "),
                "",
                f"{_SEALED} (the same on every part; one is enough)",
                *letters,
                "",
            )
        )
        for number, words in enumerate(shares, 1)
    ]


def join(texts: Iterable[str]) -> crypto.KeyRing:
    """Return the ring that the parts hold. Raises BadParts saying what is wrong, never what was written."""
    parts = [_parse(text) for text in texts]
    sealed = {letters for _, letters in parts if letters}
    if len(sealed) != 1:
        raise BadParts("The sealed keys are missing, or the parts belong to different backups.")
    secret = _secret([words for words, _ in parts if words])
    letters = sealed.pop()
    try:
        data = b32decode(letters + "=" * (-len(letters) % 8))
        return crypto.load_key_ring(AESGCM(secret).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode())
    except (InvalidTag, ValueError):
        raise BadParts("The sealed keys are damaged: compare what was typed with the paper.") from None


def _secret(written: list[str]) -> bytes:
    """Put the secret together from the parts' words; more than are needed may be given."""
    shares: dict[int, str] = {}
    needed = 2
    for number, words in enumerate(written, 1):
        try:
            share = Share.from_mnemonic(words)
        except (MnemonicError, ValueError):
            raise BadParts(f"The words of file {number} are misspelt: compare them with the paper.") from None
        shares[share.index], needed = words, share.member_threshold
    if len(shares) < needed:
        raise BadParts(f"{len(shares)} different parts with words are too few. {needed} are needed.")
    try:
        return bytes(combine_mnemonics(list(shares.values())[:needed]))
    except (MnemonicError, ValueError):
        raise BadParts("The words belong to parts of different backups.") from None


def _parse(text: str) -> tuple[str, str]:
    """Return a part's words and its sealed letters; either may be empty."""
    section, found = "", {_WORDS: "", _SEALED: ""}
    for line in text.splitlines():
        heading = next((name for name in found if line.strip().upper().startswith(name)), "")
        if heading or not line.strip():
            section = heading
        elif section:
            found[section] += f" {line.strip()}"
    return " ".join(found[_WORDS].lower().split()), "".join(found[_SEALED].upper().split())


def _lines(text: str, between: str = "") -> list[str]:
    """Break into lines: words as they are, letters in groups of five."""
    pieces = text.split(between) if between else [text[place : place + 5] for place in range(0, len(text), 5)]
    lines = [""]
    for piece in pieces:
        if len(lines[-1]) + len(piece) >= _LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {piece}".strip()
    return lines


def _short(ring: crypto.KeyRing) -> str:
    """Tell one backup from another, without telling of the keys."""
    return hashlib.sha256(crypto.dump_key_ring(ring).encode()).hexdigest()[:8]
