"""Grounds for keeping something out of a copy, as they hold on a day. The grounds themselves are dated data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from followup.domain.questionnaire import Text


@dataclass(frozen=True)
class Ground:
    """Why something may be masked. law: the section in full; short: the same as it stands at each place.

    since, until: the days from which it holds and no longer does. by_itself: kinds of words (`suggesting.KINDS`) that
    are masked on this ground unless somebody chooses otherwise; protected_by_itself: the same for a child with
    protected identity.
    """

    code: str
    text: Text
    law: str
    short: str
    since: date
    until: date | None = None
    by_itself: tuple[str, ...] = ()
    protected_by_itself: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether it is law on a day."""
        return self.since <= day and (self.until is None or day < self.until)
