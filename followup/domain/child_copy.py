"""“Min sammanfattning”: what a child takes home from a visit, chosen together with the child. One page, always.

Nothing here knows a case: what it says has been worded, in the child's language, before it comes here. It is safe to
keep at home as long as nobody chooses otherwise: thanks, what was agreed, who to call and when we meet again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from followup.domain import plain_json
from followup.domain.drawings import parse_strokes, svg_path

SECTIONS: Final = ("agreed", "wished", "again", "talk", "good", "answered", "drew", "why")
"""In the order of the page. What a child has answered comes only if it was chosen."""
_GOES_FIRST: Final = ("why", "drew", "answered", "good", "wished", "agreed")
"""What is left out first where not everything fits. When we meet, and who to call, always do."""


@dataclass(frozen=True, slots=True)
class CopyLine:
    """A line: words, their BCP 47 tag if it isn't the page's, a face from 1 to 5, or a drawing's strokes (JSON)."""

    text: str
    language: str = ""
    face: int = 0
    strokes: str = ""

    @property
    def path(self) -> str:
        """The `d` of an SVG path on a sheet of 1000 by 700. Raises InvalidInput for what is no drawing."""
        return svg_path(parse_strokes(self.strokes))


@dataclass(frozen=True, slots=True)
class CopySection:
    """A heading and what stands under it; code: one of SECTIONS, which also names its picture."""

    code: str
    heading: str
    lines: tuple[CopyLine, ...]


@dataclass(frozen=True, slots=True)
class ChildCopy:
    """What the page says. language: BCP 47; direction: "ltr" or "rtl"; size: "large" for those who learn to read.

    more: said where not everything fits, and short: whether it is. unread: whether nobody who has the language as their
    own has read the texts. tight: set closer, to fit; roomy: set larger, where there is little to say. sender: the
    organisation, "" where it must not be told. made_at: ISO 8601.
    """

    language: str
    direction: str
    size: str
    heading: str
    thanks: str
    met: str
    day: str
    sections: tuple[CopySection, ...]
    bye: str
    more: str
    made_at: str
    sender: str = ""
    unread: bool = False
    short: bool = False
    tight: bool = False
    roomy: bool = False


def to_json(copy: ChildCopy) -> str:
    """Return the canonical JSON, as it is stored and printed from."""
    return plain_json.dump(copy)


def from_json(text: str) -> ChildCopy:
    """Read it back. Raises ValueError for anything else."""
    return plain_json.load(ChildCopy, text)


def shortened(copy: ChildCopy) -> Iterator[ChildCopy]:
    """Give the copy whole, large, smaller and closer, and then shorter: a line less each time, and it says so."""
    yield replace(copy, roomy=True)
    yield copy
    copy = replace(copy, tight=True)
    yield copy
    sections = list(copy.sections)
    for code in _GOES_FIRST:
        for place, section in enumerate(sections):
            while section.code == code and sections[place].lines:
                sections[place] = replace(sections[place], lines=sections[place].lines[:-1])
                left = tuple(each for each in sections if each.lines)
                yield replace(copy, sections=left, short=True)
