"""The grounds for masking by date: `secrecy.yaml` beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from followup.domain.questionnaire import Text
from followup.domain.secrecy import Ground
from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "secrecy.yaml"


def grounds(on: date) -> Mapping[str, Ground]:
    """Return the grounds in force on a day by their codes, in the order of the file."""
    return {ground.code: ground for ground in _all() if ground.holds_on(on)}


@cache
def _all() -> tuple[Ground, ...]:
    rows: Any = read_yaml(_FILE)["grounds"]
    return tuple(
        Ground(
            code=str(code),
            text=Text(dict(row["text"])),
            law=str(version["law"]),
            short=str(version["short"]),
            since=version["from"],
            until=version.get("until"),
            by_itself=tuple(row.get("by_itself", ())),
            protected_by_itself=tuple(row.get("protected_by_itself", ())),
        )
        for code, row in rows.items()
        for version in row["versions"]
    )
