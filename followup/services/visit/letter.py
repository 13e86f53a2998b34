"""The letter to a child before a visit: who comes, when, and what it may want to talk about (domain notes, section 4).

In plain words by age and in the child's language, if the texts exist in it. It is stored nowhere and is no part of the
record; the log says that it was made. What would tell where a protected child lives is left out: no organisation, no
surname, and no number of a landline, whose first figures name the place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from babel.dates import format_date
from sqlalchemy import select

from followup.domain.age import age_on
from followup.domain.errors import InvalidTransition
from followup.pdf.letter import Letter
from followup.questionnaires.child_texts import letter_texts
from followup.questionnaires.languages import Language, Words, code_of, letter_languages, words
from followup.services.visit import steps
from followup.store.tables import Organisation, User, Visit
from followup.store.unit_of_work import UnitOfWork

_OTHER = "topics.other"
TOPICS = tuple(key.removeprefix("topics.") for key in letter_texts() if key.startswith("topics.") and key != _OTHER)
LARGE_UNTIL, TEEN_FROM = 7, 13
"""Ages in whole years: up to the first the letter is read aloud and short; from the second it is a teenager's."""
_FEWER = frozenset({"home", "family", "school", "friends", "fun", "why"})
_LOCALES = {"prs": "fa_AF"}
_KEPT_TOGETHER = "\N{NO-BREAK SPACE}"
_MOBILE = ("07", "+467", "00467")


@dataclass(frozen=True)
class Draft:
    """What the page asks before a letter is made. why_not: unannounced | over, when there is none to make.

    topics: those that suit the age, by code. pictured: whether the caseworker has a picture.
    """

    visit: Visit
    age: int
    language: str
    languages: Sequence[Language]
    topics: Sequence[str]
    pictured: bool
    why_not: str = ""


def draft_letter(uow: UnitOfWork, visit_id: UUID) -> Draft:
    """Say what can be chosen for the letter. Raises NotFound."""
    visit = steps.open_visit(uow, visit_id)
    age = age_on(visit.child.birth_date, uow.day_of(visit.planned_at))
    offered = letter_languages()
    spoken = code_of(visit.child.language)
    return Draft(
        visit=visit,
        age=age,
        language=spoken if spoken in {each.code for each in offered} else "sv",
        languages=offered,
        topics=[topic for topic in TOPICS if age > LARGE_UNTIL or topic in _FEWER],
        pictured=_portrait(uow, visit) is not None,
        why_not=_why_not(uow, visit),
    )


def write_letter(uow: UnitOfWork, visit_id: UUID, lang: str, topics: Sequence[str]) -> Letter:
    """Word the letter. lang: a language's code. topics: codes; others are passed over.

    Raises NotFound, and InvalidTransition for a visit that nobody is to know of, or that is over.
    """
    visit = steps.open_visit(uow, visit_id)
    if _why_not(uow, visit):
        raise InvalidTransition(visit.state)
    spoken = words(lang if lang in {each.code for each in letter_languages()} else "sv")
    return _letter(uow, visit, spoken, [topic for topic in TOPICS if topic in topics])


def note_letter(uow: UnitOfWork, visit_id: UUID, child_id: UUID) -> None:
    """Note in the log that a letter was made."""
    uow.note("make_letter", child_id=child_id, visit=str(visit_id))


def _why_not(uow: UnitOfWork, visit: Visit) -> str:
    if visit.home_visit.kind == "unannounced":
        return "unannounced"
    return "" if visit.state in steps.OPEN_STATES and uow.day_of(visit.planned_at) >= uow.today else "over"


def _letter(uow: UnitOfWork, visit: Visit, spoken: Words, topics: Sequence[str]) -> Letter:
    texts = letter_texts()
    child, protected = first_name(visit.child.name), visit.child.protected_identity
    age = age_on(visit.child.birth_date, uow.day_of(visit.planned_at))
    teen = age >= TEEN_FROM
    phone = phone_of(visit)
    name = first_name(visit.caseworker.name) if protected else visit.caseworker.name
    at = visit.planned_at.astimezone(uow.zone)

    def say(key: str) -> str:
        whole_phone = phone.replace(" ", _KEPT_TOGETHER)
        return spoken.say(texts[key], child=child, name=name, phone=whole_phone, time=_clock(at, spoken))

    met = ["letter.alone", *(["letter.interpreter"] if visit.home_visit.interpreter.strip() else [])]
    rights = ["decide", "support_teen" if teen else "support", "change" if phone else "change_plain"]
    rights += ["elsewhere"] if age > LARGE_UNTIL else []
    return Letter(
        lang=spoken.html_lang,
        direction=spoken.direction,
        size="large" if age <= LARGE_UNTIL else "plain",
        heading=say("letter.heading"),
        hello=spoken.ui("start.hello", child=child),
        before=(say("letter.who"), say("letter.job_teen" if teen else "letter.job")),
        meets=say("letter.meets_screen" if visit.home_visit.kind == "digital" else "letter.meets"),
        day=day_in_words(at.date(), spoken),
        at=say("letter.at"),
        after=tuple(say(key) for key in met),
        choose=say("letter.choose"),
        topics=tuple(say(f"topics.{topic}") for topic in topics),
        other=say(_OTHER),
        rights=tuple(say(f"letter.{key}") for key in rights),
        bye=spoken.say(texts["letter.bye"], name=first_name(name)),
        sender="" if protected else _sender(uow),
        portrait_says=say("letter.my_picture"),
        made_at=uow.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        portrait=_portrait(uow, visit) or b"",
    )


def _portrait(uow: UnitOfWork, visit: Visit) -> bytes | None:
    return uow.first(select(User.picture).where(User.id == visit.caseworker_id))


def _sender(uow: UnitOfWork) -> str:
    organisation = uow.one(select(Organisation).where(Organisation.id == uow.actor.organisation_id))
    return f"{organisation.name}, {organisation.unit}"


def phone_of(visit: Visit) -> str:
    """Return the caseworker's number as it may lie in the child's home; "" for one that tells where that is."""
    phone = visit.caseworker.phone
    return "" if visit.child.protected_identity and not phone.replace("-", "").startswith(_MOBILE) else phone


def first_name(name: str) -> str:
    """Return the first word of a name."""
    return name.split(maxsplit=1)[0] if name.split() else name


def day_in_words(at: date, spoken: Words, *, alone: bool = True) -> str:
    """The weekday and the day of the month, with the month in words: no child has to read a figure for it.

    alone: it stands on a line of its own, and begins with a capital.
    """
    pattern = "EEEE d MMMM" if spoken.lang != "es" else "EEEE d 'de' MMMM"
    day = format_date(at, pattern, locale=_LOCALES.get(spoken.lang, spoken.lang))
    return day[:1].upper() + day[1:] if alone else day


def _clock(at: datetime, spoken: Words) -> str:
    return at.strftime("%H.%M" if spoken.lang == "sv" else "%H:%M")
