"""The review of the access log: months and their samples, who has read about a child, and whether the log is whole."""

from __future__ import annotations

from followup.web.views.log_review import chain, months, readers, samples
from followup.web.views.log_review.area import pages

__all__ = ["chain", "months", "pages", "readers", "samples"]
