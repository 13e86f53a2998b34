"""Reading back and signing. What is signed is frozen: the summary as it was worded, and the rows it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from followup.domain import placement_check, summary
from followup.domain.errors import Conflict, InvalidInput, InvalidTransition, Problem, translatable
from followup.domain.flags import Level
from followup.services.record.editions import issue_edition
from followup.services.record.summarising import load_for_summary, summarise
from followup.services.visit import agreeing, answering, explaining, steps
from followup.services.visit.posted import Fields, Posted, tidied
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import ReadBack, Visit
from followup.store.unit_of_work import UnitOfWork

STEP = "sign"
OUTCOMES = ("agrees", "changed", "disagrees", "not_done")
_WORDS_LIMIT = 5000
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_TOLD_ELSEWHERE = frozenset({"R5b", "R9u", "R9b", "R10"})
"""Nothing more to say of these: the question wasn't asked, or what came of it is asked for where it arises."""


@dataclass(frozen=True)
class Lack:
    """Something that signing waits for: the step where it is mended, and a sentence (a translation key)."""

    step: str
    message: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    """What the sentence's placeholders stand for."""
    anchor: str = ""
    """The id of the place on the step's page where it is mended; "" for the top of the page."""


def read_back_fields(visit: Visit) -> dict[str, str]:
    """What is stored of the reading, as the form posts it."""
    read = visit.read_back
    return {"outcome": (read.outcome or "") if read else "", "words": read.words if read else ""}


def save_read_back(uow: UnitOfWork, visit_id: UUID, revision: int, fields: Fields) -> Saved | Stale:
    """Save what the child said about the summary. Raises InvalidInput, InvalidTransition, NotFound."""
    visit = steps.open_for_writing(uow, visit_id, *steps.loaded(Visit.read_back))
    stored = read_back_fields(visit)
    posted = {name: value for name, value in tidied(fields).items() if name in stored}
    reading = Posted(posted, over=stored)
    outcome, words = reading.choice("outcome", OUTCOMES), reading.text("words", _WORDS_LIMIT)
    reading.check()
    checked = steps.check_revision(uow, visit, STEP, revision, stored=stored, posted=posted)
    if checked is not None:
        return checked
    if visit.read_back is None:
        visit.read_back = ReadBack(visit_id=visit.id, child_id=visit.child_id)
    visit.read_back.outcome, visit.read_back.words = outcome, words
    return steps.mark_saved(uow, visit, STEP)


def said_when_signed(uow: UnitOfWork, visit_id: UUID, fields: Fields) -> bool:
    """Tell whether the visit is signed and the posted word of the child is the stored one. Raises NotFound."""
    visit = steps.open_visit(uow, visit_id, *steps.loaded(Visit.read_back))
    stored = read_back_fields(visit)
    posted = {name: value for name, value in tidied(fields).items() if name in stored}
    return visit.state in {"signed", "filed"} and posted.items() <= stored.items()


def mark_of(shown: summary.VisitSummary) -> str:
    """Name a summary by all that it says, so that what was read is what is signed.

    Left out: the time, and what the child says of the summary, which is recorded after it was read. Counting the saves
    of the visit's steps would not do: an urgent concern, a promise kept, or what a sibling's visit tells of the home
    they share are in the summary too, and saved elsewhere.
    """
    return summary.fingerprint(replace(shown, drawn_up_at=_ANY_TIME, read_back=None))


def lacks(uow: UnitOfWork, visit: Visit) -> list[Lack]:
    """List what must be there before signing, for a visit loaded by `load_for_summary`; empty when it can be signed.

    A reason is always accepted: the point is that nothing is passed over in silence.
    """
    return [
        *_answer_lacks(uow, visit),
        *_check_lacks(visit),
        *_talk_lacks(visit),
        *_agreement_lacks(visit),
        *_read_back_lacks(visit),
    ]


def sign_visit(uow: UnitOfWork, visit_id: UUID, seen: str) -> None:
    """Freeze the visit as it was read, and ask for its PDF. Signing twice signs once. seen: see `mark_of`.

    Raises InvalidInput with what is lacking, Conflict when something was changed since the summary was shown.
    """
    _sign(uow, visit_id, seen)


def sign_unread(uow: UnitOfWork, visit_id: UUID) -> None:
    """Do as `sign_visit` with a visit that the program has made up itself, and that nobody reads on a page first."""
    _sign(uow, visit_id, None)


