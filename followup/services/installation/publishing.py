"""Published questionnaires: the shipped ones enter the database word for word and never change there."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import select

from followup.domain.access import SYSTEM
from followup.domain.definition import read_stored
from followup.domain.questionnaire import Questionnaire
from followup.questionnaires import load_all
from followup.store.opening import Store
from followup.store.tables import QuestionnaireVersion


def publish_shipped(store: Store, now: datetime) -> list[str]:
    """Add the shipped forms that the database doesn't have yet; returns them as “code version”."""
    added = []
    with store.unit(SYSTEM, now=now) as uow:
        known = {(row.code, row.version) for row in uow.all(select(QuestionnaireVersion))}
        for form in load_all().forms.values():
            if (form.code, form.version) in known:
                continue
            uow.add(
                QuestionnaireVersion(
                    code=form.code,
                    version=form.version,
                    definition=form.definition,
                    sha256=form.sha256,
                    added_at=now,
                )
            )
            added.append(f"{form.code} {form.version}")
    return added


def form_of(version: QuestionnaireVersion) -> Questionnaire:
    """Read a published version back as it was when it was answered."""
    return _read(version.definition)


@lru_cache(maxsize=64)
def _read(definition: str) -> Questionnaire:
    return read_stored(definition)
