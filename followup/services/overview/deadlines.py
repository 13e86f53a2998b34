"""One child's deadlines, what they are reckoned from, and recording that something has happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import load_only

from followup.deadlines import rule_book
from followup.domain.deadline_definition import MilestoneKind
from followup.domain.deadlines import Deadline, Happened, deadlines_of, in_force
from followup.domain.errors import InvalidInput, NotFound, Problem, translatable
from followup.domain.retelling import LastCheck
from followup.domain.text import clean_text
from followup.services.overview.child_file import ChildFile
from followup.services.overview.deadline_facts import (
    CALENDAR,
    WITHDRAWN,
    Seen,
    facts,
    happened,
    is_settled,
    lives_of,
    seen_at_visits,
    withdrawn_ids,
)
from followup.services.overview.due import DONE
from followup.services.visit.steps import OPEN_STATES
from followup.store.tables import Child, Milestone, User
from followup.store.unit_of_work import UnitOfWork

NOTE_LIMIT = 1000


@dataclass(frozen=True)
class Recorded:
    """Something that was recorded. kind: None for a code that the rules no longer know. by: who recorded it."""

    row: Milestone
    kind: MilestoneKind | None
    by: str
    withdrawn: bool


def deadlines(uow: UnitOfWork, child_id: UUID, seen: Seen | None = None) -> tuple[Deadline, ...]:
    """Say what is due for a child, the most pressing first. Nothing is due for one who is out of reach.

    seen: what the child's visits tell, where the caller has looked already; otherwise two statements more.
    """
    ids = (child_id,)
    life = lives_of(uow, ids).get(child_id)
    if life is None:
        return ()
    known = facts(life, happened(uow, ids).get(child_id, ()), seen or seen_at_visits(uow, ids).get(child_id))
    return deadlines_of(known, rule_book().rules, uow.today, CALENDAR)


def deadlines_beside(uow: UnitOfWork, file: ChildFile) -> tuple[Deadline, ...]:
    """Say what is due for the child of a page that has its visits and checks already; two statements."""
    done = next((visit for visit in file.visits if visit.state in DONE), None)
    booked = min((visit.planned_at for visit in file.visits if visit.state in OPEN_STATES), default=None)
    latest = file.checked
    seen = Seen(
        visited=uow.day_of(done.planned_at) if done else None,
        booked=uow.day_of(booked) if booked else None,
        told=(file.told,) if file.told else (),
        check=LastCheck(latest.on, settled=is_settled(latest.check)) if latest and latest.check.understanding else None,
    )
    return deadlines(uow, file.child.id, seen)


def child_of(uow: UnitOfWork, child_id: UUID) -> Child:
    """Fetch the child. Raises NotFound."""
    shown = load_only(Child.name, Child.birth_date, Child.protected_identity)
    return uow.one(uow.reachable(Child).where(Child.id == child_id).options(shown))


def recorded(uow: UnitOfWork, child_id: UUID) -> Sequence[Recorded]:
    """List what has been recorded, newest first; what was taken back is marked, and stays."""
    rows = uow.rows(
        uow.reachable(Milestone)
        .join(User, User.id == Milestone.recorded_by)
        .where(Milestone.child_id == child_id)
        .order_by(Milestone.on.desc(), Milestone.recorded_at.desc(), Milestone.id)
        .add_columns(User.name)
    )
    gone = withdrawn_ids(row.kind for row, _ in rows)
    kinds = rule_book().milestones
    return [
        Recorded(row, kinds.get(row.kind), name, row.id in gone)
        for row, name in rows
        if not row.kind.startswith(WITHDRAWN)
    ]


def record_milestone(uow: UnitOfWork, child_id: UUID, kind: str, on: str, note: str = "") -> Milestone:
    """Record that something has happened on a day (ISO 8601). Posting the same once more adds nothing.

    Raises NotFound, and InvalidInput with every problem: an unknown kind, a day that can't be, a note that is too long,
    or the end of a decision that was not in force on that day.
    """
    child = _hold(uow, child_id)
    problems: list[Problem] = []
    known = rule_book().milestones.get(kind)
    if known is None:
        problems.append(Problem("kind", translatable("Välj vad som har hänt."), "unknown_kind"))
    day = _day(on, child.birth_date, uow.today, problems)
    try:
        note = clean_text(note, NOTE_LIMIT, field="note").strip()
    except InvalidInput as error:
        problems += error.problems
    before = _standing(uow, child_id)
    if known and known.ends and day and not _was_in_force(before, known, day):
        message = translatable("Det finns inget sådant beslut att avsluta den dagen. Skriv in beslutet först.")
        problems.append(Problem("kind", message, "nothing_to_end"))
    if problems or known is None or day is None:
        raise InvalidInput(problems)
    same = next((row for row in before if row.kind == kind and row.on == day), None)
    if same is not None:
        return same
    row = Milestone(child_id=child_id, kind=kind, on=day, note=note, recorded_at=uow.now, recorded_by=uow.actor.id)
    uow.add(row)
    return row


def withdraw_milestone(uow: UnitOfWork, milestone_id: UUID) -> Milestone:
    """Take back what was recorded by mistake: it stays, marked, and counts no more. Once more changes nothing.

    Raises NotFound.
    """
    row = uow.one(uow.reachable(Milestone).where(Milestone.id == milestone_id))
    if row.kind.startswith(WITHDRAWN):
        raise NotFound
    _hold(uow, row.child_id)
    kind = f"{WITHDRAWN}{row.id}"
    if uow.first(uow.reachable(Milestone).where(Milestone.child_id == row.child_id, Milestone.kind == kind)) is None:
        uow.add(
            Milestone(
                child_id=row.child_id, kind=kind, on=uow.today, note="", recorded_at=uow.now, recorded_by=uow.actor.id
            )
        )
    return row


def _hold(uow: UnitOfWork, child_id: UUID) -> Child:
    """Hold the child, so that what is posted twice at once is still recorded once."""
    born = load_only(Child.birth_date)
    return uow.one(uow.reachable(Child).where(Child.id == child_id).options(born).with_for_update())


def _standing(uow: UnitOfWork, child_id: UUID) -> list[Milestone]:
    """List what was recorded and not taken back, in the order in which it was recorded."""
    rows = uow.all(
        uow.reachable(Milestone).where(Milestone.child_id == child_id).order_by(Milestone.recorded_at, Milestone.id)
    )
    gone = withdrawn_ids(row.kind for row in rows)
    return [row for row in rows if row.id not in gone and not row.kind.startswith(WITHDRAWN)]


def _was_in_force(rows: Sequence[Milestone], end: MilestoneKind, day: date) -> bool:
    until_then = [Happened(row.kind, row.on) for row in rows if row.on <= day]
    return in_force(until_then, {end.ends}, {end.code}) is not None


def _day(typed: str, born: date, today: date, problems: list[Problem]) -> date | None:
    day = _parsed(typed)
    wrong = _wrong_with(day, born, today) if typed.strip() else (translatable("Välj en dag."), "no_day", {})
    if wrong:
        problems.append(Problem("on", *wrong))
        return None
    return day


def _wrong_with(day: date | None, born: date, today: date) -> tuple[str, str, dict[str, object]] | None:
    if day is None:
        return translatable("Skriv dagen med år, månad och dag, så här: 2026-12-04."), "not_a_date", {}
    if day > today:
        message = translatable("Dagen har inte varit än. Skriv in det när det har hänt, och kontrollera årtalet.")
        return message, "in_the_future", {}
    if day < born:
        message = translatable("Då var barnet inte fött än (%(born)s). Kontrollera årtalet.")
        return message, "before_birth", {"born": born}
    return None


def _parsed(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None
