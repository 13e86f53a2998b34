"""A program that runs beside the server, such as `followup doctor`, takes nothing away from it when it ends."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import text

from followup.settings import Settings
from followup.store.opening import Store

_LOOK = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1])
print(file.execute("SELECT count(*) FROM organisation").fetchone()[0])
file.close()
"""


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_journal_stays_when_another_process_has_looked(store: Store, settings: Settings) -> None:
    """Were the file only opened and closed by us besides, the system would drop SQLite's locks on it (POSIX).

    The last to leave, as the other process would believe to be, deletes the journal: with all that was saved later.
    """
    file = settings.instance / "followup.sqlite3"
    journal = settings.instance / "followup.sqlite3-wal"
    store.engine.dispose()
    with store.engine.connect() as first, store.engine.connect() as second:  # the second is opened while one is there
        for number, connection in enumerate((first, second)):
            connection.execute(text("SELECT count(*) FROM organisation"))
            connection.rollback()
            insert = "INSERT INTO organisation (id, name, unit) VALUES (:id, 'Blåbärsby', '')"
            connection.execute(text(insert), {"id": f"{number:032x}"})
            connection.commit()
            kept = journal.stat().st_ino
            seen = subprocess.run([sys.executable, "-c", _LOOK, file], capture_output=True, check=True, text=True)
            assert int(seen.stdout) == number + 1
            assert journal.stat().st_ino == kept
