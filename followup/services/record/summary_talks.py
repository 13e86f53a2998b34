"""What of a summary comes from flags: what is most important, the conversations, and what is to be followed up."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from followup.domain import record_words, summary
from followup.domain.flags import Level
from followup.domain.prompts import prompts_for
from followup.domain.questionnaire import Questionnaire
from followup.questionnaires import Library
from followup.services.installation.publishing import form_of
from followup.services.visit.sheets import CARER, CHILD, History
from followup.services.visit.talking import CARER_FORM, OWN, begin_with, item_of, strengths_of, talked_as
from followup.store.tables import Flag, Prompt, User, Visit
from followup.store.unit_of_work import UnitOfWork

_BEGIN_WITH = "Ville prata om det först."


def conversations(visit: Visit, library: Library) -> tuple[summary.Conversation, ...]:
    """Word what was talked about; the visit's prompts, flags and responses with their forms are loaded."""
    raised = {talked_as(flag): flag for flag in visit.flags if not flag.withdrawn}
    order = _order(visit, library)
    held = [prompt for prompt in visit.prompts if prompt.outcome or prompt.words or prompt.agreed]
    held.sort(key=lambda prompt: (order.get(prompt.subject, len(order)), ":" in prompt.subject, prompt.recorded_at))
    return tuple(_conversation(visit, prompt, raised.get(prompt.subject), library) for prompt in held)


def strengths(visit: Visit, history: History, library: Library) -> tuple[str, ...]:
    """Word what is going well by the child's own answers, the same as beside the conversation."""
    form = _form_of(visit, CHILD)
    wording, lines = library.wording(), []
    for item, strength in strengths_of(history, form):
        now = wording.answer(strength.score, None, form.scale) if form else ""
        higher = strength.before is not None and strength.score > strength.before
        lines.append(f"{wording.topic(item.id, form)}: {now}{', högre än senast' if higher else ''}")
    return tuple(lines)


def _order(visit: Visit, library: Library) -> dict[str, int]:
    """The order of the conversation's own page, by subject; what the child brought up itself comes after."""
    flags = [row.as_raised() for row in visit.flags if row.respondent == CHILD and not row.withdrawn]
    prompts = prompts_for(flags, _form_of(visit, CHILD), library.common, begin_with=begin_with(visit, CHILD))
    return {prompt.subject: place for place, prompt in enumerate(prompts)}


def _conversation(visit: Visit, prompt: Prompt, row: Flag | None, library: Library) -> summary.Conversation:
    with_carers = row.respondent == CARER if row else _about_carers(prompt.subject, library)
    form = _form_of(visit, CARER if with_carers else CHILD)
    flag = row.as_raised() if row else None
    asked = next(iter(prompts_for([flag], form, library.common)), None) if flag else None
    topic = _topic(prompt, form)
    return summary.Conversation(
        topic=f"Familjehemmet: {topic}" if with_carers else topic,
        outcome=record_words.term("prompt_outcome", prompt.outcome or "talked"),
        reasons=(library.wording().flag(flag, form).rstrip("."),) if flag else (),
        question=asked.question.get("sv") if asked else "",
        child_words="" if with_carers else prompt.words,
        with_carers=with_carers,
        carer_words=prompt.words if with_carers else "",
        agreed=prompt.agreed,
        child_asked=bool(flag and "R12" in flag.rules) or prompt.subject.startswith(OWN),
    )


def _about_carers(subject: str, library: Library) -> bool:
    found = library.find(subject)
    return subject == CARER_FORM or (found is not None and found[0].respondent == CARER)


def _topic(prompt: Prompt, form: Questionnaire | None) -> str:
    item = item_of(prompt.subject, form)
    if item:
        return item.text.get("sv")
    return prompt.topic or ("svaren i stort" if prompt.subject == CARER_FORM else "Besöket i stort")


def most_important(visit: Visit, library: Library) -> tuple[str, ...]:
    """Return what the child wanted to talk about first, and the gravest of its flags, in a sentence each."""
    form, wording = _form_of(visit, CHILD), library.wording()
    rows = [row for row in visit.flags if row.respondent != CARER and _to_follow_up(row)]
    rows.sort(key=lambda row: -Level(row.level).rank)
    told = {row.subject: row.text or wording.flag(row.as_raised(), form) for row in rows}
    first = begin_with(visit, CHILD)
    if first:
        what = told.pop(first, f"{wording.topic(first, form)}.")
        told = {first: f"{what} {_BEGIN_WITH}", **told}
    return tuple(told.values())[: summary.MOST_IMPORTANT_AT_MOST]


def flag_lines(uow: UnitOfWork, visit: Visit, library: Library) -> tuple[summary.FlagLine, ...]:
    """Word the flags from follow-up and upwards; what was only to be talked about stands among the conversations."""
    rows = [row for row in visit.flags if _to_follow_up(row)]
    names = _names(uow, {event.by for row in rows for event in row.events})
    return tuple(_flag_line(uow, row, _form_of(visit, row.respondent), names, library) for row in rows)


def _flag_line(
    uow: UnitOfWork, row: Flag, form: Questionnaire | None, names: dict[UUID, str], library: Library
) -> summary.FlagLine:
    words = library.wording()
    event = row.events[-1] if row.events and row.events[-1].kind != "raised" else None
    topic = "" if row.respondent == CARER else words.topic(row.subject, form)
    item = item_of(row.subject, form)
    reason = words.flag(row.as_raised(), form).rstrip(".").removeprefix(f"{topic}: ")
    return summary.FlagLine(
        about="Familjehemmets svar" if row.respondent == CARER else row.text or topic or "Besöket i stort",
        level=summary.Term(row.level, words.level(row.level)),
        status=record_words.term("flag_status", row.status),
        reasons=() if row.text else (reason,),
        ended=event.text if event else "",
        by=names.get(event.by, "") if event else "",
        on=uow.day_of(event.at) if event else None,
        of_carers=row.respondent == CARER,
        item_id=item.id if item else "",
    )


def _to_follow_up(row: Flag) -> bool:
    return not row.withdrawn and Level(row.level).rank >= Level.FOLLOW_UP.rank


def _names(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID, str]:
    rows = uow.rows(select(User.id, User.name).where(User.id.in_(ids))) if ids else ()
    return {user_id: name for user_id, name in rows}  # noqa: C416 - dict(rows) is no mapping of rows to a type checker


def _form_of(visit: Visit, respondent: str) -> Questionnaire | None:
    found = next((each for each in visit.responses if each.respondent == respondent), None)
    return form_of(found.questionnaire_version) if found else None
