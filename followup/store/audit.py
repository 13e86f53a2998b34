"""The access log: what a unit of work touched becomes lines. How they are kept whole: `log_chain.py`.

Law: access is documented and checked again and again (SoLPuL 2001:454, 10 §). A list is one line with many ids. Values
never enter the log, only ids and names of fields.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import insert, select

from followup.store.log_chain import mac_of
from followup.store.tables import AccessLog, AccessLogChild, Child, Guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from followup.domain.access import Actor, Reach
    from followup.store.log_witness import Noted

_NO_TEAM: Final = UUID(int=0)


@dataclass
class Entry:
    """One line to be: an action, the objects by table, the changed fields by table, and the children."""

    action: str
    objects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    fields: dict[str, Any] = field(default_factory=dict)
    children: set[UUID] = field(default_factory=set)
    actor: Actor | None = None
    """Who did it, when it isn't the unit's actor."""
    noted: bool = False
    """Whether no row tells of it: its children need not have been within reach."""


def entries_of(
    reads: Mapping[str, Mapping[UUID, UUID | None]], writes: Iterable[tuple[str, Guarded, tuple[str, ...]]]
) -> list[Entry]:
    """Gather what the guard noted: one line for all reads, and one for each kind of write."""
    found: dict[str, Entry] = {}
    if reads:
        entry = found.setdefault("read", Entry("read"))
        for table, rows in reads.items():
            entry.objects[table].update(map(str, rows))
            entry.children.update(child for child in rows.values() if child)
    for verb, row, names in writes:
        entry = found.setdefault(verb, Entry(verb))
        table, object_id = row.logged_as()
        entry.objects[table].add(str(object_id))
        if names:
            entry.fields[table] = sorted({*entry.fields.get(table, ()), *names})
        if child := row.logged_child():
            entry.children.add(child)
    return list(found.values())


def write_entries(
    connection: Connection,
    entries: list[Entry],
    actor: Actor,
    reach: Reach,
    now: datetime,
    request_id: str,
    noted: Noted,
) -> None:
    """Append the lines. They share the caller's transaction. noted: their numbers."""
    if not entries:
        return
    teams = _teams(connection, _unsure(entries, reach), reach)
    let_in = [
        [(child, reach.why(child, teams.get(child))) for child in sorted(entry.children, key=str)] for entry in entries
    ]
    lines = [_line(entry, entry.actor or actor, now, request_id) for entry in entries]
    for place, (line, named) in enumerate(zip(lines, let_in, strict=True)):
        line["mac"] = mac_of(line, [(str(child), why) for child, why in named], noted.nonce(place))
    added = insert(AccessLog).returning(AccessLog.id, sort_by_parameter_order=True)
    ids = connection.scalars(added, lines).all()
    noted.last_line = max(ids)
    children = [
        {"log_id": log_id, "child_id": child, "why": why}
        for log_id, named in zip(ids, let_in, strict=True)
        for child, why in named
    ]
    if children:
        connection.execute(insert(AccessLogChild), children)


def _unsure(entries: Iterable[Entry], reach: Reach) -> set[UUID]:
    """The children whose team must be known to say why the actor was let in, if at all.

    What was read or written was within reach. Where there is one reason only to lead teams, nothing needs be asked.
    """
    if not reach.led:
        return set()
    rows = {child for entry in entries if not entry.noted for child in entry.children}
    noted = {child for entry in entries if entry.noted for child in entry.children}
    return (rows | noted if reach.tells_by_team else noted - rows) - reach.named


def _teams(connection: Connection, ids: set[UUID], reach: Reach) -> dict[UUID, UUID]:
    """Each child's team; none's for a protected child, which a team opens to its head alone, to decide about it."""
    if not ids:
        return {}
    asked = select(Child.id, Child.team_id, Child.protected_identity).where(Child.id.in_(ids))
    return {
        child_id: _NO_TEAM if protected and team_id not in reach.headed else team_id
        for child_id, team_id, protected in connection.execute(asked).all()
    }


def _line(entry: Entry, who: Actor, now: datetime, request_id: str) -> dict[str, Any]:
    return {
        "at": now,
        "organisation_id": who.organisation_id,
        "actor_id": who.id,
        "role": who.role.value,
        "request_id": request_id,
        "action": entry.action,
        "objects": {table: sorted(ids) for table, ids in sorted(entry.objects.items())},
        "fields": entry.fields,
    }
