"""Where the pages of the review are registered."""

from __future__ import annotations

from uuid import UUID

from flask import request

from followup.web.door import Pages

pages = Pages("log_review", __name__)


def page_number() -> int:
    """Return which page is asked for, from 1; anything odd is the first."""
    asked = request.args.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def judged_before() -> UUID | None:
    """Return which occasion was judged just now, as the address says; None when it says nothing of the kind."""
    try:
        return UUID(request.args.get("judged", ""))
    except ValueError:
        return None
