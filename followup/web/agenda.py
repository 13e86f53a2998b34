"""Mina barn in words: what stands beside each child on the thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from flask import url_for
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _

from followup.domain.age import age_on
from followup.domain.placement_check import BLAMING
from followup.services.overview.due import Due, VisitLine
from followup.services.overview.my_children import ChildLine, Overview
from followup.services.visit.steps import STEPS
from followup.web.frame import clock, short_day, weekday


@dataclass(frozen=True)
class Status:
    """Icon and words; kind as in macros/status.html, `mark` for what is as it should be (no pill)."""

    kind: str
    icon: str
    words: str


@dataclass(frozen=True)
class Step:
    """A link to what comes next for a child."""

    label: str
    url: str
    primary: bool = False


@dataclass(frozen=True)
class Row:
    """One child on the thread. knob: as in macros/status.html. missed: where to say that the visit was not made."""

    child_id: UUID
    name: str
    age: int
    where: str
    when: str
    relative: str
    knob: str
    statuses: Sequence[Status]
    about: str
    step: Step
    missed: str = ""
    responsible: str = ""


@dataclass(frozen=True)
class Group:
    """A stretch of the thread."""

    code: str
    title: str
    rows: Sequence[Row] = field(default_factory=list)


def groups_of(page: Overview, today: date, now: datetime, *, leads: bool = False) -> list[Group]:
    """Word the page's children, group by group; leads: for a team lead. One step on the page is the primary one."""
    primary = _foremost(page.lines)
    return [
        Group(
            code, _titles(today)[code], [_row(line, today, now, primary=line is primary, leads=leads) for line in lines]
        )
        for code, lines in groupby(page.lines, key=lambda line: line.due.group)
    ]


def cancel_reasons() -> dict[str, str]:
    """Why a visit is not made, in words, by code."""
    return {
        "child_declined": _("Barnet ville inte"),
        "child_ill": _("Barnet är sjukt"),
        "carer_declined": _("Familjehemmet kan inte"),
        "caseworker_ill": _("Handläggaren är sjuk eller upptagen"),
        "weather_or_travel": _("Väder eller resan"),
        "nobody_home": _("Ingen var hemma"),
        "other": _("Annat"),
    }


def why_status(understanding: str | None, self_blame: str | None) -> Iterator[Status]:
    """Whether the child knows why, and whether it takes the blame, in few words. None: never talked about."""
    if understanding is None:
        yield Status("", "clock", _("Inte pratat om varför än"))
    elif understanding == "own_words":
        yield Status("mark", "check", _("Vet varför"))
    else:
        yield {
            "partly": Status("voice", "help", _("Vet delvis varför")),
            "does_not_know": Status("voice", "warn", _("Vet inte varför")),
            "mistaken": Status("voice", "warn", _("Har en bild som inte stämmer")),
            "child_declined": Status("", "skip", _("Ville inte prata om varför")),
        }.get(understanding, Status("", "clock", _("Varför togs inte upp")))
    if self_blame in BLAMING:
        words = _("Tar på sig skulden") if self_blame == "clear" else _("Undrar om det är sitt fel")
        yield Status("voice", "chat", words)


def _titles(today: date) -> dict[str, str]:
    return {
        "overdue": _("Försenade"),
        "today": _("I dag, %(day)s", day=weekday(today)),
        "soon": _("De närmaste två veckorna"),
        "later": _("Senare"),
        "undated": _("Utan datum"),
    }


def _foremost(lines: Sequence[ChildLine]) -> ChildLine | None:
    drafts = (line for line in lines if line.due.visit and line.due.visit.state == "draft")
    return next(iter((*drafts, *(line for line in lines if line.due.group == "today"), *lines)), None)


def _row(line: ChildLine, today: date, now: datetime, *, primary: bool, leads: bool) -> Row:
    visit = line.due.visit
    when, relative = _when(line.due, today)
    missable = visit is not None and visit.state == "planned" and visit.planned_at <= now
    return Row(
        child_id=line.child.id,
        name=line.child.name,
        age=age_on(line.child.birth_date, today),
        where=_where(line),
        when=when,
        relative=relative,
        knob=_knob(line),
        statuses=list(_statuses(line, today, leads=leads)),
        about=_about(line.due),
        step=_step(line, primary=primary),
        missed=url_for("visits.cancel", visit_id=visit.id) if visit and missable else "",
        responsible=line.responsible,
    )


def _where(line: ChildLine) -> str:
    if line.home is None:
        return ""
    place = f", {line.home.place}" if line.home.place else ""
    return _("Hos %(home)s", home=line.home.name) + place


