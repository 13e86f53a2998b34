"""Step 5: what was agreed, what was seen, the six legal areas, the talk in private, and the next visit.

SoL (2025:400) 22 kap. 11 §: visits in the home and talks in private, with attention to six areas of the child's life.

Agreements and notes are rows, named by a key: the row's id, or one that the page made for an empty row. What the
conversations ended in is proposed as agreements, each with a key of its own, until it is taken up or turned down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from followup.domain.errors import Problem, translatable
from followup.services.flags.flagging import refresh_flags
from followup.services.flags.people_around import successor
from followup.services.visit import steps
from followup.services.visit.agreement_rows import (
    ACTION_FIELDS,
    NOTE_FIELDS,
    RowIds,
    keep_action,
    keep_note,
    keys,
    proposal_id,
    read_action,
    read_note,
    row_fields,
    without_blank_rows,
)
from followup.services.visit.posted import Fields, Posted, touched
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import User, Visit
from followup.store.unit_of_work import UnitOfWork

STEP = "agreements"
PRIVATE = ("yes", "partly", "no")

_SEEN = {"yes": True, "no": False}
_VISIT_FIELDS = ("private_talk", "private_minutes", "private_reason", "home_seen", "room_seen")
_NEXT_FIELDS = ("next_visit_on", "next_visit_note")
_LONGEST_TALK = 600  # minutes
_NEXT_WITHIN = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Proposal:
    """What a conversation ended in, not yet an agreement. subject: the conversation's; key: its row's."""

    key: str
    subject: str
    text: str


@dataclass(frozen=True)
class Agreements:
    """What the page shows. keeper: who keeps what the caseworker promises. on: the visit's day.

    origins: row key -> subject of the conversation it came from.

    shared_is_signed: the record of another child is signed, so what they share of the home visit is fixed.
    """

    visit: Visit
    keeper: User
    on: date
    proposals: Sequence[Proposal]
    origins: dict[str, str]
    shared_is_signed: bool


def open_agreements(uow: UnitOfWork, visit_id: UUID) -> Agreements:
    """Fetch what the page shows. Raises NotFound."""
    visit = steps.open_visit(uow, visit_id, *steps.loaded(Visit.actions, Visit.notes, Visit.prompts))
    origins = {str(proposal_id(visit, prompt.subject)): prompt.subject for prompt in visit.prompts}
    taken = {str(action.id) for action in visit.actions}
    proposals = [
        Proposal(key, prompt.subject, prompt.agreed)
        for key, prompt in zip(origins, visit.prompts, strict=True)
        if prompt.agreed.strip() and not prompt.no_agreement and key not in taken
    ]
    keeper, on = successor(uow, visit.child_id, visit.caseworker), uow.day_of(visit.planned_at)
    return Agreements(visit, keeper, on, proposals, origins, steps.shared_is_signed(uow, visit))


def agreements_fields(visit: Visit, keeper: User) -> dict[str, str]:
    """What is stored of the step, as its form posts it; actions, notes and the home visit are loaded."""
    return {
        "private_talk": visit.private_talk or "",
        "private_minutes": "" if visit.private_minutes is None else str(visit.private_minutes),
        "private_reason": visit.private_reason,
        "home_seen": _yes_no(visit.home_visit.home_seen),
        "room_seen": _yes_no(visit.room_seen),
        "next_visit_on": visit.next_visit_on.isoformat() if visit.next_visit_on else "",
        "next_visit_note": visit.next_visit_note,
        **row_fields(visit, keeper),
    }


def save_agreements(
    uow: UnitOfWork, visit_id: UUID, revision: int, fields: Fields, *, remove: str = ""
) -> Saved | Stale:
    """Save the step, and refresh the flags when it was said whether there was a talk in private (R10).

    Siblings share the home visit, and a promise may be ticked off elsewhere: what the page was filled in with goes
    along as `<name>-was` (see `posted.touched`). remove: the key of a row to take away; a proposal is turned down.
    Raises InvalidInput, InvalidTransition, NotFound.
    """
    visit = steps.open_for_writing(uow, visit_id, *steps.loaded(Visit.actions, Visit.notes, Visit.prompts))
    keeper = successor(uow, visit.child_id, visit.caseworker)
    stored = agreements_fields(visit, keeper)
    ids = RowIds(visit)
    known_as = {ids.rename(name): name for name in fields}
    written, before = touched({name: fields[known] for name, known in known_as.items()})
    posted = without_blank_rows(_of_this_step(written), stored)
    reading = Posted(posted, over=stored, known_as=known_as)
    on = uow.day_of(visit.planned_at)
    whole = _read_visit(reading, on)
    actions = [read_action(reading, key, on) for key in keys(posted, ACTION_FIELDS)]
    notes = [read_note(reading, key) for key in keys(posted, NOTE_FIELDS)]
    shared = (name for name in ("home_seen",) if posted.get(name, stored[name]) != stored[name])
    steps.refuse_shared(uow, visit, shared, reading.note)
    reading.check()
    checked = steps.check_revision(uow, visit, STEP, revision, stored=stored, posted=posted, before=before)
    if checked is not None:
        return checked
    talked_before = visit.private_talk
    _keep_visit(visit, whole)
    gone = str(ids.of(remove)) if remove else ""
    rows = {str(row.id): row for row in visit.actions}
    for action in actions:
        keep_action(uow, visit, rows.get(action.key), action, keeper, gone=action.key == gone)
    known = {str(row.id): row for row in visit.notes}
    for note in notes:
        keep_note(uow, visit, known.get(note.key), note, gone=note.key == gone)
    _turn_down(visit, gone)
    saved = steps.mark_saved(uow, visit, STEP)
    uow.flush()
    if visit.private_talk != talked_before:
        refresh_flags(uow, visit)
    return saved


def gaps(visit: Visit) -> list[Problem]:
    """List what must be there before signing, for a visit with its actions and notes; fields as the form names them."""
    problems = []
    for action in visit.actions:
        if not action.what.strip():
            problems.append(Problem(f"what-{action.id}", "Skriv vad ni kom överens om, eller ta bort raden.", "what"))
        if not action.who.strip():
            problems.append(Problem(f"who-{action.id}", "Skriv vem som ska göra det ni kom överens om.", "who"))
        if action.due is None and action.state == "open":
            problems.append(Problem(f"due-{action.id}", "Välj ett datum för det ni kom överens om.", "due"))
    for note in visit.notes:
        if not note.kind:
            message = translatable("Välj om anteckningen är iakttagelse, uppgift eller bedömning.")
            problems.append(Problem(f"nkind-{note.id}", message, "note_kind"))
        if note.kind == "statement" and not note.source.strip():
            problems.append(Problem(f"source-{note.id}", "Skriv vem som har lämnat uppgiften.", "note_source"))
    return problems


# --- reading --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Visit:
    private_talk: str | None
    private_minutes: int | None
    private_reason: str
    home_seen: bool | None
    room_seen: bool | None
    next_visit_on: date | None
    next_visit_note: str


def _read_visit(reading: Posted, on: date) -> _Visit:
    return _Visit(
        private_talk=reading.choice("private_talk", PRIVATE),
        private_minutes=reading.number("private_minutes", 0, _LONGEST_TALK),
        private_reason=reading.text("private_reason"),
        home_seen=_SEEN.get(reading.choice("home_seen", _SEEN) or ""),
        room_seen=_SEEN.get(reading.choice("room_seen", _SEEN) or ""),
        next_visit_on=reading.day("next_visit_on", on, on + _NEXT_WITHIN),
        next_visit_note=reading.text("next_visit_note"),
    )


def _of_this_step(named: Fields) -> dict[str, str]:
    rows = {*ACTION_FIELDS, *NOTE_FIELDS}
    fields = {*_VISIT_FIELDS, *_NEXT_FIELDS}
    return {name: value for name, value in named.items() if name in fields or name.partition("-")[0] in rows}


# --- writing --------------------------------------------------------------------------------------------------------


def _keep_visit(visit: Visit, said: _Visit) -> None:
    visit.private_talk, visit.private_minutes = said.private_talk, said.private_minutes
    visit.private_reason, visit.room_seen = said.private_reason, said.room_seen
    visit.home_visit.home_seen = said.home_seen
    visit.next_visit_on, visit.next_visit_note = said.next_visit_on, said.next_visit_note


def _turn_down(visit: Visit, gone: str) -> None:
    for prompt in visit.prompts:
        if gone and str(proposal_id(visit, prompt.subject)) == gone:
            prompt.no_agreement = True


def _yes_no(seen: bool | None) -> str:  # noqa: FBT001 - it turns a boolean into text
    return "" if seen is None else "yes" if seen else "no"
