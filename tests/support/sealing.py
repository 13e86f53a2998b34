"""Certificates and a time-stamp authority that live as long as a test, on this machine alone."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import asn1crypto.keys
import asn1crypto.tsp
import asn1crypto.x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from followup.pdf.seal import seal
from followup.pdf.seal_files import SealingKey
from followup.settings import SealSettings
from tests.support.records import record_pdf

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
ORGANISATION = "Blåbärsby kommun"
DAY = timedelta(days=1)


def name_of(organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation} stämpel"),
        ]
    )


@dataclass
class Authority:
    """A root certificate, and what it issues."""

    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: x509.Name = field(default_factory=lambda: name_of("Påhittade Utfärdaren AB"))

    def __post_init__(self) -> None:
        self.certificate = self.issue(self.name, self.key, root=True)

    def issue(
        self,
        name: x509.Name,
        key: Key,
        *,
        first: datetime | None = None,
        last: datetime | None = None,
        signs: bool = True,
        stamps: bool = False,
        root: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(first or now - DAY)
            .not_valid_after(last or now + 365 * DAY)
            .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(_use(signs=signs, root=root), critical=True)
        )
        if stamps:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.sign(self.key, hashes.SHA256())


def _use(*, signs: bool, root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def key_pem(key: Key, passphrase: bytes | None = None) -> bytes:
    locked = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)


@dataclass
class SealFolder:
    """A folder with an organisation's certificate, as its administrator would put it there."""

    folder: Path
    authority: Authority = field(default_factory=Authority)
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def pem_pair(self, passphrase: bytes | None = None, timestamp: str = "", **dates: datetime) -> SealSettings:
        """Certificate and key as PEM, valid for a year unless dates (`first`, `last`) say otherwise."""
        certificate = self.authority.issue(name_of(ORGANISATION), self.key, **dates)  # type: ignore[arg-type]
        cert_file, key_file = (
            self.write("seal.pem", pem(certificate)),
            self.write("seal.key", key_pem(self.key, passphrase)),
        )
        secret = self.write("passphrase", passphrase + b"\n") if passphrase else None
        return SealSettings(cert_file, key_file, secret, timestamp)

    def pkcs12(self, passphrase: bytes) -> SealSettings:
        certificate = self.authority.issue(name_of(ORGANISATION), self.key)
        data = pkcs12.serialize_key_and_certificates(
            b"stampel", self.key, certificate, [self.authority.certificate], BestAvailableEncryption(passphrase)
        )
        secret = self.write("passphrase", passphrase + b"\r\n")
        return SealSettings(self.write("seal.p12", data), None, secret, "")

    def roots(self) -> Path:
        return self.write("roots.pem", pem(self.authority.certificate))

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        path.chmod(0o600)
        return path


def sealed_document() -> bytes:
    """The ordinary visit with its files inside, sealed."""
    return newly_sealed(record_pdf(sealed_by=ORGANISATION))


def newly_sealed(data: bytes) -> bytes:
    """A document that says it is the organisation's, with a seal of a certificate issued now."""
    authority, key = Authority(), ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue(name_of(ORGANISATION), key)
    return seal(data, SealingKey(certificate, (authority.certificate,), key))


@contextlib.contextmanager
def time_stamp_authority(
    authority: Authority, *, refuses: bool = False, asked: list[bytes] | None = None
) -> Iterator[str]:
    """Serve RFC 3161 on this machine; gives its address. asked: gets each request as it came."""
    key = rsa.generate_private_key(65537, 2048)  # the only kind that pyHanko's stamper for tests knows
    certificate = authority.issue(name_of("Påhittade Tidsstämplaren AB"), key, stamps=True)
    stamper = DummyTimeStamper(
        asn1crypto.x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        asn1crypto.keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if asked is not None:
                asked.append(body)
            if refuses:
                answer = asn1crypto.tsp.TimeStampResp({"status": {"status": "rejection"}})
            else:
                answer = stamper.request_tsa_response(asn1crypto.tsp.TimeStampReq.load(body))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer.dump())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/tsa"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
