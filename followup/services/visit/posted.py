"""What a form posted, read into values. Every problem is gathered, so that a person sees all of them at once.

A step is saved as a whole: what is posted is laid over what is stored (`over`), so that a script may send only the part
that changed and a field that isn't on the page is left alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, time

from followup.domain.errors import InvalidInput, Problem, translatable
from followup.domain.text import clean_text

LONG = 10_000
"""Characters of a free text: some eight dense pages."""
SHORT = 300
"""Characters of a line: a name, a place, who does it."""


WAS = "-was"
"""The end of a field's name that tells what the page was filled in with."""

_DIGITS = re.compile(r"[+-]?[0-9]{1,6}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[.:]([0-5][0-9])")

Fields = Mapping[str, str]


def tidied(fields: Fields) -> dict[str, str]:
    """Return the fields as they would be stored: line ends, controls and NFC (see `clean_text`), nothing cut off."""
    return {name: clean_text(value, sys.maxsize) for name, value in fields.items()}


def touched(fields: Fields) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a person has written on a page, tidied, and what the page was filled in with where it says so.

    Some of what a step shows is shared with other pages: siblings share the home visit, a promise may be ticked off on
    the start page. For those the page posts `<name>-was` beside `<name>`. A field that is as it was is left out, so
    that a page which has been open for long doesn't undo what was done elsewhere meanwhile.
    """
    tidy = tidied(fields)
    before = {name.removesuffix(WAS): value for name, value in tidy.items() if name.endswith(WAS)}
    kept = {name: value for name, value in tidy.items() if not name.endswith(WAS) and before.get(name) != value}
    return kept, before


class Posted:
    """A form's fields, and the problems met in them. A getter that meets a problem notes it and returns nothing."""

    def __init__(self, fields: Fields, *, over: Fields | None = None, known_as: Fields | None = None) -> None:
        """Take the fields; over: what is stored, which they are laid over.

        known_as: what the page calls fields that were renamed on the way in, so that problems name the page's fields.
        """
        self.fields = {**(over or {}), **fields}
        self.problems: list[Problem] = []
        self._known_as = known_as or {}

    def check(self) -> None:
        """Raise InvalidInput with every problem noted, if there is any."""
        if self.problems:
            raise InvalidInput(self.problems)

    def note(self, problem: Problem) -> None:
        """Note a problem."""
        self.problems.append(replace(problem, field=self._known_as.get(problem.field, problem.field)))

    def text(self, name: str, limit: int = LONG) -> str:
        """Return a text; too long is a problem."""
        try:
            return clean_text(self.fields.get(name, ""), limit, field=name)
        except InvalidInput as error:
            for problem in error.problems:
                self.note(problem)
            return ""

    def line(self, name: str) -> str:
        """Return a text on one line."""
        return " ".join(self.text(name, SHORT).splitlines())

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return self.fields.get(name) == "1"

    def choice(self, name: str, codes: Collection[str]) -> str | None:
        """Return one of the codes, or None when nothing is chosen."""
        value = self.fields.get(name, "")
        if value and value not in codes:
            self.note(Problem(name, "Alternativet finns inte. Välj ett av dem som visas.", "unknown_code"))
        return value if value in codes else None

    def number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number between low and high, both included, or None when the field is empty."""
        text = self.fields.get(name, "").strip()
        if not text:
            return None
        if not _DIGITS.fullmatch(text) or not low <= int(text) <= high:
            values = {"low": low, "high": high}
            self.note(Problem(name, "Skriv ett heltal från %(low)s till %(high)s.", "not_a_number", values))
            return None
        return int(text)

    def day(self, name: str, earliest: date, latest: date) -> date | None:
        """Return a date (YYYY-MM-DD) between two days, both included, or None when the field is empty."""
        text = self.fields.get(name, "").strip()
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.note(Problem(name, "Det är inget datum. Skriv år, månad och dag: 2026-12-04.", "not_a_date"))
            return None
        if not earliest <= day <= latest:
            values = {"earliest": earliest, "latest": latest}
            message = translatable(
                "Kontrollera datumet, särskilt året. Det ska vara från %(earliest)s till %(latest)s."
            )
            self.note(Problem(name, message, "date_out_of_range", values))
            return None
        return day

    def clock(self, name: str) -> time | None:
        """Return a time of day (14:32 or 14.32), or None when the field is empty."""
        text = self.fields.get(name, "").strip()
        if not text:
            return None
        found = _CLOCK.fullmatch(text)
        if not found:
            self.note(Problem(name, "Det är inget klockslag. Skriv till exempel 14.32.", "not_a_time"))
            return None
        return time(int(found[1]), int(found[2]))
