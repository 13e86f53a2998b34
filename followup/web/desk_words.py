"""Flags in words for the lead's desk: what it is about, how long there is left, and what people have done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from followup.domain import flags
from followup.domain.age import age_on
from followup.domain.flag_life import ALIVE, URGENT, deeds
from followup.domain.wording import Wording
from followup.questionnaires import load_all
from followup.questionnaires.closing import closing_reasons
from followup.services.flags.flag_cards import FlagCard, Step
from followup.web.child_trends import Line, lines_of
from followup.web.frame import clock, day, short_day, weekday
from followup.web.names import first_name


@dataclass(frozen=True)
class Said:
    """One line of a flag's trail: when, who, what was done, and the words or the action that go with it.

    place: how many deeds there are up to it, itself included (`flag_life.deeds`).
    """

    when: str
    who: str
    what: str
    step: Step
    mine: bool
    place: int
    reason: str = ""


@dataclass(frozen=True)
class Shown:
    """A flag as a page shows it.

    topic: the area in a word; kind, icon: of its mark (macros/status.html); sentence: what happened, with its values;
    reasons: a sentence for each rule that fired; due, late: how long there is left; waits: what it waits for when it
    isn't the lead's turn; quiet: somebody else is to act now; talked: what the caseworker has done about it; answer: to
    the lead's question, while that is the last thing that happened; seen: how many deeds the page shows.
    """

    card: FlagCard
    age: int
    topic: str
    kind: str
    icon: str
    sentence: str
    by_hand: bool
    reasons: Sequence[str]
    line: Line | None
    visit: str
    due: str
    late: bool
    free: str
    waits: str
    quiet: bool
    talked: str
    answer: Said | None
    trail: Sequence[Said]
    seen: int


def shown(card: FlagCard, wording: Wording, today: date, me: object) -> Shown:
    """Word a flag. me: the reader's user id."""
    by_hand = card.row.respondent == "caseworker"
    kind, icon = _mark(card)
    trail = _trail(card, wording, me)
    return Shown(
        card=card,
        age=age_on(card.child.birth_date, today),
        topic=_topic(card, wording.lang),
        kind=kind,
        icon=icon,
        sentence=card.row.text if by_hand else _sentence(card, wording),
        by_hand=by_hand,
        reasons=[wording.reason(reason, card.form.scale if card.form else None) for reason in card.flag.reasons],
        line=next(iter(lines_of([card.track], load_all().common, wording.lang)), None) if card.track else None,
        visit=_visit(card, today),
        due="" if card.quiet else _due(card),
        late=not card.quiet and card.left is not None and card.left < 0,
        free=_free(card),
        waits=_waits(card, today),
        quiet=card.quiet,
        talked=_talked(card),
        answer=next(
            (said for said in trail[-1:] if card.row.status in ALIVE and said.step.event.kind == "answered"), None
        ),
        trail=trail,
        seen=trail[-1].place if trail else 0,
    )


def level_word(level: str, wording: Wording, *, leads: bool) -> str:
    """What a level is called: a lead isn't told that something was raised with herself."""
    return _("Att svara på") if leads and level == flags.Level.ESCALATE else wording.level(level)


def group_titles(counts: dict[str, int]) -> dict[str, str]:
    """The headings of the queue's groups, with how many there are in each."""
    titles = {
        "urgent": _("Akut oro"),
        "escalate": _("Svara inom en arbetsdag"),
        "follow_up": _("Svara inom tio arbetsdagar"),
        "talk": _("Kvar att prata om"),
        "info": _("Bra att veta"),
    }
    return {code: f"{title} ({counts[code]})" for code, title in titles.items()}


def _mark(card: FlagCard) -> tuple[str, str]:
    if card.urgent:
        return "solid", "warn"
    return {
        "escalate": ("urgent", "flag"),
        "follow_up": ("voice", "eye"),
        "talk": ("", "chat"),
    }.get(card.row.level, ("", "help"))


def _topic(card: FlagCard, lang: str) -> str:
    found = topic_of(card.row.subject, lang)
    if found:
        return found
    rules = card.flag.rules
    words = {
        "R9b": _("Skuld"),
        "R9u": _("Varför jag bor här"),
        "R10": _("Enskilt samtal"),
        "R5d": _("Många frågor utan svar"),
        "R7": _("Svaren i stort"),
        "R11": _("Alla svar lika"),
    }
    return next((word for rule, word in words.items() if rule in rules), _("Besöket i stort"))


def topic_of(subject: str, lang: str) -> str:
    """Name in a word what a flag is about, by its subject alone; "" for one on the visit as a whole."""
    if subject.startswith(URGENT):
        return _("Akut oro")
    library = load_all()
    found = library.find(subject.removeprefix("manual:"))
    return library.common.domains[found[1].domain].label.get(lang) if found else ""


def _sentence(card: FlagCard, wording: Wording) -> str:
    said = wording.flag(card.flag, card.form, when=_("den %(day)s", day=day(card.on)))
    return _("Familjehemmet: %(said)s", said=said) if card.row.respondent == "carer" else said


def _visit(card: FlagCard, today: date) -> str:
    ago = (today - card.on).days
    when = {0: _("i dag"), 1: _("i går")}.get(ago, short_day(card.on))
    if card.visit_state == "draft":
        return _("Besök %(when)s, inte signerat än", when=when)
    if card.visit_state == "cancelled":
        return _("Besök %(when)s, blev avbrutet", when=when)
    return _("Besök %(when)s", when=when)


