"""Break-glass: whoever has no way in opens a child at once, with a reason, for eight hours.

It is never silent: the lead of the child's team and the log reviewers see it on their start pages from that moment. It
stays on the lead's until she says that she has seen it, on the reviewers' until one has judged it. It opens no child to
somebody who is barred from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import aliased

from followup.domain import personal_number
from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound, Problem, translatable
from followup.services.need_to_know.deciding import actor_id
from followup.services.sign_in.throttle import Counter, count_try, forgive
from followup.services.visit.posted import Fields, Posted, tidied
from followup.store.crypto import key_ring
from followup.store.reach import Known
from followup.store.tables import AccessLog, AccessLogChild, BreakGlass, Child, Team, User
from followup.store.unit_of_work import UnitOfWork

LASTS = timedelta(hours=8)
SHORTEST_REASON = 20
"""Characters: enough for a sentence that somebody else can judge."""

FINDINGS = ("justified", "unclear", "unjustified")
_SHOWN = 50


@dataclass(frozen=True)
class Told:
    """An opening with the names that go with it. acts: how many lines of the log it left, by what was done."""

    row: BreakGlass
    who: User
    team: str
    seen_by: str
    reviewed_by: str
    acts: Mapping[str, int]

    def open_at(self, now: datetime) -> bool:
        """Whether the child is still open by it."""
        return self.row.ends_at > now


def break_glass(uow: UnitOfWork, fields: Fields) -> BreakGlass:
    """Open a child. fields: `number` (case number or personal number), `reason`, `sure` ("1").

    A child that the actor is barred from is not found, like a number that nobody has; wrong numbers slow down further
    ones. Raises InvalidInput.
    """
    reading = Posted(tidied(fields))
    number, reason = reading.line("number").strip(), reading.text("reason").strip()
    if not number:
        reading.note(Problem("number", "Skriv barnets ärendenummer eller personnummer.", "missing"))
    if len(reason) < SHORTEST_REASON:
        message = translatable("Skriv skälet så att den som granskar förstår, minst %(least)s tecken.")
        reading.note(Problem("reason", message, "too_short", {"least": SHORTEST_REASON}))
    if not reading.ticked("sure"):
        reading.note(Problem("sure", "Bekräfta att du behöver öppna barnet nu.", "missing"))
    reading.check()
    child = _found(uow, number)
    row = BreakGlass(
        organisation_id=uow.actor.organisation_id,
        user_id=actor_id(uow),
        child_id=child.id,
        case_number=child.case_number,
        team_id=child.team_id,
        protected=child.protected,
        reason=reason,
        opened_at=uow.now,
        ends_at=uow.now + LASTS,
    )
    uow.add(row)
    uow.flush()
    uow.opens(child)
    uow.note("break_glass", child_id=child.id, glass=str(row.id), protected=child.protected)
    return row


def close(uow: UnitOfWork, glass_id: UUID) -> BreakGlass:
    """End one's own opening before its time. Raises NotFound."""
    row = uow.one(_held(glass_id, BreakGlass.user_id == uow.actor.id))
    if row.ends_at > uow.now:
        row.ends_at = uow.now
        uow.note("close_glass", child_id=row.child_id, glass=str(row.id))
    return row


def mine(uow: UnitOfWork) -> Sequence[BreakGlass]:
    """What the actor has open now, the latest first."""
    own = select(BreakGlass).where(BreakGlass.user_id == uow.actor.id, BreakGlass.in_force(uow.now))
    return uow.all(own.order_by(BreakGlass.opened_at.desc()))


def opened_until(uow: UnitOfWork, child_id: UUID) -> datetime | None:
    """Until when a child is open to the actor by break-glass; None when it isn't."""
    if child_id not in uow.reach.opened:
        return None
    return max((row.ends_at for row in mine(uow) if row.child_id == child_id), default=None)


def for_lead(uow: UnitOfWork) -> Sequence[Told]:
    """The openings of children of the actor's teams, those she has not seen first. Her own are for somebody else."""
    return _told(uow, _of_teams(uow), BreakGlass.lead_seen_at.is_not(None))


def unseen(uow: UnitOfWork) -> int:
    """How many openings the lead has not seen."""
    return int(uow.rows(select(unseen_beside(uow)))[0][0])


def unseen_beside(uow: UnitOfWork) -> ColumnElement[int]:
    """The same number as a column, for a statement that counts something else."""
    if not uow.actor.may(Permission.LEAD):
        return literal(0)
    which = and_(_of_teams(uow), BreakGlass.lead_seen_at.is_(None))
    return select(func.count()).select_from(BreakGlass).where(which).scalar_subquery()


def see(uow: UnitOfWork, glass_id: UUID) -> BreakGlass:
    """Say that the lead has seen it. Raises NotFound."""
    row = uow.one(_held(glass_id, _of_teams(uow)))
    if row.lead_seen_at is None:
        row.lead_seen_at, row.lead_seen_by = uow.now, uow.actor.id
        uow.note("see_glass", child_id=row.child_id, glass=str(row.id))
    return row


def for_review(uow: UnitOfWork) -> Sequence[Told]:
    """The organisation's openings, those without a review first."""
    uow.note("read_break_glass")
    return _told(uow, _of_organisation(uow), BreakGlass.reviewed_at.is_not(None))


