"""The masked edition: a summary in which what may not be given out is replaced by words that say so.

Pure: the summary and what was decided come in, another summary comes out, and what was masked is nowhere in it. It is
then printed like any other, so that pages, bookmarks, alternative texts, attachments and the file's own data are all
made of what is left. Nothing is drawn over.

A *block* is something that a reader sees as one: a paragraph, an answer, a drawing. Of a masked block only what is
listed in `_KEPT` is left, so that a field that is added later is masked until somebody lists it. A *word* is masked
wherever it stands in the whole summary but in `_NEVER`, so that a field that is added later is searched too. What stood
in a masked block is masked where the same words stand elsewhere.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from followup.domain import names, record_words
from followup.domain.secrecy import Ground
from followup.domain.summary import (
    SCHEMA,
    Agreement,
    Amendment,
    Answer,
    AnswerLine,
    Conversation,
    Drawing,
    Explanation,
    FlagLine,
    Form,
    MaskLine,
    NextVisit,
    Note,
    PrivateTalk,
    Quote,
    ReadBack,
    Term,
    UrgentConcern,
    VisitSummary,
)
from followup.domain.summary_blocks import at_path, blocks_of, with_path

MASKED: Final = "masked"
"""The code of a masked answer, outcome or level."""
MARK: Final = re.compile(r"\[maskat \d+, grund [^\]\n]{1,60}\]")
_NUMBER: Final = re.compile(r"\d+")
_SAME_WORDS: Final = 12
"""Characters: a masked text this long is looked for elsewhere; a shorter one ("Ja") says nothing by itself."""

_CARRIER: Final[Mapping[type, str]] = {
    Note: "text",
    Quote: "words",
    AnswerLine: "",
    Form: "mode",
    Drawing: "about",
    Conversation: "topic",
    FlagLine: "about",
    Agreement: "what",
    UrgentConcern: "child_words",
    ReadBack: "reason",
    NextVisit: "note",
    Explanation: "text",
    PrivateTalk: "reason",
    Amendment: "text",
}
"""Kind of block -> the field where the words stand that say that it is masked."""
_KEPT: Final[Mapping[type, tuple[str, ...]]] = {
    Note: ("area", "kind"),
    AnswerLine: ("item_id", "text"),
    Form: ("title", "version", "respondent", "scale"),
    Agreement: ("kind",),
    Conversation: ("with_carers",),
    FlagLine: ("of_carers",),
    Explanation: ("version",),
    Amendment: ("number", "kind", "section", "author", "title", "at", "edition", "law"),
}
"""Kind of block -> what of it is left: that it is there, never what was said."""
_OTHERS: Final[Mapping[type, tuple[str, ...]]] = {
    Note: ("source",),
    Quote: ("about", "asked"),
    Drawing: ("about",),
    Conversation: ("topic", "question", "reasons"),
    FlagLine: ("about", "reasons", "by", "item_id"),
    Agreement: ("who",),
    UrgentConcern: ("question", "told"),
    Amendment: ("said_by",),
}
"""Kind of block -> what of it stands elsewhere too, without telling what was masked."""
_NEVER: Final[Mapping[str, frozenset[str]]] = {
    "Heading": frozenset({"organisation", "unit", "case_number", "secrecy", "edition"}),
    "Child": frozenset({"name"}),
    "Placement": frozenset({"responsible_caseworker"}),
    "Signature": frozenset({"name", "title"}),
    "Amendment": frozenset({"author", "title", "law"}),
    "Version": frozenset({"what", "version"}),
    "Term": frozenset({"code"}),
    "Form": frozenset({"version"}),
    "Scale": frozenset({"kind", "points"}),
    "Answer": frozenset({"status"}),
    "TrendPoint": frozenset({"status"}),
    "AnswerLine": frozenset({"item_id", "language"}),
    "FlagLine": frozenset({"item_id"}),
    "MadeOf": frozenset({"code"}),
    "Quote": frozenset({"language"}),
    "Drawing": frozenset({"strokes"}),
    "MaskLine": frozenset({"where", "what", "ground", "law", "decided_by", "title"}),
    "VisitSummary": frozenset({"language", "zone"}),
}
"""Where no word is masked: codes, the child's own name, and who in the authority answers for the document."""


