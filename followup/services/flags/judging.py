"""What people do with a flag after it was raised. Every act is a dated event that caseworker and lead both see.

Whoever acts says how many deeds the page showed (`flag_life.deeds`: what came of talking about it is none). When there
are more by now, somebody else was there meanwhile: nothing is written, and the caller shows what happened with what was
being written still in its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from followup.domain import flag_life
from followup.domain.errors import Conflict, InvalidTransition, Problem, translatable
from followup.domain.flag_life import Act, question_waits
from followup.domain.flags import Level
from followup.questionnaires.closing import closing_reasons
from followup.services.flags.people_around import leads, responsible_for
from followup.services.visit.posted import Fields, Posted
from followup.store.tables import Action, Flag, FlagEvent, User
from followup.store.unit_of_work import UnitOfWork

OTHER = "other"
"""In `who`: somebody who doesn't use this program; `who_else` names them."""

_FARTHEST = timedelta(days=3 * 366)
_NO_WORDS = translatable("Skriv några ord. Det räcker med en mening.")


class Overtaken(Conflict):
    """Somebody has done something with the flag since the page was made. Nothing was written."""


@dataclass(frozen=True)
class Held:
    """A flag that nobody else can change until the unit ends, with its events, oldest first."""

    flag: Flag
    events: Sequence[FlagEvent]

    @property
    def question(self) -> bool:
        """Whether the caseworker was asked and has not answered."""
        return question_waits([event.kind for event in self.events])

    @property
    def deeds(self) -> int:
        """How many deeds there are by now."""
        return flag_life.deeds([event.kind for event in self.events])


def acknowledge(uow: UnitOfWork, flag_id: UUID, seen: int) -> Flag:
    """Say that the lead has seen it. Raises NotFound, Overtaken, NotAllowed."""
    return _act(uow, flag_id, seen, Act.ACKNOWLEDGE)


def acknowledge_talks(uow: UnitOfWork, seen: Mapping[UUID, int]) -> tuple[int, int]:
    """Say of many flags at once that the lead has seen them; returns how many, and how many were left as they are.

    seen: how many deeds the page showed of each. Only what is left to talk about is acknowledged so: a flag that has
    become graver, or that somebody has done something with, is left.
    """
    done = 0
    for flag_id in sorted(seen, key=str):  # in one order, so that two leads never wait for one another
        held = _hold(uow, flag_id)
        if held.flag.level == Level.TALK and held.flag.status == flag_life.OPEN and held.deeds == seen[flag_id]:
            _write(uow, held, Act.ACKNOWLEDGE)
            done += 1
    return done, len(seen) - done


def ask(uow: UnitOfWork, flag_id: UUID, seen: int, fields: Fields) -> Flag:
    """Ask whoever is responsible for the child today. Field: question.

    Raises NotFound, Overtaken, NotAllowed, and InvalidInput, also when nobody is responsible.
    """
    posted = Posted(fields)
    text = _words(posted, "question")
    held = _hold(uow, flag_id)
    if not _said_already(uow, held, seen, Act.ASK, text) and responsible_for(uow, held.flag.child_id) is None:
        message = translatable("Ingen är ansvarig handläggare i dag, så frågan når ingen. Planera en åtgärd i stället.")
        posted.note(Problem("question", message, "nobody_responsible"))
    posted.check()
    return _act(uow, flag_id, seen, Act.ASK, text, held=held)


def answer(uow: UnitOfWork, flag_id: UUID, seen: int, fields: Fields) -> Flag:
    """Answer the lead's question. Field: answer. Raises NotFound, Overtaken, InvalidInput."""
    posted = Posted(fields)
    text = _words(posted, "answer")
    posted.check()
    return _act(uow, flag_id, seen, Act.ANSWER, text)


def plan(uow: UnitOfWork, flag_id: UUID, seen: int, fields: Fields) -> Action:
    """Plan an action. Fields: what, who (a user's id, or OTHER), who_else, due, and `anyway`.

    anyway: keep the action though the flag was closed while it was written; the flag stays closed.
    Raises NotFound, Overtaken, NotAllowed, InvalidInput.
    """
    posted = Posted(fields)
    what = _words(posted, "what", translatable("Skriv vad som ska göras."))
    owner, who = _doer(uow, posted)
    due = _due(uow, posted)
    posted.check()
    held = _hold(uow, flag_id)
    last = _said_already(uow, held, seen, Act.PLAN, "")
    if last and last.action_id:
        action = uow.one(uow.reachable(Action).where(Action.id == last.action_id))
        if (action.what, action.who, action.due) == (what, who, due):
            return action
    closed_meanwhile = posted.ticked("anyway") and held.flag.status == flag_life.CLOSED
    if not closed_meanwhile:
        _check(uow, held, seen, Act.PLAN)
    action = Action(
        id=uuid4(),
        child_id=held.flag.child_id,
        kind="action",
        what=what,
        who=who,
        owner_id=owner,
        due=due,
        state="open",
    )
    uow.add(action)
    uow.flush()
    if closed_meanwhile:
        _tell(uow, held, Act.PLAN, action_id=action.id)
    else:
        _write(uow, held, Act.PLAN, action_id=action.id)
    return action


