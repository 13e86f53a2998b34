"""The flag rules R1 to R8, R11 and R12 on answers; R9 and R10 on the visit itself are in visit_rules.py.

Only the child's own earlier answers are compared with: there are no norms. Comparisons use visits with the same form
and major version, at most `lookback_days` old, where the child showed it could use the scale. The numbers and their
grounds are in docs/questionnaires.md; nothing here has been tested in foster-care visits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from followup.domain.answers import UNANSWERED, AnswerSheet, Status
from followup.domain.flags import FORM, Flag, Level, Reason, gather
from followup.domain.rules import FormRules, ItemRules, Rules, ScaleRules
from followup.domain.visit_rules import VisitFacts, visit_reasons

_TWICE = 2
_ROUNDING = 1e-9  # so that a share of 0.4 or a mean fall of 0.6 counts when it is met exactly

_WISHED_SILENCE = frozenset({Status.DONT_KNOW, Status.DECLINED})


def raise_flags(
    sheet: AnswerSheet | None,
    earlier: Iterable[AnswerSheet] = (),
    *,
    form: FormRules | None = None,
    carer: AnswerSheet | None = None,
    visit: VisitFacts | None = None,
    earlier_visits: Iterable[VisitFacts] = (),
) -> tuple[Flag, ...]:
    """Return the flags of a visit: at most one per item and one on the whole form, sorted by subject.

    sheet, form: the answers and their form's rules, both None for a child too young for a form. A carer's own sheet
    is judged the same way, with the carer form's rules and without `carer` and `visit`.
    earlier: sheets of earlier visits in any order; those that can't be compared with are left out here.
    carer: the carer's sheet of the same visit. visit, earlier_visits: facts of this and earlier visits, any order.
    """
    earlier_visits = list(earlier_visits)
    reasons: list[tuple[str, Reason]] = []
    critical: list[str] = []
    if sheet is not None and form is not None:
        past = sorted((old for old in earlier if (old.form, old.major) == (form.form, form.major)), key=_date)
        visits = [*(old.on for old in past), *(old.on for old in earlier_visits)]
        comparable = [old for old in past if old.ready and _days(old, sheet) <= form.settings.lookback_days]
        for item in form.items.values():
            case = _ItemCase(item, sheet, past, comparable, form.settings, carer, visits)
            reasons += [(item.id, reason) for reason in case.reasons()]
        reasons += [(FORM, reason) for reason in _form_reasons(sheet, comparable, form)]
        critical = [item.id for item in form.items.values() if item.critical]
    if visit is not None:
        reasons += [(FORM, reason) for reason in visit_reasons(visit, sorted(earlier_visits, key=_date))]
    return gather(reasons, critical=critical)


def _date(thing: AnswerSheet | VisitFacts) -> dt.date:
    return thing.on


def _days(old: AnswerSheet, new: AnswerSheet) -> int:
    return (new.on - old.on).days


@dataclass(frozen=True)
class _ItemCase:
    """One item at one visit, with what it is compared with. past: same form, oldest first; comparable: part of it.

    visits: the days of all earlier visits that are known of.
    """

    item: ItemRules
    sheet: AnswerSheet
    past: Sequence[AnswerSheet]
    comparable: Sequence[AnswerSheet]
    settings: Rules
    carer: AnswerSheet | None
    visits: Sequence[dt.date] = ()

    @property
    def scale(self) -> ScaleRules:
        return self.sheet.scale

    @property
    def now(self) -> int | None:
        return self.sheet.score(self.item.id)

    @property
    def status(self) -> Status | None:
        return self.sheet.status(self.item.id)

    def history(self) -> list[int]:
        """Return earlier scores, oldest first; visits without one are passed over."""
        return [score for _, score in self._scored()]

    def _scored(self) -> list[tuple[dt.date, int]]:
        scores = ((sheet.on, sheet.score(self.item.id)) for sheet in self.comparable)
        return [(on, score) for on, score in scores if score is not None]

    def reasons(self) -> Iterator[Reason]:
        """Yield every rule that fires on the item."""
        now = self.now
        if now is not None:
            rules = _score_reasons(self, now) if self.sheet.ready else _unready_reasons(self, now)
            yield from rules
        elif self.status is not None:
            yield from _silence_reasons(self)
        answer = self.sheet.answers.get(self.item.id)
        if answer and answer.wants_to_talk:
            yield self.reason("R12", Level.TALK)

    def reason(self, rule: str, level: Level, **values: object) -> Reason:
        """Return a reason with what is known of the item now and last time."""
        known: dict[str, object] = {"max": self.scale.maximum}
        known |= {"status": str(self.status)} if self.now is None else {"now": self.now}
        scored = self._scored() if self.sheet.ready else []
        if scored:
            on, score = scored[-1]
            passed = len({day for day in self.visits if day > on})
            known |= {"before": score} | ({"passed": passed} if passed else {})
        return Reason(rule, level, known | values)


# --- one item -------------------------------------------------------------------------------------------------------


def _score_reasons(case: _ItemCase, now: int) -> Iterator[Reason]:
    yield from _low(case, now)
    yield from _critical(case, now)
    yield from _fall(case, now)
    yield from _persistent(case, now)
    yield from _pair(case, now)


def _low(case: _ItemCase, now: int) -> Iterator[Reason]:
    item = case.item
    if now <= item.low:
        yield case.reason("R1", Level.TALK, limit=item.low)
    if item.very_low is not None and now <= item.very_low:
        yield case.reason("R1v", Level.FOLLOW_UP, limit=item.very_low)


def _critical(case: _ItemCase, now: int) -> Iterator[Reason]:
    item = case.item
    if not item.critical:
        return
    if item.critical_low is not None and now <= item.critical_low:
        yield case.reason("R2", Level.ESCALATE, limit=item.critical_low)
    elif item.watch is not None and now <= item.watch:
        yield case.reason("R2w", Level.TALK, limit=item.watch)


def _unready_reasons(case: _ItemCase, now: int) -> Iterator[Reason]:
    """Yield R2n, the only score rule when practice failed: the score may be a slip, but is not passed over."""
    item = case.item
    if item.critical and item.critical_low is not None and now <= item.critical_low:
        yield case.reason("R2n", Level.TALK, limit=item.critical_low)


def _fall(case: _ItemCase, now: int) -> Iterator[Reason]:
    """Yield R3, a fall since the last answer; else R6, a fall from the child's own usual level."""
    history = case.history()
    if history and history[-1] - now >= case.scale.drop:
        level = Level.FOLLOW_UP if now <= case.item.low else Level.TALK
        yield case.reason("R3", level, steps=history[-1] - now)
        return
    latest = history[-case.settings.baseline_max_n :]
    if case.scale.baseline_drop is None or len(latest) < case.settings.baseline_min_n:
        return
    usual = median(latest)
    if usual - now >= case.scale.baseline_drop:
        yield case.reason("R6", Level.TALK, usual=usual, visits=len(latest))


