"""Names, numbers, addresses and words are sealed in columns; a value belongs to its own column alone."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, DateTime, String, Text

from followup.store.guard import GUARDED_TABLES
from followup.store.tables import Base
from followup.store.types import EncryptedBytes, UtcDateTime

CLEAR = {
    # Codes, kinds and states: lists and statistics need them. Nothing that somebody wrote or that names a child.
    "action": {"kind", "state"},
    "answer": {"item", "status", "language", "asked", "chosen"},  # asked, chosen: the form's own texts, no one's words
    "assignment": {"role"},
    "barring": {"kind"},
    "child": {"case_number", "language"},
    "child_export": {"purpose", "state", "ended", "sha256"},
    "delivery": {"state", "problem"},
    "drawing": {"item"},
    "earlier_answer": {"status", "language", "asked", "chosen"},
    "amendment": {"kind", "about", "whose"},
    "document": {"kind", "state", "sha256", "language"},
    "flag": {"respondent", "subject", "level", "rules_version", "status"},
    "flag_event": {"kind", "reason"},
    "foster_home": {"kind"},
    "home_record": {"sha256", "pdf_sha256"},
    "home_visit": {"kind"},
    "milestone": {"kind"},
    "note": {"area", "kind"},
    "placement": {"legal_basis"},
    "placement_check": {"understanding", "understanding_reason", "self_blame", "self_blame_reason"},
    "prompt": {"subject", "outcome"},
    "read_back": {"outcome"},
    "response": {
        *("respondent", "mode", "language", "device_language"),
        *("earshot", "comprehension", "first_topic"),
    },
    "set_aside": {"step"},
    "visit": {"state", "step", "questionnaire_code", "private_talk", "cancelled_because", "summary_sha256"},
}

COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.columns]


def name(column: Column[object]) -> str:
    return f"{column.table.name}.{column.name}"


@pytest.mark.parametrize("column", [each for each in COLUMNS if isinstance(each.type, EncryptedBytes)], ids=name)
def test_a_sealed_column_is_bound_to_its_own_place(column: Column[object]) -> None:
    assert isinstance(column.type, EncryptedBytes)
    assert column.type.place == name(column)


def test_text_about_a_child_stands_in_clear_only_where_it_is_a_code() -> None:
    clear: dict[str, set[str]] = {}
    for column in COLUMNS:
        if column.table.name in GUARDED_TABLES and isinstance(column.type, String | Text):
            clear.setdefault(column.table.name, set()).add(column.name)
    assert clear == CLEAR, "seal it (EncryptedText), or say in CLEAR why not"


def test_no_sealed_column_is_searched_or_made_unique() -> None:
    for column in COLUMNS:
        if isinstance(column.type, EncryptedBytes):
            assert not column.index, name(column)
            assert not column.unique, name(column)
            assert not column.foreign_keys, name(column)


def test_every_time_is_kept_with_its_zone() -> None:
    for column in COLUMNS:
        if isinstance(column.type, DateTime) or getattr(column.type, "impl", None).__class__ is DateTime:
            assert isinstance(column.type, UtcDateTime), name(column)
