"""The foster home's own record of a visit: what may stand in it, what was chosen, and the edition that is kept.

What a carer answers about a child belongs to that child's file. Here stands what is about the home itself: what was
seen, who was there, how the carers manage, what they said and what was agreed with them (docs/adr/0020).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from followup.domain import home_record, names, record_words, summary
from followup.domain.errors import InvalidInput, NotFound, Problem, translatable
from followup.domain.home_record import HomeAgreement, HomeAnswer, HomeLine, unnamed
from followup.domain.masking import texts_of
from followup.services.overview.due import DONE
from followup.services.record import editions
from followup.services.record.home_filing import try_again
from followup.services.record.summarising import SECRECY
from followup.services.visit import steps
from followup.services.visit.posted import Fields
from followup.store.tables import Child, HomeRecord, Organisation, Placement, User, Visit
from followup.store.unit_of_work import UnitOfWork

ABOUT_THE_HOME: Final = frozenset({"f_explain", "f_cope", "f_support"})
"""Items of the carers' form that are about the carers themselves. Another is about the child until it stands here."""
_CHILDS_WORDS: Final = ("barn", "ungdom")


@dataclass(frozen=True)
class Part:
    """Something that may stand in the record. group: notes | answers | talks | agreements; text: to choose by.

    family: words in it that may be about the child's own family, which belongs to the child's file.
    """

    key: str
    group: str
    text: str
    value: HomeLine | HomeAnswer | HomeAgreement
    chosen: bool = True
    family: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What the record of a home visit is chosen from. visits: the signed ones that the actor reaches."""

    visit: Visit
    visits: Sequence[Visit]
    parts: Sequence[Part]
    present: tuple[str, ...]
    made: Sequence[HomeRecord] = field(default=())

    def values(self) -> dict[str, str]:
        """Return the page's form as it is first shown."""
        return {f"o-{part.key}": "1" for part in self.parts if part.chosen}

    def unread(self, fields: Fields) -> tuple[str, ...]:
        """Return the words about the child's own family in what a form chose, unless it says that they were read."""
        found = [word for part in self.parts if fields.get(f"o-{part.key}") == "1" for word in part.family]
        read = fields.get("read", "").split("|")
        return tuple(dict.fromkeys(found)) if set(found) - set(read) else ()


def draft_home_record(uow: UnitOfWork, visit_id: UUID) -> Draft:
    """Read what a signed visit tells of the home, and its siblings' visits too. Raises NotFound for an unsigned one."""
    visit = steps.open_visit(uow, visit_id)
    if visit.state not in DONE:
        raise NotFound
    visits = uow.all(
        uow.reachable(Visit)
        .where(Visit.home_visit_id == visit.home_visit_id, Visit.state.in_(DONE))
        .options(undefer(Visit.summary), joinedload(Visit.child))
        .order_by(Visit.child_id)
    )
    children = _children(uow, visit, visits)

    def plain(text: str) -> str:
        return unnamed(text, children)

    records = [summary.from_json(editions.source_of(uow, each)) for each in visits]
    looked_for, passed = _family(uow, visit, records)
    parts = [
        replace(part, family=home_record.family_in(_said(part), looked_for, passed))
        for place, words in enumerate(records)
        for part in _parts(place, words, visit, plain)
    ]
    shared = visit.home_visit.present.splitlines()
    present = tuple(line.strip() for line in shared if line.strip() and plain(line) == line)
    return Draft(visit, visits, _once(parts), present, _made(uow, visit))


def issue_home_record(uow: UnitOfWork, visit_id: UUID, fields: Fields) -> HomeRecord:
    """Keep the record that was chosen, as the next edition. The same twice gives one.

    Raises NotFound, and InvalidInput where words about the child's own family haven't been read.
    """
    steps.hold(uow, visit_id)
    draft = draft_home_record(uow, visit_id)
    if draft.unread(fields):
        message = translatable("Läs de rader som är märkta. Ta bort dem, eller säg att de får stå.")
        raise InvalidInput([Problem("read", message, "unread")])
    record = worded(uow, draft, fields)
    newest = next(iter(draft.made), None)
    if newest and _same(home_record.from_json(newest.source), record):
        try_again(newest)
        return newest
    source = home_record.to_json(record)
    row = HomeRecord(
        organisation_id=draft.visit.home_visit.organisation_id,
        foster_home_id=draft.visit.home_visit.foster_home_id,
        home_visit_id=draft.visit.home_visit_id,
        edition=record.edition,
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        made_at=uow.now,
        made_by=uow.actor.id,
    )
    uow.add(row)
    uow.flush()
    uow.note("make_home_record", home_record=str(row.id))
    return row