def close(uow: UnitOfWork, flag_id: UUID, seen: int, fields: Fields) -> Flag:
    """Close with a reason. Fields: reason (a code of `closing_reasons`), note.

    Raises NotFound, Overtaken, InvalidInput without a reason, NotAllowed where a lead alone may.
    """
    posted = Posted(fields)
    reason = posted.choice("reason", closing_reasons())
    text = posted.text("note").strip()
    if reason is None and not posted.problems:
        posted.note(Problem("reason", translatable("Välj varför flaggan avslutas."), "missing"))
    if reason and closing_reasons()[reason].needs_words and not text:
        posted.note(Problem("note", translatable("Skriv varför, med egna ord."), "missing"))
    posted.check()
    return _act(uow, flag_id, seen, Act.CLOSE, text, reason=reason)


def reopen(uow: UnitOfWork, flag_id: UUID, seen: int, fields: Fields) -> Flag:
    """Open a closed flag again; its time begins anew. Field: why.

    Raises NotFound, Overtaken, InvalidInput, NotAllowed.
    """
    posted = Posted(fields)
    text = _words(posted, "why")
    posted.check()
    flag = _act(uow, flag_id, seen, Act.REOPEN, text)
    flag.raised_at = uow.now
    return flag


# --- reading --------------------------------------------------------------------------------------------------------


def _words(posted: Posted, name: str, otherwise: str = _NO_WORDS) -> str:
    text = posted.text(name).strip()
    if not text and not any(problem.field == name for problem in posted.problems):
        posted.note(Problem(name, otherwise, "missing"))
    return text


def _due(uow: UnitOfWork, posted: Posted) -> date | None:
    due = posted.day("due", uow.today - _FARTHEST, uow.today + _FARTHEST)
    if due is None and not any(problem.field == "due" for problem in posted.problems):
        posted.note(Problem("due", translatable("Välj en dag då det ska vara klart."), "missing"))
    elif due is not None and due < uow.today:
        message = translatable("Dagen har redan varit. Välj i dag eller en senare dag.")
        posted.note(Problem("due", message, "in_the_past"))
    return due


def _doer(uow: UnitOfWork, posted: Posted) -> tuple[UUID | None, str]:
    chosen = posted.fields.get("who", "")
    if chosen == OTHER:
        who = posted.line("who_else").strip()
        if not who:
            posted.note(Problem("who_else", translatable("Skriv vem som ska göra det."), "missing"))
        return None, who
    user = _colleague(uow, chosen)
    if user is None:
        posted.note(Problem("who", translatable("Välj vem som ska göra det."), "missing"))
        return None, ""
    return user.id, user.name


def _colleague(uow: UnitOfWork, chosen: str) -> User | None:
    try:
        user_id = UUID(chosen)
    except ValueError:
        return None
    of_ours = User.organisation_id == uow.actor.organisation_id, User.active
    return uow.first(select(User).where(User.id == user_id, *of_ours))


# --- writing --------------------------------------------------------------------------------------------------------


def _hold(uow: UnitOfWork, flag_id: UUID) -> Held:
    flag = uow.one(uow.reachable(Flag).where(Flag.id == flag_id).with_for_update())
    events = uow.all(uow.reachable(FlagEvent).where(FlagEvent.flag_id == flag.id).order_by(FlagEvent.at, FlagEvent.id))
    return Held(flag, events)


def _act(
    uow: UnitOfWork,
    flag_id: UUID,
    seen: int,
    act: Act,
    text: str = "",
    *,
    reason: str | None = None,
    held: Held | None = None,
) -> Flag:
    held = held or _hold(uow, flag_id)
    if _said_already(uow, held, seen, act, text, reason):
        return held.flag
    _check(uow, held, seen, act)
    _write(uow, held, act, text, reason=reason)
    return held.flag


def _check(uow: UnitOfWork, held: Held, seen: int, act: Act) -> None:
    if held.deeds != seen:
        raise Overtaken
    _becomes(uow, held, act)


def _becomes(uow: UnitOfWork, held: Held, act: Act) -> str:
    may_lead = leads(uow, held.flag.child_id)
    row = held.flag
    try:
        return flag_life.after(act, status=row.status, level=row.level, leads=may_lead, question=held.question)
    except InvalidTransition:
        raise Overtaken from None  # the page showed as many events, and offered something else


def _write(
    uow: UnitOfWork, held: Held, act: Act, text: str = "", *, reason: str | None = None, action_id: UUID | None = None
) -> None:
    held.flag.status = _becomes(uow, held, act)
    _tell(uow, held, act, text, reason=reason, action_id=action_id)


def _tell(
    uow: UnitOfWork, held: Held, act: Act, text: str = "", *, reason: str | None = None, action_id: UUID | None = None
) -> None:
    uow.add(
        FlagEvent(
            flag_id=held.flag.id,
            child_id=held.flag.child_id,
            kind=act.value,
            at=uow.now,
            by=uow.actor.id,
            text=text,
            reason=reason,
            action_id=action_id,
        )
    )


def _said_already(
    uow: UnitOfWork, held: Held, seen: int, act: Act, text: str, reason: str | None = None
) -> FlagEvent | None:
    """The event of the same deed by the same person, a moment ago: a double click, or a request that was sent twice."""
    if held.deeds != seen + 1:
        return None
    same = (act.value, uow.actor.id, text, reason)
    return next((each for each in reversed(held.events) if (each.kind, each.by, each.text, each.reason) == same), None)


def shown(posted: Collection[str]) -> dict[UUID, int]:
    """Read `<flag id>:<deeds>` pairs as a page posts them; what is none is left out."""
    found = {}
    for pair in posted:
        name, _colon, events = pair.partition(":")
        try:
            found[UUID(name)] = int(events)
        except ValueError:
            continue
    return found
