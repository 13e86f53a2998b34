"""Recorded readings of the child's texts: files of the municipality's own, `<language>/<text>.mp3`.

A text is named as in the files of the translators: `barn-8-12.b_sleep`, `_common.scales.freq5.1`. What is given out is
found in the folder and compared with these names; no path is ever made of what somebody asks for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from followup.questionnaires.child_texts import messages
from followup.questionnaires.languages import LANGUAGES

KINDS: Mapping[str, str] = {".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".ogg": "audio/ogg"}
"""Endings and what they are; where a text has several, the first: not every browser plays the last."""


def recordings(folder: Path, lang: str) -> dict[str, Path]:
    """Return the recordings in a language, by text; none for a language that isn't spoken here, or without a folder."""
    found: dict[str, Path] = {}
    for path in _files(folder, lang):
        if path.stem in text_ids() and path.suffix in KINDS:
            found.setdefault(path.stem, path)
    return found


def strays(folder: Path) -> list[str]:
    """List files that no text is named after, such as `sv/b_sleep.mp3`: somebody expects them to be heard."""
    files = [path for lang in LANGUAGES for path in _files(folder, lang)]
    return [
        f"{each.parent.name}/{each.name}" for each in files if each.stem not in text_ids() or each.suffix not in KINDS
    ]


@cache
def text_ids() -> frozenset[str]:
    """Return the names of all texts that can be recorded: not those that hold a name or a number."""
    return frozenset(place for each in messages().values() if "{" not in each.swedish for place in each.places)


def _files(folder: Path, lang: str) -> Iterator[Path]:
    """Yield the files of a language in the order of their names; links that lead out of the folder are none."""
    if lang not in LANGUAGES:
        return
    try:
        entries = sorted(os.scandir(folder / lang), key=lambda entry: entry.name)
    except OSError:
        return
    home = folder.resolve()
    for entry in entries:
        path = Path(entry.path)
        if not entry.name.startswith(".") and path.is_file() and path.resolve().is_relative_to(home):
            yield path
