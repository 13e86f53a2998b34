"""What can go wrong between a summary and its PDF. No message ever holds anything from the summary."""

from __future__ import annotations


class RenderingFailed(Exception):
    """The PDF could not be made: the process broke off, took too long or refused the document."""


class PdfUnavailable(RenderingFailed):
    """This machine cannot make PDFs, because libraries of the system are missing. Everything else works."""

    def __init__(self, reason: str = "") -> None:
        """Name the packages to install; `reason` is what the loader said."""
        super().__init__(
            "PDFs cannot be made, because Pango is missing on this machine. Debian and Ubuntu: "
            "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango."
            + (f" ({reason})" if reason else "")
        )
        self.reason = reason
