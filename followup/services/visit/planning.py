"""Planning a visit, calling it off, and opening it where it was left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import joinedload, load_only

from followup.domain.age import age_on
from followup.domain.errors import InvalidInput, InvalidTransition, NotFound, Problem, translatable
from followup.domain.text import clean_text
from followup.questionnaires import load_all
from followup.services.overview.child_file import roommates
from followup.services.overview.due import DONE
from followup.services.visit.steps import OPEN_STATES
from followup.store.tables import Child, HomeVisit, Placement, Visit
from followup.store.unit_of_work import UnitOfWork

KINDS = ("planned", "unannounced", "digital")
REASONS = (
    *("child_declined", "child_ill", "carer_declined", "caseworker_ill", "weather_or_travel", "nobody_home"),
    "other",
)
BACK = timedelta(days=14)
"""A visit that was made on the way, or at once, may be written down afterwards; older ones are a slip of the year."""
AHEAD = timedelta(days=366)
NOTE_LIMIT = 2000
_DUE_AGAIN_AT = time(15, 0)  # after school; only a suggestion in the form
_WEEKEND = (5, 6)


@dataclass(frozen=True)
class PlanPage:
    """What the form shows. roommates: children within reach in the same home. booked: the child's open visits."""

    child: Child
    roommates: Sequence[Child]
    booked: Sequence[Visit]
    suggested: date | None
    suggested_time: time = _DUE_AGAIN_AT


@dataclass(frozen=True)
class CancelPage:
    """What the form shows. others: open visits of other children, within reach, at the same time in the same home."""

    visit: Visit
    others: Sequence[Visit]


def plan_page(uow: UnitOfWork, child_id: UUID) -> PlanPage:
    """Gather what the form to plan a visit shows. Raises NotFound."""
    child = uow.one(uow.reachable(Child).where(Child.id == child_id).options(_NAME))
    placements = uow.reachable(Placement).where(Placement.child_id == child_id, Placement.in_force(uow.today))
    placement = uow.first(placements.order_by(Placement.start.desc()))
    visits = uow.all(
        uow.reachable(Visit)
        .where(Visit.child_id == child_id, Visit.state != "cancelled")
        .order_by(Visit.planned_at)
        .options(load_only(Visit.child_id, Visit.state, Visit.planned_at, Visit.next_visit_on))
    )
    suggested = _agreed_on(visits, uow.today)
    if placement and suggested is None:
        since = uow.day_of(visits[-1].planned_at) if visits else placement.start
        suggested = max(since + timedelta(days=placement.visit_interval_days), uow.today)
        while suggested.weekday() in _WEEKEND:
            suggested += timedelta(days=1)
    return PlanPage(
        child,
        roommates(uow, child_id, placement.foster_home_id) if placement else (),
        [visit for visit in visits if visit.state in OPEN_STATES],
        suggested,
    )


def _agreed_on(visits: Sequence[Visit], today: date) -> date | None:
    """Return the day that was agreed on with the child at the last visit, unless it has passed."""
    agreed = visits[-1].next_visit_on if visits else None
    return agreed if agreed and agreed >= today else None


def plan_visit(
    uow: UnitOfWork, child_id: UUID, *, on: date, at: time, kind: str, together_with: Collection[UUID] = ()
) -> Visit:
    """Book one home visit and a record for each child; returns the first child's. Booking the same twice books once.

    on, at: in the organisation's zone. together_with: children who live in the same home.
    Raises InvalidInput (fields on, at, kind), NotFound for a child out of reach or in another home.
    """
    _judge_day(uow, on)
    if kind not in KINDS:
        raise InvalidInput([Problem("kind", "Välj ett av sätten.", "unknown_code")])
    children = _locked(uow, {child_id, *together_with})
    home_id = _home(uow, child_id, children, on, field="on")
    planned_at = datetime.combine(on, at, tzinfo=uow.zone).astimezone(UTC)
    return _book(uow, children, home_id, planned_at, kind)[child_id]


