"""Judging the seals of a PDF, by pyHanko. Import it where pyHanko may be missing only. Nothing is fetched."""

from __future__ import annotations

import io
import logging
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificates
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from followup.pdf.contents import SealFound
from followup.pdf.own_loop import finish
from followup.pdf.seal_files import subject_name

for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)  # what is wrong with a file is told in a sentence of ours
_OURS: Final = 20  # signatures in one file; who needs more than that wants to keep us busy


def seals(data: bytes, roots: bytes) -> tuple[SealFound, ...]:
    """Return every signature in the file, in the order they were set. roots: PEM, empty for no judgement of trust."""
    trusted = [x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in _certificates(roots)]
    reader = PdfFileReader(io.BytesIO(data))
    return tuple(_judge(each, trusted) for each in reader.embedded_regular_signatures[:_OURS])


def _certificates(roots: bytes) -> list[Certificate]:
    return load_pem_x509_certificates(roots) if roots.strip() else []


def _judge(found: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> SealFound:
    status = _validate(found, [], None)
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.intact and stamp.valid
    at: datetime | None = stamp.timestamp if stamped else status.signer_reported_dt
    certificate = load_der_x509_certificate(status.signing_cert.dump())
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    untouched = status.modification_level in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
    return SealFound(
        name=subject_name(certificate.subject),
        issuer=subject_name(certificate.issuer),
        intact=bool(status.intact and status.valid),
        whole=bool(whole or untouched) and status.docmdp_ok is not False,
        trusted=bool(_validate(found, roots, at).trusted) if roots else None,
        at=at,
        stamped_by=subject_name(load_der_x509_certificate(stamp.signing_cert.dump()).subject) if stamped else "",
    )


def _validate(found: EmbeddedPdfSignature, roots: list[x509.Certificate], at: datetime | None) -> Any:
    """Validate a signature as at a time: a certificate that has ended since was good when it was used."""
    context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at, revocation_mode="soft-fail")
    return finish(async_validate_pdf_signature(found, signer_validation_context=context))
