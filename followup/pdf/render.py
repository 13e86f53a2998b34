"""HTML to PDF by WeasyPrint, with nothing but what the package carries.

Call it in one thread of a process only: Pango is not thread-safe. The program does so in a process of its own
(`Press`). WeasyPrint is imported when it is first needed, so that everything else works on a machine without Pango.
"""

from __future__ import annotations

import functools
import io
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from followup.pdf import passages
from followup.pdf.errors import PdfUnavailable, RenderingFailed
from followup.pdf.finish import finish
from followup.pdf.jobs import Attachment

PACKAGE: Final = Path(__file__).parent
FONTS: Final = PACKAGE / "fonts"
STYLES: Final = ("summary.css", "letter.css", "timeline.css", "child_copy.css")
VARIANT: Final = "pdf/a-3a"
SCHEME: Final = "asset:"


def render(
    html: str,
    style: str = "summary.css",
    images: Mapping[str, bytes] = MappingProxyType({}),
    attachments: Sequence[Attachment] = (),
    created: datetime | None = None,
) -> bytes:
    """Return a document's HTML as PDF: PDF/A-3a and PDF/UA-1, the same bytes for the same HTML.

    style: one of STYLES. images: JPEGs by the name under which the document asks for them, as asset:NAME.
    attachments: files to put inside, dated `created`. Raises PdfUnavailable if Pango is missing, RenderingFailed if the
    document asks for anything from outside, and ValueError for attachments without a date: today's would change the
    bytes.
    """
    weasyprint, fonts, styles, fetcher = press_room()
    try:
        with warnings.catch_warnings():
            # WeasyPrint leaves its colour profile to be closed by itself.
            warnings.filterwarnings("ignore", message="unclosed file .*icc", category=ResourceWarning)
            document = weasyprint.HTML(string=html, url_fetcher=fetcher(images), base_url=SCHEME)
            inside = [_inside(weasyprint, attachment, created) for attachment in attachments]
            data = document.write_pdf(
                stylesheets=[styles["fonts.css"], styles[style]],
                font_config=fonts,
                pdf_variant=VARIANT,
                attachments=inside,
                finisher=finish,
            )
    except fetcher.Refused as error:
        message = "the document asks for something outside the package"
        raise RenderingFailed(message) from error
    return bytes(data)


def page_count(html: str, style: str) -> int:
    """Return how many pages a document without images takes. Raises as `render` does."""
    weasyprint, fonts, styles, fetcher = press_room()
    try:
        document = weasyprint.HTML(string=html, url_fetcher=fetcher({}), base_url=SCHEME)
        return len(document.render(stylesheets=[styles["fonts.css"], styles[style]], font_config=fonts).pages)
    except fetcher.Refused as error:
        message = "the document asks for something outside the package"
        raise RenderingFailed(message) from error


def _inside(weasyprint: Any, attachment: Attachment, created: datetime | None) -> Any:
    if created is None:
        message = "attachments need a date"
        raise ValueError(message)

    @contextmanager
    def opened() -> Iterator[tuple[io.BytesIO, None, None, str]]:
        yield io.BytesIO(attachment.data), None, None, attachment.media_type

    made = weasyprint.Attachment(
        file_obj=io.BytesIO(b""),
        name=attachment.name,
        description=attachment.description,
        relationship=attachment.relationship,
        created=created,
        modified=created,
    )
    made.source = opened()  # WeasyPrint would guess the kind from the name, and knows few
    return made


@functools.cache
def press_room() -> tuple[Any, Any, Mapping[str, Any], Any]:
    """Load what every document needs, once: WeasyPrint, its fonts, the style sheets by name, and the kind of fetcher.

    Raises PdfUnavailable if Pango is missing.
    """
    # WeasyPrint's remarks can hold words of the document, and those may not reach a log.
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with _only_packaged_fonts():
        try:
            import weasyprint  # noqa: PLC0415 - may be missing, see above
            from weasyprint.formatting_structure import boxes  # noqa: PLC0415
            from weasyprint.pdf import tags  # noqa: PLC0415
            from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
        except OSError as error:
            raise PdfUnavailable(type(error).__name__) from error
        passages.attend(tags, boxes)
        fonts = FontConfiguration()
        fetcher = _fetcher()
        styles = {
            name: weasyprint.CSS(string=(PACKAGE / name).read_text("utf-8"), font_config=fonts, url_fetcher=fetcher({}))
            for name in ("fonts.css", *STYLES)
        }
    return weasyprint, fonts, styles, fetcher


@contextmanager
def _only_packaged_fonts() -> Iterator[None]:
    """Hide the machine's fonts while fontconfig reads its settings, so that documents are the same everywhere."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "fontconfig.xml")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="No fonts configured in FontConfig")
            yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415 - see above

    allowed = {f"{SCHEME}fonts/{font.name}": font for font in FONTS.glob("*.woff2")}

    class PackageOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Gives the packaged fonts and the images it was given, and stops the document at any other address."""

        Refused = FatalURLFetchingError

        def __init__(self, images: Mapping[str, bytes]) -> None:
            super().__init__()
            self._images = {f"{SCHEME}{name}": image for name, image in images.items()}

        def fetch(self, url: str, headers: object = None) -> Any:
            del headers
            if url in self._images:
                return URLFetcherResponse(url, self._images[url], {"Content-Type": "image/jpeg"})
            if url not in allowed:
                raise FatalURLFetchingError(SCHEME)  # the address may hold words of the document
            return URLFetcherResponse(url, allowed[url].read_bytes(), {"Content-Type": "font/woff2"})

    return PackageOnly
