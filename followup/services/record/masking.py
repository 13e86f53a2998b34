"""Making a masked edition: what may be masked and why, what it becomes, and the document that is issued.

What can't be called back is given out here, so that it fails closed: a name that nobody chose about is masked, and a
known name stands only with a reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from followup.deadlines.secrecy import grounds
from followup.domain import summary
from followup.domain.errors import Conflict, InvalidInput, Problem, translatable
from followup.domain.masking import Choices, Decision, WordMask, masked
from followup.domain.secrecy import Ground
from followup.domain.suggesting import KINDS, Known, Suggestion, ground_for, suggestions
from followup.domain.summary import MadeOf
from followup.domain.summary_blocks import Block, blocks_of, linked
from followup.domain.text import clean_text
from followup.questionnaires import load_all
from followup.services.record import editions
from followup.services.visit import steps
from followup.services.visit.posted import Fields
from followup.store.tables import Child, Document, FosterHome, HomeVisit, Placement, User, Visit
from followup.store.unit_of_work import UnitOfWork

MORE_LIMIT, REASON_LIMIT = 2000, 300
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Maskable:
    """What can be masked of a visit. grounds: by code. seen: names what was shown, so that nothing else is masked.

    first_ground: the ground that stands first for a block that its writer wanted tried.
    """

    visit: Visit
    summary: summary.VisitSummary
    blocks: Sequence[Block]
    words: Sequence[Suggestion]
    grounds: Mapping[str, Ground]
    protected: bool
    seen: str

    def ground_of(self, word: Suggestion) -> str:
        """Return the code of the ground that a word is masked on unless somebody chooses otherwise, or ""."""
        return ground_for(word.kind, self.grounds.values(), protected=self.protected) if word.proposed else ""

    def values(self) -> dict[str, str]:
        """Return the page's form as it is first shown."""
        first = next(iter(self.grounds))
        blocks = {f"b-{block.path}": first if block.restricted else "" for block in self.blocks}
        return {**blocks, **{f"w-{word.text}": self.ground_of(word) for word in self.words}}


def maskable(uow: UnitOfWork, visit_id: UUID) -> Maskable:
    """Read what can be masked of the newest full edition. Raises NotFound for a visit that isn't signed."""
    visit, words, sha256 = editions.current_summary(uow, visit_id)
    protected = words.child.protected or visit.child.protected_identity
    return Maskable(
        visit=visit,
        summary=words,
        blocks=blocks_of(words),
        words=suggestions(words, _known(uow, visit), protected=protected),
        grounds=grounds(uow.today),
        protected=protected,
        seen=sha256,
    )


def masked_as_chosen(uow: UnitOfWork, page: Maskable, fields: Fields) -> summary.VisitSummary:
    """Return the masked edition as it would be issued now. Raises InvalidInput, and Conflict for a page of before."""
    posted = dict(fields)
    if posted.get("seen") != page.seen:
        raise Conflict("Sammanfattningen har fått en ny utgåva sedan sidan visades. Gå igenom den igen.")
    number = editions.next_edition(uow, page.visit.id, "masked")
    words = masked(page.summary, _choices(page, posted), Decision(uow.actor.name, uow.actor.title, uow.now), number)
    code = editions.code_of(page.seen)
    return replace(words, made_of=MadeOf(page.summary.heading.edition_number, page.summary.drawn_up_at, code))


def issue_masked(uow: UnitOfWork, visit_id: UUID, fields: Fields) -> Document:
    """Issue the masked edition that was chosen, and let it wait for the press. The same twice gives one.

    Raises NotFound, InvalidInput, and Conflict for a page of before.
    """
    steps.hold(uow, visit_id)
    page = maskable(uow, visit_id)
    words, why = masked_as_chosen(uow, page, fields), _why(page, dict(fields))
    newest = _newest(uow, visit_id)
    if newest and newest.source and (newest.why or "") == why and _same(summary.from_json(newest.source), words):
        return newest
    uow.note("mask_visit", child_id=page.visit.child_id, visit=str(visit_id), masked=len(words.masked))
    return editions.issue_edition(uow, page.visit, "masked", summary.to_json(words), why=why)


