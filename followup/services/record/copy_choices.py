"""What may stand in a child's copy, line by line, and what was chosen of it before the visit was signed.

A choice is kept by what the line said, not by its place: a line that has been changed since is no longer chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from followup.domain import plain_json
from followup.domain.child_copy import CopyLine
from followup.domain.questionnaire import Text
from followup.questionnaires.languages import Words

SCORE: Final = "question.score_of_ten"


@dataclass(frozen=True)
class Option:
    """A line that may stand in the copy. key: of its fields. chosen: whether it does unless somebody says otherwise.

    editable: its words may be made plainer together. language: BCP 47, "" for Swedish. swedish: the form's own words
    that an answer is made of, to be found in another language; none where the words are somebody's own. score: on the
    scale from 0 to 10, which has no words.
    """

    key: str
    section: str
    text: str
    chosen: bool = False
    editable: bool = False
    language: str = ""
    face: int = 0
    strokes: str = ""
    swedish: tuple[str, ...] = ()
    score: int | None = None

    def line(self, spoken: Words) -> CopyLine:
        """The line as it is printed: in the page's language where the form has it, else in its own."""
        own = self.language or "sv"
        texts = [Text({"sv": text}) for text in self.swedish]
        if own != spoken.html_lang and texts and all(spoken.has(text) for text in texts):
            parts = [spoken.say(text) for text in texts]
            parts += [] if self.score is None else [scored(spoken, self.score)]
            return CopyLine(" ".join(parts), spoken.html_lang, self.face)
        return CopyLine(self.text, own, self.face, self.strokes)


@dataclass(frozen=True)
class Line:
    """A chosen line: the section and the words that it was chosen by, and the words that they wrote instead."""

    section: str
    text: str
    instead: str = ""


@dataclass(frozen=True)
class Chosen:
    """What a child and its caseworker chose, and in which language."""

    language: str
    lines: tuple[Line, ...] = ()

    def values(self, options: Sequence[Option]) -> dict[str, str]:
        """Return the form of these options as it was chosen."""
        kept = {(line.section, line.text): line for line in self.lines}
        chosen = {option.key: kept[option.section, option.text] for option in options if _what(option) in kept}
        ticks = {f"o-{key}": "1" for key in chosen}
        texts = {
            f"t-{option.key}": (chosen[option.key].instead if option.key in chosen else "") or option.text
            for option in options
            if option.editable
        }
        return {"language": self.language, **ticks, **texts}


def scored(spoken: Words, score: int) -> str:
    """Say an answer on the scale from 0 to 10, in one piece."""
    return spoken.ui(SCORE, score=score).replace(" ", "\N{NO-BREAK SPACE}")


def chosen(options: Sequence[Option], fields: Mapping[str, str]) -> Chosen:
    """Return what a form chose of the options."""
    ticked = [option for option in options if fields.get(f"o-{option.key}") == "1"]
    lines = (
        Line(option.section, option.text, fields.get(f"t-{option.key}", "") if option.editable else "")
        for option in ticked
    )
    return Chosen(fields.get("language", "sv"), tuple(lines))


def to_json(choices: Chosen) -> str:
    """Return the choices as they are kept."""
    return plain_json.dump(choices)


def read(text: str | None) -> Chosen | None:
    """Read choices back; None for none."""
    return plain_json.load(Chosen, text) if text else None


def _what(option: Option) -> tuple[str, str]:
    return option.section, option.text
