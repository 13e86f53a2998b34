"""Where the pages of the review are registered."""

from __future__ import annotations

from uuid import UUID

from flask import request

from followup.web.door import Pages

pages = Pages("log_review", __name__)


_MOST_DIGITS = 15
"""A number with more is no number of ours, and none that a database takes."""


def page_number() -> int:
    """Return which page is asked for, from 1; anything odd is the first."""
    return asked_number("page") or 1


def asked_number(name: str) -> int | None:
    """Return a whole number in the address; None for anything else."""
    asked = request.args.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS else None


def judged_before() -> UUID | None:
    """Return which occasion was judged just now, as the address says; None when it says nothing of the kind."""
    try:
        return UUID(request.args.get("judged", ""))
    except ValueError:
        return None
