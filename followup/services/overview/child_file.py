"""A child's own page: who, where and why, what is open, and its line through the visits. Ten statements in all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, load_only

from followup.domain.errors import InvalidInput, NotFound, Problem, translatable
from followup.domain.text import clean_text
from followup.services.flags.open_prompts import OpenPrompt, prompts_of, rows_of
from followup.services.flags.people_around import is_handed_on, keeper
from followup.services.overview.child_tracks import Track, answer_rows, forms_by_id, tracks_of
from followup.services.overview.due import DONE, Due, VisitLine, due_of
from followup.services.overview.tellings import Checked, checks_of
from followup.store.tables import (
    Action,
    Amendment,
    Assignment,
    Child,
    Explanation,
    FosterHome,
    HomeVisit,
    Placement,
    PlacementCheck,
    User,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork

WISHES_LIMIT = 4000
VISITS_SHOWN = 12
_DONE_LATELY = timedelta(days=365)
MOST_POINTS = 12
"""Visits on a small chart; `web.charts.MOST_POINTS` is the same."""


@dataclass(frozen=True)
class Who:
    """The child, its placement and who answers for it today; home is None for a protected child.

    explanation: the newest version of “Därför bor jag här”.
    """

    child: Child
    placement: Placement | None
    home: FosterHome | None
    responsible: User | None
    explanation: Explanation | None


@dataclass(frozen=True)
class LatestCheck:
    """The latest placement check, with its words, and its day."""

    check: PlacementCheck
    on: date


@dataclass(frozen=True)
class ChildFile:
    """Everything the page shows, which is what holds now; the years are on pages of their own.

    checked: the latest placement check; checks: all by their codes, newest first. visits: the open ones and the latest,
    newest first; more: whether there are others; amended: how many amendments those have that have any. actions: the
    open ones and those done within a year; handed: those of somebody who has handed the child over since. tracks: the
    answers that a small chart has room for.
    """

    who: Who
    roommates: Sequence[Child]
    checked: LatestCheck | None
    checks: Sequence[Checked]
    visits: Sequence[Visit]
    more: bool
    amended: Mapping[UUID, int]
    prompts: Sequence[OpenPrompt]
    actions: Sequence[Action]
    handed: frozenset[UUID]
    tracks: Sequence[Track]
    due: Due

    @property
    def told(self) -> date | None:
        """The day when the child was last told why it lives where it lives."""
        return next((checked.on for checked in self.checks if checked.told), None)

    def keeper(self, action: Action) -> str:
        """Name who keeps an agreement now, "" where it is whom it names."""
        return keeper(action, self.handed, self.who.responsible)

    @property
    def child(self) -> Child:
        """The child."""
        return self.who.child


def child_file(uow: UnitOfWork, child_id: UUID, *, every_visit: bool = False, with_others: bool = True) -> ChildFile:
    """Gather a child's page. Raises NotFound.

    every_visit: list them all, and not only the latest. with_others: look for the other children in the home.
    """
    who = _who(uow, child_id)
    visits, amended, more = _visits(uow, child_id, every=every_visit)
    open_rows = rows_of(uow, child_id)
    agreed = _agreed(uow, child_id)
    answers = answer_rows(uow, child_id, since=_drawn_since(visits))
    versions = {row.version_id for row in answers} | {row.questionnaire_version_id for row in open_rows}
    forms = forms_by_id(uow, versions - {None})
    return ChildFile(
        who=who,
        roommates=roommates(uow, child_id, who.placement.foster_home_id) if with_others and who.placement else (),
        checked=_checked(uow, child_id),
        checks=checks_of(uow, child_id),
        visits=visits,
        more=more,
        amended=amended,
        prompts=prompts_of(uow, open_rows, forms),
        actions=[action for action, _ in agreed],
        handed=frozenset(action.id for action, handed in agreed if handed),
        tracks=tracks_of(uow, answers, forms, born=who.child.birth_date),
        due=due_of(
            [_line(visit) for visit in visits],
            placed=who.placement.start if who.placement else None,
            interval_days=who.placement.visit_interval_days if who.placement else 0,
            today=uow.today,
            zone=uow.zone,
        ),
    )


def roommates(uow: UnitOfWork, child_id: UUID, foster_home_id: UUID) -> Sequence[Child]:
    """List the other children within reach who live in the home today."""
    in_the_home = Placement.foster_home_id == foster_home_id, Placement.in_force(uow.today)
    living_there = select(Placement.child_id).where(*in_the_home)
    return uow.all(
        uow.reachable(Child)
        .where(Child.id != child_id, Child.id.in_(living_there))
        .order_by(Child.case_number)
        .options(load_only(Child.name, Child.birth_date, Child.protected_identity))
    )


def wishes_mark(wishes: str) -> str:
    """Name a version of the wishes, so that a form can say which one it was made from."""
    return hashlib.sha256(wishes.encode("utf-8", "replace")).hexdigest()[:16]


def save_wishes(uow: UnitOfWork, child_id: UUID, wishes: str, mark: str) -> None:
    """Keep how the child wants the visits to be. mark: of the version that the form was made from.

    Raises NotFound, and InvalidInput for a text that is too long or written on top of somebody else's change.
    """
    child = uow.one(uow.reachable(Child).where(Child.id == child_id).with_for_update())
    cleaned = clean_text(wishes, WISHES_LIMIT, field="wishes").strip()
    if cleaned == child.wishes:
        return
    if mark != wishes_mark(child.wishes):
        message = translatable(
            "Någon har ändrat texten medan du skrev. Läs den som står ovanför, skriv ihop dem och spara igen."
        )
        raise InvalidInput([Problem("wishes", message, "changed_meanwhile")])
    child.wishes = cleaned


def _who(uow: UnitOfWork, child_id: UUID) -> Who:
    responsible = and_(
        Assignment.child_id == Child.id, Assignment.role == "responsible", Assignment.in_force(uow.today)
    )
    statement = (
        uow.reachable(Child)
        .where(Child.id == child_id)
        .outerjoin(Placement, and_(Placement.child_id == Child.id, Placement.in_force(uow.today)))
        # a protected child's home is not even opened
        .outerjoin(FosterHome, and_(FosterHome.id == Placement.foster_home_id, Child.protected_identity.is_(False)))
        .outerjoin(Assignment, responsible)
        .outerjoin(User, User.id == Assignment.user_id)
        .outerjoin(Explanation, Explanation.child_id == Child.id)
        .order_by(Placement.start.desc(), Assignment.start.desc(), Explanation.version.desc())
        .limit(1)
        .add_columns(Placement, FosterHome, User, Explanation)
        .options(
            load_only(
                Child.name,
                Child.birth_date,
                Child.case_number,
                Child.team_id,
                Child.protected_identity,
                Child.language,
                Child.communication_needs,
                Child.wishes,
            )
        )
    )
    rows = uow.rows(statement)
    if not rows:
        raise NotFound
    return Who(*rows[0])


def _agreed(uow: UnitOfWork, child_id: UUID) -> Sequence[Any]:
    """List agreements, each with whether whoever is responsible today keeps it instead of whom it names."""
    return uow.rows(
        uow.reachable(Action)
        .where(Action.child_id == child_id, or_(Action.state == "open", Action.done_on > uow.today - _DONE_LATELY))
        .order_by(Action.state != "open", Action.done_on.desc(), Action.due.is_(None), Action.due, Action.id)
        .options(
            load_only(
                *(Action.child_id, Action.kind, Action.what, Action.who, Action.owner_id),
                *(Action.due, Action.state, Action.done_on, Action.told_child_at),
            )
        )
        .add_columns(is_handed_on(uow.today))
    )


def _visits(uow: UnitOfWork, child_id: UUID, *, every: bool) -> tuple[Sequence[Visit], dict[UUID, int], bool]:
    """Fetch the open visits and the latest others, newest first; count their amendments; say whether there are more."""
    amendments = select(func.count()).where(Amendment.visit_id == Visit.id, Amendment.child_id == Visit.child_id)
    rows = uow.rows(
        uow.reachable(Visit)
        .add_columns(amendments.correlate(Visit).scalar_subquery())
        .where(Visit.child_id == child_id)
        .order_by(Visit.state.in_(("planned", "draft")).desc(), Visit.planned_at.desc(), Visit.id)
        .limit(None if every else VISITS_SHOWN + 1)
        .options(
            load_only(
                Visit.child_id,
                Visit.home_visit_id,
                Visit.state,
                Visit.planned_at,
                Visit.saved_at,
                Visit.step,
                Visit.private_talk,
                Visit.cancelled_because,
                Visit.cancelled_note,
                Visit.next_visit_on,
                Visit.signed_at,
            ),
            joinedload(Visit.home_visit).load_only(HomeVisit.kind),
        )
    )
    shown = rows if every else rows[:VISITS_SHOWN]
    visits = sorted((visit for visit, _ in shown), key=lambda visit: (visit.planned_at, visit.id), reverse=True)
    return visits, {visit.id: int(number) for visit, number in shown if number}, len(shown) < len(rows)


def _drawn_since(visits: Sequence[Visit]) -> datetime | None:
    """Return when the oldest visit was that a small chart has room for; None when it has room for all."""
    done = [visit.planned_at for visit in visits if visit.state in DONE]
    return done[MOST_POINTS - 1] if len(done) >= MOST_POINTS else None


def _line(visit: Visit) -> VisitLine:
    return VisitLine(
        visit.id,
        visit.child_id,
        visit.state,
        visit.planned_at,
        visit.saved_at,
        visit.step,
        visit.cancelled_because,
        visit.next_visit_on,
    )


def _checked(uow: UnitOfWork, child_id: UUID) -> LatestCheck | None:
    rows = uow.rows(
        uow.reachable(PlacementCheck)
        .join(Visit, Visit.id == PlacementCheck.visit_id)
        .where(
            PlacementCheck.child_id == child_id,
            or_(PlacementCheck.understanding.is_not(None), PlacementCheck.self_blame.is_not(None)),
            Visit.state != "cancelled",
        )
        .order_by(Visit.planned_at.desc())
        .limit(1)
        .add_columns(Visit.planned_at)
        .options(
            load_only(
                *(PlacementCheck.child_id, PlacementCheck.visit_id),
                *(PlacementCheck.understanding, PlacementCheck.understanding_reason),
                *(PlacementCheck.self_blame, PlacementCheck.self_blame_reason),
                *(PlacementCheck.child_words, PlacementCheck.retold, PlacementCheck.next_step),
                PlacementCheck.explanation_version,
            )
        )
    )
    return next((LatestCheck(check, uow.day_of(planned_at)) for check, planned_at in rows), None)
