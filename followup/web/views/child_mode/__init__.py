"""The pages of a device on loan, one module per concern. No address here names a visit or a child: the loan does."""

from __future__ import annotations

from followup.web.door import Pages

pages = Pages("child_mode", __name__)

from followup.web.views.child_mode import audio, drawing, give_back  # noqa: E402, F401 - they add their pages to the blueprint above
