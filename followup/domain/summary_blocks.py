"""A summary as the blocks that a reader sees: what each is called, where it stands, and how it is reached.

A path names a block: field names and places in a tuple, joined by full stops, e.g. "forms.0.answers.3".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from followup.domain import record_words
from followup.domain.summary import AnswerLine, Drawing, Form, VisitSummary

_SECTIONS = record_words.WORDS["section"]


@dataclass(frozen=True)
class Block:
    """Something that a reader sees as one.

    section: the heading it stands under. what: what it is, telling nothing of what it says. text: what it says, to
    choose by. also: paths that go with it. restricted: why its writer wanted it tried before it is given out.
    """

    path: str
    section: str
    what: str
    text: str
    also: tuple[str, ...] = ()
    restricted: str = ""


def blocks_of(summary: VisitSummary) -> tuple[Block, ...]:
    """Return every block that says something, in the order of the document."""
    found = (
        *_facts(summary),
        *_listed(summary, "urgent_concerns", "urgent", "Akut oro"),
        *_listed(summary, "most_important", "important", "Mening"),
        *_listed(summary, "child_voice", "voice", "Barnets egna ord"),
        *_listed(summary, "drawings", "voice", "Teckning"),
        *_forms(summary),
        *_check(summary),
        *_listed(summary, "conversations", "talks", "Samtal"),
        *_listed(summary, "strengths", "talks", "Det som är bra"),
        *_notes(summary),
        *_single("assessment", "assessment", "Bedömning", summary.assessment),
        *_listed(summary, "flags", "flags", "Att följa upp"),
        *_listed(summary, "agreements", "agreements", "Överenskommelse"),
        *_listed(summary, "earlier_promises", "agreements", "Tidigare överenskommelse"),
        *_closing(summary),
        *_listed(summary, "amendments", "whole", "Tillägg"),
    )
    return tuple(block for block in found if block.text.strip())


def linked(summary: VisitSummary, paths: Collection[str], topics: Mapping[str, str]) -> dict[str, str]:
    """Say what else tells of masked answers: path -> the path of the answer.

    A low answer leads to a conversation, a flag and a sentence among the most important ones; to mask the answer and
    leave those would mask nothing. topics: what an item is called in such sentences, by its id.
    """
    found: dict[str, str] = {}
    told = [
        (f"{name}.{place}", _about(part))
        for name in ("conversations", "flags", "strengths", "most_important")
        for place, part in enumerate(getattr(summary, name))
    ]
    for path in paths:
        for line in _lines(at_path(summary, path)):
            called = [line.text, topics.get(line.item_id, "")]
            names = {name.rstrip(".").casefold() for name in called if name}
            found |= {other: path for other, text in told if other not in paths and text.startswith(tuple(names))}
    return found


def at_path(value: Any, path: str) -> Any:
    """Return what stands at a path. Raises KeyError where there is nothing."""
    for part in path.split("."):
        try:
            value = value[int(part)] if isinstance(value, tuple) else getattr(value, part)
        except (AttributeError, ValueError, IndexError) as error:
            raise KeyError(path) from error
    return value


def with_path(value: Any, path: str, new: object) -> Any:
    """Return the value with something else at a path. Raises KeyError where there is nothing."""
    at_path(value, path)
    part, _, rest = path.partition(".")
    if isinstance(value, tuple):
        place = int(part)
        changed = with_path(value[place], rest, new) if rest else new
        return (*value[:place], changed, *value[place + 1 :])
    return replace(value, **{part: with_path(getattr(value, part), rest, new) if rest else new})


def _facts(summary: VisitSummary) -> Iterator[Block]:
    talk = summary.private_talk
    rows = (
        ("child.personal_number", "Personnummer", summary.child.personal_number),
        ("placement.home", "Familjehemmets namn", summary.placement.home),
        ("placement.place", "Ort", summary.placement.place or ""),
        ("visit.place", "Platsen för besöket", summary.visit.place or ""),
        *((f"visit.present.{n}", "Närvarande", who) for n, who in enumerate(summary.visit.present)),
        ("visit.interpreter", "Tolk", summary.visit.interpreter),
        ("private_talk", "Enskilt samtal", _joined(talk.held.text, talk.reason)),
    )
    for path, what, text in rows:
        yield from _single(path, "visit", what, text)


def _forms(summary: VisitSummary) -> Iterator[Block]:
    for number, form in enumerate(summary.forms):
        section = "answers" if form.respondent.code == "child" else "carers"
        path = f"forms.{number}"
        yield from _single(path, section, "Hela formuläret", form.title)
        for place, line in enumerate(form.answers):
            yield from _single(
                f"{path}.answers.{place}", section, "Svar", _joined(line.text, line.today.text, line.words)
            )


def _check(summary: VisitSummary) -> Iterator[Block]:
    check = summary.placement_check
    if check is None:
        return
    start = "placement_check."
    rows = (
        ("understanding", "Om barnet vet varför", _joined(check.understanding.text, check.understanding_reason)),
        ("self_blame", "Om barnet tar på sig skulden", _joined(check.self_blame.text, check.self_blame_reason)),
        ("child_words", "Barnets egna ord", check.child_words),
        ("told_today", "Vad handläggaren berättade", check.told_today),
        ("retold", "Barnets återberättelse", check.retold),
        ("next_step", "Nästa steg", check.next_step),
    )
    for name, what, text in rows:
        also = (f"{start}{name}_reason",) if name in {"understanding", "self_blame"} else ()
        yield Block(start + name, _SECTIONS["why"], what, text, also)
    if check.explanation is not None:
        yield from _single(f"{start}explanation", "why", "Den gemensamma förklaringen", check.explanation.text)


def _notes(summary: VisitSummary) -> Iterator[Block]:
    for number, note in enumerate(summary.notes):
        section = "assessment" if note.kind.code == "assessment" else "notes"
        what = f"{note.kind.text} ({note.area.text})"
        text = _joined(f"{note.source}: {note.text}" if note.source else note.text)
        yield Block(f"notes.{number}", _SECTIONS[section], what, text, restricted=note.restricted)


def _closing(summary: VisitSummary) -> Iterator[Block]:
    if summary.read_back is not None:
        read = summary.read_back
        yield from _single(
            "read_back", "read_back", "Vad barnet sa", _joined(read.result.text, read.child_words, read.reason)
        )
    if summary.next_visit is not None and (summary.next_visit.note or summary.next_visit.on):
        day = summary.next_visit.on.isoformat() if summary.next_visit.on else ""
        yield from _single("next_visit", "next", "Nästa besök", _joined(day, summary.next_visit.note))


def _listed(summary: VisitSummary, name: str, section: str, what: str) -> Iterator[Block]:
    for number, part in enumerate(getattr(summary, name)):
        yield from _single(f"{name}.{number}", section, what, _said(part))


def _said(part: object) -> str:
    """What a part says, to choose by: its own strings in order; of a drawing only what it is about."""
    if isinstance(part, Drawing):
        return f"Teckning till: {part.about}"
    if isinstance(part, str):
        return part
    values = (getattr(part, field.name) for field in fields(part))  # type: ignore[arg-type] # parts are dataclasses
    flat = (each for value in values for each in (value if isinstance(value, tuple) else (value,)))
    return _joined(*(each for each in flat if isinstance(each, str)))


def _single(path: str, section: str, what: str, text: str) -> Iterator[Block]:
    yield Block(path, _SECTIONS[section], what, text)


def _joined(*texts: str) -> str:
    return " · ".join(text for text in texts if text)


def _lines(value: object) -> Iterator[AnswerLine]:
    if isinstance(value, Form):
        yield from value.answers
    elif isinstance(value, AnswerLine):
        yield value


def _about(part: object) -> str:
    if is_dataclass(part):
        first = next(field.name for field in fields(part) if isinstance(getattr(part, field.name), str))
        return str(getattr(part, first)).casefold()
    return str(part).casefold()
