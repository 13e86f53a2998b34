"""Sealing: what was altered, moved or sealed with another key does not open."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from followup.store import crypto
from followup.store.crypto import (
    CannotOpen,
    KeysMissing,
    add_to_key_file,
    key_ring,
    new_key_ring,
    read_key_ring,
    use_key_ring,
    with_new_key,
    write_key_ring,
)
from followup.store.types import EncryptedDate, EncryptedText, UtcDateTime

RING = new_key_ring()
PLACE = "note.text"
ROW = UUID("00000000-0000-4000-8000-000000000238")
DIALECT = SQLiteDialect_pysqlite()


@pytest.fixture(autouse=True)
def _ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_in_use", crypto._InUse(RING))


def test_what_is_sealed_opens() -> None:
    sealed = RING.seal("Åsa sa ”nej”".encode(), PLACE, ROW)
    assert b"nej" not in sealed
    assert RING.open(sealed, PLACE, ROW).decode() == "Åsa sa ”nej”"


def test_equal_texts_are_sealed_differently() -> None:
    assert RING.seal(b"ja", PLACE, ROW) != RING.seal(b"ja", PLACE, ROW)


def test_no_byte_can_be_altered() -> None:
    sealed = RING.seal(b"ja", PLACE, ROW)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(CannotOpen):
            RING.open(bytes(altered), PLACE, ROW)


@pytest.mark.parametrize("length", range(31))
def test_a_cut_value_does_not_open(length: int) -> None:
    with pytest.raises(CannotOpen):
        RING.open(RING.seal(b"ja", PLACE, ROW)[:length], PLACE, ROW)


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(CannotOpen, match=r"note\.source"):
        RING.open(RING.seal(b"ja", PLACE, ROW), "note.source", ROW)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        RING.open(RING.seal(b"ja", PLACE, ROW), PLACE, uuid4())


def test_a_value_from_before_rows_were_bound_opens_until_all_are() -> None:
    nonce = b"n" * 12
    old = bytes((1, 1)) + nonce + AESGCM(RING.keys[1]).encrypt(nonce, b"ja", PLACE.encode())
    assert replace(RING, bound=False).open(old, PLACE, ROW) == b"ja"
    with pytest.raises(CannotOpen):
        RING.open(old, PLACE, ROW)


def test_a_key_file_of_an_older_program_accepts_what_that_program_sealed(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_key_ring(RING, path)
    content = json.loads(path.read_text(encoding="ascii"))
    del content["bound"]
    path.write_text(json.dumps(content), encoding="ascii")
    assert read_key_ring(path) == replace(RING, bound=False)


def test_a_key_is_added_to_the_file_and_none_is_ever_lost(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_key_ring(RING, path)
    more = with_new_key(RING)
    add_to_key_file(more, path)
    assert read_key_ring(path) == more
    assert more.active == 2
    assert more.keys[1] == RING.keys[1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(ValueError, match="lost"):
        add_to_key_file(RING, path)
    assert [each.name for each in tmp_path.iterdir()] == ["keys.json"]


def test_a_running_process_sees_a_key_that_another_has_added(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_key_ring(RING, path)
    use_key_ring(RING, path)
    more = with_new_key(RING)
    add_to_key_file(more, path)
    sealed = more.seal(b"ja", PLACE, ROW)
    assert EncryptedText(PLACE).process_result_value(ROW.hex.encode() + sealed, DIALECT) == "ja"
    assert key_ring() == more


def test_another_key_does_not_open_and_the_error_tells_no_content() -> None:
    sealed = RING.seal(b"Kryddpeppar", PLACE, ROW)
    with pytest.raises(CannotOpen) as caught:
        new_key_ring().open(sealed, PLACE, ROW)
    assert str(caught.value) == PLACE
    assert caught.value.__suppress_context__


def test_an_older_key_in_the_ring_still_opens() -> None:
    sealed = RING.seal(b"ja", PLACE, ROW)
    rotated = replace(RING, active=2, keys={**RING.keys, 2: b"k" * 32})
    assert rotated.open(sealed, PLACE, ROW) == b"ja"
    assert rotated.seal(b"ja", PLACE, ROW)[1] == 2


def test_the_blind_index_finds_equals_and_needs_the_key() -> None:
    assert RING.blind_index("201603142383") == RING.blind_index("201603142383")
    assert RING.blind_index("201603142383") != RING.blind_index("201603142384")
    assert RING.blind_index("201603142383") != new_key_ring().blind_index("201603142383")


def test_keys_are_read_back_from_a_file_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    write_key_ring(RING, path)
    assert read_key_ring(path) == RING
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_key_ring(RING, path)
    with pytest.raises(FileExistsError):
        write_key_ring(new_key_ring(), path)
    assert read_key_ring(path) == RING


def test_a_missing_file_is_told_with_its_way_out(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="backup"):
        read_key_ring(tmp_path / "keys.json")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"active": 1}', "null", "å", '{"active": 1, "keys": []}'])
def test_a_damaged_file_is_told_with_its_way_out(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KeysMissing, match="damaged"):
        read_key_ring(path)


def test_keys_of_the_wrong_length_or_without_the_active_one_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_key_ring(RING, path)
    good = json.loads(path.read_text(encoding="ascii"))
    changes: list[dict[str, Any]] = [
        {"keys": {"1": "c2hvcnQ="}},
        {"active": 7},
        {"keys": {}},
        {"index_key": ""},
        {"session_key": "!"},
    ]
    for change in changes:
        path.write_text(json.dumps({**good, **change}), encoding="ascii")
        with pytest.raises(KeysMissing, match="damaged"):
            read_key_ring(path)


def test_nothing_is_sealed_before_keys_are_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_in_use", crypto._InUse(None))
    with pytest.raises(KeysMissing):
        through(EncryptedText(PLACE), "ja")
    use_key_ring(RING)
    assert through(EncryptedText(PLACE), "ja") == "ja"


def test_a_value_that_no_row_was_told_of_is_refused() -> None:
    with pytest.raises(TypeError, match=r"note\.text"):
        EncryptedText(PLACE).process_bind_param("ja", DIALECT)


def through(column: Any, value: Any) -> Any:
    stored = column.process_bind_param(None if value is None else column.of_row(value, ROW), DIALECT)
    assert stored is None or isinstance(stored, bytes)
    return column.process_result_value(None if stored is None else ROW.hex.encode() + stored, DIALECT)


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert through(EncryptedText(PLACE), text) == text.encode("utf-8", "replace").decode()


@given(st.dates())
def test_any_date_comes_back(day: date) -> None:
    assert through(EncryptedDate("child.birth_date"), day) == day


def test_nothing_stays_nothing() -> None:
    assert through(EncryptedText(PLACE), None) is None


def test_times_come_back_in_utc_and_naive_ones_are_refused() -> None:
    column = UtcDateTime()
    swedish = datetime(2026, 11, 24, 14, 32, tzinfo=timezone(timedelta(hours=1)))
    stored = column.process_bind_param(swedish, DIALECT)
    assert stored == datetime(2026, 11, 24, 13, 32, tzinfo=UTC).replace(tzinfo=None)
    assert column.process_result_value(stored, DIALECT) == swedish
    with pytest.raises(ValueError, match="aware"):
        column.process_bind_param(swedish.replace(tzinfo=None), DIALECT)
