"""The bookkeeping of flags: what the rules say of a visit, kept beside it with a dated trail.

While a visit is a draft its answers may still change, and the flags follow. Nothing is deleted: a flag whose reason is
gone is withdrawn, with an event that says so, and comes back if the reason does. Flags raised by hand (`manual:…`,
`urgent:…`) are a person's decision and are never touched here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import uuid4

from followup.domain.flag_rules import raise_flags
from followup.domain.flags import Flag, Level, Reason
from followup.questionnaires import load_all
from followup.services.visit.sheets import CARER, CHILD, History, load_history
from followup.services.visit.steps import OPEN_STATES
from followup.store.tables import Flag as FlagRow
from followup.store.tables import FlagEvent, Visit
from followup.store.unit_of_work import UnitOfWork

Key = tuple[str, str]
"""Respondent and subject: a flag is one of its kind at a visit."""


def refresh_flags(uow: UnitOfWork, visit: Visit) -> list[FlagRow]:
    """Judge a visit anew and keep its flags in step; returns all of them, those raised by hand and withdrawn included.

    To be called after anything that a rule looks at has changed: answers, the placement check, private talk. Pending
    changes of the unit are seen. A signed visit is frozen: its flags are returned as they are.
    """
    return keep_in_step(uow, visit, stored_flags(uow, visit), load_history(uow, visit, comparable=True))


def stored_flags(uow: UnitOfWork, visit: Visit) -> list[FlagRow]:
    """Fetch the visit's flags, withdrawn ones too."""
    return list(uow.all(uow.reachable(FlagRow).where(FlagRow.visit_id == visit.id)))


def keep_in_step(uow: UnitOfWork, visit: Visit, rows: list[FlagRow], history: History) -> list[FlagRow]:
    """Do as `refresh_flags`, with what it would have read: for a caller that has it at hand. Returns all flags."""
    if visit.state not in OPEN_STATES:
        return rows
    raised = {**_flags_of_child(history), **_flags_of_carer(history)}
    stored = {(row.respondent, row.subject): row for row in rows}
    for key, flag in raised.items():
        if key in stored:
            _keep(uow, stored[key], flag)
        else:
            rows.append(_raise(uow, visit, key[0], flag))
    for key in stored.keys() - raised.keys():
        if _followed(key, history):
            _withdraw(uow, stored[key])
    return rows


def _flags_of_child(history: History) -> Mapping[Key, Flag]:
    this = history.this
    form = this.forms.get(CHILD)
    flags = raise_flags(
        this.sheets.get(CHILD),
        history.earlier_sheets(CHILD),
        form=form.flag_rules if form else None,
        carer=this.sheets.get(CARER),
        visit=this.facts,
        earlier_visits=[visit.facts for visit in history.earlier],
    )
    return {(CHILD, flag.subject): flag for flag in _in_time(flags, history, CHILD)}


def _flags_of_carer(history: History) -> Mapping[Key, Flag]:
    form = history.this.forms.get(CARER)
    if form is None:
        return {}
    flags = raise_flags(history.this.sheets[CARER], history.earlier_sheets(CARER), form=form.flag_rules)
    return {(CARER, flag.subject): flag for flag in _in_time(flags, history, CARER)}


def _in_time(flags: Iterable[Flag], history: History, respondent: str) -> Iterator[Flag]:
    """Leave out what can't be said before the form is answered to its end.

    Answers are judged one by one as they come. “Many without an answer” would be true of a first question that was
    declined, and “all the same” of the first eight, and both would be raised only to be withdrawn.
    """
    form, sheet = history.this.forms.get(respondent), history.this.sheets.get(respondent)
    if form is None or sheet is None or all(item.id in sheet.answers for item in form.items if item.age_min is None):
        yield from flags
        return
    enough = form.rules.skipped_share * len(form.items)
    for flag in flags:
        reasons = tuple(each for each in flag.reasons if not _too_early(each, enough))
        if reasons:
            yield replace(flag, reasons=reasons)


def _too_early(reason: Reason, enough: float) -> bool:
    unanswered = reason.values.get("unanswered")
    return reason.rule == "R11" or (isinstance(unanswered, int) and unanswered < enough)


def _followed(key: Key, history: History) -> bool:
    """Tell whether the rules have the say over a flag: not raised by hand, and judged by the form in use now.

    A flag on an item of a form that was changed for another stands as long as that answer is kept: choosing another
    form must never make a grave answer disappear from the team lead's list.
    """
    respondent, subject = key
    if respondent not in {CHILD, CARER}:
        return False
    return subject not in history.this.kept.get(respondent, ())


def _raise(uow: UnitOfWork, visit: Visit, respondent: str, flag: Flag) -> FlagRow:
    row = FlagRow(
        id=uuid4(),
        visit_id=visit.id,
        child_id=visit.child_id,
        respondent=respondent,
        subject=flag.subject,
        level=str(flag.level),
        reasons=_reasons(flag),
        rules_version=load_all().common.version,
        raised_at=uow.now,
    )
    uow.insert(row)
    _note(uow, row, "raised")
    return row


def _keep(uow: UnitOfWork, row: FlagRow, flag: Flag) -> None:
    before, row.level = row.level, str(flag.level)
    reasons = _reasons(flag)
    if row.reasons != reasons:
        row.reasons, row.rules_version = reasons, load_all().common.version
    if row.withdrawn:
        row.status, row.raised_at = "open", uow.now
        _note(uow, row, "raised")
    elif before != row.level:
        if flag.level.rank > Level(before).rank:
            row.status = "open"  # whoever had seen to it saw to something milder
        _note(uow, row, "level_changed")


def _withdraw(uow: UnitOfWork, row: FlagRow) -> None:
    if not row.withdrawn:
        row.status = "withdrawn"
        _note(uow, row, "withdrawn")


def _note(uow: UnitOfWork, row: FlagRow, kind: str) -> None:
    uow.insert(FlagEvent(flag_id=row.id, child_id=row.child_id, kind=kind, at=uow.now, by=uow.actor.id))


def _reasons(flag: Flag) -> list[dict[str, object]]:
    return [reason.as_json() for reason in flag.reasons]
