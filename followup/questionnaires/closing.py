"""Why a flag may be closed: codes and texts, read once from the file beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from followup.domain.flag_life import ClosingReason
from followup.domain.questionnaire import Text
from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "closing.yaml"


@cache
def closing_reasons() -> Mapping[str, ClosingReason]:
    """The reasons by code, in the order in which they are shown."""
    reasons = read_yaml(_FILE)["reasons"]
    assert isinstance(reasons, dict)  # noqa: S101 # our own file, read in every test
    return {
        code: ClosingReason(
            code,
            Text({lang: text for lang, text in row.items() if isinstance(text, str)}),
            needs_words=row.get("needs_words") is True,
        )
        for code, row in reasons.items()
    }