@dataclass(frozen=True)
class WordMask:
    """A word to mask wherever it stands. kind: what it is, as the list at the end says ("Namn på någon annan")."""

    text: str
    kind: str
    ground: Ground


@dataclass(frozen=True)
class Choices:
    """What is to be masked: blocks by path (`summary_blocks.Block.path`) with their grounds, and words."""

    blocks: Mapping[str, Ground]
    words: Sequence[WordMask] = ()


@dataclass(frozen=True)
class Decision:
    """Who decided what is masked, and when."""

    name: str
    title: str
    at: datetime


def mark(number: int, ground: str) -> str:
    """Return what stands where something is masked."""
    return f"[maskat {number}, grund {ground}]"


def masked(summary: VisitSummary, choices: Choices, decided: Decision, edition: int) -> VisitSummary:
    """Return the masked edition. Raises KeyError for a path that is no block of the summary.

    It has a line in `masked` for each block, in the order in which they stand, and then for each kind of word.
    """
    return _Masking(summary, choices, decided).edition(edition)


def strings(value: object, words: Callable[[str], str]) -> Any:
    """Return the value with `words` applied to each string in it but those in `_NEVER`."""
    if isinstance(value, str):
        return words(value)
    if isinstance(value, tuple):
        return tuple(strings(part, words) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        passed = _NEVER.get(type(value).__name__, frozenset())
        fields = (field.name for field in dataclasses.fields(value) if field.init and field.name not in passed)
        return replace(value, **{name: strings(getattr(value, name), words) for name in fields})
    return value


def texts_of(value: object) -> Iterator[str]:
    """Give each string of a value that may hold words to mask."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    strings(value, note)
    return iter(found)


class _Masking:
    """The work of masking one summary."""

    def __init__(self, summary: VisitSummary, choices: Choices, decided: Decision) -> None:
        self._summary, self._choices, self._decided = summary, choices, decided
        self._lines: list[MaskLine] = []
        self._counted: Counter[int] = Counter()
        self._word_signs: dict[tuple[str, str], str] = {}

    def edition(self, number: int) -> VisitSummary:
        summary = self._without_blocks()
        summary = self._without_words(summary)
        notes = tuple(replace(note, restricted="") for note in summary.notes)  # tried now; why is nobody else's affair
        heading = replace(summary.heading, edition=record_words.term("edition", "masked"), edition_number=number)
        lines = tuple(replace(line, places=self._counted[line.number]) for line in self._lines)
        return replace(
            summary,
            heading=heading,
            notes=notes,
            masked=lines,
            drawn_up_at=self._decided.at,
            schema=SCHEMA,
        )

    def _line(self, where: str, what: str, ground: Ground) -> str:
        number = len(self._lines) + 1
        decided = self._decided
        self._lines.append(
            MaskLine(number, where, what, ground.text.get("sv"), ground.law, decided.name, decided.title, decided.at)
        )
        return mark(number, ground.short)

    def _without_blocks(self) -> VisitSummary:
        """Empty the chosen blocks, and mask what stood in them where the same words stand elsewhere."""
        chosen = self._choices.blocks
        known = {block.path: block for block in blocks_of(self._summary)}
        unknown = sorted(set(chosen) - set(known))
        if unknown:
            raise KeyError(unknown[0])
        summary: VisitSummary = strings(
            self._summary, lambda text: text.replace("[maskat", "(maskat")
        )  # no false marks
        same: dict[str, str] = {}
        for path, block in known.items():
            if path not in chosen or any(path.startswith(f"{other}.") for other in chosen):
                continue
            gone = at_path(self._summary, path)
            sign = self._line(block.section, block.what, chosen[path])
            self._counted[len(self._lines)] = 1
            same |= {text.strip(): sign for text in _told(gone) if len(text.strip()) >= _SAME_WORDS}
            summary = with_path(summary, path, emptied(gone, sign))
            for other in block.also:
                summary = with_path(summary, other, "")
        longest = sorted(same.items(), key=lambda each: -len(each[0]))
        return self._without(summary, [(_loose(text), _saying(sign)) for text, sign in longest])

    def _without_words(self, summary: VisitSummary) -> VisitSummary:
        words = sorted(self._choices.words, key=lambda each: -len(each.text))
        found = [(names.pattern(word.text), functools.partial(self._word_sign, word)) for word in words]
        return self._without(summary, [each for each in found if each[0]])

    def _word_sign(self, word: WordMask) -> str:
        """Return the sign for words of this kind: one for all, so that it doesn't tell one person from another."""
        key = (word.kind, word.ground.code)
        if key not in self._word_signs:
            self._word_signs[key] = self._line("Hela handlingen", word.kind, word.ground)
        return self._word_signs[key]

    def _without(self, summary: VisitSummary, patterns: Sequence[tuple[str, Callable[[], str]]]) -> VisitSummary:
        """Replace each pattern by its sign in every string at once, so that no sign is searched in its turn."""
        if not patterns:
            return summary
        whole = re.compile("|".join(f"(?P<w{place}>{found})" for place, (found, _) in enumerate(patterns)))

        def sign_for(found: re.Match[str]) -> str:
            sign = patterns[int(str(found.lastgroup)[1:])][1]()
            self._counted[int(_NUMBER.findall(sign)[0])] += 1
            return sign

        def words(text: str) -> str:
            parts, signs = MARK.split(text), [*MARK.findall(text), ""]
            return "".join(whole.sub(sign_for, part) + sign for part, sign in zip(parts, signs, strict=True))

        without: VisitSummary = strings(summary, words)
        return without


def emptied(value: object, sign: str) -> Any:
    """Return a masked value: nothing of it but its sign, and that which `_KEPT` says."""
    if isinstance(value, str):
        return sign
    if isinstance(value, Term):
        return Term(MASKED, sign)
    if isinstance(value, AnswerLine):
        return AnswerLine(value.item_id, value.text, Answer(MASKED, sign))
    kept = {name: getattr(value, name) for name in _KEPT.get(type(value), ())}
    needed = (field for field in dataclasses.fields(value) if field.name not in kept)  # type: ignore[arg-type] # blocks are dataclasses
    blank = {field.name: _blank(field) for field in needed if field.default is dataclasses.MISSING}
    return type(value)(**{**blank, **kept, _CARRIER[type(value)]: sign})


def _blank(field: dataclasses.Field[Any]) -> object:
    if "Term" in str(field.type):
        return Term(MASKED, "maskat")
    return "[]" if field.name == "strokes" else ""


def _told(gone: object) -> Iterator[str]:
    """Give what stood in a block and says by itself what was masked."""
    if isinstance(gone, str):
        yield gone
    elif isinstance(gone, tuple):
        for part in gone:
            yield from _told(part)
    elif isinstance(gone, AnswerLine):
        yield from (gone.words, *(each.words for each in gone.replaced))
    elif isinstance(gone, Form):
        yield from _told(gone.answers)
    elif not isinstance(gone, Term):
        passed = {*_OTHERS.get(type(gone), ()), *_KEPT.get(type(gone), ())}
        for field in dataclasses.fields(gone):  # type: ignore[arg-type] # blocks are dataclasses
            value = getattr(gone, field.name)
            if field.name not in passed and isinstance(value, str):
                yield value


def _saying(sign: str) -> Callable[[], str]:
    return lambda: sign


def _loose(text: str) -> str:
    return r"\s+".join(re.escape(part) for part in text.split())
