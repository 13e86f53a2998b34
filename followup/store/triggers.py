"""What the database itself refuses: changing the log, a published form, a signed visit, a stored document.

Alembic's batch mode on SQLite drops triggers without a word, so they are made anew at the end of every upgrade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from followup.store.tables import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOG = ("access_log", "access_log_child", "log_seal")
APPEND_ONLY = (
    *LOG,
    *("questionnaire_version", "explanation", "filing", "handout", "amendment", "earlier_answer", "flag_event"),
    *("milestone", "retention_stub", "log_outcome"),
)
"""Rows that are added and never changed or taken away."""

_OF_VISIT = ("response", "placement_check", "note", "prompt", "read_back", "drawing")
_CHANGES = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
"""Change -> the rows to look at: an update may also move a row to another visit."""

_SIGNED = "('signed', 'filed')"
_FROZEN = "a signed visit is frozen: write an amendment"
_HANDED_IN = "a handed-in answer is kept: add an earlier_answer first"
_DRAWN = "a drawing is kept as it was handed in"
_CONCERN = "an urgent concern is kept as it was written"
_APPEND = "append-only"
_EDITION = "an edition is made of what it was made of"
_REVIEWED = "a signed review of the log is frozen"
_DECIDED = "who may see a child, and who did, is never rewritten"
_UNSIGNED = "only a signed visit is amended: change the visit"

_Unchanged = Callable[[str, tuple[str, ...]], str]


def create_triggers(connection: Connection) -> None:
    """Make all triggers anew for the connection's database."""
    statements = _sqlite() if connection.dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        connection.exec_driver_sql(statement)


def drop_triggers(connection: Connection) -> None:
    """Take SQLite's triggers away: while a table that one of them names is made anew, they would stop it."""
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in names:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