def _when(due: Due, today: date) -> tuple[str, str]:
    """What stands by the knob: the day or the time, and how far off it is."""
    if due.on is None:
        return _("Inget datum"), ""
    visit = due.visit
    if visit and visit.state == "draft":
        return _when_begun(due.on, visit, today)
    if due.group == "overdue":
        days = due.days_late(today)
        return short_day(due.on), ngettext("%(num)s dag försenat", "%(num)s dagar försenat", days)
    if visit is None:
        told = _("överenskommet, inget bokat") if due.on == due.agreed else _("senast, inget bokat")
        return (_("I dag") if due.on == today else short_day(due.on)), told
    return _when_booked(due.on, visit, today)


def _when_booked(on: date, visit: VisitLine, today: date) -> tuple[str, str]:
    time = clock(visit.planned_at)
    if on == today:
        return time, _("i dag")
    if (on - today).days == 1:
        return short_day(on), _("i morgon %(time)s", time=time)
    return short_day(on), f"{format_datetime(visit.planned_at, 'EEEE')} {time}"


def _when_begun(on: date, visit: VisitLine, today: date) -> tuple[str, str]:
    if on >= today:
        return (clock(visit.planned_at) if on == today else short_day(on)), _("pågår")
    days = (today - on).days
    return short_day(on), ngettext("påbörjat i går", "påbörjat för %(num)s dagar sedan", days)


def _knob(line: ChildLine) -> str:
    if line.due.group == "overdue":
        return "urgent"
    if line.due.visit and line.due.visit.state == "draft":
        return "now"
    return "voice" if line.flags.to_talk else ""


def _statuses(line: ChildLine, today: date, *, leads: bool) -> Iterator[Status]:
    due, flags = line.due, line.flags
    if line.child.protected_identity:
        yield Status("solid", "lock", _("Skyddade personuppgifter"))
    if due.cancelled:
        yield Status("urgent", "warn", _("Inget nytt datum"))
    if due.late_since and due.visit:
        yield Status("urgent", "warn", _("Skulle varit senast %(day)s", day=short_day(due.late_since)))
    if due.first:
        yield Status("", "calendar", _("Första besöket"))
    if flags.acute:
        yield Status("solid", "warn", _("Akut oro"))
    if flags.raised > flags.acute:
        yield Status("urgent", "flag", _("Att svara på") if leads else _("Lyft till gruppledaren"))
    if flags.to_talk:
        yield Status("voice", "chat", ngettext("%(num)s att prata om", "%(num)s att prata om", flags.to_talk))
    if flags.to_follow_up:
        yield Status("", "eye", ngettext("%(num)s att följa upp", "%(num)s att följa upp", flags.to_follow_up))
    check = line.check
    yield from why_status(check.understanding if check else None, check.self_blame if check else None)
    if due.visit and due.visit.state == "draft":
        yield Status("mark", "saved", _saved(due.visit, today))


def _saved(visit: VisitLine, today: date) -> str:
    step = STEPS.index(visit.step) + 1 if visit.step in STEPS else STEPS.index("answers") + 1
    if visit.saved_at is None:
        return _("Påbörjat, steg %(step)s av %(steps)s", step=step, steps=len(STEPS))
    time = clock(visit.saved_at)
    day = short_day(visit.saved_at)
    saved = _("Sparat %(time)s", time=time) if day == short_day(today) else _("Sparat %(day)s", day=f"{day} {time}")
    return _("%(saved)s, steg %(step)s av %(steps)s", saved=saved, step=step, steps=len(STEPS))


def agreed_words(due: Due) -> str:
    """Say that a day for the next visit was agreed on but nothing is booked; "" when that isn't so."""
    if due.agreed is None:
        return ""
    return _("Nästa besök är överenskommet till %(day)s, inte bokat än.", day=short_day(due.agreed))


def _about(due: Due) -> str:
    if due.cancelled is None:
        return agreed_words(due)
    reason = cancel_reasons().get(due.cancelled.cancelled_because or "other", "").lower()
    return _("Besöket %(day)s blev inte av: %(reason)s.", day=short_day(due.cancelled.planned_at), reason=reason)


def _step(line: ChildLine, *, primary: bool) -> Step:
    visit = line.due.visit
    if visit is None:
        return Step(_("Boka tid"), url_for("visits.plan", child_id=line.child.id), primary)
    label = _("Fortsätt") if visit.state == "draft" else _("Förbered")
    return Step(label, url_for("visits.resume", visit_id=visit.id), primary)
