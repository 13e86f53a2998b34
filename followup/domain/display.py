"""How the one who has the tablet wants its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SIZES = ("m", "l", "xl")


@dataclass(frozen=True)
class Display:
    """Text size (m, l, xl), calm colours, read aloud, and whether the faces are asked for in two steps.

    It is kept with the session, so that a tablet that was dropped comes back the same, and with the sheet of answers,
    so that a child who gets the tablet again gets its own pages. The language is the sheet's.
    """

    size: str = "m"
    calm: bool = False
    aloud: bool = False
    two_step: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Display:
        """Read what `stored` returned; what is missing is as usual."""
        size = stored.get("size")
        marks = {name: bool(stored.get(name)) for name in ("calm", "aloud", "two_step")}
        return cls(size if size in SIZES else "m", **marks)

    def stored(self) -> dict[str, Any]:
        """Return the values as they are kept with the session."""
        return asdict(self)
