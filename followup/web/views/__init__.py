"""One file per area of the site."""

from __future__ import annotations

from followup.web.views import (
    account,
    calendar,
    child_line,
    child_mode,
    children,
    deadlines,
    desk,
    documents,
    editions,
    exports,
    handovers,
    health,
    mandates,
    portrait,
    need_to_know,
    promises,
    start,
    visits,
)

AREAS = (
    account.pages,
    calendar.pages,
    start.pages,
    children.pages,
    child_line.pages,
    deadlines.pages,
    desk.pages,
    documents.pages,
    exports.pages,
    editions.pages,
    handovers.pages,
    health.pages,
    mandates.pages,
    portrait.pages,
    promises.pages,
    visits.pages,
    child_mode.pages,
)
    need_to_know.pages,
