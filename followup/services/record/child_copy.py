"""“Min sammanfattning”: what can stand in it, what a child and its caseworker chose, and the page that comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import undefer

from followup.domain import summary
from followup.domain.age import age_on
from followup.domain.child_copy import SECTIONS, ChildCopy, CopyLine, CopySection, from_json, to_json
from followup.domain.errors import InvalidInput, InvalidTransition, Problem, translatable
from followup.domain.text import clean_text
from followup.questionnaires import load_all
from followup.questionnaires.child_texts import copy_texts, letter_texts
from followup.questionnaires.languages import Language, Words, code_of, copy_languages, words
from followup.services.record import copy_choices, editions, summarising
from followup.services.record.copy_choices import Chosen, Option, scored
from followup.services.visit import steps
from followup.services.visit.letter import LARGE_UNTIL, day_in_words, first_name, phone_of
from followup.services.visit.posted import Fields
from followup.store.tables import Document, Organisation, Visit
from followup.store.unit_of_work import UnitOfWork

LINE_LIMIT: Final = 300
_FACES: Final = {1: 1, 2: 3, 3: 5}
"""The three faces of the youngest, as pictures from 1 to 5."""


@dataclass(frozen=True)
class Choosable:
    """What a child and its caseworker choose from. signed: whether the page can be made now, or only be chosen for."""

    visit: Visit
    summary: summary.VisitSummary
    age: int
    language: str
    languages: Sequence[Language]
    options: Sequence[Option]
    signed: bool = True
    saved: Chosen | None = None

    def values(self) -> dict[str, str]:
        """Return the page's form as it is first shown: as it was chosen before the signing, if it was."""
        if self.saved:
            return self.saved.values(self.options)
        ticks = {f"o-{option.key}": "1" for option in self.options if option.chosen}
        return {"language": self.language, **ticks, **{f"t-{o.key}": o.text for o in self.options if o.editable}}


def choosable(uow: UnitOfWork, visit_id: UUID) -> Choosable:
    """Read what can stand in the child's copy of a visit, signed or being written. Raises NotFound for any other."""
    visit, record = _record(uow, visit_id)
    offered = copy_languages()
    spoken = code_of(visit.child.language)
    return Choosable(
        visit=visit,
        summary=record,
        age=age_on(visit.child.birth_date, uow.day_of(visit.planned_at)),
        language=spoken if spoken in {each.code for each in offered} else "sv",
        languages=offered,
        options=tuple(_options(record)),
        signed=record.signature is not None,
        saved=copy_choices.read(visit.child_copy),
    )


def _record(uow: UnitOfWork, visit_id: UUID) -> tuple[Visit, summary.VisitSummary]:
    visit = steps.open_visit(uow, visit_id, undefer(Visit.child_copy))
    if visit.state == "draft":
        whole = summarising.load_for_summary(uow, visit_id)
        return whole, summarising.summarise(uow, whole)
    return visit, editions.current_summary(uow, visit_id)[1]


def save_choices(uow: UnitOfWork, visit_id: UUID, fields: Fields) -> None:
    """Keep what was chosen before the visit is signed, for the page that is made after it. The last choice stands.

    Raises NotFound, InvalidTransition for a visit that isn't being written, and InvalidInput.
    """
    visit = steps.hold(uow, visit_id)
    if visit.state != "draft":
        raise InvalidTransition(visit.state)
    page = choosable(uow, visit_id)
    worded(uow, page, fields)
    visit.child_copy = copy_choices.to_json(copy_choices.chosen(page.options, fields))


def issue_child_copy(uow: UnitOfWork, visit_id: UUID, fields: Fields) -> Document:
    """Make the copy that was chosen, and let it wait for the press. The same twice gives one.

    Raises NotFound, InvalidTransition for a visit that isn't signed, and InvalidInput.
    """
    steps.hold(uow, visit_id)
    page = choosable(uow, visit_id)
    copy = worded(uow, page, fields)
    newest = uow.first(
        uow.reachable(Document)
        .where(Document.visit_id == visit_id, Document.kind == "child")
        .order_by(Document.edition.desc())
        .limit(1)
        .options(undefer(Document.source))
    )
    if newest and newest.source and replace(from_json(newest.source), made_at=copy.made_at) == copy:
        return newest
    uow.note("make_child_copy", child_id=page.visit.child_id, visit=str(visit_id))
    return editions.issue_edition(uow, page.visit, "child", to_json(copy), language=copy.language)


