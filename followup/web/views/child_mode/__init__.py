"""The pages of a device on loan, one module per concern. No address here names a visit or a child: the loan does."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from followup.domain.errors import InvalidTransition
from followup.web.door import Pages, wants_json
from followup.web.errors import answer_error
from followup.web.lent import CHILDS_PLACE

pages = Pages("child_mode", __name__)


@pages.errorhandler(InvalidTransition)
def closed_meanwhile(_error: InvalidTransition) -> ResponseReturnValue:
    """Lead whoever has the tablet to their own last page: a page on visits and signing is not theirs to read."""
    return answer_error(409) if wants_json() else redirect(CHILDS_PLACE)


from followup.web.views.child_mode import (  # noqa: E402 - they add their pages to the blueprint above
    audio,  # noqa: F401
    closing,  # noqa: F401
    drawing,  # noqa: F401
    give_back,  # noqa: F401
    questions,  # noqa: F401
    start,  # noqa: F401
)