def _persistent(case: _ItemCase, now: int) -> Iterator[Reason]:
    times = _low_in_a_row(case, now)
    settings = case.settings
    if times < settings.persist_follow_up:
        return
    raised = times % settings.persist_escalate == 0
    yield case.reason("R4", Level.ESCALATE if raised else Level.FOLLOW_UP, times=times)


def _low_in_a_row(case: _ItemCase, now: int) -> int:
    """Return the number of low answers in a row up to now; a visit without an answer neither adds nor breaks.

    The look-back holds from each answer to the one before it, not from today: counted from today, quarterly visits
    would never reach a sixth in a row, and a long-lasting low answer would fall silent after its first escalation.
    """
    if now > case.item.low:
        return 0
    times, newer = 1, case.sheet
    for older in reversed(case.past):
        score = older.score(case.item.id)
        if score is None or not older.ready:
            continue
        if score > case.item.low or _days(older, newer) > case.settings.lookback_days:
            break
        times, newer = times + 1, older
    return times


def _pair(case: _ItemCase, now: int) -> Iterator[Reason]:
    """Yield R8: the two pictures differ. It is information about both, not an error of either."""
    if case.carer is None or (other := case.carer.score(case.item.pairs_with)) is None:
        return
    told = {"carer": other, "carer_max": case.carer.scale.maximum}
    high, low = case.settings.pair_high_norm, case.settings.pair_low_norm
    theirs = case.carer.scale.normalise(other)
    if now <= case.item.low and theirs >= high:
        yield case.reason("R8a", Level.FOLLOW_UP, **told)
    if case.scale.normalise(now) >= high and theirs <= low:
        yield case.reason("R8b", Level.TALK, **told)


def _silence_reasons(case: _ItemCase) -> Iterator[Reason]:
    """Yield R5: a silence is never a low answer, but on some items, or after a low answer, it is worth a word."""
    if case.item.critical and case.status in _WISHED_SILENCE:
        again = bool(case.past) and case.past[-1].status(case.item.id) in _WISHED_SILENCE
        level = Level.FOLLOW_UP if again else Level.TALK
        yield case.reason("R5a", level, times=_TWICE if again else 1)
    if case.item.critical and case.status is Status.NOT_ASKED:
        yield case.reason("R5b", Level.FOLLOW_UP)
    history = case.history()
    if history and history[-1] <= case.item.low:
        yield case.reason("R5c", Level.FOLLOW_UP, before=history[-1])


# --- the whole form -------------------------------------------------------------------------------------------------


def _form_reasons(sheet: AnswerSheet, comparable: Sequence[AnswerSheet], form: FormRules) -> Iterator[Reason]:
    yield from _many_unanswered(sheet, form)
    if sheet.ready:
        yield from _everything_lower(sheet, comparable, form)
        yield from _all_the_same(sheet, form)


def _many_unanswered(sheet: AnswerSheet, form: FormRules) -> Iterator[Reason]:
    statuses = [status for item in form.items if (status := sheet.status(item)) is not None]
    applicable = [status for status in statuses if status is not Status.NOT_APPLICABLE]
    unanswered = [status for status in applicable if status in UNANSWERED]
    if unanswered and len(unanswered) >= form.settings.skipped_share * len(applicable) - _ROUNDING:
        yield Reason("R5d", Level.TALK, {"unanswered": len(unanswered), "of": len(applicable)})


def _everything_lower(sheet: AnswerSheet, comparable: Sequence[AnswerSheet], form: FormRules) -> Iterator[Reason]:
    if not comparable:
        return
    pairs = ((comparable[-1].score(item), sheet.score(item)) for item in form.items)
    falls = [before - now for before, now in pairs if before is not None and now is not None]
    if len(falls) < form.scale.min_common or fmean(falls) < form.scale.mean_drop - _ROUNDING:
        return
    level = Level.TALK if form.scale.three_faces else Level.FOLLOW_UP
    yield Reason("R7", level, {"mean": round(fmean(falls), 4), "items": len(falls)})


def _all_the_same(sheet: AnswerSheet, form: FormRules) -> Iterator[Reason]:
    scores = [score for item in form.items if (score := sheet.score(item)) is not None]
    if form.scale.three_faces or len(scores) < form.settings.straightline_min_items:
        return
    if len(set(scores)) == 1:
        yield Reason("R11", Level.INFO, {"items": len(scores), "now": scores[0], "max": form.scale.maximum})
