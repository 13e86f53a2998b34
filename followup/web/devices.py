"""What a browser calls itself, in words that its user knows it by."""

from __future__ import annotations

_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"))
_MORE_BROWSERS = (("SamsungBrowser", "Samsung Internet"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    *(("iPad", "iPad"), ("iPhone", "iPhone"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "Chromebook")),
    *(("Macintosh", "Mac"), ("Linux", "Linux")),
)


def device_of(user_agent: str) -> str:
    """Return “Firefox, Windows” or what can be told of it; "" when nothing can. Never more than these words."""
    named = (_first(user_agent, (*_BROWSERS, *_MORE_BROWSERS)), _first(user_agent, _SYSTEMS))
    return ", ".join(name for name in named if name)


def _first(user_agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in known if sign in user_agent), "")
