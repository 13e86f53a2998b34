"""The guard: a statement that touches case data without a reach never leaves the program.

It looks at the statement itself, so it holds for rows, columns, counts, joins, sub-queries, unions, Core tables and
bulk changes alike. Raw text is refused altogether. One with a reach is looked at too, once for each that is compiled:
it may hold no raw text either, and join only rows of the same child (`joins.py`).
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.sql import visitors

from followup.store.joins import is_raw, strays
from followup.store.reach import Scoped
from followup.store.tables import Base, Guarded

GUARDED_TABLES = frozenset(
    mapper.local_table.name  # type: ignore[attr-defined] # our mappers all map tables
    for mapper in Base.registry.mappers
    if issubclass(mapper.class_, Guarded)
)

_RAW = "raw SQL is refused: nobody can tell what it touches"
_looked_at: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""What is wrong with a compiled statement, "" for nothing: SQLAlchemy keeps them, so each is looked at once."""


class UnscopedQuery(RuntimeError):
    """A programming error: case data were asked for without saying within whose reach."""


class ReadOnlyUnit(RuntimeError):
    """A programming error: a page that only reads tried to write."""


class GuardedSession(Session):
    """A session of one unit of work. `info["reads"]` and `info["writes"]` gather what the audit writes down."""


@event.listens_for(GuardedSession, "do_orm_execute")
def _refuse_unscoped(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return  # it belongs to a row that was let in already
    if not state.is_select:
        _refuse_to_write(state.session)
    if isinstance(state.execution_options.get("scoped"), Scoped):
        if state.is_select and not _loads_entities(state):
            _note_columns(state)
        return
    touched = _tables(state.statement) & GUARDED_TABLES
    if touched:
        raise UnscopedQuery(f"{', '.join(sorted(touched))}: select by uow.reachable(...)")


@event.listens_for(Engine, "before_cursor_execute")
def _refuse_strays(*sent: Any) -> None:
    context = sent[4]
    scoped, compiled = context.execution_options.get("scoped"), context.compiled
    if scoped is None or compiled is None:
        return
    wrong = _looked_at.get(compiled)
    if wrong is None:
        wrong = _looked_at[compiled] = _wrong_with(compiled)
    if wrong and (wrong is _RAW or not scoped.reach.everything):
        raise UnscopedQuery(wrong)


def _wrong_with(compiled: Any) -> str:
    state = compiled.compile_state
    statement = state.statement if state is not None else compiled.statement
    if any(is_raw(element) for element in visitors.iterate(statement)):
        return _RAW
    led_to = strays(statement)
    return f"{', '.join(sorted(led_to))}: joined without staying with the same child" if led_to else ""


def _tables(statement: Any) -> set[str]:
    names = set()
    for element in visitors.iterate(statement):
        if is_raw(element):
            raise UnscopedQuery(_RAW)
        if isinstance(element, Table):
            names.add(element.name)
    return names


def _loads_entities(state: ORMExecuteState) -> bool:
    return any(
        isinstance(column.get("type"), type) and issubclass(column["type"], Base)
        for column in getattr(state.statement, "column_descriptions", ())  # a union has columns only
    )


def _note_columns(state: ORMExecuteState) -> None:
    # Columns and counts load no row, so no load event tells of them: the log says at least which tables were asked.
    sources = getattr(state.statement, "columns_clause_froms", ()) or (state.statement,)  # a count may name no column
    names = {name for source in sources for name in _tables(source)}
    for name in names & GUARDED_TABLES:
        state.session.info["reads"].setdefault(name, {})


@event.listens_for(Guarded, "load", propagate=True)
def _note_read(row: Guarded, context: Any) -> None:
    reads = context.session.info.get("reads")
    if reads is not None:
        name, object_id = row.logged_as()
        reads.setdefault(name, {})[object_id] = row.logged_child()


@event.listens_for(GuardedSession, "before_flush")
def _note_writes(session: Session, *_: Any) -> None:
    _refuse_to_write(session)
    for verb, rows in (("create", session.new), ("update", session.dirty), ("delete", session.deleted)):
        for row in rows:
            if not isinstance(row, Guarded) or (verb == "update" and not session.is_modified(row)):
                continue
            if verb == "create":
                note_created(session, row)
            else:
                session.info["writes"].append((verb, row, _changed(row) if verb == "update" else ()))


def _refuse_to_write(session: Session) -> None:
    if session.info.get("reads_only"):
        raise ReadOnlyUnit("a page that only reads must not write")


def note_created(session: Session, row: Guarded) -> None:
    """Let a new row in, for the log to tell of.

    Raises UnscopedQuery when it is about a child out of reach, and ReadOnlyUnit on a page that only reads.
    """
    _refuse_to_write(session)
    _refuse_stranger(session, row)
    session.info["writes"].append(("create", row, ()))


def _refuse_stranger(session: Session, row: Guarded) -> None:
    """Refuse a new row about a child whom this unit neither reaches by name nor has looked up within its reach."""
    reach, child_id = session.info["reach"], row.logged_child()
    if child_id is None or reach.everything or child_id in reach.named:
        return
    if not any(child_id in rows.values() for rows in session.info["reads"].values()):
        raise UnscopedQuery(f"{row.logged_as()[0]}: a row about a child out of reach; look the child up first")


def _changed(row: Any) -> tuple[str, ...]:
    state = row._sa_instance_state  # noqa: SLF001 - the documented way in, without the cost of inspect()
    columns = state.mapper.column_attrs.keys()
    assigned = (name for name in state.committed_state if name in columns)  # perhaps the value that it had
    return tuple(sorted(name for name in assigned if get_history(row, name).has_changes()))
