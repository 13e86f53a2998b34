"""Why documents wait for the organisation's seal, in the reader's words."""

from __future__ import annotations

from datetime import date

from flask import current_app
from flask_babel import gettext as _

from followup.services.record.sealing import WORDS
from followup.web.frame import day


def waiting_for_seal() -> str:
    """Return a sentence on why documents wait for their seal now, "" when they don't."""
    problem = current_app.extensions["followup_pressroom"].seal_problem()
    if problem is None:
        return ""
    dated = problem.code in {"not_yet", "expired"}
    return str(_(WORDS[problem.code], value=day(date.fromisoformat(problem.value)) if dated else ""))
