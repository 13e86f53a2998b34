"""What all steps of a visit share: opening it, and saving a step so that nobody's words are lost.

A step's content is a mapping of field names to texts, the same as its form posts. Every step knows how many times it
was saved (`visit.revisions`). A form that was loaded before the latest save is stale: if it says the same, all is well
(a double click); if not, its version is set aside and both are shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import joinedload, selectinload

from followup.domain.errors import InvalidTransition, Problem, translatable
from followup.services.overview.due import DONE
from followup.store.tables import HomeVisit, SetAside, Visit
from followup.store.unit_of_work import UnitOfWork

STEPS = ("prepare", "answers", "talk", "why", "agreements", "sign")
"""In the order of the visit. The carer's form ("carer") is filled in beside "answers"."""

WRITTEN_IN = frozenset({"talk", "why", "agreements", "sign"})
"""Steps that are nothing but what is written in them. To prepare is to have read; the forms count their own answers."""

OPEN_STATES = frozenset({"planned", "draft"})

Fields = Mapping[str, str]

_NOTHING: Fields = MappingProxyType({})


@dataclass(frozen=True)
class Saved:
    """The step is saved: its new revision, and when."""

    revision: int
    at: datetime


@dataclass(frozen=True)
class Difference:
    """A field that two versions say differently."""

    name: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Stale:
    """The form was older than what is saved. `posted` is set aside; `revision` is the one to answer with."""

    step: str
    revision: int
    posted: Fields
    differences: tuple[Difference, ...]
    saved_at: datetime | None


def open_visit(uow: UnitOfWork, visit_id: UUID, *load: Any) -> Visit:
    """Fetch a visit with its child, home visit and foster home; `load`: more loader options. Raises NotFound."""
    return uow.one(
        uow.reachable(Visit)
        .where(Visit.id == visit_id)
        .options(
            joinedload(Visit.child),
            joinedload(Visit.home_visit).joinedload(HomeVisit.foster_home),
            joinedload(Visit.caseworker),
            *load,
        )
    )


def hold(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Wait for whoever is changing the visit and hold its row until the unit ends. Raises NotFound."""
    return uow.one(uow.reachable(Visit).where(Visit.id == visit_id).with_for_update(of=Visit))


def open_for_writing(uow: UnitOfWork, visit_id: UUID, *load: Any) -> Visit:
    """Fetch a visit to change it, holding its row. Raises NotFound, and InvalidTransition unless planned or draft."""
    hold(uow, visit_id)
    visit = open_visit(uow, visit_id, *load)
    if visit.state not in OPEN_STATES:
        raise InvalidTransition(visit.state)
    return visit


def shared_is_signed(uow: UnitOfWork, visit: Visit) -> bool:
    """Tell whether some child's record of the same home visit is signed: what they share is then fixed.

    Asked of the home visit, since the other child may be out of reach.
    """
    signed = exists().where(Visit.home_visit_id == HomeVisit.id, Visit.state.in_(DONE))
    home_visit = uow.reachable(HomeVisit).where(HomeVisit.id == visit.home_visit_id, signed)
    return bool(uow.rows(home_visit.with_only_columns(HomeVisit.id)))


def refuse_shared(uow: UnitOfWork, visit: Visit, fields: Iterable[str], note: Callable[[Problem], None]) -> None:
    """Note a problem for each changed field of what children share of a home visit, when one of them is signed."""
    changed = list(fields)
    if changed and shared_is_signed(uow, visit):
        message = translatable(
            "Ett annat barns besök samma gång är redan signerat, så det här är låst. Låt det stå som det var."
        )
        for name in changed:
            note(Problem(name, message, "shared_is_signed"))


def check_revision(
    uow: UnitOfWork,
    visit: Visit,
    step: str,
    revision: int,
    *,
    stored: Fields,
    posted: Fields,
    before: Fields = _NOTHING,
) -> Saved | Stale | None:
    """Compare a posted step with what is stored, field by field of `posted`.

    before: what was in fields that are shared with other pages when the form was made (see `posted.touched`). One that
    was changed both there and here makes the form stale too: the step's own revision doesn't tell of it.
    None: go on and save. Saved: there is nothing new to save. Stale: it differs; it has been set aside.
    A step that nothing was ever said in stays untouched by being leafed through: it isn't ticked, and no visit begins.
    """
    current = visit.revisions.get(step, 0)
    twice = any(name in before and stored.get(name, "") not in {before[name], mine} for name, mine in posted.items())
    if revision == current and not twice:
        leafed_through = (
            step in WRITTEN_IN and not current and all(mine == stored.get(name, "") for name, mine in posted.items())
        )
        return Saved(0, visit.saved_at or uow.now) if leafed_through else None
    differences = tuple(
        Difference(name, mine, stored.get(name, "")) for name, mine in posted.items() if mine != stored.get(name, "")
    )
    if not differences:
        return Saved(current, visit.saved_at or uow.now)
    uow.add(
        SetAside(
            visit_id=visit.id,
            child_id=visit.child_id,
            step=step,
            values=json.dumps(list(posted.items()), ensure_ascii=False),
            set_aside_at=uow.now,
            set_aside_by=uow.actor.id,
        )
    )
    return Stale(step, current, posted, differences, visit.saved_at)


def mark_saved(uow: UnitOfWork, visit: Visit, step: str) -> Saved:
    """Count the save, remember the step, and turn a planned visit into a draft."""
    revision = visit.revisions.get(step, 0) + 1
    visit.revisions = {**visit.revisions, step: revision}
    visit.saved_at = uow.now
    visit.step = step
    if visit.state == "planned" and step != "prepare":
        visit.state = "draft"
    return Saved(revision, uow.now)


def loaded(*relations: Any) -> tuple[Any, ...]:
    """Loader options for relations of a visit, one statement each."""
    return tuple(selectinload(relation) for relation in relations)