def worded(uow: UnitOfWork, page: Choosable, fields: Fields) -> ChildCopy:
    """Word the copy. Raises InvalidInput for a line that is too long or a language that doesn't exist."""
    posted = dict(fields)
    lang = posted.get("language", page.language)
    if lang not in {each.code for each in page.languages}:
        raise InvalidInput([Problem("language", translatable("Välj ett av språken."), "choice")])
    spoken, texts = words(lang), copy_texts()
    visit = page.visit
    chosen = list(_chosen(page, posted, spoken))
    said = {code: tuple(line for section, line in chosen if section == code) for code in SECTIONS}
    said["again"] = (CopyLine(_again(page, spoken)),)
    said["talk"] = tuple(_talk(page, spoken))
    headings = {code: texts[f"copy.{code}"] for code in SECTIONS if code != "why"}
    headings["why"] = letter_texts()["topics.why"]

    def say(key: str, **values: object) -> str:
        return spoken.say(texts[f"copy.{key}"], **values)

    return ChildCopy(
        language=spoken.html_lang,
        direction=spoken.direction,
        size="large" if page.age <= LARGE_UNTIL else "plain",
        heading=say("heading"),
        thanks=say("thanks", child=first_name(visit.child.name)),
        met=say("met"),
        day=day_in_words(page.summary.visit.on, spoken, alone=False),
        sections=tuple(CopySection(code, spoken.say(headings[code]), said[code]) for code in SECTIONS if said[code]),
        bye=say("bye", name=first_name(visit.caseworker.name)),
        more=say("more"),
        made_at=uow.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        sender="" if visit.child.protected_identity else _sender(uow, visit),
        unread=any(spoken.unread(text) for text in texts.values()),
    )


def _options(record: summary.VisitSummary) -> Iterator[Option]:
    """Give what may stand there. Only what was promised to the child stands there by itself."""
    for n, row in enumerate(record.agreements):
        yield Option(f"agreed-{n}", "agreed", row.what, chosen=row.kind.code == "promise", editable=True)
    for n, quote in enumerate(record.child_voice):
        yield Option(f"wished-{n}", "wished", quote.words, language=quote.language)
    if record.next_visit and record.next_visit.note:
        yield Option("again", "wished", record.next_visit.note, editable=True)
    answers = [each for f, form in enumerate(record.forms) for each in _answers(f, form)]
    good = {text.partition(":")[0] for text in record.strengths}  # the record has them with figures: not for a child
    yield from (replace(each, section="good") for called, each in answers if called & good)
    yield from (each for called, each in answers if not called & good)
    for n, drawing in enumerate(record.drawings):
        yield Option(f"drew-{n}", "drew", drawing.about, strokes=drawing.strokes)
    if record.placement_check and record.placement_check.explanation:
        yield Option("why", "why", record.placement_check.explanation.text)


def _answers(number: int, form: summary.Form) -> Iterator[tuple[set[str], Option]]:
    """Give the child's answers, as the child met them, each with what the record calls it."""
    for n, line in enumerate(form.answers if form.respondent.code == "child" else ()):
        if line.today.status == "answered":
            face = _FACES.get(line.today.value or 0, 0) if form.scale.kind == "faces" else 0
            score = line.today.value if line.today.text == str(line.today.value) else None
            answer = scored(words("sv"), score) if score is not None else line.today.text
            asked = f"{line.asked or line.text} {line.chosen or answer}"
            swedish = (line.text,) if score is not None else (line.text, line.today.text)
            key = f"answered-{number}-{n}"
            option = Option(key, "answered", asked, language=line.language, face=face, swedish=swedish, score=score)
            yield {_topic(line.item_id), line.text.rstrip(".?")}, option


def _topic(item_id: str) -> str:
    library = load_all()
    found = library.find(item_id)
    return library.wording().topic(item_id, found[0]) if found else item_id


def _chosen(page: Choosable, posted: Mapping[str, str], spoken: Words) -> Iterator[tuple[str, CopyLine]]:
    problems: list[Problem] = []
    for option in page.options:
        if posted.get(f"o-{option.key}") != "1":
            continue
        field = f"t-{option.key}"
        try:
            text = (
                clean_text(posted.get(field, option.text), LINE_LIMIT, field=field) if option.editable else option.text
            )
        except InvalidInput as error:
            problems += error.problems
            continue
        line = option.line(spoken)
        line = replace(line, text=" ".join(text.split())) if option.editable else line
        if line.text:
            own = line.language == spoken.html_lang
            yield option.section, replace(line, language="" if own else line.language)
    if problems:
        raise InvalidInput(problems)


def _again(page: Choosable, spoken: Words) -> str:
    following = page.summary.next_visit
    if following and following.on:
        return day_in_words(following.on, spoken)
    return spoken.say(copy_texts()["copy.no_day"])


def _talk(page: Choosable, spoken: Words) -> Iterator[CopyLine]:
    phone = phone_of(page.visit).replace(" ", "\N{NO-BREAK SPACE}")
    texts = copy_texts()
    yield CopyLine(spoken.say(texts["copy.call"], phone=phone) if phone else spoken.say(texts["copy.ask"]))
    if page.age > LARGE_UNTIL:
        yield CopyLine(spoken.say(letter_texts()["letter.elsewhere"]).replace("116 111", "116\N{NO-BREAK SPACE}111"))


def _sender(uow: UnitOfWork, visit: Visit) -> str:
    organisation = uow.one(select(Organisation).where(Organisation.id == visit.child.organisation_id))
    return f"{organisation.name}, {organisation.unit}"
