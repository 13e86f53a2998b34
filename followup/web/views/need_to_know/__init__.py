"""Need to know: who may open a child, the sign before a protected one, and opening one in an emergency."""

from __future__ import annotations

from followup.web.door import Pages

pages = Pages("need_to_know", __name__)

from followup.web.views.need_to_know import deciding, glass, review, sign  # noqa: E402, F401 - they add their pages
