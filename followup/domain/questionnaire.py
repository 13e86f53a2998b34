"""Questionnaires as values: forms, items, scales, and the texts all forms share. Built by definition.py.

Every text exists in Swedish and English and may exist in more languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from followup.domain.rules import FormRules, ItemRules, Rules, ScaleRules


@dataclass(frozen=True)
class Text:
    """The same text in several languages, by language code ("sv", "en", "ar")."""

    languages: Mapping[str, str]

    def get(self, lang: str) -> str:
        """Return the text in the language ("en" serves "en-GB" too), else in Swedish; "" for an empty text."""
        for code in (lang, lang.replace("_", "-").split("-")[0], "sv"):
            if code in self.languages:
                return self.languages[code]
        return ""

    def __str__(self) -> str:
        """Return the Swedish text, the language of the record."""
        return self.get("sv")

    def __bool__(self) -> bool:
        """Tell whether there is any text at all."""
        return bool(self.languages)


NO_TEXT = Text({})


@dataclass(frozen=True)
class ScalePoint:
    """One answer to tap. label is empty between the anchors of 0-10; symbol names a drawing ("face_sad", "bars_2")."""

    value: int
    label: Text
    symbol: str = ""


@dataclass(frozen=True)
class Scale:
    """The answers to choose from, least favourable first (always drawn at the same end).

    kind: "faces", "buttons" or "number_row". two_step: may be asked as "yes or no?", then "sometimes?".
    """

    code: str
    kind: str
    points: tuple[ScalePoint, ...]
    rules: ScaleRules
    two_step: bool = False

    def point(self, score: int) -> ScalePoint | None:
        """Return the point with this score, or None when it is off the scale."""
        return next((point for point in self.points if point.value == score), None)


@dataclass(frozen=True)
class Item:
    """One question with the open question to ask when the answer is low.

    track: the same topic over the age forms. guidance: advice for the caseworker only.
    age_min: asked from this age (years), or None. pictogram: name of a drawing for the youngest, or "".
    """

    id: str
    track: str
    domain: str
    text: Text
    prompt: Text
    rules: ItemRules
    hint: Text = NO_TEXT
    guidance: Text = NO_TEXT
    pictogram: str = ""
    age_min: int | None = None

    @property
    def critical(self) -> bool:
        """Whether a low answer goes to the team lead, at the first visit too."""
        return self.rules.critical


@dataclass(frozen=True)
class Practice:
    """A practice question; its answer is never stored. expect: "high", "low" or "any" shows that the child is ready."""

    id: str
    text: Text
    expect: str


@dataclass(frozen=True)
class ClosingQuestion:
    """A question with a free answer that is never scored, asked after every child form."""

    id: str
    text: Text


@dataclass(frozen=True)
class Questionnaire:
    """One version of one form.

    definition: all of it as canonical JSON, scale and rules included, so that it can be shown and judged decades later.
    sha256: the hash of that text, in hex.
    respondent: "child" or "carer". age_min, age_max: the child's age in whole years, both included.
    status: "draft" (texts not yet tried with children), "active" or "retired" (kept to read old answers).
    read_aloud: "always", "offered" or "none".
    """

    code: str
    version: str
    status: str
    licence: str
    respondent: str
    age_min: int
    age_max: int
    scale: Scale
    title: Text
    intro: Text
    items: tuple[Item, ...]
    rules: Rules
    recall: Text = NO_TEXT
    privacy: Text = NO_TEXT
    read_aloud: str = "none"
    practice: tuple[Practice, ...] = ()
    closing: tuple[ClosingQuestion, ...] = ()
    definition: str = field(default="", repr=False)
    sha256: str = field(default="", repr=False)

    @property
    def major(self) -> int:
        """First number of the version: answers are compared only within it."""
        return int(self.version.split(".", maxsplit=1)[0])

    @property
    def flag_rules(self) -> FormRules:
        """What the flag rules need of this form."""
        items = {item.id: item.rules for item in self.items}
        return FormRules(self.code, self.major, self.scale.rules, items, self.rules)

    def item(self, item_id: str) -> Item | None:
        """Return the item with this id, or None."""
        return next((item for item in self.items if item.id == item_id), None)

    def items_for(self, age: int) -> tuple[Item, ...]:
        """Return the items to ask a child of this age (whole years), in the order of the form."""
        return tuple(item for item in self.items if item.age_min is None or age >= item.age_min)


@dataclass(frozen=True)
class Domain:
    """An area of life. filed_under names the BBIC area it can be filed under, law the words of SoL 22 kap. 11 §."""

    code: str
    label: Text
    filed_under: str = ""
    law: str = ""


@dataclass(frozen=True)
class LevelText:
    """What a level is called, and within how many working days the team lead answers (None: no deadline)."""

    label: Text
    deadline_workdays: int | None


@dataclass(frozen=True)
class ReasonText:
    """How one rule is put into words; placeholders in braces are values of the reason.

    text: a sentence of its own. again: the same from the second time in a row. phrase: what it adds to the flag's
    sentence. question: the open question that goes with a flag on the whole form.
    """

    text: Text
    again: Text = NO_TEXT
    phrase: Text = NO_TEXT
    question: Text = NO_TEXT


@dataclass(frozen=True)
class Common:
    """What all forms share. Mappings are by code, in the order in which they are shown.

    source: the definition as it was read, from which scales and rules are copied into each form's own definition.
    """

    version: str
    domains: Mapping[str, Domain]
    tracks: Mapping[str, Text]
    scales: Mapping[str, Scale]
    non_answers: Mapping[str, Text]
    child_non_answers: tuple[str, ...]
    levels: Mapping[str, LevelText]
    reasons: Mapping[str, ReasonText]
    sentence: Mapping[str, Text]
    earshot: Mapping[str, Text]
    comprehension: Mapping[str, Text]
    modes: Mapping[str, Text]
    rules: Rules
    disclosure_guidance: Text
    closing: tuple[ClosingQuestion, ...]
    source: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
