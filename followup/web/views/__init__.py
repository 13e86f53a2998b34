"""One file per area of the site."""

from __future__ import annotations

from followup.web.views import account, child_mode, children, desk, documents, start, visits

AREAS = (account.pages, start.pages, children.pages, desk.pages, documents.pages, visits.pages, child_mode.pages)
