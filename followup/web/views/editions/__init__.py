"""Other documents of a visit than the full one: a masked edition, the child's own copy, the foster home's record."""

from __future__ import annotations

from followup.web.door import Pages

pages = Pages("editions", __name__)

from followup.web.views.editions import child_copy, home_record, masking  # noqa: E402, F401 - they add their pages to the blueprint above
