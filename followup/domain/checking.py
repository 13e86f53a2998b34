"""Reading a definition (nested mappings from a YAML or JSON file) with every problem noted, none raised on the way.

A municipality that writes its own questionnaire should see all that is wrong in one go, each line naming file, item,
field and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from followup.domain.errors import DomainError
from followup.domain.questionnaire import Text

LANGUAGES = ("sv", "en")


class InvalidQuestionnaire(DomainError):
    """A definition that can't be used. `problems` holds one line per thing to put right; str() is all the lines."""

    def __init__(self, problems: Collection[str]) -> None:
        """Take the finished lines."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Reader:
    """One mapping in a definition. A getter that meets a problem notes it and returns something harmless."""

    def __init__(self, value: object, place: str, notes: list[str], *, path: str = "") -> None:
        """Wrap a value that ought to be a mapping.

        place: what problems name first, e.g. "barn-8-12.yaml, item b_safe"; path: the field so far, e.g. "threshold".
        """
        self.place, self.path, self.notes = place, path, notes
        self.values: Mapping[object, object] = value if isinstance(value, Mapping) else {}
        self.broken = not isinstance(value, Mapping)
        if self.broken:
            self.note("", "must hold named fields (key: value)")

    def note(self, field: str, what: str) -> None:
        """Note a problem with a field of this mapping ("" for the mapping itself)."""
        where = ".".join(part for part in (self.path, field) if part)
        self.notes.append(f"{self.place}, {where}: {what}" if where else f"{self.place}: {what}")

    def keys(self, required: Collection[str], optional: Collection[str] = ()) -> None:
        """Note keys that are missing or unknown."""
        if self.broken:
            return
        for key in required:
            if key not in self.values:
                self.note(key, f"is missing; add {key}:")
        known = sorted({*required, *optional})
        for unknown in self.values:
            if unknown not in known:
                self.note(str(unknown), f"unknown field; remove it or correct the spelling (known: {', '.join(known)})")

    def has(self, key: str) -> bool:
        """Tell whether the key is there with a value."""
        return self.values.get(key) is not None

    def string(self, key: str, pattern: str = r"(?s).*\S.*", hint: str = "write some text, in quotes") -> str:
        """Return the text at key ("" when missing); it must match the pattern."""
        value = self._checked(key, lambda found: isinstance(found, str) and bool(re.fullmatch(pattern, found)), hint)
        return value if isinstance(value, str) else ""

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """Return the code at key, one of those allowed ("" when missing)."""
        value = self._checked(key, lambda found: found in list(allowed), f"choose one of {', '.join(allowed)}")
        return value if isinstance(value, str) else ""

    def integer(self, key: str, low: int, high: int) -> int | None:
        """Return the whole number at key, low to high, or None when it is missing or wrong."""
        hint = f"must be a whole number from {low} to {high}"
        value = self._checked(key, lambda found: type(found) is int and low <= found <= high, hint)
        return value if isinstance(value, int) else None

    def number(self, key: str, low: float, high: float) -> float | None:
        """Return the number at key, low to high, or None when it is missing or wrong."""
        hint = f"must be a number from {low} to {high}"
        value = self._checked(key, lambda found: type(found) in {int, float} and low <= float(str(found)) <= high, hint)
        return float(value) if isinstance(value, int | float) else None

    def boolean(self, key: str) -> bool:
        """Return true or false at key (False when missing)."""
        return self._checked(key, lambda found: isinstance(found, bool), "must be true or false") is True

    def text(self, key: str) -> Text:
        """Return the text in several languages at key."""
        return self.child(key).as_text() if self.has(key) else Text({})

    def as_text(self, besides: Collection[str] = ()) -> Text:
        """Read this mapping itself as a text: its keys are languages (all of LANGUAGES), but for those in `besides`."""
        languages = {key: value for key, value in self.values.items() if key not in besides}
        for language in () if self.broken else LANGUAGES:
            if language not in languages:
                self.note(language, f'is missing; add {language}: "..."')
        for key, value in languages.items():
            if not (isinstance(key, str) and re.fullmatch("[a-z]{2,3}", key)):
                self.note(str(key), "is not a language code (sv, en, ar ...)")
            elif not (isinstance(value, str) and value.strip()):
                self.note(key, f'must be text; put it in quotes: {key}: "..."')
        return Text({key: value for key, value in languages.items() if isinstance(key, str) and isinstance(value, str)})

    def child(self, key: str) -> Reader:
        """Return the mapping at key."""
        return Reader(self.values.get(key), self.place, self.notes, path=f"{self.path}.{key}".strip("."))

    def rows(self, key: str, *, named: str = "", least: int = 0) -> list[Reader]:
        """Return the mappings in the list at key.

        named: what a row is called in problems ("item"), followed by its id; otherwise its number in the list is given.
        """
        value = self.values.get(key, [])
        if not isinstance(value, list) or len(value) < least:
            if key in self.values:
                self.note(key, f"must be a list of at least {least} (lines that begin with -)")
            return []
        return [self._row(key, number, row, named) for number, row in enumerate(value, start=1)]

    def mappings(self, key: str) -> dict[str, Reader]:
        """Return the mappings at key by name, e.g. each scale in `scales`."""
        section = self.child(key)
        path = section.path
        return {
            str(name): Reader(value, self.place, self.notes, path=f"{path}.{name}")
            for name, value in section.values.items()
        }

    def _row(self, key: str, number: int, row: object, named: str) -> Reader:
        identity = row.get("id") if isinstance(row, Mapping) else None
        if named:
            return Reader(row, f"{self.place}, {named} {identity or f'number {number}'}", self.notes)
        return Reader(row, self.place, self.notes, path=f"{self.path}.{key}[{number}]".strip("."))

    def _checked(self, key: str, fits: Callable[[object], bool], hint: str) -> object:
        value = self.values.get(key)
        if value is None or fits(value):
            return value
        self.note(key, f"{hint} (now: {str(value)[:40]!r})")
        return None
