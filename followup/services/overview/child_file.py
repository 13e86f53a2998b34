"""A child's own page: who, where and why, what is open, and its line through the visits. Nine statements in all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, load_only

from followup.domain.errors import InvalidInput, NotFound, Problem, translatable
from followup.domain.text import clean_text
from followup.services.flags.open_prompts import OpenPrompt, prompts_of, rows_of
from followup.services.overview.child_tracks import Track, answer_rows, forms_by_id, tracks_of
from followup.services.overview.due import Due, VisitLine, due_of
from followup.store.tables import (
    Action,
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


@dataclass(frozen=True)
class Who:
    """The child, its placement and who answers for it today. home is None for a protected child."""

    child: Child
    placement: Placement | None
    home: FosterHome | None
    responsible: User | None


@dataclass(frozen=True)
class Checked:
    """A placement check and its day."""

    check: PlacementCheck
    on: date


@dataclass(frozen=True)
class ChildFile:
    """Everything the page shows. Newest first: explanations, checks, visits. tracks: the child's answers over time."""

    who: Who
    roommates: Sequence[Child]
    explanations: Sequence[Explanation]
    checks: Sequence[Checked]
    visits: Sequence[Visit]
    prompts: Sequence[OpenPrompt]
    actions: Sequence[Action]
    tracks: Sequence[Track]
    due: Due

    @property
    def child(self) -> Child:
        """The child."""
        return self.who.child


def child_file(uow: UnitOfWork, child_id: UUID) -> ChildFile:
    """Gather a child's page. Raises NotFound."""
    who = _who(uow, child_id)
    visits = _visits(uow, child_id)
    open_rows = rows_of(uow, child_id)
    answers = answer_rows(uow, child_id)
    versions = {row.version_id for row in answers} | {row.questionnaire_version_id for row in open_rows}
    forms = forms_by_id(uow, versions - {None})
    return ChildFile(
        who=who,
        roommates=roommates(uow, child_id, who.placement.foster_home_id) if who.placement else (),
        explanations=uow.all(
            uow.reachable(Explanation).where(Explanation.child_id == child_id).order_by(Explanation.version.desc())
        ),
        checks=_checks(uow, child_id),
        visits=visits,
        prompts=prompts_of(uow, open_rows, forms),
        actions=uow.all(
            uow.reachable(Action)
            .where(Action.child_id == child_id)
            .order_by(Action.state.desc(), Action.due.is_(None), Action.due, Action.id)
        ),
        tracks=tracks_of(uow, answers, forms),
        due=due_of(
            [_line(visit) for visit in visits],
            placed=who.placement.start if who.placement else None,
            interval_days=who.placement.visit_interval_days if who.placement else 0,
            today=uow.today,
            zone=uow.zone,
        ),
    )


def seen_on(file: ChildFile) -> Seen:
    """Return what the child's visits tell, for the deadlines."""
    visited = next((visit.planned_at for visit in file.visits if visit.state in DONE), None)
    coded = [LastCheck(each.on, settled=is_settled(each.check)) for each in file.checks if each.check.understanding]
    return Seen(
        visited=file.day_of(visited) if visited else None,
        told=tuple(each.on for each in file.checks if was_told(each.check)),
        check=coded[0] if coded else None,
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
        .order_by(Placement.start.desc(), Assignment.start.desc())
        .add_columns(Placement, FosterHome, User)
        .options(
            load_only(
                Child.name,
                Child.birth_date,
                Child.case_number,
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


def _visits(uow: UnitOfWork, child_id: UUID) -> Sequence[Visit]:
    return uow.all(
        uow.reachable(Visit)
        .where(Visit.child_id == child_id)
        .order_by(Visit.planned_at.desc(), Visit.id)
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


def _checks(uow: UnitOfWork, child_id: UUID) -> Sequence[Checked]:
    rows = uow.rows(
        uow.reachable(PlacementCheck)
        .join(Visit, Visit.id == PlacementCheck.visit_id)
        .where(
            PlacementCheck.child_id == child_id,
            or_(PlacementCheck.understanding.is_not(None), PlacementCheck.self_blame.is_not(None)),
            Visit.state != "cancelled",
        )
        .order_by(Visit.planned_at.desc())
        .add_columns(Visit.planned_at)
        .options(
            load_only(
                PlacementCheck.child_id,
                PlacementCheck.visit_id,
                PlacementCheck.understanding,
                PlacementCheck.understanding_reason,
                PlacementCheck.self_blame,
                PlacementCheck.self_blame_reason,
                PlacementCheck.child_words,
                PlacementCheck.next_step,
                PlacementCheck.explanation_version,
                PlacementCheck.always_said,
                PlacementCheck.told_today,
            )
        )
    )
    return [Checked(check, uow.day_of(planned_at)) for check, planned_at in rows]
