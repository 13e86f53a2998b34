"""Step 3: what to talk about, in which order, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import selectinload

from followup.domain import prompts as talk
from followup.domain.answers import Answer, AnswerSheet
from followup.domain.errors import Problem
from followup.domain.flags import FORM, Level
from followup.domain.questionnaire import Item, Questionnaire
from followup.questionnaires import load_all
from followup.services.flags.raised_by_hand import note_on, raise_by_hand
from followup.services.visit import steps
from followup.services.visit.posted import Fields, Posted, tidied
from followup.services.visit.sheets import CARER, CHILD, History, load_history
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Flag, Prompt, Response, Visit
from followup.store.unit_of_work import UnitOfWork

STEP = "talk"
OUTCOMES = ("talked", "declined", "later")
OWN = "own:"
CARER_FORM = "carer:_form"
"""The subject of the conversation about the carers' form as a whole; the child's is flags.FORM."""
STRENGTHS_SHOWN = 3

_KINDS = ("outcome", "words", "agreed", "lead", "leadnote", "topic")


@dataclass(frozen=True)
class Card:
    """One thing to talk about. subject: what its fields are named by (`outcome-<subject>` …).

    prompt: the flag with its question and place, None for a topic of the child's own and for what is no longer flagged.
    item, answer: None on the whole form. said: the child's words in the form.
    """

    subject: str
    prompt: talk.Prompt | None = None
    item: Item | None = None
    answer: Answer | None = None
    said: str = ""

    @property
    def folded(self) -> bool:
        """Whether it waits behind “show more”."""
        return self.prompt is not None and self.prompt.folded


@dataclass(frozen=True)
class Talk:
    """What the page shows. cards: with the child, in order. carer_cards: with the carers, without the child.

    own: subjects of the child's own topics. form, carer_form: None when nothing was answered. strengths: what is going
    well, the best first.
    """

    visit: Visit
    cards: Sequence[Card]
    carer_cards: Sequence[Card]
    own: Sequence[str]
    form: Questionnaire | None
    carer_form: Questionnaire | None
    strengths: Sequence[tuple[Item, talk.Strength]]


def open_talk(uow: UnitOfWork, visit_id: UUID) -> Talk:
    """Fetch what the page shows. Raises NotFound."""
    answers = selectinload(Visit.responses).selectinload(Response.answers)
    visit = steps.open_visit(uow, visit_id, answers, *steps.loaded(Visit.flags, Visit.prompts))
    history = load_history(uow, visit, comparable=True)
    form, carer_form = history.this.forms.get(CHILD), history.this.forms.get(CARER)
    cards = _cards(visit, CHILD, form, history)
    carer_cards = _cards(visit, CARER, carer_form, history)
    shown = {card.subject for card in (*cards, *carer_cards)}
    own = [prompt.subject for prompt in visit.prompts if prompt.subject.startswith(OWN)]
    left = [prompt.subject for prompt in visit.prompts if prompt.subject not in shown and prompt.subject not in own]
    return Talk(
        visit=visit,
        cards=(*cards, *(Card(subject, item=item_of(subject, form)) for subject in left)),
        carer_cards=carer_cards,
        own=own,
        form=form,
        carer_form=carer_form,
        strengths=strengths_of(history, form),
    )


def talk_fields(visit: Visit) -> dict[str, str]:
    """What is stored of the step, as its form posts it; the visit's prompts and flags are loaded."""
    raised = {flag.subject: flag for flag in visit.flags if flag.respondent == "caseworker"}
    fields: dict[str, str] = {}
    for prompt in visit.prompts:
        flag = raised.get(f"manual:{prompt.subject}")
        note = flag.text if flag and flag.text != _plain_note(prompt.subject, prompt.topic) else ""
        lead = "1" if prompt.tell_lead else ""
        values = (prompt.outcome or "", prompt.words, prompt.agreed, lead, note, prompt.topic)
        fields |= {f"{kind}-{prompt.subject}": value for kind, value in zip(_KINDS, values, strict=True)}
    return fields


def save_talk(uow: UnitOfWork, visit_id: UUID, revision: int, fields: Fields, *, remove: str = "") -> Saved | Stale:
    """Save the conversations that were posted; the others are left alone. remove: an own topic to take away.

    Outcomes are noted on the flags; “my lead needs to know” raises a flag by hand (R13). Raises InvalidInput,
    InvalidTransition, NotFound.
    """
    visit = steps.open_for_writing(uow, visit_id, *steps.loaded(Visit.flags, Visit.prompts))
    posted = {name: value for name, value in tidied(fields).items() if name.partition("-")[0] in _KINDS}
    stored = talk_fields(visit)
    reading = Posted(posted, over=stored)
    subjects = list(dict.fromkeys(name.partition("-")[2] for name in posted))
    known = {talked_as(flag) for flag in visit.flags} | {prompt.subject for prompt in visit.prompts}
    for subject in subjects:
        if subject not in known and not _is_own(subject):
            reading.note(Problem(f"words-{subject[:60]}", "Samtalet finns inte. Läs in sidan igen.", "unknown_subject"))
    found = [_read(reading, subject) for subject in subjects]
    reading.check()
    checked = steps.check_revision(uow, visit, STEP, revision, stored=stored, posted=posted)
    if checked is not None:
        return checked
    for each in found:
        _keep(uow, visit, each if each.subject != remove else _Conversation(each.subject))
    return steps.mark_saved(uow, visit, STEP)


