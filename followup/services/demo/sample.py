"""A signed summary of a visit to an invented child, made in a database of its own that is gone again afterwards."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy.orm import undefer

from followup.domain.access import SYSTEM
from followup.pdf.jobs import PrintJob
from followup.services.demo import filling
from followup.services.demo.stories import read_stories
from followup.services.installation import upkeep
from followup.services.record.attachments import attachments_of
from followup.settings import Settings
from followup.store.opening import open_store
from followup.store.tables import Document, Visit

_PASSWORD_NOBODY_NEEDS = "sample"  # noqa: S105 # the database lives for seconds


def sample_job(today: date) -> PrintJob:
    """Return what is printed of the first story's visit of today, with two years of visits before it."""
    stories = read_stories()
    alone = replace(stories, children=stories.children[:1])
    with tempfile.TemporaryDirectory(prefix="followup-sample-") as folder:
        settings = Settings.from_env({"FOLLOWUP_INSTANCE": str(Path(folder))})
        for _ in upkeep.upgrade(settings):
            continue
        store = open_store(settings)
        try:
            passwords = {user["user_name"]: _PASSWORD_NOBODY_NEEDS for user in alone.users}
            filling.tell(store, alone, filling.Plan(today), passwords, lambda: None, finish=True)
            with store.unit(SYSTEM, reads=True) as uow:
                visits = uow.reachable(Visit).where(Visit.summary.is_not(None)).order_by(Visit.planned_at.desc())
                visit = uow.one(visits.options(undefer(Visit.summary)).limit(1))
                document = uow.one(uow.reachable(Document).where(Document.visit_id == visit.id).limit(1))
                return PrintJob("summary", visit.summary or "", attachments_of(uow, document))
        finally:
            store.engine.dispose()
