"""What is left of what was thinned: how much of what went, when, and by which law. Never whose it was."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from followup.store.tables.base import Base, WithId


class RetentionStub(WithId, Base):
    """One step of thinning: a number of things of one kind that went by one rule. No personal data. Append-only."""

    __tablename__ = "retention_stub"

    rule: Mapped[str]
    """An id of `followup/deadlines/retention.yaml`."""
    rule_from: Mapped[date]
    """From which day the version of the rule that was used holds."""
    law: Mapped[str]
    """As it stood in that version."""
    kind: Mapped[str]
    """A table, or `archive` for files of exports."""
    number: Mapped[int]
    oldest: Mapped[datetime | None]
    """When the clock of the oldest of them began; None where nothing tells."""
    thinned_at: Mapped[datetime]