def unreviewed(uow: UnitOfWork) -> int:
    """How many openings wait for a review."""
    return _count(uow, and_(_of_organisation(uow), BreakGlass.reviewed_at.is_(None)))


def opened_since(uow: UnitOfWork, since: datetime) -> int:
    """How many openings there were in the organisation from a moment on."""
    return _count(uow, and_(_of_organisation(uow), BreakGlass.opened_at >= since))


def review(uow: UnitOfWork, glass_id: UUID, fields: Fields) -> BreakGlass:
    """Judge an opening, once. fields: `finding`, `note`, needed unless it was justified.

    Raises NotFound, NotAllowed for one's own, InvalidTransition for one that has been judged, InvalidInput.
    """
    row = uow.one(_held(glass_id, _of_organisation(uow)))
    if row.user_id == uow.actor.id:
        raise NotAllowed
    if row.reviewed_at is not None:
        raise InvalidTransition(translatable("Nödöppningen är redan granskad."))
    reading = Posted(tidied(fields))
    finding, note = reading.choice("finding", FINDINGS), reading.text("note").strip()
    if finding is None:
        reading.note(Problem("finding", "Välj vad granskningen visade.", "missing"))
    if finding not in {None, "justified"} and not note:
        reading.note(Problem("note", "Skriv vad som är oklart eller fel, och vad som görs åt det.", "missing"))
    reading.check()
    row.finding, row.review_note, row.reviewed_at, row.reviewed_by = finding, note, uow.now, uow.actor.id
    uow.note("review_glass", child_id=row.child_id, glass=str(row.id), finding=finding)
    return row


def _found(uow: UnitOfWork, number: str) -> Known:
    organisation_id = uow.actor.organisation_id
    if organisation_id is None:
        raise NotFound
    tried = count_try(uow, Counter(key_ring().blind_index(f"glass:{uow.actor.id}"), 5))
    if tried.wait:
        message = translatable("För många nummer som inte finns. Vänta en stund och försök igen.")
        raise InvalidInput([Problem("number", message, "throttled")])
    child = uow.known_as(organisation_id, number.upper(), _index(uow, number))
    if child is None or child.id in uow.reach.barred:
        uow.note("break_glass_refused", child_id=child.id if child else None)
        raise InvalidInput([Problem("number", "Inget barn har det numret. Kontrollera det.", "unknown")])
    forgive(uow, tried.counted)
    if uow.rows(uow.reachable(Child).where(Child.id == child.id).with_only_columns(Child.id)):
        raise InvalidInput([Problem("number", "Du når redan barnet, och behöver inte öppna det.", "reached")])
    return child


def _index(uow: UnitOfWork, number: str) -> bytes:
    try:
        digits = personal_number.parse(number, today=uow.today).digits
    except InvalidInput:
        digits = ""  # no personal number: nobody's index
    return key_ring().blind_index(digits)


def _held(glass_id: UUID, whose: ColumnElement[bool]) -> Select[BreakGlass]:
    return select(BreakGlass).where(BreakGlass.id == glass_id, whose).with_for_update()


def _of_teams(uow: UnitOfWork) -> ColumnElement[bool]:
    return and_(
        BreakGlass.team_id.in_(uow.reach.team_ids),
        BreakGlass.user_id != uow.actor.id,
        BreakGlass.child_id.not_in(uow.reach.barred),
    )


def _of_organisation(uow: UnitOfWork) -> ColumnElement[bool]:
    return BreakGlass.organisation_id == uow.actor.organisation_id


def _count(uow: UnitOfWork, which: ColumnElement[bool]) -> int:
    return int(uow.rows(select(func.count()).select_from(BreakGlass).where(which))[0][0])


def _told(uow: UnitOfWork, which: ColumnElement[bool], done: ColumnElement[bool]) -> Sequence[Told]:
    seen, reviewer = aliased(User), aliased(User)
    rows = uow.rows(
        select(BreakGlass, User, Team.name, seen.name, reviewer.name)
        .join(User, User.id == BreakGlass.user_id)
        .join(Team, Team.id == BreakGlass.team_id)
        .outerjoin(seen, seen.id == BreakGlass.lead_seen_by)
        .outerjoin(reviewer, reviewer.id == BreakGlass.reviewed_by)
        .where(which)
        .order_by(done, BreakGlass.opened_at.desc())
        .limit(_SHOWN)
    )
    acts = _acts(uow, [row[0].id for row in rows])
    return [Told(row, who, team, by or "", judge or "", acts[row.id]) for row, who, team, by, judge in rows]


def _acts(uow: UnitOfWork, ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """How often the log says that the child was read or written about by it."""
    rows = uow.rows(
        select(BreakGlass.id, AccessLog.action, func.count())
        .join(AccessLogChild, and_(AccessLogChild.child_id == BreakGlass.child_id, AccessLogChild.why == "break_glass"))
        .join(AccessLog, and_(AccessLog.id == AccessLogChild.log_id, AccessLog.actor_id == BreakGlass.user_id))
        .where(BreakGlass.id.in_(ids), AccessLog.at >= BreakGlass.opened_at, AccessLog.at <= BreakGlass.ends_at)
        .where(AccessLog.action.in_(("read", "create", "update", "delete")))
        .group_by(BreakGlass.id, AccessLog.action)
    )
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for glass_id, action, number in rows:
        found[glass_id][action] = number
    return found
