"""Names in running text."""

from __future__ import annotations

from followup.web.languages import language


def first_name(name: str) -> str:
    """“Alva” of “Alva Granbarr”; the whole name when there is but one."""
    return name.split(maxsplit=1)[0] if name.split() else name


def whose(name: str) -> str:
    """“Alvas”, “Lukas” in Swedish; “Alva’s” in English. Takes the name as it stands before what it owns."""
    if language() == "en":
        return f"{name}’s"
    return name if name[-1:].lower() in {"s", "x", "z"} else f"{name}s"