def _choices(page: Maskable, posted: Mapping[str, str]) -> Choices:
    problems = [*_unreasoned(page, posted), *_unknown(page, posted)]
    if problems:
        raise InvalidInput(problems)
    chosen = {block.path: posted.get(f"b-{block.path}", "") for block in page.blocks}
    blocks = {path: page.grounds[code] for path, code in chosen.items() if code}
    called = _topics(line.item_id for form in page.summary.forms for line in form.answers)
    blocks |= {path: blocks[answer] for path, answer in linked(page.summary, tuple(blocks), called).items()}
    words = [
        WordMask(word.text, KINDS["person" if word.kind == "guess" else word.kind], page.grounds[code])
        for word in page.words
        if (code := posted.get(f"w-{word.text}", page.ground_of(word)))
    ]
    first = next(iter(page.grounds.values()))
    words += [WordMask(text, "Ord som handläggaren valt", first) for text in _more(posted)]
    return Choices(blocks, words)


def _topics(item_ids: Iterable[str]) -> dict[str, str]:
    """Say what items are called in sentences about their answers."""
    library = load_all()
    wording, found = library.wording(), {item_id: library.find(item_id) for item_id in item_ids}
    return {item_id: wording.topic(item_id, form_item[0]) for item_id, form_item in found.items() if form_item}


def _lifted(page: Maskable, posted: Mapping[str, str]) -> list[str]:
    """List the names that are known and that somebody lets stand."""
    return [
        word.text for word in page.words if word.known and page.ground_of(word) and posted.get(f"w-{word.text}") == ""
    ]


def _unreasoned(page: Maskable, posted: Mapping[str, str]) -> Iterator[Problem]:
    if _lifted(page, posted) and not posted.get("reason", "").strip():
        message = translatable("Skriv varför det du låter stå kvar får lämnas ut.")
        yield Problem("reason", message, "missing")


def _unknown(page: Maskable, posted: Mapping[str, str]) -> Iterator[Problem]:
    for name, code in posted.items():
        if name.startswith(("b-", "w-")) and code and code not in page.grounds:
            yield Problem(name, translatable("Välj en av grunderna."), "choice")


def _more(posted: Mapping[str, str]) -> Iterator[str]:
    text = clean_text(posted.get("more", ""), MORE_LIMIT, field="more")
    yield from (line.strip() for line in text.splitlines() if line.strip())


def _why(page: Maskable, posted: Mapping[str, str]) -> str:
    """Word what isn't printed but kept: for whom, and why a name was let stand."""
    recipient = clean_text(posted.get("recipient", ""), REASON_LIMIT, field="recipient").strip()
    reason = clean_text(posted.get("reason", ""), REASON_LIMIT, field="reason").strip()
    lifted = _lifted(page, posted)
    lines = [f"Till: {recipient}"] if recipient else []
    lines += [f"Får stå: {', '.join(lifted)}. {reason}"] if lifted else []
    return "\n".join(lines)


def _known(uow: UnitOfWork, visit: Visit) -> Known:
    """Gather names around the child: of everybody in its homes whom the actor may know of, and of the staff."""
    home_id = uow.one(uow.reachable(HomeVisit).where(HomeVisit.id == visit.home_visit_id)).foster_home_id
    lived = uow.all(
        uow.reachable(Placement).where(Placement.child_id == visit.child_id).options(joinedload(Placement.foster_home))
    )
    homes = {placement.foster_home.id: placement.foster_home for placement in lived}
    homes |= {home.id: home for home in uow.all(uow.reachable(FosterHome).where(FosterHome.id == home_id))}
    others = uow.rows(
        uow.reachable(Child)
        .join(Placement, Placement.child_id == Child.id)
        .where(Placement.foster_home_id.in_(homes), Child.id != visit.child_id)
        .with_only_columns(Child.name)
        .distinct()
    )
    staff = uow.rows(select(User.name).where(User.organisation_id == visit.child.organisation_id))
    return Known(
        people=(*(name for (name,) in others), *(home.name for home in homes.values())),
        addresses=tuple(home.address for home in homes.values()),
        places=tuple(home.place for home in homes.values()),
        staff=tuple(name for (name,) in staff),
    )


def _newest(uow: UnitOfWork, visit_id: UUID) -> Document | None:
    return uow.first(
        uow.reachable(Document)
        .where(Document.visit_id == visit_id, Document.kind == "masked")
        .order_by(Document.edition.desc())
        .limit(1)
        .options(undefer(Document.source))
    )


def _same(one: summary.VisitSummary, other: summary.VisitSummary) -> bool:
    return _timeless(one) == _timeless(other)


def _timeless(words: summary.VisitSummary) -> str:
    lines = tuple(replace(line, at=_ANY_TIME) for line in words.masked)
    heading = replace(words.heading, edition_number=1)
    plain = replace(words, masked=lines, heading=heading, drawn_up_at=_ANY_TIME)
    return hashlib.sha256(summary.to_json(plain).encode()).hexdigest()