def worded(uow: UnitOfWork, draft: Draft, fields: Fields) -> home_record.HomeRecord:
    """Word the record as it would be kept now, by the actor."""
    chosen = [part.value for part in draft.parts if fields.get(f"o-{part.key}") == "1"]
    talks = {id(part.value) for part in draft.parts if part.group == "talks"}
    home_visit = draft.visit.home_visit
    home = home_visit.foster_home
    organisation = uow.one(select(Organisation).where(Organisation.id == home_visit.organisation_id))
    lines = [value for value in chosen if isinstance(value, HomeLine)]
    return home_record.HomeRecord(
        organisation=organisation.name,
        unit=organisation.unit,
        home=home.name,
        kind=record_words.term("home_kind", home.kind),
        place=home.place,
        secrecy=SECRECY,
        on=uow.day_of(home_visit.planned_at),
        visit_kind=record_words.term("visit_kind", home_visit.kind),
        children=len(draft.visits),
        home_seen=home_visit.home_seen,
        present=draft.present,
        notes=tuple(line for line in lines if id(line) not in talks),
        answers=tuple(value for value in chosen if isinstance(value, HomeAnswer)),
        talks=tuple(line for line in lines if id(line) in talks),
        agreements=tuple(value for value in chosen if isinstance(value, HomeAgreement)),
        signature=summary.Signature(uow.actor.name, uow.actor.title, uow.now),
        edition=1 + max((row.edition for row in draft.made), default=0),
        zone=uow.zone.key,
    )


def _parts(number: int, words: summary.VisitSummary, visit: Visit, plain: Callable[[str], str]) -> Iterator[Part]:
    for n, note in enumerate(words.notes):
        if note.area.code == "carer":
            line = HomeLine(note.kind, plain(note.text), plain(note.source))
            said_by_child = line.source != note.source or note.source.casefold().startswith(_CHILDS_WORDS)
            if not said_by_child:
                yield Part(f"n-{number}-{n}", "notes", line.text, line, note.kind.code != "assessment")
    for form in words.forms:
        for answer in form.answers if form.respondent.code == "carer" else ():
            if answer.item_id in ABOUT_THE_HOME:
                own = HomeAnswer(answer.text, answer.today.text, plain(answer.words))
                yield Part(f"a-{number}-{answer.item_id}", "answers", f"{own.text} {own.answer}", own)
    for n, talk in enumerate(words.conversations):
        if talk.with_carers and talk.carer_words:
            line = HomeLine(summary.Term("talk", "Familjehemmet sa"), plain(talk.carer_words))
            yield Part(f"t-{number}-{n}", "talks", line.text, line)
    yield from _agreed(number, words, visit, plain)


def _agreed(number: int, words: summary.VisitSummary, visit: Visit, plain: Callable[[str], str]) -> Iterator[Part]:
    carers = names.tokens([visit.home_visit.foster_home.name]) - {"och"}
    for n, row in enumerate(words.agreements):
        with_carers = bool(names.tokens([row.who]) & carers) or "familjehem" in row.who.casefold()
        if with_carers:
            when = row.when or (row.due.isoformat() if row.due else "")
            agreed = HomeAgreement(plain(row.what), plain(row.who), plain(when))
            yield Part(f"g-{number}-{n}", "agreements", agreed.what, agreed)
    for n, talk in enumerate(words.conversations):
        if talk.with_carers and talk.agreed:
            agreed = HomeAgreement(plain(talk.agreed), "Familjehemmet")
            yield Part(f"c-{number}-{n}", "agreements", agreed.what, agreed)


def _said(part: Part) -> str:
    value = part.value
    more = (
        (value.source,)
        if isinstance(value, HomeLine)
        else (value.words,)
        if isinstance(value, HomeAnswer)
        else (value.who, value.when)
    )
    return "\n".join((part.text if not isinstance(value, HomeAnswer) else "", *more))


def _family(
    uow: UnitOfWork, visit: Visit, records: Sequence[summary.VisitSummary]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the names to look for, all that look like names in the children's own records, and those to pass over."""
    home = visit.home_visit.foster_home
    staff = uow.rows(select(User.name).where(User.organisation_id == visit.home_visit.organisation_id))
    passed = names.tokens([home.name, home.place, home.address, *(name for (name,) in staff)])
    texts = [text for words in records for text in texts_of(words)]
    texts += [row.said_by for words in records for row in words.amendments]
    found = {word for text in texts for word in names.capitals_in(text)}
    return tuple(sorted(word for word in found if not names.tokens([word]) & passed)), passed


def _once(parts: Sequence[Part]) -> list[Part]:
    """Leave out what a sibling's visit says too, word for word."""
    return list({(part.group, part.value): part for part in reversed(parts)}.values())[::-1]


def _children(uow: UnitOfWork, visit: Visit, visits: Sequence[Visit]) -> list[str]:
    """Return the children's names, less the words that are the carers' as well."""
    lived = uow.rows(
        uow.reachable(Child)
        .join(Placement, Placement.child_id == Child.id)
        .where(Placement.foster_home_id == visit.home_visit.foster_home_id)
        .with_only_columns(Child.id, Child.name)
        .distinct()
    )
    carers = names.tokens([visit.home_visit.foster_home.name])
    full = {each.child.name for each in visits} | {name for _, name in lived}
    return sorted(" ".join(word for word in name.split() if word.casefold() not in carers) for name in full)


def _made(uow: UnitOfWork, visit: Visit) -> Sequence[HomeRecord]:
    return uow.all(
        uow.reachable(HomeRecord)
        .where(HomeRecord.home_visit_id == visit.home_visit_id)
        .options(undefer(HomeRecord.source), joinedload(HomeRecord.maker))
        .order_by(HomeRecord.edition.desc())
    )


def _same(one: home_record.HomeRecord, other: home_record.HomeRecord) -> bool:
    return replace(one, edition=1, signature=other.signature) == replace(other, edition=1)
