"""The visit summary as a document: VisitSummary -> HTML -> PDF (PDF/A-3a and PDF/UA-1, nothing from outside).

Importing this package needs neither WeasyPrint nor Pango; printing does, and says so (`PdfUnavailable`).
"""

from __future__ import annotations

from followup.pdf.errors import PdfUnavailable, RenderingFailed
from followup.pdf.html import summary_html
from followup.pdf.press import Press
from followup.pdf.render import render

__all__ = ["PdfUnavailable", "Press", "RenderingFailed", "render", "summary_html"]
