"""A device that changes hands: where the child is, and where the caseworker comes back to."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Loan
from followup.services.visit.sheets import CARER

CHILDS_PLACE = "/my"
"""Where whoever has a device on loan belongs; the page itself knows how far they have come."""


def lead_back(loan: Loan) -> ResponseReturnValue:
    """Lead the caseworker who has taken her device back on: to the talk with the child, or to the answers."""
    flash(_("Plattan är upplåst. Svaren är sparade."), "success")
    return redirect(url_for("visits.answers" if loan.respondent == CARER else "visits.talk", visit_id=loan.visit_id))
