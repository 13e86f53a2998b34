"""What the child said on its own beside what the carers said, area by area. Two pictures, and no verdict.

For the caseworker and the lead alone: the carers never see the child's answers, and nobody puts the carers' words
before the child. Nothing of this goes into a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import load_only

from followup.domain.questionnaire import Item, Questionnaire
from followup.services.overview.child_line import one_child
from followup.services.overview.child_tracks import forms_by_id
from followup.services.overview.due import DONE
from followup.services.visit.sheets import CARER, CHILD
from followup.store.tables import Answer, Child, Note, Prompt, Response, Visit
from followup.store.unit_of_work import UnitOfWork

_STATEMENT, _AREA_OF_CARERS = "statement", "carer"


@dataclass(frozen=True)
class Said:
    """One answer. words: what was written beside it. talk: what was said about it in the talk of the same visit."""

    item: Item
    form: Questionnaire
    status: str
    score: int | None
    words: str = ""
    talk: str = ""


@dataclass(frozen=True)
class Sheet:
    """The answers of one form. heard: a carer was within earshot of the child. private: yes | partly | no | None."""

    on: date
    mode: str
    private: str | None
    heard: bool
    answers: tuple[Said, ...]

    def of(self, domain: str) -> list[Said]:
        """The answers about one area."""
        return [said for said in self.answers if said.item.domain == domain]


@dataclass(frozen=True)
class Voices:
    """The latest of each. notes: what the carers told at those visits, as it was written down."""

    child: Child
    childs: Sheet | None
    carers: Sheet | None
    notes: tuple[Note, ...]

    @property
    def domains(self) -> list[str]:
        """The areas that either has answered about."""
        sheets = [sheet for sheet in (self.childs, self.carers) if sheet]
        return list(dict.fromkeys(said.item.domain for sheet in sheets for said in sheet.answers))


def voices(uow: UnitOfWork, child_id: UUID) -> Voices:
    """Lay the two side by side. Raises NotFound."""
    child = one_child(uow, child_id)
    rows = _sheets(uow, child_id)
    own = _first(rows, CHILD)
    carers = _first(rows, CARER)
    shown = [row for row in (own, carers) if row is not None]
    forms = forms_by_id(uow, {row.version_id for row in shown})
    answers = _answers(uow, child_id, [row.id for row in shown])
    talks = _talks(uow, child_id, own.visit_id) if own else {}
    return Voices(
        child=child,
        childs=_sheet(uow, own, forms[own.version_id], answers, talks) if own else None,
        carers=_sheet(uow, carers, forms[carers.version_id], answers, {}) if carers else None,
        notes=_notes(uow, child_id, {row.visit_id for row in shown}),
    )


def _sheets(uow: UnitOfWork, child_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    return uow.rows(
        uow.reachable(Response)
        .join(Visit, Visit.id == Response.visit_id)
        .where(Response.child_id == child_id, Visit.state.in_(DONE))
        .order_by(Visit.planned_at.desc())
        .with_only_columns(
            *(Response.id, Response.visit_id, Response.respondent, Response.mode, Response.earshot),
            *(Response.questionnaire_version_id.label("version_id"), Visit.planned_at, Visit.private_talk),
        )
    )


def _heard(row: Row[*tuple[Any, ...]]) -> bool:
    return "carer" in (row.earshot or "").split()


def _first(rows: Iterable[Row[*tuple[Any, ...]]], respondent: str) -> Row[*tuple[Any, ...]] | None:
    """Return the latest sheet of whoever answered: of the child's, the latest that no carer heard, if there is one."""
    mine = [row for row in rows if row.respondent == respondent]
    return next((row for row in mine if not _heard(row)), next(iter(mine), None))


def _answers(uow: UnitOfWork, child_id: UUID, sheets: Sequence[UUID]) -> Sequence[Answer]:
    read = load_only(Answer.child_id, Answer.response_id, Answer.item, Answer.status, Answer.score, Answer.words)
    return uow.all(
        uow.reachable(Answer).where(Answer.child_id == child_id, Answer.response_id.in_(sheets)).options(read)
    )


def _talks(uow: UnitOfWork, child_id: UUID, visit_id: UUID) -> dict[str, str]:
    read = load_only(Prompt.child_id, Prompt.visit_id, Prompt.subject, Prompt.words)
    talks = uow.all(uow.reachable(Prompt).where(Prompt.child_id == child_id, Prompt.visit_id == visit_id).options(read))
    return {talk.subject: talk.words for talk in talks}


def _notes(uow: UnitOfWork, child_id: UUID, visits: Iterable[UUID]) -> tuple[Note, ...]:
    return tuple(
        uow.all(
            uow.reachable(Note)
            .where(
                Note.child_id == child_id,
                Note.visit_id.in_(list(visits)),
                Note.area == _AREA_OF_CARERS,
                Note.kind == _STATEMENT,
            )
            .order_by(Note.visit_id, Note.position)
        )
    )


def _sheet(
    uow: UnitOfWork,
    row: Row[*tuple[Any, ...]],
    form: Questionnaire,
    answers: Iterable[Answer],
    talks: dict[str, str],
) -> Sheet:
    by_item = {answer.item: answer for answer in answers if answer.response_id == row.id}
    said = tuple(
        Said(item, form, each.status, each.score, each.words, talks.get(item.id, ""))
        for item in form.items
        if (each := by_item.get(item.id)) is not None
    )
    return Sheet(uow.day_of(row.planned_at), row.mode, row.private_talk, _heard(row), said)
