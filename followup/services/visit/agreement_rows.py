"""The rows of step 5: agreements and notes, named by a key in the form.

A row's key is its id, or one that the page made for an empty row. Ids of new rows are derived from the visit, so that
no page can name a row of another visit, and a row saved twice from the same page is one row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from followup.services.visit.posted import WAS, Fields, Posted
from followup.store.tables import Action, Note, User, Visit
from followup.store.unit_of_work import UnitOfWork

KINDS = ("promise", "action")
OWNERS = ("caseworker", "other")
AREAS = (
    *("health", "development", "social_behaviour", "schooling", "parents_siblings", "others_close"),  # the law's six
    *("carer", "guardian"),
)
NOTE_KINDS = ("observation", "statement", "assessment")
ACTION_FIELDS = ("what", "child", "kind", "owner", "who", "due", "done")
NOTE_FIELDS = ("area", "nkind", "source", "note")

_WRITTEN = ("what", "child", "who", "due", "done", "source", "note")  # what makes a row more than an empty one
_A_YEAR = timedelta(days=366)
_DUE_WITHIN = 10 * _A_YEAR


def proposal_id(visit: Visit, subject: str) -> UUID:
    """The id of the agreement that comes of a conversation: always the same, so that it is proposed once."""
    return uuid5(visit.id, f"agreed:{subject}")


class RowIds:
    """The ids of a visit's rows by the keys that a page names them by; actions, notes and prompts are loaded."""

    def __init__(self, visit: Visit) -> None:
        self._visit_id = visit.id
        self._known = {action.id for action in visit.actions} | {note.id for note in visit.notes}
        self._known |= {proposal_id(visit, prompt.subject) for prompt in visit.prompts}

    def of(self, key: str) -> UUID | None:
        """Return the id of the row with this key, None for what is no key."""
        try:
            row_id = UUID(key)
        except ValueError:
            return None
        return row_id if row_id in self._known else uuid5(self._visit_id, str(row_id))

    def rename(self, name: str) -> str:
        """Return a field's name with its row's id instead of the page's key; other names as they are."""
        kind, _dash, key = name.removesuffix(WAS).partition("-")
        row_id = self.of(key) if kind in {*ACTION_FIELDS, *NOTE_FIELDS} else None
        return name.replace(key, str(row_id), 1) if row_id else name


def keys(posted: Fields, names: Iterable[str]) -> list[str]:
    """List the keys of the rows that have any of the named fields, in the order of the form."""
    wanted = set(names)
    pairs = (name.partition("-") for name in posted)
    return list(dict.fromkeys(key for kind, _dash, key in pairs if kind in wanted and key))


def without_blank_rows(posted: dict[str, str], stored: Fields) -> dict[str, str]:
    """Leave out rows that are not stored and in which nothing was written."""
    kept = {name.partition("-")[2] for name in stored}
    kept |= {name.partition("-")[2] for name, value in posted.items() if name.partition("-")[0] in _WRITTEN and value}
    return {name: value for name, value in posted.items() if name.partition("-")[2] in kept}


def row_fields(visit: Visit, keeper: User) -> dict[str, str]:
    """What is stored of the rows, as the form posts them; actions and notes are loaded. keeper: see `keep_action`."""
    fields: dict[str, str] = {}
    for action in sorted(visit.actions, key=lambda each: (each.due or date.max, str(each.id))):
        mine = action.owner_id in {visit.caseworker_id, keeper.id}
        values = (
            *(action.what, action.child_wording, action.kind, "caseworker" if mine else "other"),
            "" if mine else action.who,
            action.due.isoformat() if action.due else "",
            "1" if action.state == "done" else "",
        )
        fields |= {f"{name}-{action.id}": value for name, value in zip(ACTION_FIELDS, values, strict=True)}
    for note in visit.notes:
        texts = (note.area, note.kind, note.source, note.text)
        fields |= {f"{name}-{note.id}": value for name, value in zip(NOTE_FIELDS, texts, strict=True)}
    return fields


@dataclass(frozen=True)
class ActionRow:
    """An agreement as posted. mine: the caseworker of the visit answers for it."""

    key: str
    what: str
    child_wording: str
    kind: str
    mine: bool
    who: str
    due: date | None
    done: bool


@dataclass(frozen=True)
class NoteRow:
    """A note as posted. kind: "" until chosen."""

    key: str
    area: str | None
    kind: str
    source: str
    text: str


def read_action(reading: Posted, key: str, on: date) -> ActionRow:
    """Read an agreement. on: the visit's day; a date of a year before it to ten years after is taken."""
    return ActionRow(
        key=key,
        what=reading.text(f"what-{key}"),
        child_wording=reading.text(f"child-{key}"),
        kind=reading.choice(f"kind-{key}", KINDS) or KINDS[0],
        mine=(reading.choice(f"owner-{key}", OWNERS) or OWNERS[0]) == OWNERS[0],
        who=reading.line(f"who-{key}"),
        due=reading.day(f"due-{key}", on - _A_YEAR, on + _DUE_WITHIN),
        done=reading.ticked(f"done-{key}"),
    )


def read_note(reading: Posted, key: str) -> NoteRow:
    """Read a note."""
    return NoteRow(
        key=key,
        area=reading.choice(f"area-{key}", AREAS),
        kind=reading.choice(f"nkind-{key}", NOTE_KINDS) or "",
        source=reading.line(f"source-{key}"),
        text=reading.text(f"note-{key}"),
    )


def keep_action(
    uow: UnitOfWork, visit: Visit, row: Action | None, said: ActionRow, keeper: User, *, gone: bool
) -> None:
    """Store an agreement in its row, or in a new one; take it away when it is gone or emptied.

    keeper: the visit's caseworker, or who has taken the child over from it before the visit was signed.
    """
    if gone or not (said.what.strip() or said.child_wording or said.who or said.due or said.done):
        if row:
            uow.delete(row)
        return
    if row is None:
        row = Action(id=UUID(said.key), child_id=visit.child_id, visit_id=visit.id, state="open")
        uow.add(row)
    row.what, row.child_wording, row.kind, row.due = said.what, said.child_wording, said.kind, said.due
    row.owner_id = keeper.id if said.mine else None
    row.who = keeper.name if said.mine else said.who
    if said.done != (row.state == "done"):
        row.state, row.done_on = ("done", uow.day_of(visit.planned_at)) if said.done else ("open", None)


def keep_note(uow: UnitOfWork, visit: Visit, row: Note | None, said: NoteRow, *, gone: bool) -> None:
    """Store a note in its row, or in a new one; take it away when it is gone or emptied."""
    if gone or not (said.text.strip() or said.source) or said.area is None:
        if row:
            uow.delete(row)
        return
    if row is None:
        position = 1 + max((each.position for each in visit.notes), default=0)
        row = Note(id=UUID(said.key), visit_id=visit.id, child_id=visit.child_id, position=position)
        visit.notes.append(row)
    row.area, row.kind, row.source, row.text = said.area, said.kind, said.source, said.text
