"""What `followup.pdf.seal` asks of pyHanko. Import it from there only: pyHanko may be missing."""

from __future__ import annotations

import functools
import io
from typing import Final

from asn1crypto import cms, keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from followup.pdf.own_loop import finish
from followup.pdf.seal_files import SealingKey, SealUnusable

FIELD: Final = "Stampel"  # the field's name in the file; ASCII, as old readers want it
REASON: Final = "Elektronisk stämpel: visar att filen är oförändrad"
_SECONDS: Final = 15  # for the time-stamp authority
_DIGEST: Final = "sha256"


def sign(data: bytes, key: SealingKey, timestamp: str) -> bytes:
    """Return the PDF with a certifying PAdES signature. Raises SealUnusable if a time stamp can't be had."""
    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=_DIGEST,
        name=key.name,
        reason=REASON,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    stamper = _stamper(timestamp) if timestamp else None
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        sealed = finish(signers.async_sign_pdf(writer, about, _signer(key), timestamper=stamper))
        return bytes(sealed.getvalue())
    except Exception:
        _stamper.cache_clear()  # its answers may have grown since it was asked how long they are
        raise


def try_timestamp(address: str) -> None:
    """Get one time stamp. Raises SealUnusable."""
    finish(_new_stamper(address).async_dummy_response(_DIGEST))


class _Stamper(RequestsHTTPTimeStamper):
    """A time-stamp authority whose every fault is one and the same: there is no time stamp."""

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            stamped = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"]
        except Exception as error:
            raise SealUnusable("timestamp") from error
        if stamped.native != message_digest:
            raise SealUnusable("timestamp")
        return token


@functools.lru_cache(maxsize=1)
def _stamper(address: str) -> _Stamper:
    """The authority, kept: how long its answers are need only be asked once, and each answer may cost money."""
    return _new_stamper(address)


def _new_stamper(address: str) -> _Stamper:
    return _Stamper(address, timeout=_SECONDS)  # type: ignore[no-untyped-call] # pyHanko types it in part


def _signer(key: SealingKey) -> signers.SimpleSigner:
    octets = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyHanko types it in part
    store.register_multiple(x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in key.chain)
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(key.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(octets),
        cert_registry=store,
    )
