"""From flags to the conversation: which question to ask, in which order, and what is good to show beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from followup.domain.answers import AnswerSheet
from followup.domain.flags import Flag, Level
from followup.domain.questionnaire import NO_TEXT, Common, Questionnaire, Text
from followup.domain.rules import FormRules


@dataclass(frozen=True)
class Prompt:
    """One thing to talk about. subject: an item's id, or flags.FORM.

    question: the open question. guidance: advice for the caseworker, often empty. folded: not shown until asked for.
    first: what the child chose to begin with.
    """

    subject: str
    flag: Flag
    question: Text
    guidance: Text = NO_TEXT
    folded: bool = False
    first: bool = False

    @property
    def level(self) -> Level:
        """The flag's level."""
        return self.flag.level

    @property
    def own_wish(self) -> bool:
        """Whether the child asked to talk about it."""
        return "R12" in self.flag.rules


def prompts_for(
    flags: Iterable[Flag], questionnaire: Questionnaire | None, common: Common, *, begin_with: str | None = None
) -> tuple[Prompt, ...]:
    """Return the prompts in the order the screen shows them.

    Order: level, the child's own wish, critical items, lowest score, biggest fall; then the order of the form. The
    first few of level talk are shown and the rest folded; higher levels never are. A note (info) asks for no talk.
    begin_with: the item that the child chose to talk about first. It goes before everything but what is raised with the
    team lead: a choice that the adult's list comes before would be no choice.
    """
    order = [item.id for item in questionnaire.items] if questionnaire else []
    settings = questionnaire.rules if questionnaire else common.rules
    flagged = (flag for flag in flags if flag.level is not Level.INFO)
    asked = sorted(flagged, key=lambda flag: _urgency(flag, order, begin_with))
    mild = [flag.subject for flag in asked if flag.level is Level.TALK]
    folded = set(mild[settings.talk_shown_first :])
    return tuple(
        _prompt(flag, questionnaire, common, folded=flag.subject in folded, first=flag.subject == begin_with)
        for flag in asked
    )


def _urgency(flag: Flag, order: Sequence[str], begin_with: str | None) -> tuple[object, ...]:
    unscored = flag.score is None
    place = order.index(flag.subject) if flag.subject in order else len(order)
    wish = "R12" in flag.rules
    chosen = flag.subject == begin_with
    by_level = (flag.level is not Level.ESCALATE, not chosen, -flag.level.rank)
    return (*by_level, not wish, not flag.critical, unscored, flag.score or 0, -flag.fall, place, flag.subject)


def _prompt(flag: Flag, questionnaire: Questionnaire | None, common: Common, *, folded: bool, first: bool) -> Prompt:
    item = questionnaire.item(flag.subject) if questionnaire else None
    question, guidance = (item.prompt, item.guidance) if item else (_form_question(flag, common), NO_TEXT)
    return Prompt(flag.subject, flag, question, guidance, folded, first)


def _form_question(flag: Flag, common: Common) -> Text:
    gravest_first = sorted(flag.reasons, key=lambda reason: (-reason.level.rank, reason.rule))
    questions = (common.reasons[reason.rule].question for reason in gravest_first if reason.rule in common.reasons)
    return next((question for question in questions if question), NO_TEXT)


@dataclass(frozen=True)
class Strength:
    """Something that is going well. before: the latest earlier score it can be compared with, or None.

    gap: whether there was a visit without an answer to it since then.
    """

    item: str
    score: int
    before: int | None = None
    gap: bool = False


def strengths(sheet: AnswerSheet, earlier: Iterable[AnswerSheet], form: FormRules) -> tuple[Strength, ...]:
    """Return the items that are high, or up by what would count as a fall; biggest rise first, then highest.

    There is always at least one, if any exists: something good belongs beside what is hard. An item that is still
    low after a rise comes last. Nothing is said when the child did not use the scale.
    """
    if not sheet.ready:
        return ()
    past = sorted((old for old in earlier if _comparable(old, sheet, form)), key=lambda old: old.on)
    found = [_strength(item, sheet, past) for item in form.items if sheet.score(item) is not None]
    good = [each for each in found if _high(each, form) or _rise(each) >= form.scale.drop]
    return tuple(sorted(good, key=lambda each: (each.score <= form.items[each.item].low, -_rise(each), -each.score)))


def _comparable(old: AnswerSheet, sheet: AnswerSheet, form: FormRules) -> bool:
    same = (old.form, old.major) == (form.form, form.major)
    return same and old.ready and (sheet.on - old.on).days <= form.settings.lookback_days


def _strength(item: str, sheet: AnswerSheet, past: Sequence[AnswerSheet]) -> Strength:
    scores = [score for old in past if (score := old.score(item)) is not None]
    gap = bool(scores) and past[-1].score(item) is None
    return Strength(item, sheet.score(item) or 0, scores[-1] if scores else None, gap)


def _high(strength: Strength, form: FormRules) -> bool:
    return form.scale.normalise(strength.score) >= form.settings.pair_high_norm


def _rise(strength: Strength) -> int:
    return strength.score - strength.before if strength.before is not None else 0
