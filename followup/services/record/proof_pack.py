"""The proof pack: one child's visits, talks alone, what it was told, and its flags and how they ended, in one PDF.

Made of codes, days and the names of staff. What anybody said is not opened, apart from why a talk was not held alone
and what was written when a flag was closed. It is printed while somebody waits, and stored nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import load_only

from followup.domain import record_words
from followup.domain.errors import NotFound
from followup.domain.flag_life import CLOSED, Act
from followup.domain.flags import Level
from followup.domain.neutral_names import plain
from followup.domain.timeline import Change, FlagEvent, Timeline, VisitEvent, with_gaps
from followup.pdf.dates import short_date
from followup.questionnaires import load_all
from followup.questionnaires.closing import closing_reasons
from followup.services.overview.child_tracks import forms_by_id
from followup.services.overview.tellings import was_told
from followup.services.record.summarising import SECRECY
from followup.store import tables
from followup.store.tables import (
    Amendment,
    Assignment,
    Child,
    Explanation,
    Flag,
    FosterHome,
    HomeVisit,
    Organisation,
    Placement,
    PlacementCheck,
    Response,
    User,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork

URGENT, BY_HAND, OF_CARERS, WHOLE = "urgent", "by_hand", "of_carers", "whole"
"""What a flag is about, where no item says it; the PDF has the words."""

_TOLD_OF = ("signed", "filed", "draft", "cancelled")
_BY_LEAD = frozenset({Act.ACKNOWLEDGE, Act.ASK, Act.PLAN, Act.CLOSE})


def proof_pack(uow: UnitOfWork, child_id: UUID) -> Timeline:
    """Gather the timeline of a child within reach, and log that it was made. Raises NotFound."""
    rows = uow.rows(
        uow.reachable(Child)
        .join(Organisation, Organisation.id == Child.organisation_id)
        .where(Child.id == child_id)
        .options(load_only(Child.name, Child.birth_date, Child.case_number, Child.protected_identity))
        .add_columns(Organisation)
    )
    if not rows:
        raise NotFound
    child, organisation = rows[0]
    caseworkers = _caseworkers(uow, child_id)
    uow.note("make_timeline", child_id=child_id)
    return Timeline(
        organisation=organisation.name,
        unit=organisation.unit,
        case_number=child.case_number,
        child=child.name,
        born=child.birth_date,
        made_at=uow.now,
        made_by=uow.actor.name,
        made_title=uow.actor.title,
        zone=str(uow.zone),
        visits=with_gaps(list(_visits(uow, child_id))),
        flags=tuple(_flags(uow, child_id)),
        changes=(
            *_moves(uow, child_id),
            *caseworkers,
            *_explanations(uow, child_id),
            *_amendments(uow, child_id),
        ),
        caseworkers=len({change.text for change in caseworkers}),
        protected=child.protected_identity,
        secrecy=SECRECY,
    )


def pack_name(timeline: Timeline, today: str) -> str:
    """Name the file by case number and day; never by a person's name."""
    return f"{plain(timeline.case_number)}-tidslinje-{today}.pdf"


def _visits(uow: UnitOfWork, child_id: UUID) -> Iterator[VisitEvent]:
    texts = load_all().placement_check.understanding
    rows = uow.rows(
        uow.reachable(Visit)
        .join(HomeVisit, HomeVisit.id == Visit.home_visit_id)
        .join(User, User.id == Visit.caseworker_id)
        .outerjoin(PlacementCheck, PlacementCheck.visit_id == Visit.id)
        .where(Visit.child_id == child_id, Visit.state.in_(_TOLD_OF))
        .order_by(Visit.planned_at)
        .with_only_columns(
            *(Visit.planned_at, HomeVisit.kind, Visit.state, User.name, Visit.private_talk, Visit.private_minutes),
            *(Visit.private_reason, was_told(), PlacementCheck.understanding, Visit.cancelled_because),
        )
    )
    for at, kind, state, by, talk, minutes, reason, told, understanding, because in rows:
        yield VisitEvent(
            on=uow.day_of(at),
            kind=kind,
            state=state,
            by=by,
            talk=talk or "",
            minutes=minutes,
            reason=reason or "",
            told=bool(told),
            understanding=texts[understanding].get("sv") if understanding in texts else "",
            because=because or "",
        )