@contextmanager
def lifted(connection: Connection, table: str) -> Iterator[None]:
    """Let the connection's transaction change a table that its triggers protect; they are back at the end of it.

    For sealing anew alone: what a row says must be the same afterwards. Others wait until the transaction is over.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        yield
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        return
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    triggers = connection.exec_driver_sql(found, (table,)).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def _rules(unchanged: _Unchanged) -> list[tuple[str, str, str, str]]:
    """List (table, change, condition, message); the condition speaks of OLD and NEW rows.

    `unchanged`: says, in the database's own words, that nothing in a table's row changes but some columns.
    """
    rules = [(table, change, "1 = 1", _APPEND) for table in APPEND_ONLY for change in ("UPDATE", "DELETE")]
    rules += [
        ("visit", "DELETE", f"OLD.state IN {_SIGNED}", _FROZEN),
        ("visit", "UPDATE", f"OLD.state IN {_SIGNED} AND NOT ({_refiled(unchanged)})", _FROZEN),
        *_editions(unchanged),
        *_reviewed(unchanged),
    ]
    for change, rows in _CHANGES.items():
        visits = [f"{row}.visit_id" for row in rows]
        rules += [(table, change, _any_signed(visits), _FROZEN) for table in _OF_VISIT]
        visits = [f"(SELECT visit_id FROM response WHERE id = {row}.response_id)" for row in rows]  # noqa: S608 - our own names
        rules.append(("answer", change, _any_signed(visits), _FROZEN))
    return [*rules, *_handed_in(), *_lived_on(unchanged), *_decided(unchanged)]


def _decided(unchanged: _Unchanged) -> list[tuple[str, str, str, str]]:
    """Who was let in, kept out or went in stays written down: it can be ended, seen and reviewed, and no more."""
    ends = {
        "access_grant": ("end", "ended_by"),
        "barring": ("end", "lifted_by"),
        "break_glass": (
            *("ends_at", "lead_seen_at", "lead_seen_by"),
            *("reviewed_at", "reviewed_by", "finding", "review_note"),
        ),
    }
    rules = [(table, "UPDATE", f"NOT ({unchanged(table, columns)})", _DECIDED) for table, columns in ends.items()]
    rules += [(table, "DELETE", "1 = 1", _DECIDED) for table in ends]
    # However quick the review was: the lead is told until she has seen it, and what is open can be shut.
    left = unchanged("break_glass", ("ends_at", "lead_seen_at", "lead_seen_by"))
    seen = "NEW.lead_seen_at = OLD.lead_seen_at AND NEW.lead_seen_by = OLD.lead_seen_by"
    reviewed = f"OLD.reviewed_at IS NOT NULL AND NOT ({left} AND (OLD.lead_seen_at IS NULL OR {seen}))"
    rules.append(("break_glass", "UPDATE", "NEW.ends_at > OLD.ends_at", _DECIDED))
    return [*rules, ("break_glass", "UPDATE", reviewed, "a review is made once")]


def _refiled(unchanged: _Unchanged) -> str:
    """Tell that a signed visit was filed, or that a filed one waits to be filed again: a newer edition is not filed."""
    filed = "OLD.state = 'signed' AND NEW.state = 'filed'"
    receipt = "EXISTS (SELECT 1 FROM filing WHERE filing.document_id = document.id)"
    newer = f"EXISTS (SELECT 1 FROM document WHERE visit_id = OLD.id AND kind = 'full' AND NOT {receipt})"  # noqa: S608 - our own names
    again = f"OLD.state = 'filed' AND NEW.state = 'signed' AND {newer}"
    return f"(({filed}) OR ({again})) AND {unchanged('visit', ('state',))}"


def _editions(unchanged: _Unchanged) -> list[tuple[str, str, str, str]]:
    """Each edition stays for ever: what it was made of from the start, its bytes once they are stored."""
    printing, filing = (
        ("tries", "claimed_at", "content", "pdf_sha256", "printed_at"),
        ("reference", "filed_at", "filed_by"),
    )
    making = ("state", "tries", "claimed_at", "asked_for_at", "ready_at", "content", "sha256")
    return [
        ("document", "UPDATE", "OLD.state = 'ready'", "a stored document never changes"),
        ("document", "UPDATE", f"NOT ({unchanged('document', making)})", _EDITION),
        ("document", "DELETE", "1 = 1", "a stored document never changes"),
        ("home_record", "UPDATE", f"NOT ({unchanged('home_record', (*printing, *filing))})", _EDITION),
        ("home_record", "UPDATE", f"OLD.content IS NOT NULL AND NOT ({unchanged('home_record', filing)})", _EDITION),
        ("home_record", "UPDATE", "OLD.filed_at IS NOT NULL", _APPEND),
        ("home_record", "DELETE", "1 = 1", _APPEND),
        ("amendment", "INSERT", f"NOT {_any_signed(['NEW.visit_id'])}", _UNSIGNED),
    ]


def _reviewed(unchanged: _Unchanged) -> list[tuple[str, str, str, str]]:
    """A month's sample is what was drawn; what was made of it stays when the review is signed."""
    signed = "EXISTS (SELECT 1 FROM log_review WHERE id = {}.review_id AND signed_at IS NOT NULL)"
    judging = ("judgement", "words", "judged_at", "judged_by")
    signing = ("signed_at", "signed_by", "words", "head_seal", "head_digest")
    return [
        ("log_review", "UPDATE", f"OLD.signed_at IS NOT NULL OR NOT ({unchanged('log_review', signing)})", _REVIEWED),
        ("log_review", "DELETE", "1 = 1", _REVIEWED),
        ("log_sample", "INSERT", signed.format("NEW"), _REVIEWED),
        ("log_sample", "UPDATE", f"{signed.format('OLD')} OR NOT ({unchanged('log_sample', judging)})", _REVIEWED),
        ("log_sample", "DELETE", "1 = 1", _REVIEWED),
    ]


