"""Preparing a visit: what was said and promised last time, and how the child wants it this time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_
from sqlalchemy.orm import joinedload, undefer

from followup.domain import summary
from followup.domain.errors import Problem
from followup.domain.questionnaire import Questionnaire
from followup.domain.retelling import LastCheck
from followup.domain.standing import Standing, low_or_falling, unanswered
from followup.questionnaires import load_all
from followup.services.flags.open_prompts import OpenPrompt, open_prompts
from followup.services.flags.people_around import is_handed_on, keeper, responsible_for
from followup.services.overview.deadline_facts import is_settled
from followup.services.visit import steps
from followup.services.visit.answer_sheet import age_at, chosen_code
from followup.services.visit.posted import Posted, touched
from followup.services.visit.sheets import CHILD, History, VisitSheets, load_history
from followup.services.visit.steps import Fields, Saved, Stale
from followup.store.tables import Action, Prompt, Visit
from followup.store.unit_of_work import UnitOfWork

STEP = "prepare"
ACTION_STATES = ("open", "done", "not_done")

_HELD = ("draft", "signed", "filed")
_PROMISES_AT_MOST = 40
_SHARED = ("present", "interpreter")
_OF_PROMISE = ("state-", "outcome-", "told-")
_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True)
class LastTime:
    """The visit before. summary: as it was signed, None while it is unsigned. form: the one the child answered.

    not_again: subjects the child did not want to talk about then, as (subject, the child's own topic or "").
    """

    visit: Visit
    on: date
    summary: summary.VisitSummary | None
    form: Questionnaire | None
    not_again: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Preparation:
    """All that the page shows. age: whole years on the day of the visit. form: the chosen one's code, None for none.

    proposed: the form for the child's age. kept: how many answers there are already, by the code of their form.
    keepers: who keeps a promise now, by its id, where it is not whom it names.
    prompts: what is still to be talked about, without what the child did not want to talk about last time.
    shared_is_signed: the record of another child is signed, so what they share of the home visit is fixed.
    told: the days on which the child was told why it lives where it lives. check: the last placement check.
    low, silent: where else things stand since the last visits, by the form that was answered then.
    """

    visit: Visit
    age: int
    form: str | None
    proposed: Questionnaire | None
    kept: Mapping[str, int]
    promises: Sequence[Action]
    keepers: Mapping[UUID, str]
    told: Sequence[date]
    check: LastCheck | None
    prompts: Sequence[OpenPrompt]
    last: LastTime | None
    low: Sequence[Standing]
    silent: Sequence[Standing]
    siblings: Sequence[Visit]
    shared_is_signed: bool

    @property
    def wishes(self) -> list[str]:
        """How the child wants the visits to be, a line per wish."""
        return [line.strip() for line in self.visit.child.wishes.splitlines() if line.strip()]

    def fields(self) -> dict[str, str]:
        """What is stored, as the page posts it."""
        return prepare_fields(self.visit, self.form, self.promises)


def open_preparation(uow: UnitOfWork, visit_id: UUID) -> Preparation:
    """Gather what the page shows. Raises NotFound."""
    visit = steps.open_visit(uow, visit_id)
    age = age_at(uow, visit)
    history = load_history(uow, visit)
    sheets = history.earlier_sheets(CHILD)
    form = next((past.forms[CHILD] for past in history.earlier if CHILD in past.forms), None)
    last = _last_time(uow, history, form)
    prompts = _prompts(uow, visit, last, history)
    told = {prompt.row.subject for prompt in prompts}
    promised = uow.rows(_promised(uow, visit, last.on if last else _LONG_AGO).add_columns(is_handed_on(uow.today)))
    promises = [action for action, _handed in promised]
    return Preparation(
        visit=visit,
        age=age,
        form=chosen_code(visit, age),
        proposed=load_all().form_for_age(age),
        kept=_kept(history),
        promises=promises,
        keepers=_keepers(uow, visit, [action for action, handed in promised if handed]),
        told=tuple(past.on for past in history.earlier if past.told),
        check=next((_last_check(past) for past in history.earlier if past.facts.understanding), None),
        prompts=prompts,
        last=last,
        low=[each for each in low_or_falling(sheets, form) if each.item.id not in told] if form else (),
        silent=[each for each in unanswered(sheets, form) if each.item.id not in told] if form else (),
        siblings=_siblings(uow, visit),
        shared_is_signed=steps.shared_is_signed(uow, visit),
    )


def promises_by_id(uow: UnitOfWork, visit_id: UUID) -> dict[str, str]:
    """Return what was promised, by id as text: what the page's fields are named by. Raises NotFound."""
    visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
    return {str(action.id): action.what for action in _promises(uow, visit, _last_day(uow, visit))}


def prepare_fields(visit: Visit, form: str | None, promises: Sequence[Action]) -> dict[str, str]:
    """Return what is stored, as the page posts it: `questionnaire` ("" for no form), `present`, `interpreter`, `note`.

    And per promise `state-<id>` (open, done, not_done), `outcome-<id>` and `told-<id>` ("1").
    """
    fields = {
        "questionnaire": form or "",
        "present": visit.home_visit.present,
        "interpreter": visit.home_visit.interpreter,
        "note": visit.prepare_note,
    }
    for action in promises:
        fields[f"state-{action.id}"] = action.state
        fields[f"outcome-{action.id}"] = action.outcome
        fields[f"told-{action.id}"] = "1" if action.told_child_at else ""
    return fields


def save_prepare(uow: UnitOfWork, visit_id: UUID, revision: int, fields: Fields) -> Saved | Stale:
    """Save the step. Raises InvalidInput, InvalidTransition, NotFound.

    The home visit is shared by siblings, and a promise may be ticked off elsewhere: what the page was filled in with
    goes along as `<name>-was` (see `posted.touched`).
    """
    visit = steps.open_for_writing(uow, visit_id)
    promises = _promises(uow, visit, _last_day(uow, visit))
    stored = prepare_fields(visit, chosen_code(visit, age_at(uow, visit)), promises)
    written, before = touched(_with_unticked(fields, promises))
    posted = {name: value for name, value in written.items() if name in stored}
    form = Posted(posted)
    _note_strangers(form, written, stored)
    read = {name: _read(form, name) for name in posted}
    shared = (name for name in _SHARED if read.get(name, stored[name]) != stored[name])
    steps.refuse_shared(uow, visit, shared, form.note)
    form.check()
    checked = steps.check_revision(uow, visit, STEP, revision, stored=stored, posted=posted, before=before)
    if checked is not None:
        return checked
    _take_down(visit, read)
    for action in promises:
        _tick(uow, action, read)
    return steps.mark_saved(uow, visit, STEP)


def _with_unticked(fields: Fields, promises: Sequence[Action]) -> dict[str, str]:
    """Add what a browser leaves out: a box without a tick."""
    shown = (action.id for action in promises if f"state-{action.id}" in fields or f"outcome-{action.id}" in fields)
    return {**{f"told-{each}": "" for each in shown}, **fields}


def _note_strangers(form: Posted, fields: Fields, stored: Fields) -> None:
    for name in fields:
        if name.startswith(_OF_PROMISE) and name not in stored:
            form.note(Problem(name[:80], "Löftet finns inte längre här. Läs in sidan igen.", "unknown_promise"))


def _read(form: Posted, name: str) -> str:
    if name == "questionnaire":
        return form.choice(name, [each.code for each in load_all().forms.values() if each.respondent == CHILD]) or ""
    if name.startswith("state-"):
        return form.choice(name, ACTION_STATES) or "open"
    return form.line(name) if name == "interpreter" else form.text(name)


def _take_down(visit: Visit, read: Mapping[str, str]) -> None:
    visit.questionnaire_code = read.get("questionnaire", visit.questionnaire_code or "") or None
    visit.prepare_note = read.get("note", visit.prepare_note)
    visit.home_visit.present = read.get("present", visit.home_visit.present)
    visit.home_visit.interpreter = read.get("interpreter", visit.home_visit.interpreter)


def _tick(uow: UnitOfWork, action: Action, read: Mapping[str, str]) -> None:
    state = read.get(f"state-{action.id}", action.state)
    if state != action.state:
        action.state, action.done_on = state, None if state == "open" else uow.today
    action.outcome = read.get(f"outcome-{action.id}", action.outcome)
    told = read.get(f"told-{action.id}", "1" if action.told_child_at else "")
    action.told_child_at = (action.told_child_at or uow.now) if told else None


def _promises(uow: UnitOfWork, visit: Visit, last: date) -> Sequence[Action]:
    """Fetch what was agreed earlier and is to be done, or to be told, or was settled after the last visit's day."""
    return uow.all(_promised(uow, visit, last))


def _promised(uow: UnitOfWork, visit: Visit, last: date) -> Select[Any]:
    morning_after = datetime.combine(last + timedelta(days=1), time.min, uow.zone)
    untold = and_(Action.kind == "promise", Action.told_child_at.is_(None))
    settled_since = or_(Action.told_child_at >= morning_after, Action.done_on > last)
    return (
        uow.reachable(Action)
        .where(
            Action.child_id == visit.child_id,
            or_(Action.visit_id.is_(None), Action.visit_id != visit.id),
            or_(Action.state == "open", untold, settled_since),
        )
        .order_by(Action.kind.desc(), Action.due.is_(None), Action.due, Action.id)
        .limit(_PROMISES_AT_MOST)
    )


def _keepers(uow: UnitOfWork, visit: Visit, handed: Sequence[Action]) -> dict[UUID, str]:
    today = responsible_for(uow, visit.child_id) if handed else None
    return {action.id: keeper(action, {action.id}, today) for action in handed}


def _prompts(uow: UnitOfWork, visit: Visit, last: LastTime | None, history: History) -> Sequence[OpenPrompt]:
    left_alone = {subject for subject, _topic in last.not_again} if last else set()
    visits = (history.this, *history.earlier)
    answered = {(past.id, respondent): form for past in visits for respondent, form in past.forms.items()}
    return [each for each in open_prompts(uow, visit.child_id, answered) if each.row.subject not in left_alone]


def _last_day(uow: UnitOfWork, visit: Visit) -> date:
    """Return the day of the last visit before this one; a day before all others when there was none."""
    found = uow.rows(
        uow.reachable(Visit)
        .where(Visit.child_id == visit.child_id, Visit.planned_at < visit.planned_at, Visit.state.in_(_HELD))
        .with_only_columns(func.max(Visit.planned_at))
    )
    latest: datetime | None = found[0][0]
    return latest.astimezone(uow.zone).date() if latest else _LONG_AGO


def _last_time(uow: UnitOfWork, history: History, form: Questionnaire | None) -> LastTime | None:
    if not history.earlier:
        return None
    rows = uow.rows(
        uow.reachable(Visit)
        .where(Visit.id == history.earlier[0].id)
        .outerjoin(Prompt, and_(Prompt.visit_id == Visit.id, Prompt.outcome == "declined"))
        .order_by(Prompt.recorded_at)
        .add_columns(Prompt)
        .options(undefer(Visit.summary), joinedload(Visit.placement_check))
    )
    last = rows[0][0]
    declined = tuple((each.subject, each.topic) for _, each in rows if each is not None)
    return LastTime(last, history.earlier[0].on, _summary(last), form, declined)


def _last_check(past: VisitSheets) -> LastCheck:
    return LastCheck(past.on, settled=is_settled(past.facts))


def _summary(visit: Visit) -> summary.VisitSummary | None:
    try:
        return summary.from_json(visit.summary) if visit.summary else None
    except ValueError:  # written by a newer program: the page is worth showing without it
        return None


def _siblings(uow: UnitOfWork, visit: Visit) -> Sequence[Visit]:
    return uow.all(
        uow.reachable(Visit)
        .where(Visit.home_visit_id == visit.home_visit_id, Visit.id != visit.id, Visit.state != "cancelled")
        .options(joinedload(Visit.child))
        .order_by(Visit.id)
    )


def _kept(history: History) -> Mapping[str, int]:
    """Count the answers there are to each child form at this visit."""
    sheet = history.this.sheets.get(CHILD)
    given = [*(sheet.answers if sheet else ()), *history.this.kept.get(CHILD, ())]
    forms = (form for form in load_all().forms.values() if form.respondent == CHILD)
    counted = {form.code: sum(1 for item in form.items if item.id in given) for form in forms}
    return {code: count for code, count in counted.items() if count}
