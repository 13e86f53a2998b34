"""The page with two versions (templates/errors/conflict.html), read back into the form of the step it came from."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

_PARTS = ("pick-", "mine-", "theirs-")


def resolved(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return what the step's own form would have posted after the choices made on the page with two versions.

    A form that doesn't come from that page is returned as it is. Each field named by `differs` gets the values of the
    chosen side; "both" joins the texts, what was saved first on top, with a blank line between. Without a choice both
    are kept, since losing one is worse than a text that says a thing twice.
    """
    if form.get("resolve") != "1":
        return form
    differs = form.getlist("differs")
    built: MultiDict[str, str] = MultiDict()
    for name, value in form.items(multi=True):
        if name not in {"resolve", "differs"} and not _belongs(name, differs):
            built.add(name, value)
    for name in differs:
        for value in _chosen(form, name):
            built.add(name, value)
    return built


def _belongs(name: str, differs: list[str]) -> bool:
    return any(name.startswith(part) and name[len(part) :] in differs for part in _PARTS)


def _chosen(form: MultiDict[str, str], name: str) -> list[str]:
    mine, theirs = form.getlist(f"mine-{name}"), form.getlist(f"theirs-{name}")
    pick = form.get(f"pick-{name}", "both")
    if pick == "mine":
        return mine
    if pick == "theirs":
        return theirs
    kept = dict.fromkeys(text for text in (*theirs, *mine) if text)
    return ["\n\n".join(kept)] if kept else []
