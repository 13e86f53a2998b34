"""The check made at every visit: whether the child knows why it lives there, and whether it takes the blame.

Two separate records, because a child can know why and still feel to blame. A forced answer is a false answer: "not
asked" is always accepted with a reason, and never without one. The duty behind it is SoL (2025:400) 3 kap. 3 §: who
informs a child makes sure, as far as possible, that the child has understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from followup.domain.errors import Problem
from followup.domain.questionnaire import NO_TEXT, Text

NOT_ASKED = "not_asked"
OTHER = "other"
ABILITY = "ability"  # the question can't be asked of this child now: too young, or a disability
UNDERSTANDING = ("own_words", "partly", "does_not_know", "mistaken", "child_declined", NOT_ASKED)
SELF_BLAME = ("no_sign", "unclear", "some", "clear", NOT_ASKED)
REASONS = ("not_private", "distressed", "language", ABILITY, "legal_process", "no_time", OTHER)
BLAMING = frozenset({"some", "clear"})
OWN_BEHAVIOUR = "lvu_3"  # LVU 3 §: placed because of the young person's own behaviour


@dataclass(frozen=True)
class PlacementCheck:
    """What was recorded. Codes are "" until chosen; reasons are codes, set only for not_asked.

    reason_note: the reason in words, for the reason "other". child_words: as the child said it. told_today: what the
    caseworker told. retold: the child's own retelling afterwards. next_step: what, who and when.
    """

    understanding: str = ""
    self_blame: str = ""
    understanding_reason: str = ""
    self_blame_reason: str = ""
    reason_note: str = ""
    child_words: str = ""
    told_today: str = ""
    retold: str = ""
    next_step: str = ""

    @property
    def needs_next_step(self) -> bool:
        """Whether the check must lead somewhere: it may never be a dead end for a child that blames itself."""
        return self.self_blame in BLAMING or self.understanding in {"mistaken", "does_not_know"}


def problems_of(check: PlacementCheck) -> tuple[Problem, ...]:
    """Return everything that must be put right before the check counts as done; fields are the check's own names."""
    return (
        *_code_problems("understanding", check.understanding, check.understanding_reason, UNDERSTANDING),
        *_code_problems("self_blame", check.self_blame, check.self_blame_reason, SELF_BLAME),
        *_note_problems(check),
        *_next_step_problems(check),
    )


def _code_problems(name: str, code: str, reason: str, codes: tuple[str, ...]) -> list[Problem]:
    if not code:
        return [Problem(name, "Välj ett av alternativen. Det går bra med ”Togs inte upp”.", "missing")]
    if code not in codes:
        return [Problem(name, "Alternativet finns inte. Välj ett av dem som visas.", "unknown_code")]
    if code == NOT_ASKED and not reason:
        return [Problem(f"{name}_reason", "Välj varför det inte togs upp.", "reason_missing")]
    if reason and (code != NOT_ASKED or reason not in REASONS):
        return [Problem(f"{name}_reason", "Skälet hör bara till ”Togs inte upp”. Välj ett som visas.", "reason_wrong")]
    return []


def _note_problems(check: PlacementCheck) -> list[Problem]:
    other = OTHER in {check.understanding_reason, check.self_blame_reason}
    if other and not check.reason_note.strip():
        return [Problem("reason_note", "Skriv varför det inte togs upp.", "missing")]
    return []


def _next_step_problems(check: PlacementCheck) -> list[Problem]:
    if check.needs_next_step and not check.next_step.strip():
        return [Problem("next_step", "Skriv nästa steg: vad, vem och när.", "missing")]
    return []


@dataclass(frozen=True)
class AskBlock:
    """What to ask and say at an age, both ends included. if_own_behaviour: said instead of "nothing is your fault"."""

    age_min: int
    age_max: int
    open: tuple[Text, ...]
    self_blame: tuple[Text, ...]
    always_say: Text
    if_own_behaviour: Text = NO_TEXT


@dataclass(frozen=True)
class PlacementCheckForm:
    """One version of the check: what to ask by age, and the texts of its codes and fields in the order shown.

    fields: labels of child_words, told_today, next_step. definition: canonical JSON; sha256: its hash.
    """

    code: str
    version: str
    status: str
    ask: tuple[AskBlock, ...]
    understanding: Mapping[str, Text]
    self_blame: Mapping[str, Text]
    reasons: Mapping[str, Text]
    fields: Mapping[str, Text]
    retell_when: Mapping[str, Text]
    definition: str = field(default="", repr=False)
    sha256: str = field(default="", repr=False)

    def ask_at(self, age: int) -> AskBlock:
        """Return the block for an age in whole years; the nearest one for the younger and the older."""
        return min(self.ask, key=lambda block: max(block.age_min - age, age - block.age_max, 0))

    def say(self, age: int, legal_basis: str) -> Text:
        """Return the short message that ends the talk, whatever was answered.

        To somebody placed for their own behaviour (LVU 3 §), "nothing is your fault" would be untrue; where the
        block for the age has another message for that, it is the one.
        """
        block = self.ask_at(age)
        return block.if_own_behaviour if legal_basis == OWN_BEHAVIOUR and block.if_own_behaviour else block.always_say
