"""What must hold for every form and every story, tried by Hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from followup.domain.answers import Answer, AnswerSheet, Status
from followup.domain.flag_rules import raise_flags
from followup.domain.flags import FORM, Flag, Level
from followup.domain.rules import FormRules, ScaleRules
from tests.support.sheets import FACES, FIVE, LADDER, form, sheet

ITEMS = tuple(f"i{number}" for number in range(10))
CRITICAL = "i3"
PAIRS = {"i0": "f0", "i1": "f1", CRITICAL: "f3"}
SILENCES = ("dont_know", "declined", "not_asked", "not_applicable")
SCORE_RULES = {"R1", "R1v", "R2", "R2w", "R2n", "R3", "R4", "R6", "R8a", "R8b"}


@dataclass(frozen=True)
class Story:
    rules: FormRules
    now: AnswerSheet
    earlier: tuple[AnswerSheet, ...]
    carer: AnswerSheet

    def flags(self, now: AnswerSheet | None = None) -> dict[str, Flag]:
        raised = raise_flags(now or self.now, self.earlier, form=self.rules, carer=self.carer)
        return {flag.subject: flag for flag in raised}


def critical_form(scale: ScaleRules) -> FormRules:
    watch = {FACES: 2, FIVE: 3, LADDER: 6}[scale]
    return form(scale, ITEMS, {CRITICAL: (scale.low, watch)}, PAIRS)


def answers(scale: ScaleRules) -> st.SearchStrategy[dict[str, int | str]]:
    answer = st.integers(scale.minimum, scale.maximum) | st.sampled_from(SILENCES)
    return st.dictionaries(st.sampled_from(ITEMS), answer, max_size=len(ITEMS))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    scale = draw(st.sampled_from((FACES, FIVE, LADDER)))
    rules = critical_form(scale)
    wishes = draw(st.sets(st.sampled_from(ITEMS), max_size=2))
    now = sheet(rules, draw(answers(scale)), ready=draw(st.booleans()), wants_to_talk=wishes)
    days = draw(st.lists(st.integers(1, 900), max_size=7, unique=True))
    earlier = [sheet(rules, draw(answers(scale)), days_ago=ago, ready=draw(st.booleans())) for ago in days]
    carer_rules = form(FIVE, ("f0", "f1", "f3"))
    return Story(
        rules, now, tuple(earlier), sheet(carer_rules, {name: draw(st.integers(1, 5)) for name in carer_rules.items})
    )


def with_answer(old: AnswerSheet, answer: Answer) -> AnswerSheet:
    return replace(old, answers={**old.answers, answer.item: answer})


def rank(flag: Flag | None, without: str) -> int:
    """The flag's rank when one rule is left out of account; -1 for no flag."""
    return max((reason.level.rank for reason in flag.reasons if reason.rule != without), default=-1) if flag else -1


def rules_of(flags: Mapping[str, Flag], subject: str) -> set[str]:
    return set(flags[subject].rules) if subject in flags else set()


@settings(deadline=None, max_examples=300)
@given(stories(), st.data())
def test_lowering_a_score_never_lowers_a_level_or_removes_a_flag(story: Story, data: st.DataObject) -> None:
    """Only R8b ("the child high, the carer low") and R11 ("all the same") speak of high or equal answers.

    They may go when a score is lowered; all other rules on the item and on the form keep firing, at no lower level.
    R2 takes the place of R2w, and R3 that of R6. Other items' flags do not move at all.
    """
    scored = [item for item in story.now.answers if story.now.score(item) is not None]
    if not scored:
        return
    item = data.draw(st.sampled_from(sorted(scored)))
    score = story.now.score(item)
    assert score is not None
    lower = data.draw(st.integers(story.rules.scale.minimum, score))
    before = story.flags()
    after = story.flags(with_answer(story.now, replace(story.now.answers[item], score=lower)))

    assert rank(after.get(item), "R8b") >= rank(before.get(item), "R8b")
    assert rank(after.get(FORM), "R11") >= rank(before.get(FORM), "R11")
    fired = rules_of(after, item) | ({"R2w"} if "R2" in rules_of(after, item) else set())
    fired |= {"R6"} if "R3" in rules_of(after, item) else set()
    assert rules_of(before, item) - {"R8b"} <= fired
    assert rules_of(before, FORM) - {"R11"} <= rules_of(after, FORM)
    others = {subject for subject in {*before, *after} if subject not in {item, FORM}}
    assert {subject: after.get(subject) for subject in others} == {subject: before.get(subject) for subject in others}


@settings(deadline=None, max_examples=300)
@given(stories(), st.data())
def test_a_silence_is_never_a_low_answer(story: Story, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS))
    status = Status(data.draw(st.sampled_from(SILENCES)))
    flags = story.flags(with_answer(story.now, Answer(item, status=status)))
    assert not rules_of(flags, item) & SCORE_RULES


@settings(deadline=None, max_examples=300)
@given(stories())
def test_an_earlier_silence_counts_as_no_answer_at_all(story: Story) -> None:
    """With silences taken out of the past, every score rule fires as before: nothing read them as scores."""
    spoken = [
        replace(old, answers={item: answer for item, answer in old.answers.items() if answer.score is not None})
        for old in story.earlier
    ]
    before = story.flags()
    after = replace(story, earlier=tuple(spoken)).flags()
    for item in ITEMS:
        assert rules_of(before, item) - {"R5a"} == rules_of(after, item) - {"R5a"}


@settings(deadline=None, max_examples=200)
@given(stories(), st.data())
def test_order_does_not_matter(story: Story, data: st.DataObject) -> None:
    items = data.draw(st.permutations(list(story.rules.items)))
    said = data.draw(st.permutations(list(story.now.answers)))
    shuffled = Story(
        replace(story.rules, items={item: story.rules.items[item] for item in items}),
        replace(story.now, answers={item: story.now.answers[item] for item in said}),
        tuple(data.draw(st.permutations(list(story.earlier)))),
        story.carer,
    )
    assert shuffled.flags() == story.flags()


@settings(deadline=None, max_examples=200)
@given(stories())
def test_one_flag_per_subject_with_the_highest_of_its_levels(story: Story) -> None:
    raised = raise_flags(story.now, story.earlier, form=story.rules, carer=story.carer)
    assert len({flag.subject for flag in raised}) == len(raised)
    for flag in raised:
        assert flag.level in Level
        assert all(reason.level.rank <= flag.level.rank for reason in flag.reasons)
        assert len(set(flag.rules)) == len(flag.rules)
