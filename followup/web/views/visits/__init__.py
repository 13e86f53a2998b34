"""The pages of a visit, one module per step."""

from __future__ import annotations

from followup.web.door import Pages

pages = Pages("visits", __name__)

from followup.web.views.visits import (  # noqa: E402, F401 - they add their pages to the blueprint above
    agreements,
    amend,
    answers,
    hand_over,
    letter,
    planning,
    prepare,
    sign,
    talk,
    urgent,
    why,
)
