"""The access log: what a unit of work touched becomes rows, and rows are sealed in chained batches.

Law: access is documented and checked again and again (SoLPuL 2001:454, 10 §). A list is one line with many ids. Values
never enter the log, only ids and names of fields.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from followup.store.tables import AccessLog, AccessLogChild, Child, Guarded, LogSeal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from followup.domain.access import Actor, Reach

SEAL_BATCH = 1000
SETTLE = timedelta(minutes=5)
_ONE_SEALS = 0x5EA1
"""The lock that the one who seals holds: two seals over the same lines would break the chain."""


@dataclass
class Entry:
    """One line to be: an action, the objects by table, the changed fields by table, and the children."""

    action: str
    objects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    fields: dict[str, Any] = field(default_factory=dict)
    children: set[UUID] = field(default_factory=set)
    actor: Actor | None = None
    """Who did it, when it isn't the unit's actor."""


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
    connection: Connection, entries: list[Entry], actor: Actor, reach: Reach, now: datetime, request_id: str
) -> None:
    """Append the lines. They share the caller's transaction."""
    if not entries:
        return
    lines = [_line(entry, entry.actor or actor, now, request_id) for entry in entries]
    added = insert(AccessLog).returning(AccessLog.id, sort_by_parameter_order=True)
    ids = connection.scalars(added, lines).all()
    teams = _teams(connection, entries) if reach.tells_by_team else {}
    children = [
        {"log_id": log_id, "child_id": child, "why": reach.why(child, teams.get(child))}
        for log_id, entry in zip(ids, entries, strict=True)
        for child in sorted(entry.children, key=str)
    ]
    if children:
        connection.execute(insert(AccessLogChild), children)


def _teams(connection: Connection, entries: Iterable[Entry]) -> dict[UUID, UUID]:
    """Each child's team, for an actor who leads teams for different reasons."""
    ids = {child for entry in entries for child in entry.children}
    rows = connection.execute(select(Child.id, Child.team_id).where(Child.id.in_(ids))).all()
    return {child_id: team_id for child_id, team_id in rows}  # noqa: C416 - rows are no pairs to the type checker


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


def seal_log(connection: Connection, now: datetime) -> int:
    """Seal the lines since the last seal, in batches; returns how many lines were sealed.

    The newest lines wait: a transaction that is still open may yet add one with a lower number.
    """
    if connection.dialect.name == "postgresql":  # several processes seal; on SQLite a writer is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(_ONE_SEALS)))
    sealed = 0
    newest = connection.scalar(select(func.max(AccessLog.id)).where(AccessLog.at < now - SETTLE)) or 0
    previous = connection.execute(select(LogSeal.last_id, LogSeal.digest).order_by(LogSeal.id.desc()).limit(1)).first()
    last_id, digest = previous or (0, "")
    while lines := _lines(connection, last_id + 1, newest, SEAL_BATCH):
        digest = _digest(digest, lines)
        connection.execute(
            insert(LogSeal), {"first_id": lines[0][0], "last_id": lines[-1][0], "digest": digest, "sealed_at": now}
        )
        last_id = lines[-1][0]
        sealed += len(lines)
    return sealed


def broken_seals(connection: Connection) -> list[int]:
    """Verify the chain from its beginning; returns the ids of seals that no longer fit, none when all is well."""
    broken, digest, expected_first = [], "", 0
    for seal in connection.execute(select(LogSeal.id, LogSeal.last_id, LogSeal.digest).order_by(LogSeal.id)).all():
        lines = _lines(connection, expected_first, seal.last_id, None)
        if _digest(digest, lines) != seal.digest:
            broken.append(seal.id)
        digest, expected_first = seal.digest, seal.last_id + 1
    return broken


def _lines(connection: Connection, first: int, last: int, limit: int | None) -> list[tuple[Any, ...]]:
    columns = AccessLog.__table__.c
    statement = select(*columns).where(columns.id.between(first, last)).order_by(columns.id).limit(limit)
    lines = connection.execute(statement).all()
    if not lines:
        return []
    children = defaultdict(list)
    ids = select(AccessLogChild).where(AccessLogChild.log_id.between(lines[0].id, lines[-1].id))
    for row in connection.execute(ids.with_only_columns(*AccessLogChild.__table__.c)).all():
        children[row.log_id].append((str(row.child_id), row.why))
    return [(*line, sorted(children[line.id])) for line in lines]


def _digest(previous: str, lines: Iterable[tuple[Any, ...]]) -> str:
    text = json.dumps([previous, *lines], default=str, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