def _due(card: FlagCard) -> str:
    if card.due is None or card.left is None:
        return ""
    if card.left < 0:
        words = _("Skulle varit avgjord %(day)s") if card.back else _("Skulle varit besvarad %(day)s")
        return words % {"day": weekday(card.due)}
    if card.left == 0:
        return _("Avgör i dag") if card.back else _("Svara i dag")
    days = ngettext("en arbetsdag kvar", "%(num)s arbetsdagar kvar", card.left)
    if card.back:
        return _("Avgör senast %(day)s, %(days)s", day=weekday(card.due), days=days)
    return _("Svara senast %(day)s, %(days)s", day=weekday(card.due), days=days)


def _free(card: FlagCard) -> str:
    """Which days on the way are free, so that the day it is due can be checked."""
    named = [f"{name} {short_day(on)}" for on, name in card.between.items() if name]
    squeezed = [short_day(on) for on, name in card.between.items() if not name]
    found = []
    if named:
        found.append(_("Räknas inte: %(days)s.", days=", ".join(named)))
    if squeezed:
        found.append(_("Klämdag: %(days)s.", days=", ".join(squeezed)))
    return " ".join(found)


def _waits(card: FlagCard, today: date) -> str:
    """What it waits for, and whose turn it is."""
    if card.row.status not in ALIVE:
        return ""
    if card.question:
        return _unanswered(card, card.question)
    told = [step for step in card.trail if step.event.kind in {"acknowledged", "answered", "planned", "reopened"}]
    last = told[-1] if told else None
    if last and last.event.kind == "answered":
        return _("%(name)s svarade %(day)s.", name=last.who, day=short_day(last.event.at))
    if card.planned:
        return _planned(card, today)
    if last and last.event.kind == "acknowledged":
        return _("Kvitterad %(day)s av %(name)s.", day=short_day(last.event.at), name=last.who)
    return ""


def _unanswered(card: FlagCard, question: Step) -> str:
    when = short_day(question.event.at)
    if card.responsible is None:
        return _("Frågan ställdes %(day)s. Ingen är ansvarig handläggare i dag.", day=when)
    words = _("Frågan ställdes %(day)s. %(name)s har inte svarat än.", day=when, name=card.responsible.name)
    return words if card.quiet else _("%(question)s Fråga igen, eller gör något annat.", question=words)


def _planned(card: FlagCard, today: date) -> str:
    open_ones = [(action, who) for action, who in card.planned if action.state == "open"]
    if not open_ones:
        return _("Det som planerades är klart. Avsluta, eller planera mer.")
    first, who = min(open_ones, key=lambda each: each[0].due or date.max)
    if first.due is None:
        return _("Åtgärd planerad, %(who)s.", who=who)
    if first.due < today:
        return _("Åtgärden skulle varit klar %(day)s, %(who)s.", day=weekday(first.due), who=who)
    return _("Åtgärd planerad till %(day)s, %(who)s.", day=weekday(first.due), who=who)


def _talked(card: FlagCard) -> str:
    name = first_name(card.child.name)
    outcome = card.talked.outcome if card.talked else None
    words = {
        "talked": _("Har pratat med %(name)s om det.", name=name),
        "declined": _("%(name)s ville inte prata om det då.", name=name),
        "later": _("Sparat till ett senare samtal."),
    }
    if card.row.respondent == "carer" and outcome == "talked":
        return _("Har pratat med familjehemmet om det.")
    return words.get(outcome or "", "" if card.row.respondent == "caseworker" else _("Inget samtal antecknat än."))


def _trail(card: FlagCard, wording: Wording, me: object) -> list[Said]:
    kinds = [step.event.kind for step in card.trail]
    return [_said(step, wording, me, deeds(kinds[: number + 1])) for number, step in enumerate(card.trail)]


def _said(step: Step, wording: Wording, me: object, place: int) -> Said:
    event = step.event
    reason = closing_reasons().get(event.reason or "")
    return Said(
        when=_("%(day)s %(time)s", day=short_day(event.at), time=clock(event.at)),
        who=step.who,
        what=deed_words().get(event.kind, event.kind),
        step=step,
        mine=event.by == me,
        place=place,
        reason=reason.text.get(wording.lang) if reason else "",
    )


def deed_words() -> dict[str, str]:
    """What people did with a flag, as it is said after their name, by the code of the event."""
    return {
        "raised": _("antecknade det som gav flaggan"),
        "level_changed": _("ändrade ett svar, och flaggan blev en annan"),
        "withdrawn": _("rättade ett svar, och flaggan togs bort"),
        "talked": _("har pratat om det"),
        "declined": _("antecknade: ville inte prata om det då"),
        "later": _("antecknade: sparat till senare"),
        "noted": _("antecknade"),
        "acknowledged": _("kvitterade"),
        "asked": _("frågade"),
        "answered": _("svarade"),
        "planned": _("planerade en åtgärd"),
        "closed": _("avslutade"),
        "reopened": _("öppnade igen"),
    }


def by_group(cards: Sequence[Shown]) -> Iterator[tuple[str, list[Shown]]]:
    """Divide a page's flags into the queue's groups, in order."""
    found: dict[str, list[Shown]] = {}
    for each in cards:
        found.setdefault("urgent" if each.card.urgent else each.card.row.level, []).append(each)
    yield from found.items()
