"""What the drawings beside the questions to the youngest show, in words, for those who hear the page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from followup.domain.questionnaire import Text
from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "pictograms.yaml"


@cache
def descriptions() -> Mapping[str, Text]:
    """Return what each drawing of templates/macros/pictograms.html shows, by its name."""
    entries = read_yaml(_FILE)["pictograms"]
    return {name: Text(dict(text)) for name, text in entries.items()} if isinstance(entries, dict) else {}