def _lived_on(unchanged: _Unchanged) -> list[tuple[str, str, str, str]]:
    """What lives on after signing: only that may change which happens afterwards.

    An agreement is kept or broken, told of, and may get another to answer for it. Of an urgent concern the words never
    change, before signing or after; who was told, and when, is completed. What siblings share of a home visit stays as
    it was when the first of them was signed.
    """
    agreed = f"NOT ({unchanged('action', ('state', 'done_on', 'outcome', 'told_child_at', 'owner_id'))})"
    shared = f"EXISTS (SELECT 1 FROM visit WHERE home_visit_id = OLD.id AND state IN {_SIGNED})"  # noqa: S608 - our own names
    return [
        ("action", "INSERT", _any_signed(["NEW.visit_id"]), _FROZEN),
        ("action", "UPDATE", f"{_any_signed(['OLD.visit_id', 'NEW.visit_id'])} AND {agreed}", _FROZEN),
        ("action", "DELETE", _any_signed(["OLD.visit_id"]), _FROZEN),
        ("urgent_concern", "UPDATE", f"NOT ({unchanged('urgent_concern', ('told', 'told_at'))})", _CONCERN),
        ("urgent_concern", "DELETE", "1 = 1", _CONCERN),
        ("home_visit", "UPDATE", f"{shared} AND NOT ({unchanged('home_visit', ())})", _FROZEN),
    ]


def _handed_in() -> list[tuple[str, str, str, str]]:
    """What the child has handed in: an answer may change only when the one before it has been put by.

    A drawing is the child's alone, and nobody else changes it: from then on it is as it is.
    """
    handed_in = "EXISTS (SELECT 1 FROM response WHERE id = OLD.response_id AND handed_in_at IS NOT NULL)"
    kept = "EXISTS (SELECT 1 FROM earlier_answer WHERE answer_id = OLD.id AND answered_at = OLD.answered_at)"
    taken_back = "OLD.handed_in_at IS NOT NULL AND NEW.handed_in_at IS NULL"
    return [
        ("answer", "UPDATE", f"{handed_in} AND NOT {kept}", _HANDED_IN),
        ("answer", "DELETE", handed_in, _HANDED_IN),
        ("response", "UPDATE", taken_back, _HANDED_IN),
        ("response", "DELETE", "OLD.handed_in_at IS NOT NULL", _HANDED_IN),
        *(("drawing", change, _any_handed_in(rows), _DRAWN) for change, rows in _CHANGES.items()),
    ]


def _any_signed(visit_ids: list[str]) -> str:
    ids = ", ".join(visit_ids)
    return f"EXISTS (SELECT 1 FROM visit WHERE id IN ({ids}) AND state IN {_SIGNED})"  # noqa: S608 - our own names


def _any_handed_in(rows: tuple[str, ...]) -> str:
    ids = ", ".join(f"{row}.visit_id" for row in rows)
    childs = f"visit_id IN ({ids}) AND respondent = 'child'"
    return f"EXISTS (SELECT 1 FROM response WHERE {childs} AND handed_in_at IS NOT NULL)"  # noqa: S608 - our own names


def _sqlite() -> list[str]:
    statements: list[str] = []

    def unchanged(table: str, but: tuple[str, ...]) -> str:
        columns = (column.name for column in Base.metadata.tables[table].columns if column.name not in but)
        return " AND ".join(f"OLD.{name} IS NEW.{name}" for name in columns)

    for table, change, condition, message in _rules(unchanged):
        name = _free_name(change, table, statements)
        body = f"SELECT RAISE(ABORT, '{message}')"
        statements += [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} WHEN {condition} BEGIN {body}; END",
        ]
    return statements


def _postgresql() -> list[str]:
    statements: list[str] = []

    def unchanged(_table: str, but: tuple[str, ...]) -> str:
        names = ", ".join(f"'{name}'" for name in but)
        return f"to_jsonb(OLD) - ARRAY[{names}]::text[] = to_jsonb(NEW) - ARRAY[{names}]::text[]"

    for table, change, condition, message in _rules(unchanged):
        name = _free_name(change, table, statements)
        refusal = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'"
        body = f"IF {condition} THEN {refusal}; END IF; RETURN {'OLD' if change == 'DELETE' else 'NEW'};"
        statements += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    # Only on tables that no foreign key points to: PostgreSQL's own check of a key needs the right to lock the row.
    statements += [f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER, PUBLIC" for table in LOG]
    return statements


def _free_name(change: str, table: str, statements: list[str]) -> str:
    """Return `refuse_update_answer`, then `refuse_update_answer_2`: a table may have several rules for one change."""
    name = f"refuse_{change.lower()}_{table}"
    rules = sum(f"CREATE TRIGGER {name} " in made or f"CREATE TRIGGER {name}_" in made for made in statements)
    return f"{name}_{rules + 1}" if rules else name
