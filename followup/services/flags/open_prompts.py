"""What is still to be talked about or followed up with one child: the same on its own page and when preparing a visit.

The start page counts the same flags (`open_flags.counted`), so that nothing is counted there which isn't found here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_

from followup.domain import flags
from followup.domain.questionnaire import Questionnaire
from followup.services.flags.open_flags import open_flags
from followup.services.overview.child_tracks import forms_by_id
from followup.store.tables import Flag, Prompt, Response, Visit
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class OpenPrompt:
    """A flag that is still open, and what came of talking about it. on: the day of the visit that raised it."""

    row: Flag
    flag: flags.Flag
    on: date
    questionnaire: Questionnaire | None
    talked: Prompt | None


def open_prompts(
    uow: UnitOfWork, child_id: UUID, answered: Mapping[tuple[UUID, str], Questionnaire]
) -> tuple[OpenPrompt, ...]:
    """List what is open with the child, gravest first. answered: forms at hand, by visit and respondent."""
    rows = rows_of(uow, child_id)
    known = {
        row.questionnaire_version_id: answered[row.Flag.visit_id, row.Flag.respondent]
        for row in rows
        if (row.Flag.visit_id, row.Flag.respondent) in answered
    }
    missing = {row.questionnaire_version_id for row in rows} - known.keys() - {None}
    return prompts_of(uow, rows, {**known, **(forms_by_id(uow, missing) if missing else {})})


def rows_of(uow: UnitOfWork, child_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Fetch the child's open flags, with what was said of them and the version of the form that was answered."""
    return uow.rows(
        open_flags(uow)
        .where(Flag.child_id == child_id)
        .outerjoin(Response, and_(Response.visit_id == Flag.visit_id, Response.respondent == Flag.respondent))
        .order_by(Visit.planned_at.desc(), Flag.subject)
        .add_columns(Prompt, Visit.planned_at, Response.questionnaire_version_id)
    )


def prompts_of(
    uow: UnitOfWork, rows: Sequence[Row[*tuple[Any, ...]]], forms: Mapping[UUID, Questionnaire]
) -> tuple[OpenPrompt, ...]:
    """One line per subject, gravest first. Among several visits' flags the gravest speaks, then the newest.

    A milder flag from a later visit must not hide one that was raised with the team lead and is still open.
    """
    found: dict[tuple[str, str], OpenPrompt] = {}
    for row in sorted(rows, key=lambda row: -flags.Level(row.Flag.level).rank):  # newest first within a level
        flag = row.Flag
        form = forms.get(row.questionnaire_version_id)
        on = uow.day_of(row.planned_at)
        found.setdefault((flag.respondent, flag.subject), OpenPrompt(flag, flag.as_raised(), on, form, row.Prompt))
    return tuple(found.values())
