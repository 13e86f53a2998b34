"""The child's own copy to HTML, and the longest of its forms that fits on one page."""

from __future__ import annotations

import bisect
from typing import Final

from followup.domain.child_copy import ChildCopy, from_json, shortened
from followup.pdf.html import environment
from followup.pdf.jobs import PrintJob
from followup.pdf.render import page_count, render

STYLE: Final = "child_copy.css"


def child_copy_html(copy: ChildCopy) -> str:
    """Return the page as HTML for `render(…, style=STYLE)`."""
    return environment().get_template("child_copy.html").render(copy=copy)


def print_child_copy(job: PrintJob) -> bytes:
    """Return the PDF of a stored copy (`child_copy.to_json`): one page, less of it where all doesn't fit."""
    forms = [child_copy_html(each) for each in shortened(from_json(job.source))]
    # Shorter forms take less room, so the first that fits is found by halving.
    first = bisect.bisect_left(forms, 1, key=lambda html: int(page_count(html, STYLE) == 1))
    return render(forms[min(first, len(forms) - 1)], STYLE)