def cancel_page(uow: UnitOfWork, visit_id: UUID) -> CancelPage:
    """Gather what the form to call off a visit shows. Raises NotFound, InvalidTransition for a signed visit."""
    visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id).options(*_WITH_CHILD))
    if visit.state in DONE:
        raise InvalidTransition(visit.state)
    others = uow.all(
        uow.reachable(Visit)
        .where(Visit.home_visit_id == visit.home_visit_id, Visit.id != visit_id, Visit.state == "planned")
        .options(*_WITH_CHILD)
    )
    return CancelPage(visit, others)


def cancel_visit(
    uow: UnitOfWork,
    visit_id: UUID,
    *,
    because: str,
    note: str = "",
    new: tuple[date, time] | None = None,
    also: Collection[UUID] = (),
) -> Visit | None:
    """Call off a visit that will not be or was not made, with a reason; returns the new visit, if one is booked.

    because: a code of REASONS. new: day and time of the new visit. also: ids of other children's visits at the same
    time. The same once more changes nothing. What was written in a draft stays with it.
    Raises NotFound, InvalidTransition for a signed visit, InvalidInput (because, note, new_on).
    """
    words = clean_text(note, NOTE_LIMIT, field="note").strip()
    _judge_reason(because, words)
    if new:
        _judge_day(uow, new[0], field="new_on", earliest=uow.today)
    visits = _held_together(uow, visit_id, also)
    first = next(visit for visit in visits if visit.id == visit_id)
    others = [visit.child_id for visit in visits if visit is not first]
    if new:
        _home(uow, first.child_id, [first.child_id, *others], new[0], field="new_on")  # before anything is changed
    for visit in visits:
        _cancel(visit, because, words)
    if new is None:
        return None
    uow.flush()
    kind = first.home_visit.kind
    return plan_visit(uow, first.child_id, on=new[0], at=new[1], kind=kind, together_with=others)


