"""A child's whole line through the visits: every topic on one axis of time, what happened meanwhile, what was silent.

Scores, days and codes stand in clear and are read as columns: of what is sealed, only the child's name and birth date
and the names of homes are opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import load_only

from followup.domain.age import age_on
from followup.domain.questionnaire import Questionnaire
from followup.domain.silence import Silence, silences
from followup.services.overview.child_tracks import Track, answer_rows, forms_by_id, is_talk_only, tracks_of
from followup.services.overview.due import DONE
from followup.services.overview.tellings import was_told
from followup.store.tables import Assignment, Child, FosterHome, Note, Placement, PlacementCheck, User, Visit
from followup.store.unit_of_work import UnitOfWork

WHY, BLAME, AREA = "_why", "_blame", "area:"
"""Topics beside those of the forms: the two questions of the placement check, and the six areas of the law."""
LEGAL_AREAS = ("health", "development", "social_behaviour", "schooling", "parents_siblings", "others_close")


@dataclass(frozen=True)
class Moment:
    """Something that happened. kind: move | caseworker | told. name: of the home or the caseworker; "" for none."""

    on: date
    kind: str
    name: str = ""


@dataclass(frozen=True)
class ChildLine:
    """visits: days of the signed ones, oldest first. talked: how many forms were a talk, the child being too young."""

    child: Child
    visits: tuple[date, ...]
    tracks: tuple[Track, ...]
    moments: tuple[Moment, ...]
    silences: tuple[Silence, ...]
    talked: int


def child_line(uow: UnitOfWork, child_id: UUID, silent_for: int) -> ChildLine:
    """Gather the line. silent_for: at how many visits in a row a topic is silent to be named. Raises NotFound."""
    child = one_child(uow, child_id)
    answers = answer_rows(uow, child_id)
    forms = forms_by_id(uow, {row.version_id for row in answers})
    held = _held(uow, child_id)
    days = tuple(uow.day_of(row.planned_at) for row in held)
    asked = _asked(uow, child, held, answers, forms)
    topics = dict.fromkeys(topic for visit in asked[:1] for topic in visit)
    told = [Moment(uow.day_of(row.planned_at), "told") for row in held if row.told]
    return ChildLine(
        child=child,
        visits=days,
        tracks=tracks_of(uow, answers, forms, born=child.birth_date),
        moments=tuple(sorted([*_moves(uow, child), *_caseworkers(uow, child_id), *told], key=lambda each: each.on)),
        silences=silences(asked, topics, silent_for),
        talked=_talked(uow, child, answers, forms),
    )


def one_child(uow: UnitOfWork, child_id: UUID) -> Child:
    """Fetch the child with what the heading of a page says. Raises NotFound."""
    shown = load_only(Child.name, Child.birth_date, Child.protected_identity, Child.case_number)
    return uow.one(uow.reachable(Child).where(Child.id == child_id).options(shown))


def _talked(
    uow: UnitOfWork, child: Child, answers: Iterable[Row[*tuple[Any, ...]]], forms: Mapping[UUID, Questionnaire]
) -> int:
    days = {(row.version_id, uow.day_of(row.planned_at)) for row in answers}
    return sum(is_talk_only(forms[version], child.birth_date, day) for version, day in days)


def _held(uow: UnitOfWork, child_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """Fetch the signed visits, oldest first, and whether the child was told why it lives where it lives."""
    return uow.rows(
        uow.reachable(Visit)
        .where(Visit.child_id == child_id, Visit.state.in_(DONE))
        .outerjoin(PlacementCheck, PlacementCheck.visit_id == Visit.id)
        .order_by(Visit.planned_at, Visit.id)
        .with_only_columns(
            Visit.id,
            Visit.planned_at,
            PlacementCheck.understanding,
            PlacementCheck.self_blame,
            was_told().label("told"),
        )
    )


def _moves(uow: UnitOfWork, child: Child) -> list[Moment]:
    """List the moves: each placement but the first begins with one. The home of a protected child stays closed."""
    home = [] if child.protected_identity else [FosterHome.name]
    rows = uow.rows(
        uow.reachable(Placement)
        .join(FosterHome, FosterHome.id == Placement.foster_home_id)
        .where(Placement.child_id == child.id)
        .order_by(Placement.start)
        .with_only_columns(Placement.start, *home)
    )
    return [Moment(start, "move", *name) for start, *name in rows[1:]]


def _caseworkers(uow: UnitOfWork, child_id: UUID) -> list[Moment]:
    rows = uow.rows(
        uow.reachable(Assignment)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.child_id == child_id, Assignment.role == "responsible", Assignment.start <= uow.today)
        .order_by(Assignment.start)
        .with_only_columns(Assignment.start, User.name)
    )
    return [Moment(start, "caseworker", name) for start, name in rows[1:]]


def _asked(
    uow: UnitOfWork,
    child: Child,
    held: Sequence[Row[*tuple[Any, ...]]],
    answers: Iterable[Row[*tuple[Any, ...]]],
    forms: Mapping[UUID, Questionnaire],
) -> list[dict[str, str]]:
    """Say per visit, newest first, what came of each topic that belonged to it."""
    noted = _noted(uow, child.id)
    given: dict[UUID, dict[str, str]] = {}
    used: dict[UUID, Questionnaire] = {}
    for row in answers:
        form = used[row.visit_id] = forms[row.version_id]
        item = form.item(row.item)
        if item:
            given.setdefault(row.visit_id, {})[item.track] = row.status
    found: list[dict[str, str]] = []
    last: Questionnaire | None = None  # a visit without a form belongs with the form before it
    for visit in held:
        on = uow.day_of(visit.planned_at)
        last = used.get(visit.id, last)
        tracks = [item.track for item in last.items_for(age_on(child.birth_date, on))] if last else []
        if last and is_talk_only(last, child.birth_date, on):
            tracks = []
        said = given.get(visit.id, {})
        topics = {track: said.get(track, "not_asked") for track in dict.fromkeys([*tracks, *(said if tracks else ())])}
        topics[WHY] = _why(visit.understanding)
        topics[BLAME] = "answered" if visit.self_blame not in {None, "not_asked"} else "not_asked"
        topics |= {f"{AREA}{code}": "answered" if (visit.id, code) in noted else "not_asked" for code in LEGAL_AREAS}
        found.append(topics)
    return found[::-1]


def _why(understanding: str | None) -> str:
    return {None: "not_asked", "not_asked": "not_asked", "child_declined": "declined"}.get(understanding, "answered")


def _noted(uow: UnitOfWork, child_id: UUID) -> frozenset[tuple[UUID, str]]:
    rows = uow.rows(
        uow.reachable(Note).where(Note.child_id == child_id).with_only_columns(Note.visit_id, Note.area).distinct()
    )
    return frozenset((visit_id, area) for visit_id, area in rows)
