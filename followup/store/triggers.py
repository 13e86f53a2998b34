"""What the database itself refuses: changing the log, a published form, a signed visit, a stored document.

Alembic's batch mode on SQLite drops triggers without a word, so they are made anew at the end of every upgrade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOG = ("access_log", "access_log_child", "log_seal")
APPEND_ONLY = (*LOG, "questionnaire_version", "explanation", "filing")
"""Rows that are added and never changed or taken away."""

_OF_VISIT = ("response", "placement_check", "note", "prompt", "read_back")
_CHANGES = ("INSERT", "UPDATE", "DELETE")

_SIGNED = "('signed', 'filed')"
_FILED_NOW = (
    "OLD.state = 'signed' AND NEW.state = 'filed'"
    " AND OLD.summary_sha256 = NEW.summary_sha256 AND OLD.summary = NEW.summary"
)
_FROZEN = "a signed visit is frozen: write an amendment"
_APPEND = "append-only"


def create_triggers(connection: Connection) -> None:
    """Make all triggers anew for the connection's database."""
    statements = _sqlite() if connection.dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        connection.exec_driver_sql(statement)


def _rules() -> list[tuple[str, str, str, str]]:
    """List (table, change, condition, message); the condition speaks of OLD and NEW rows."""
    rules = [(table, change, "1 = 1", _APPEND) for table in APPEND_ONLY for change in ("UPDATE", "DELETE")]
    rules += [
        ("visit", "DELETE", f"OLD.state IN {_SIGNED}", _FROZEN),
        # From signed to filed is the one step left, and it may touch nothing else that matters.
        ("visit", "UPDATE", f"OLD.state IN {_SIGNED} AND NOT ({_FILED_NOW})", _FROZEN),
        ("document", "UPDATE", "OLD.state = 'ready'", "a stored document never changes"),
        ("document", "DELETE", "OLD.state = 'ready'", "a stored document never changes"),
    ]
    for change in _CHANGES:
        row = "OLD" if change == "DELETE" else "NEW"
        rules += [(table, change, _visit_is_signed(f"{row}.visit_id"), _FROZEN) for table in _OF_VISIT]
        of_response = f"(SELECT visit_id FROM response WHERE id = {row}.response_id)"  # noqa: S608 - our own names
        rules.append(("answer", change, _visit_is_signed(of_response), _FROZEN))
    return rules


def _visit_is_signed(visit_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM visit WHERE id = {visit_id} AND state IN {_SIGNED})"  # noqa: S608 - our own names


def _sqlite() -> list[str]:
    statements = []
    for table, change, condition, message in _rules():
        name = f"refuse_{change.lower()}_{table}"
        body = f"SELECT RAISE(ABORT, '{message}')"
        statements += [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {change} ON {table} WHEN {condition} BEGIN {body}; END",
        ]
    return statements


def _postgresql() -> list[str]:
    statements = []
    for table, change, condition, message in _rules():
        name = f"refuse_{change.lower()}_{table}"
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