def _flags(uow: UnitOfWork, child_id: UUID) -> Iterator[FlagEvent]:
    rows = uow.rows(
        uow.reachable(Flag)
        .outerjoin(Response, (Response.visit_id == Flag.visit_id) & (Response.respondent == Flag.respondent))
        .where(Flag.child_id == child_id, Flag.status != "withdrawn")
        .where(Flag.level.in_((Level.FOLLOW_UP.value, Level.ESCALATE.value)))
        .order_by(Flag.raised_at, Flag.id)
        .with_only_columns(
            *(Flag.id, Flag.respondent, Flag.subject, Flag.level, Flag.status, Flag.raised_at),
            Response.questionnaire_version_id,
        )
    )
    forms = forms_by_id(uow, {row.questionnaire_version_id for row in rows} - {None})
    trails, words = _trails(uow, child_id), load_all().wording()
    for row in rows:
        form = forms.get(row.questionnaire_version_id)
        raised = FlagEvent(
            on=uow.day_of(row.raised_at),
            about=_about(row.respondent, row.subject) or words.topic(row.subject, form) or WHOLE,
            level=words.level(row.level),
            status=row.status,
        )
        yield _ended(uow, raised, trails.get(row.id, ()))


def _about(respondent: str, subject: str) -> str:
    for beginning in (URGENT, "manual"):
        if subject.startswith(f"{beginning}:"):
            return URGENT if beginning == URGENT else BY_HAND
    return OF_CARERS if respondent == "carer" else ""


def _trails(uow: UnitOfWork, child_id: UUID) -> Mapping[UUID, Sequence[tuple[tables.FlagEvent, str]]]:
    found: dict[UUID, list[tuple[tables.FlagEvent, str]]] = defaultdict(list)
    for event, who in uow.rows(
        uow.reachable(tables.FlagEvent)
        .join(User, User.id == tables.FlagEvent.by)
        .where(tables.FlagEvent.child_id == child_id)
        .order_by(tables.FlagEvent.at, tables.FlagEvent.id)
        .add_columns(User.name)
    ):
        found[event.flag_id].append((event, who))
    return found


def _ended(uow: UnitOfWork, flag: FlagEvent, trail: Sequence[tuple[tables.FlagEvent, str]]) -> FlagEvent:
    seen = next((uow.day_of(event.at) for event, _ in trail if event.kind in _BY_LEAD), None)
    closed = next(((event, who) for event, who in reversed(trail) if event.kind == Act.CLOSE), None)
    if flag.status != CLOSED or closed is None:
        return replace(flag, seen_on=seen)
    event, who = closed
    reason = closing_reasons().get(event.reason or "")
    words = reason.text.get("sv") if reason else ""
    return replace(flag, seen_on=seen, ended_on=uow.day_of(event.at), by=who, reason=words, words=event.text)


def _moves(uow: UnitOfWork, child_id: UUID) -> Iterator[Change]:
    for start, end, kind in uow.rows(
        uow.reachable(Placement)
        .join(FosterHome, FosterHome.id == Placement.foster_home_id)
        .where(Placement.child_id == child_id)
        .order_by(Placement.start)
        .with_only_columns(Placement.start, Placement.end, FosterHome.kind)
    ):
        yield Change(start, "placement_start", kind)
        if end and end <= uow.today:
            yield Change(end, "placement_end", kind)


def _caseworkers(uow: UnitOfWork, child_id: UUID) -> tuple[Change, ...]:
    rows = uow.rows(
        uow.reachable(Assignment)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.child_id == child_id, Assignment.role == "responsible", Assignment.start <= uow.today)
        .order_by(Assignment.start)
        .with_only_columns(Assignment.start, User.name)
    )
    return tuple(Change(start, "caseworker", name) for start, name in rows)


def _explanations(uow: UnitOfWork, child_id: UUID) -> Iterator[Change]:
    for at, version in uow.rows(
        uow.reachable(Explanation)
        .where(Explanation.child_id == child_id)
        .order_by(Explanation.version)
        .with_only_columns(Explanation.created_at, Explanation.version)
    ):
        yield Change(uow.day_of(at), "explanation", str(version))


def _amendments(uow: UnitOfWork, child_id: UUID) -> Iterator[Change]:
    for at, kind, about, planned_at, name in uow.rows(
        uow.reachable(Amendment)
        .join(Visit, Visit.id == Amendment.visit_id)
        .join(User, User.id == Amendment.written_by)
        .where(Amendment.child_id == child_id)
        .order_by(Amendment.written_at, Amendment.number)
        .with_only_columns(Amendment.written_at, Amendment.kind, Amendment.about, Visit.planned_at, User.name)
    ):
        what, section = record_words.term("amendment", kind).text, record_words.term("section", about).text
        visit = short_date(uow.day_of(planned_at))
        yield Change(uow.day_of(at), "amendment", f"{what}, besöket {visit} ({section}), av {name}")
