"""What is due for a child, when, and by which law: dated rules over what has happened. Dates alone, no times.

A rule holds in versions, each from a day until another, for the law moves. A due day belongs to the version that is in
force on it: nobody is late with what no law asked for yet, and what was due under an older law stays due on that day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from followup.domain.age import age_on
from followup.domain.questionnaire import NO_TEXT, Text
from followup.domain.retelling import LastCheck, months_later, retell_due
from followup.domain.workdays import Workdays

STATES = ("overdue", "due_soon", "coming", "waiting", "met", "not_applicable")
"""In the order in which they are shown. waiting: it counts from something that nobody has recorded yet."""

KINDS = ("law", "recommendation", "plan")
ANCHORS = ("care", "basis", "placement", "visit", "told", "event", "decision")
"""What a rule counts from: the first day of unbroken care, of care on this legal basis, or in this home; the latest
visit or telling; the latest of some milestones; or a decision, for as long as it is in force."""

_FAR = 3  # years ahead within which a telling is looked for


@dataclass(frozen=True)
class Interval:
    """A time to count: whole months (clamped to the month's last day), then days, then working days."""

    months: int = 0
    days: int = 0
    workdays: int = 0

    def after(self, day: date, calendar: Workdays) -> date:
        """The day so much later."""
        later = months_later(day, self.months) + timedelta(days=self.days)
        return calendar.after(later, self.workdays) if self.workdays else later

    def before(self, day: date) -> date:
        """The day so much earlier; working days count for nothing here."""
        return months_later(day, -self.months) - timedelta(days=self.days)


@dataclass(frozen=True)
class Version:
    """A rule as it holds from a day until another (the first one on which it no longer does; None: for ever).

    first: from what the rule counts from until the first due day. again: from each time it was met; None: once only.
    law: the section as text. explained: what is to be done, in a sentence. points: what is to be weighed.
    """

    since: date
    until: date | None
    law: str
    first: Interval
    again: Interval | None = None
    explained: Text = NO_TEXT
    points: tuple[Text, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Rule:
    """Something that must be done in time. versions: oldest first, without overlap.

    kind: one of KINDS. name: what it is called in lists; calendar: the same for a calendar that strangers may see.
    bases, homes: the legal bases and kinds of home it concerns; empty for any. until_age: the birthday from which on it
    no longer concerns the child. starts, ends: milestones that begin and end a decision; an event has `starts` alone.
    met_by: milestones that meet it, the likeliest first. by_plan: the child's plan says how often. remind,
    points_before: how long before the due day it is told, and its points are shown. moved_by: the law by which a last
    day that is a Saturday, a Sunday or a holiday moves to the next working day, as text; "" where it stays.
    """

    id: str
    kind: str
    name: Text
    calendar: Text
    counts_from: str
    versions: tuple[Version, ...]
    met_by: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    until_age: int | None = None
    by_plan: bool = False
    remind: Interval = Interval()
    points_before: Interval = Interval()
    moved_by: str = ""

    def on(self, day: date) -> Version | None:
        """Return the version in force on a day."""
        return next((version for version in self.versions if version.holds_on(day)), None)


@dataclass(frozen=True)
class Stay:
    """A placement: from its first day to the first one after it (None while it lasts), in a home, on a legal basis."""

    start: date
    end: date | None
    home_id: UUID
    home_kind: str
    legal_basis: str
    visit_interval_days: int = 91


@dataclass(frozen=True)
class Happened:
    """A milestone: a code, and its day."""

    kind: str
    on: date


@dataclass(frozen=True)
class Facts:
    """What the rules need to know of a child.

    stays: in any order. milestones: in the order in which they were recorded, none that was taken back. visited: the
    day of the latest visit made. booked: of the next one that is planned or begun. told: the days when the explanation
    was told. check: the latest placement check.
    born: None when nobody has looked; rules that ask for an age then hold for everybody, and no telling is reckoned.
    """

    born: date | None
    stays: Sequence[Stay] = ()
    milestones: Sequence[Happened] = ()
    visited: date | None = None
    told: Sequence[date] = ()
    check: LastCheck | None = None
    booked: date | None = None


@dataclass(frozen=True)
class Deadline:
    """What a rule asks for of one child.

    kind: of the rule, but `recommendation` where a plan says no more than is recommended. due: None in the states met,
    waiting and not_applicable. fell_on: the day it was reckoned to, when nobody works on that and it has moved. met_on:
    when it was last done. since: the day it counts from. remind_on: from when on it is told. booked: a day in time for
    it is planned, so nothing presses. points: what to weigh, once it is near. occasion: why a child is to be told
    again, as `retelling` codes it.
    """

    rule: Rule
    kind: str
    state: str
    version: Version | None = None
    due: date | None = None
    fell_on: date | None = None
    met_on: date | None = None
    since: date | None = None
    remind_on: date | None = None
    booked: date | None = None
    points: tuple[Text, ...] = field(default=())
    occasion: str = ""

    @property
    def pressing(self) -> bool:
        """Whether it is overdue or soon will be."""
        return self.state in {"overdue", "due_soon"}

    @property
    def place(self) -> tuple[int, date, str]:
        """Where it stands in a list."""
        return STATES.index(self.state), self.due or date.max, self.rule.id


def deadlines_of(facts: Facts, rules: Iterable[Rule], today: date, calendar: Workdays) -> tuple[Deadline, ...]:
    """Say what is due, what is done and what does not concern the child; the most pressing first.

    calendar: tells working days, for rules that count in them.
    """
    stay = current_stay(facts.stays, today)
    found = (_deadline(rule, facts, stay, today, calendar) for rule in rules)
    return tuple(sorted(found, key=lambda each: each.place))


def current_stay(stays: Iterable[Stay], today: date) -> Stay | None:
    """Return the placement in force on a day, the latest should two overlap, or None."""
    now = [stay for stay in stays if stay.start <= today and (stay.end is None or stay.end > today)]
    return max(now, key=lambda stay: stay.start, default=None)


def in_force(milestones: Sequence[Happened], starts: Collection[str], ends: Collection[str]) -> date | None:
    """Return the day of the decision that is in force, or None. On one and the same day, what was recorded last counts.

    milestones: in the order in which they were recorded.
    """
    relevant = [each for each in milestones if each.kind in starts or each.kind in ends]
    latest = max(enumerate(relevant), key=lambda pair: (pair[1].on, pair[0]), default=(0, None))[1]
    return latest.on if latest is not None and latest.kind in starts else None


def _deadline(rule: Rule, facts: Facts, stay: Stay | None, today: date, calendar: Workdays) -> Deadline:
    if stay is None or not _concerns(rule, stay):
        return Deadline(rule, rule.kind, "not_applicable")
    if rule.counts_from == "told":
        return _telling(rule, facts, stay, today, calendar)
    since = _since(rule, facts, stay)
    if since is None:
        state = "not_applicable" if rule.counts_from == "decision" else "waiting"
        return Deadline(rule, rule.kind, state, rule.on(today))
    met_on = max((each.on for each in facts.milestones if each.kind in rule.met_by and each.on >= since), default=None)
    due, once = _due(rule, stay, since, met_on, calendar)
    if met_on and once:
        return Deadline(rule, rule.kind, "met", rule.on(today), met_on=met_on, since=since)
    if due is None or _outgrown(rule, facts.born, max(due, today)):
        return Deadline(rule, rule.kind, "not_applicable")
    owed = _owed(rule, _kind(rule, stay), due, today, calendar)
    booked = facts.booked if rule.counts_from == "visit" and facts.booked and today <= facts.booked <= due else None
    return replace(owed, met_on=met_on, since=since, booked=booked, state="coming" if booked else owed.state)


def _owed(rule: Rule, kind: str, day: date, today: date, calendar: Workdays) -> Deadline:
    """Say how a deadline stands that is reckoned to a day.

    A statutory time limit that ends on a day when nobody works ends on the next working day (lag 1930:173, 2 §). The
    reminder isn't put off by that, and the version is the one in force on the day that was reckoned to.
    """
    version = rule.on(max(day, today))
    if version is None:
        return Deadline(rule, kind, "not_applicable")
    due = calendar.on_or_after(day) if rule.moved_by else day
    remind_on = rule.remind.before(day)
    state = "overdue" if due < today else "due_soon" if remind_on <= today else "coming"
    points = version.points if rule.points_before.before(day) <= today else ()
    return Deadline(rule, kind, state, version, due, day if due != day else None, remind_on=remind_on, points=points)


def _due(rule: Rule, stay: Stay, since: date, met_on: date | None, calendar: Workdays) -> tuple[date | None, bool]:
    """Return the due day, None when no version asks for it; and whether having met it once is enough."""
    for version in rule.versions:
        first = Interval(days=stay.visit_interval_days) if rule.by_plan else version.first
        due = max(first.after(since, calendar), version.since)
        if met_on and version.again:
            due = max(due, version.again.after(met_on, calendar))  # done too early, it still has its first day
        if version.until is None or due < version.until:
            return due, version.again is None
    return None, False


def _telling(rule: Rule, facts: Facts, stay: Stay, today: date, calendar: Workdays) -> Deadline:
    if facts.born is None:
        return Deadline(rule, rule.kind, "not_applicable")
    occasions = retell_due(
        born=facts.born,
        placed=stay.start,
        told=facts.told,
        until=months_later(today, 12 * _FAR),
        check=facts.check,
    )
    last = max(facts.told, default=None)
    if not occasions:
        return Deadline(rule, rule.kind, "not_applicable", met_on=last)
    owed = _owed(rule, rule.kind, occasions[0].due, today, calendar)
    return replace(owed, met_on=last, occasion=occasions[0].code)


def _since(rule: Rule, facts: Facts, stay: Stay) -> date | None:
    match rule.counts_from:
        case "visit":
            return facts.visited or stay.start
        case "decision":
            return in_force(facts.milestones, rule.starts, rule.ends)
        case "event":
            latest = max((each.on for each in facts.milestones if each.kind in rule.starts), default=None)
            return latest and max(latest, stay.start)
        case "placement":
            return _unbroken(facts.stays, stay, lambda other: other.home_id == stay.home_id)
        case "basis":
            return _unbroken(facts.stays, stay, lambda other: other.legal_basis == stay.legal_basis)
        case _:
            return _unbroken(facts.stays, stay, lambda _other: True)


def _concerns(rule: Rule, stay: Stay) -> bool:
    on_basis = not rule.bases or stay.legal_basis in rule.bases
    return on_basis and (not rule.homes or stay.home_kind in rule.homes)


def _unbroken(stays: Sequence[Stay], stay: Stay, same: Callable[[Stay], bool]) -> date:
    """Return the first day of the stays of the same sort that lead up to this one without a day between."""
    begin = stay.start
    if len(stays) == 1:
        return begin
    for other in sorted(stays, key=lambda each: each.start, reverse=True):
        if same(other) and other.start < begin and (other.end is None or other.end >= begin):
            begin = other.start
    return begin


def _outgrown(rule: Rule, born: date | None, day: date) -> bool:
    return bool(rule.until_age and born and age_on(born, day) >= rule.until_age)


def _kind(rule: Rule, stay: Stay) -> str:
    """Return the rule's kind; where the child's plan says just what is recommended, that is all there is to it."""
    planned = Interval(days=stay.visit_interval_days)
    recommended = rule.by_plan and any(version.first == planned for version in rule.versions)
    return "recommendation" if recommended else rule.kind