def reopen_visit(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Take back that a visit was called off, as long as nothing new is booked or made. Reopening twice is no error.

    Raises NotFound, InvalidTransition.
    """
    visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id).with_for_update())
    if visit.state in OPEN_STATES:
        return visit
    newer = uow.reachable(Visit).where(
        Visit.child_id == visit.child_id,
        (Visit.state.in_(OPEN_STATES)) | (Visit.state.in_(DONE) & (Visit.planned_at >= visit.planned_at)),
    )
    if visit.state != "cancelled" or uow.rows(newer.with_only_columns(Visit.id).limit(1)):
        raise InvalidTransition(visit.state)
    begun = any(times and step != "prepare" for step, times in visit.revisions.items())
    visit.state = "draft" if begun else "planned"
    visit.cancelled_because, visit.cancelled_note = None, ""
    return visit


def place_of(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Fetch what says where a visit is to be opened: its state, its child, the step last worked in. Raises NotFound."""
    in_clear = load_only(Visit.child_id, Visit.state, Visit.step)
    return uow.one(uow.reachable(Visit).where(Visit.id == visit_id).options(in_clear))


_NAME = load_only(Child.organisation_id, Child.name, Child.birth_date, Child.protected_identity)
_WITH_CHILD = (
    joinedload(Visit.child).load_only(Child.name, Child.birth_date, Child.protected_identity),
    joinedload(Visit.home_visit).load_only(HomeVisit.kind),
)


def _judge_day(uow: UnitOfWork, on: date, *, field: str = "on", earliest: date | None = None) -> None:
    if on < (earliest or uow.today - BACK):
        message = translatable("Dagen har redan varit. Välj en dag som kommer, och kontrollera årtalet.")
        if earliest is None:
            message = translatable("Dagen ligger mer än två veckor tillbaka. Kontrollera årtalet.")
        raise InvalidInput([Problem(field, message, "too_early")])
    if on > uow.today + AHEAD:
        raise InvalidInput([Problem(field, "Dagen ligger mer än ett år fram. Kontrollera årtalet.", "too_late")])


def _judge_reason(because: str, words: str) -> None:
    if because not in REASONS:
        raise InvalidInput([Problem("because", "Välj varför besöket inte blir av.", "missing")])
    if because == "other" and not words:
        raise InvalidInput([Problem("note", "Skriv varför besöket inte blir av.", "missing")])


def _locked(uow: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, Child]:
    """Fetch and hold the children, always in the same order, so that two clicks at once book one visit."""
    children = uow.all(
        uow.reachable(Child).where(Child.id.in_(ids)).order_by(Child.id).options(_NAME).with_for_update()
    )
    if len(children) != len(ids):
        raise NotFound
    return {child.id: child for child in children}


def _home(uow: UnitOfWork, child_id: UUID, children: Iterable[UUID], on: date, *, field: str) -> UUID:
    """Find the home where all the children live on a day. Raises InvalidInput, NotFound."""
    in_homes = uow.reachable(Placement).where(Placement.child_id.in_(list(children)), Placement.in_force(on))
    columns = in_homes.order_by(Placement.start).with_only_columns(Placement.child_id, Placement.foster_home_id)
    homes = {row[0]: row[1] for row in uow.rows(columns)}
    if child_id not in homes:
        message = translatable("Barnet bor inte i något familjehem den dagen, så det finns inget hem att boka besök i.")
        raise InvalidInput([Problem(field, message, "no_placement")])
    if any(homes.get(each) != homes[child_id] for each in children):
        raise NotFound
    return homes[child_id]


def _cancel(visit: Visit, because: str, words: str) -> None:
    if visit.state != "cancelled":
        visit.state, visit.cancelled_because, visit.cancelled_note = "cancelled", because, words
    elif (visit.cancelled_because, visit.cancelled_note) != (because, words):
        raise InvalidTransition(visit.state)  # somebody else has called it off meanwhile, for another reason


def _book(
    uow: UnitOfWork, children: dict[UUID, Child], home_id: UUID, planned_at: datetime, kind: str
) -> dict[UUID, Visit]:
    """Make what is missing of the home visit and the children's records, and return the records by child."""
    booked = uow.all(
        uow.reachable(Visit)
        .join(HomeVisit, HomeVisit.id == Visit.home_visit_id)
        .where(
            HomeVisit.foster_home_id == home_id,
            Visit.planned_at == planned_at,
            Visit.state.in_(OPEN_STATES),
        )
        .options(load_only(Visit.child_id, Visit.home_visit_id, Visit.state, Visit.planned_at))
    )
    found = {visit.child_id: visit for visit in booked if visit.child_id in children}
    missing = [child for child in children.values() if child.id not in found]
    home_visit_id = next((visit.home_visit_id for visit in booked), None)
    if missing and home_visit_id is None:
        organisation_id = missing[0].organisation_id
        home_visit = HomeVisit(
            organisation_id=organisation_id, foster_home_id=home_id, planned_at=planned_at, kind=kind
        )
        uow.add(home_visit)
        uow.flush()
        home_visit_id = home_visit.id
    for child in missing:
        visit = Visit(
            home_visit_id=home_visit_id,
            child_id=child.id,
            caseworker_id=uow.actor.id,
            state="planned",
            planned_at=planned_at,
            questionnaire_code=_form_for(child, uow.day_of(planned_at)),
        )
        uow.add(visit)
        found[child.id] = visit
    uow.flush()
    return found


def _form_for(child: Child, on: date) -> str | None:
    form = load_all().form_for_age(age_on(child.birth_date, on))
    return form.code if form else None


def _held_together(uow: UnitOfWork, visit_id: UUID, also: Collection[UUID]) -> Sequence[Visit]:
    """Fetch and hold the visit and those that go with it. Raises NotFound, InvalidTransition."""
    visits = uow.all(
        uow.reachable(Visit)
        .where(Visit.id.in_({visit_id, *also}))
        .order_by(Visit.id)
        .options(joinedload(Visit.home_visit))
        .with_for_update(of=Visit)
    )
    if {visit.id for visit in visits} != {visit_id, *also} or len({visit.home_visit_id for visit in visits}) != 1:
        raise NotFound
    if any(visit.state in DONE for visit in visits):
        raise InvalidTransition
    return visits