def _sign(uow: UnitOfWork, visit_id: UUID, seen: str | None) -> None:
    visit = _hold(uow, visit_id)
    if visit.state in {"signed", "filed"}:
        return
    if visit.state not in steps.OPEN_STATES:
        raise InvalidTransition(visit.state)
    missing = lacks(uow, visit)
    if missing:
        raise InvalidInput([Problem(lack.step, lack.message, lack.code, lack.values) for lack in missing])
    shown = summarise(uow, visit)
    if seen is not None and mark_of(shown) != seen:
        raise Conflict("Besöket har ändrats sedan du läste sammanfattningen. Läs igenom den igen innan du signerar.")
    explaining.publish_draft(uow, visit)
    signed = shown.signed(summary.Signature(uow.actor.name, uow.actor.title, uow.now))
    uow.flush()  # the rows of the visit, while they may still be written
    visit.summary = summary.to_json(signed)
    visit.summary_sha256 = summary.fingerprint(signed)
    visit.state, visit.signed_at, visit.signed_by = "signed", uow.now, uow.actor.id
    issue_edition(uow, visit, "full", None)
    uow.note("sign_visit", child_id=visit.child_id, visit=str(visit.id))


def _hold(uow: UnitOfWork, visit_id: UUID) -> Visit:
    explaining.hold_explanations(uow, steps.hold(uow, visit_id))
    return load_for_summary(uow, visit_id)


def _answer_lacks(uow: UnitOfWork, visit: Visit) -> Iterator[Lack]:
    blank = sum(len(page.blank) for page in answering.unfinished(uow, visit))
    if blank:
        message = translatable("Frågor utan svar: %(count)s. Ställ dem, eller anteckna att de inte ställdes.")
        yield Lack("answers", message, "blank_answers", {"count": blank})


def _check_lacks(visit: Visit) -> Iterator[Lack]:
    row = visit.placement_check
    names = ("understanding", "self_blame", "understanding_reason", "self_blame_reason", "reason_note", "next_step")
    check = placement_check.PlacementCheck(**{name: (getattr(row, name) or "") if row else "" for name in names})
    for problem in placement_check.problems_of(check):
        words = {
            "understanding": translatable("Anteckna om barnet vet varför det bor här, eller varför det inte togs upp."),
            "self_blame": translatable("Anteckna om barnet tar på sig skulden, eller varför det inte togs upp."),
        }
        yield Lack("why", words.get(problem.field, problem.message), f"check_{problem.field}", anchor=problem.field)
    if explaining.overtaken(visit):
        message = translatable("”Därför bor jag här” har skrivits om vid ett annat besök också. Läs båda texterna.")
        yield Lack("why", message, "explanation_overtaken", anchor="explanation")


def _talk_lacks(visit: Visit) -> Iterator[Lack]:
    """A flag to follow up needs a word about what came of it: that you talked, or that the child didn't want to."""
    answered = {prompt.subject for prompt in visit.prompts if prompt.outcome}
    for row in visit.flags:
        flag = row.as_raised()
        grave = flag.level.rank >= Level.FOLLOW_UP.rank
        elsewhere = all(reason.rule in _TOLD_ELSEWHERE for reason in flag.reasons)
        if grave and row.respondent == "child" and row.subject not in answered and not row.withdrawn and not elsewhere:
            message = translatable("Anteckna hur det gick att prata om det som ska följas upp.")
            yield Lack("talk", message, "talk_missing", anchor=f"s-{row.subject}")
            return


def _agreement_lacks(visit: Visit) -> Iterator[Lack]:
    yield from (
        Lack("agreements", problem.message, problem.code, anchor=problem.field) for problem in agreeing.gaps(visit)
    )
    if visit.private_talk is None:
        message = translatable("Anteckna om du pratade enskilt med barnet.")
        yield Lack("agreements", message, "private_talk", anchor="private_talk")
    elif visit.private_talk != "yes" and not visit.private_reason.strip():
        message = translatable("Skriv varför det inte blev ett helt enskilt samtal.")
        yield Lack("agreements", message, "private_reason", anchor="private_reason")


def _read_back_lacks(visit: Visit) -> Iterator[Lack]:
    read = visit.read_back
    if read is None or not read.outcome:
        yield Lack(
            STEP, "Läs igenom med barnet och anteckna vad barnet säger, eller varför ni inte läste.", "read_back"
        )
    elif read.outcome == "not_done" and not read.words.strip():
        yield Lack(STEP, "Skriv varför ni inte läste igenom tillsammans.", "read_back_reason")
