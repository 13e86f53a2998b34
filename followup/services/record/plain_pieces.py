"""Small pieces that lines of plain text are put together from (`plain_text`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from followup.domain.summary import Answer
from followup.pdf import dates
from followup.pdf.sentences import stop


def facts(*pairs: tuple[str, str]) -> Iterator[str]:
    """Give "name: value" for each pair that has a value."""
    return (f"{name}: {value}" for name, value in pairs if value)


def after(before: str, text: str) -> str:
    """Return the text with what stands before it; nothing for no text."""
    return f"{before}{text}" if text else ""


def quoted(words: str) -> str:
    """Return somebody's words in quotation marks; nothing for none."""
    return f"”{words}”" if words else ""


def day(on: date | None) -> str:
    """Return a day in words; nothing for none."""
    return dates.plain_date(on) if on else ""


def sentence(*parts: str) -> str:
    """Return the parts that say something, each with its full stop."""
    return " ".join(f"{part}{stop(part)}" for part in parts if part)


def answer(given: Answer | None) -> str:
    """Return an answer with its figure, if it has one beside its words."""
    if given is None:
        return "–"
    number = f" ({given.value})" if given.value is not None and given.text != str(given.value) else ""
    return f"{given.text}{number}"