def item_of(subject: str, form: Questionnaire | None) -> Item | None:
    """Find an item in the form, or in another that was answered before the form was changed; None for what is none."""
    shipped = load_all().find(subject)
    return (form.item(subject) if form else None) or (shipped[1] if shipped else None)


def talked_as(flag: Flag) -> str:
    """The subject of the conversation that a flag leads to: what its fields and its `Prompt` are named by."""
    return CARER_FORM if (flag.respondent, flag.subject) == (CARER, FORM) else flag.subject


# --- reading --------------------------------------------------------------------------------------------------------


def _cards(visit: Visit, respondent: str, form: Questionnaire | None, history: History) -> list[Card]:
    rows = [row for row in visit.flags if row.respondent == respondent and not row.withdrawn]
    flags = [row.as_raised(form) for row in rows]
    said = _said(visit, respondent)
    sheet = history.this.sheets.get(respondent)
    cards = []
    for prompt in talk.prompts_for(flags, form, load_all().common, begin_with=begin_with(visit, respondent)):
        item = item_of(prompt.subject, form)
        subject = CARER_FORM if (respondent, prompt.subject) == (CARER, FORM) else prompt.subject
        cards.append(Card(subject, prompt, item, _answer(sheet, item), said.get(prompt.subject, "")))
    return cards


def begin_with(visit: Visit, respondent: str) -> str | None:
    """Return the item that was chosen to be talked about first; the visit's responses are loaded."""
    return next((response.first_topic for response in visit.responses if response.respondent == respondent), None)


def _said(visit: Visit, respondent: str) -> dict[str, str]:
    of_one = (response for response in visit.responses if response.respondent == respondent)
    return {answer.item: answer.words for response in of_one for answer in response.answers}


def _answer(sheet: AnswerSheet | None, item: Item | None) -> Answer | None:
    return sheet.answers.get(item.id) if sheet and item else None


def strengths_of(history: History, form: Questionnaire | None) -> list[tuple[Item, talk.Strength]]:
    """Return what is going well by the child's own answers: the few that are shown when talking about them."""
    sheet = history.this.sheets.get(CHILD)
    if sheet is None or form is None:
        return []
    found = talk.strengths(sheet, history.earlier_sheets(CHILD), form.flag_rules)
    return [(item, each) for each in found if (item := form.item(each.item))][:STRENGTHS_SHOWN]


def _is_own(subject: str) -> bool:
    try:
        return subject == f"{OWN}{UUID(subject.removeprefix(OWN))}"
    except ValueError:
        return False


# --- writing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Conversation:
    """What was posted about one subject."""

    subject: str
    outcome: str | None = None
    words: str = ""
    agreed: str = ""
    lead: bool = False
    note: str = ""
    topic: str = ""

    @property
    def empty(self) -> bool:
        return not (self.outcome or self.words or self.agreed or self.lead or self.topic)


def _read(reading: Posted, subject: str) -> _Conversation:
    return _Conversation(
        subject=subject,
        outcome=reading.choice(f"outcome-{subject}", OUTCOMES),
        words=reading.text(f"words-{subject}"),
        agreed=reading.text(f"agreed-{subject}"),
        lead=reading.ticked(f"lead-{subject}"),
        note=reading.text(f"leadnote-{subject}"),
        topic=reading.line(f"topic-{subject}") if subject.startswith(OWN) else "",
    )


def _keep(uow: UnitOfWork, visit: Visit, said: _Conversation) -> None:
    row = next((prompt for prompt in visit.prompts if prompt.subject == said.subject), None)
    before = row.outcome if row else None
    if said.empty:
        if row:
            uow.delete(row)
    else:
        if row is None:
            row = Prompt(visit_id=visit.id, child_id=visit.child_id, subject=said.subject, recorded_at=uow.now)
            uow.add(row)
        values = (said.outcome, said.words, said.agreed, said.lead, said.topic)
        for name, value in zip(("outcome", "words", "agreed", "tell_lead", "topic"), values, strict=True):
            setattr(row, name, value)
    if said.outcome and said.outcome != before:
        for flag in visit.flags:
            if talked_as(flag) == said.subject and not flag.withdrawn:
                note_on(uow, flag, said.outcome)
    _tell_lead(uow, visit, said)


def _tell_lead(uow: UnitOfWork, visit: Visit, said: _Conversation) -> None:
    """Raise, reword or withdraw the flag that the caseworker raises by hand. What the lead has closed stays closed."""
    subject = f"manual:{said.subject}"
    text = said.note if said.note.strip() else _plain_note(said.subject, said.topic)
    flag = next((each for each in visit.flags if each.subject == subject), None)
    if flag is None:
        if said.lead:
            raise_by_hand(uow, visit, subject, Level.FOLLOW_UP, text)
        return
    if flag.text != text and not said.empty:
        flag.text = text
    if said.lead and flag.withdrawn:
        flag.status, flag.raised_at = "open", uow.now
        note_on(uow, flag, "raised")
    elif not said.lead and flag.status in {"open", "acknowledged"}:
        flag.status = "withdrawn"
        note_on(uow, flag, "withdrawn")


def _plain_note(subject: str, topic: str) -> str:
    """What stands on the flag when the caseworker wrote nothing: the topic, in the language of the record."""
    item = item_of(subject, None)
    label = load_all().common.tracks[item.track].get("sv") if item else topic or "Besöket i stort"
    return f"Gruppledaren behöver veta: {label}"
