"""The pages of a device on loan, one module per concern. No address here names a visit or a child: the loan does."""

from __future__ import annotations

from followup.web.door import Pages

pages = Pages("child_mode", __name__)

from followup.web.views.child_mode import (  # noqa: E402 - they add their pages to the blueprint above
    audio,  # noqa: F401
    closing,  # noqa: F401
    drawing,  # noqa: F401
    give_back,  # noqa: F401
    questions,  # noqa: F401
    start,  # noqa: F401
)
