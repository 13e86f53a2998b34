"""The organisation's certificate and key, read and judged: what is wrong with them is told by a code, never by a trace.

Nothing here is logged or raised that holds the passphrase or any part of the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from followup.settings import SealSettings


class SealUnusable(Exception):
    """Documents can't be sealed now. `code` says why; `value` is what its sentence needs (a file or a day).

    Codes: library (pyHanko is not installed), unreadable, unknown_format, wrong_passphrase, no_passphrase, no_key,
    mismatch, not_for_sealing, not_yet, expired, timestamp (the authority does not answer, or refuses).
    """

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.value = value


@dataclass(frozen=True)
class SealingKey:
    """A certificate that can be used, its key, and the certificates above it. Its text form shows no key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: PrivateKeyTypes = field(repr=False)

    @property
    def name(self) -> str:
        """Whose seal it is: the organisation of the certificate, or else its common name."""
        return subject_name(self.certificate.subject)

    def check_day(self, now: datetime) -> None:
        """Raise SealUnusable unless the certificate is valid now."""
        if now < self.certificate.not_valid_before_utc:
            raise SealUnusable("not_yet", f"{self.certificate.not_valid_before_utc:%Y-%m-%d}")
        if now > self.certificate.not_valid_after_utc:
            raise SealUnusable("expired", f"{self.certificate.not_valid_after_utc:%Y-%m-%d}")


def subject_name(subject: x509.Name) -> str:
    """Return the organisation that a certificate is for, or else its common name."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        found = subject.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return subject.rfc4514_string()


def read_key(settings: SealSettings) -> SealingKey:
    """Read what the settings name. Raises SealUnusable."""
    data = _octets(settings.certificate)
    passphrase = _passphrase(settings.passphrase_file)
    found = _pem(settings, data, passphrase) if b"-----BEGIN" in data else _pkcs12(settings, data, passphrase)
    if _public(found.key.public_key()) != _public(found.certificate.public_key()):
        raise SealUnusable("mismatch")
    _check_use(found.certificate)
    return found


def _octets(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SealUnusable("unreadable", str(file)) from error


def _passphrase(file: Path | None) -> bytes | None:
    return _octets(file).split(b"\n", maxsplit=1)[0].rstrip(b"\r") if file else None


def _pem(settings: SealSettings, data: bytes, passphrase: bytes | None) -> SealingKey:
    try:
        certificates = x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise SealUnusable("unknown_format", str(settings.certificate)) from error
    apart = _octets(settings.key) if settings.key else data
    if b"PRIVATE KEY-----" not in apart:
        raise SealUnusable("no_key", str(settings.key or settings.certificate))
    if b"ENCRYPTED" not in apart:
        passphrase = None  # a passphrase that isn't needed is no fault
    elif not passphrase:
        raise SealUnusable("no_passphrase")
    try:
        key = load_pem_private_key(apart, passphrase)
    except (ValueError, TypeError) as error:
        where = str(settings.key or settings.certificate)
        raise SealUnusable("wrong_passphrase" if passphrase else "unknown_format", where) from error
    return SealingKey(certificates[0], tuple(certificates[1:]), key)


def _pkcs12(settings: SealSettings, data: bytes, passphrase: bytes | None) -> SealingKey:
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(data, passphrase)
    except ValueError as error:
        # The library has one kind of error for both, and says which only in words.
        locked = "password" in str(error).lower()
        code = ("wrong_passphrase" if passphrase else "no_passphrase") if locked else "unknown_format"
        raise SealUnusable(code, str(settings.certificate)) from error
    if key is None or certificate is None:
        raise SealUnusable("no_key", str(settings.certificate))
    return SealingKey(certificate, tuple(chain), key)


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


def _check_use(certificate: x509.Certificate) -> None:
    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (use.digital_signature or use.content_commitment):
        raise SealUnusable("not_for_sealing")
