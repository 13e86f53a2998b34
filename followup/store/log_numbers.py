"""The numbers in the codes of the log's lines: which were met, and which of those known outside are missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from followup.store.log_witness import NAME_BYTES

if TYPE_CHECKING:
    from followup.store.log_witness import Known


@dataclass
class _Series:
    """One process's numbers as they are met. upto: all to this one were; None where it isn't known how it began."""

    upto: int | None
    ahead: set[int] = field(default_factory=set)
    line: int = 0

    def meet(self, number: int, line: int) -> bool:
        """Note a number; False for one that was met already."""
        if number in self.ahead or (self.upto is not None and number <= self.upto):
            return False
        self.ahead.add(number)
        self.line = max(self.line, line)
        while self.upto is not None and self.upto + 1 in self.ahead:
            self.upto += 1
            self.ahead.discard(self.upto)
        return True

    def lacks(self, upto: int, line: int) -> int:
        """How many of the numbers that are known outside were not met."""
        before = min(self.ahead, default=upto + 1) - 1 if self.upto is None else self.upto
        gaps = sum(number not in self.ahead for number in range(before + 1, upto + 1))
        return gaps or int(self.line < line)


class Met:
    """The numbers of all processes that were met among the lines from one on. whole: from the log's first."""

    def __init__(self, since: int, *, whole: bool) -> None:
        self._since = since
        self._first = 0 if whole else None
        self._series: dict[bytes, _Series] = {}

    def line(self, code: bytes, line: int) -> bool:
        """Note a line by its code; False when it is one that was met already, repeated."""
        name, number = code[:NAME_BYTES], int.from_bytes(code[NAME_BYTES : 2 * NAME_BYTES])
        return self._series.setdefault(name, _Series(self._first)).meet(number, line)

    def absent(self, known: Known) -> int:
        """How many lines were counted and are not here. Those before the first that is looked at, the seals hold."""
        found = 0
        for name, (upto, line) in known.counts.items():
            if line >= self._since:
                found += self._series.get(name, _Series(self._first)).lacks(upto, line)
        return found
