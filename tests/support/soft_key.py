"""A passkey in software, for tests that no browser is needed for: it signs what it is told, also what it should not."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class SoftKey:
    """A key of one site. count: how often it says that it has signed."""

    host: str = "localhost"
    origin: str = "http://localhost"
    count: int = 0
    flags: int = PRESENT | VERIFIED
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """Answer what the server asks for a new key."""
        numbers = self.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cbor2.dumps(public)
        told = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        client = self._client("webauthn.create", options)
        return self._answer({"clientDataJSON": client, "attestationObject": cbor2.dumps(told), "transports": []})

    def sign(self, options: str) -> str:
        """Answer what the server asks to have signed."""
        self.count += 1
        client, data = self._client("webauthn.get", options), self._data(0)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _client(self, kind: str, options: str) -> bytes:
        challenge = bytes_to_base64url(base64url_to_bytes(json.loads(options)["challenge"]))
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, more: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _answer(self, response: dict[str, Any]) -> str:
        shown = {name: bytes_to_base64url(each) if isinstance(each, bytes) else each for name, each in response.items()}
        key_id = bytes_to_base64url(self.id)
        answer = {"id": key_id, "rawId": key_id, "type": "public-key", "response": shown, "clientExtensionResults": {}}
        return json.dumps(answer)
