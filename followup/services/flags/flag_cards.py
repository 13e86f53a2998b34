"""Everything that is shown of a flag: why, the item's line, the child's words, what was done, and who did it when.

The same for a page of the lead's queue as for one flag: five statements, however many flags. Names and words are opened
for the flags asked for and for no others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_
from sqlalchemy.orm import load_only

from followup.domain import flags
from followup.domain.flag_life import ALIVE, question_waits
from followup.domain.questionnaire import Questionnaire
from followup.domain.workdays import Workdays
from followup.questionnaires import load_all
from followup.services.flags.open_flags import talked_as
from followup.services.flags.people_around import handed_on, keeper
from followup.services.flags.whose_turn import back_since, days_for
from followup.services.overview.child_tracks import Track, forms_by_id, tracks_of
from followup.services.overview.due import DONE
from followup.store.tables import (
    Action,
    Answer,
    Assignment,
    Child,
    Flag,
    FlagEvent,
    PlacementCheck,
    Prompt,
    QuestionnaireVersion,
    Response,
    User,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork

_VERSION = (
    Response.questionnaire_version_id.label("version_id"),
    QuestionnaireVersion.code,
    QuestionnaireVersion.version,
)
_ABOUT_WHY = frozenset({"R9u", "R9b"})


@dataclass(frozen=True)
class Step:
    """One event in a flag's life, by whom, and what was planned with it. now: who keeps that today, if another."""

    event: FlagEvent
    who: str
    action: Action | None
    now: str = ""


@dataclass(frozen=True)
class FlagCard:
    """A flag as it is shown.

    on, visit_state, visited_by: the visit that raised it. responsible: who answers for the child today. track: the
    item's answers over the visits, None for a flag on the whole form. said: the child's words in the form or about why.
    quiet: it waits for others; back: since when it is the lead's turn again, None while she has not handed it on.
    due: the day by which the lead has answered, None without a deadline or when it is closed; left: working days until
    then, negative when it has passed; between: the holidays and squeeze days until then, as `Workdays.free_between`.
    """

    row: Flag
    flag: flags.Flag
    child: Child
    on: date
    visit_state: str
    visited_by: User
    responsible: User | None
    form: Questionnaire | None
    track: Track | None
    said: str
    talked: Prompt | None
    trail: tuple[Step, ...]
    quiet: bool
    back: date | None
    due: date | None
    left: int | None
    between: Mapping[date, str]

    @property
    def urgent(self) -> bool:
        """Whether it is an acute worry, raised by hand."""
        return self.row.urgent

    @property
    def question(self) -> Step | None:
        """The lead's question that waits for an answer."""
        if self.row.status not in ALIVE or not question_waits([step.event.kind for step in self.trail]):
            return None
        return next(step for step in reversed(self.trail) if step.event.kind == "asked")

    @property
    def planned(self) -> tuple[tuple[Action, str], ...]:
        """What was planned for it, oldest first, each with who keeps it today."""
        return tuple((step.action, step.now or step.action.who) for step in self.trail if step.action)

    @property
    def new_caseworker(self) -> bool:
        """Whether somebody else than who made the visit answers for the child today."""
        return self.responsible is not None and self.responsible.id != self.visited_by.id


def load_cards(
    uow: UnitOfWork, which: ColumnElement[bool], workdays: Workdays, order: Sequence[Any] = ()
) -> list[FlagCard]:
    """Fetch the flags within reach that meet a condition, in some order."""
    rows = _rows(uow, which, order)
    found = [row.Flag for row in rows]
    around = _around(uow, {flag.child_id for flag in found})
    trails = _trails(uow, [flag.id for flag in found], around)
    answers = _answers(uow, found)
    forms = _forms(uow, [*rows, *answers])
    return [
        _card(
            uow,
            row,
            around=around[row.Flag.child_id],
            form=forms.get(row.version_id),
            track=_track(uow, row.Flag, answers, forms),
            trail=trails.get(row.Flag.id, ()),
            workdays=workdays,
        )
        for row in rows
    ]


def due_day(flag: Flag, since: date, workdays: Workdays) -> date | None:
    """The day by which the lead has answered; None for what has no deadline or is over.

    since: when it was raised, or came back to her.
    """
    days = days_for(flag.level)
    return workdays.after(since, days) if days is not None and flag.status in ALIVE else None


def _card(
    uow: UnitOfWork,
    row: Row[*tuple[Any, ...]],
    *,
    around: tuple[Child, User | None],
    form: Questionnaire | None,
    track: Track | None,
    trail: tuple[Step, ...],
    workdays: Workdays,
) -> FlagCard:
    flag: Flag = row.Flag
    quiet, back = back_since(flag, [(step.event, step.action) for step in trail], uow, workdays)
    due = due_day(flag, back or uow.day_of(flag.raised_at), workdays)
    raised = flag.as_raised(form)
    about_why = any(reason.rule in _ABOUT_WHY for reason in raised.reasons)
    return FlagCard(
        row=flag,
        flag=raised,
        child=around[0],
        on=uow.day_of(row.planned_at),
        visit_state=row.state,
        visited_by=row.User,
        responsible=around[1],
        form=form,
        track=track,
        said=row.words or (row.child_words if about_why else "") or "",
        talked=row.Prompt,
        trail=trail,
        quiet=quiet,
        back=back,
        due=due,
        left=workdays.left(uow.today, due) if due else None,
        between=workdays.free_between(uow.today, due) if due else {},
    )


def _rows(uow: UnitOfWork, which: ColumnElement[bool], order: Sequence[Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    return uow.rows(
        uow.reachable(Flag, few=True)
        .where(which)
        .join(Visit, Visit.id == Flag.visit_id)
        .join(User, User.id == Visit.caseworker_id)
        .outerjoin(Prompt, and_(Prompt.visit_id == Flag.visit_id, Prompt.subject == talked_as()))
        .outerjoin(Response, and_(Response.visit_id == Flag.visit_id, Response.respondent == Flag.respondent))
        .outerjoin(QuestionnaireVersion, QuestionnaireVersion.id == Response.questionnaire_version_id)
        .outerjoin(Answer, and_(Answer.response_id == Response.id, Answer.item == Flag.subject))
        .outerjoin(PlacementCheck, PlacementCheck.visit_id == Flag.visit_id)
        .order_by(*order)
        .add_columns(
            Prompt,
            User,
            Visit.planned_at,
            Visit.state,
            *_VERSION,
            Answer.words,
            PlacementCheck.child_words,
        )
    )


def _around(uow: UnitOfWork, ids: Collection[UUID]) -> Mapping[UUID, tuple[Child, User | None]]:
    """Each child, and who answers for it today."""
    today = and_(Assignment.child_id == Child.id, Assignment.role == "responsible", Assignment.in_force(uow.today))
    rows = uow.rows(
        uow.reachable(Child)
        .where(Child.id.in_(ids))
        .outerjoin(Assignment, today)
        .outerjoin(User, and_(User.id == Assignment.user_id, User.active))
        .order_by(User.id.is_not(None), Assignment.start)
        .add_columns(User)
        .options(load_only(Child.name, Child.birth_date, Child.protected_identity, Child.team_id))
    )
    return {child.id: (child, user) for child, user in rows}


def _forms(uow: UnitOfWork, rows: Sequence[Row[*tuple[Any, ...]]]) -> Mapping[UUID, Questionnaire]:
    """The forms as they were answered: the shipped ones are at hand, older versions are fetched."""
    shipped = {(form.code, form.version): form for form in load_all().forms.values()}
    answered = {row.version_id: (row.code, row.version) for row in rows if row.version_id}
    found = {version_id: shipped[name] for version_id, name in answered.items() if name in shipped}
    missing = answered.keys() - found.keys()
    return {**found, **forms_by_id(uow, missing)} if missing else found


def _trails(
    uow: UnitOfWork, ids: Collection[UUID], around: Mapping[UUID, tuple[Child, User | None]]
) -> Mapping[UUID, tuple[Step, ...]]:
    found: dict[UUID, list[Step]] = defaultdict(list)
    for event, who, action in uow.rows(
        uow.reachable(FlagEvent, few=True)
        .where(FlagEvent.flag_id.in_(ids))
        .join(User, User.id == FlagEvent.by)
        .outerjoin(Action, Action.id == FlagEvent.action_id)
        .order_by(FlagEvent.at, FlagEvent.id)
        .add_columns(User.name, Action)
    ):
        found[event.flag_id].append(Step(event, who, action))
    handed = handed_on(uow, [step.action for steps in found.values() for step in steps if step.action])
    return {
        flag_id: tuple(
            replace(step, now=keeper(step.action, handed, around[step.event.child_id][1])) if step.action else step
            for step in steps
        )
        for flag_id, steps in found.items()
    }


def _answers(uow: UnitOfWork, rows: Sequence[Flag]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Fetch the children's answers on the topics of their flags, oldest first: signed visits, and the flags' own."""
    of_child = [row for row in rows if row.respondent == "child"]
    items = {item for row in of_child for item in _same_track(row.subject)}
    children = {row.child_id for row in of_child}
    return uow.rows(
        uow.reachable(Answer, few=True)
        .join(Response, Response.id == Answer.response_id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Response.questionnaire_version_id)
        .join(Visit, Visit.id == Response.visit_id)
        .where(
            Answer.child_id.in_(children),
            Visit.child_id.in_(children),  # the same, said of another table to begin with
            Answer.item.in_(items),
            Response.respondent == "child",
            # No index answers a joined text: SQLite would begin with all visits that are done, not with the children.
            or_(Visit.state.concat("").in_(DONE), Visit.id.in_([row.visit_id for row in of_child])),
        )
        .order_by(Visit.planned_at)
        .with_only_columns(
            Answer.child_id,
            Visit.planned_at,
            *_VERSION,
            func.coalesce(Response.earshot, "").label("earshot"),
            Answer.item,
            Answer.status,
            Answer.score,
        )
    )


def _same_track(subject: str) -> frozenset[str]:
    """The items that ask about the same topic in any age form."""
    library = load_all()
    found = library.find(subject)
    if found is None:
        return frozenset({subject}) if subject != flags.FORM else frozenset()
    track = found[1].track
    forms = [form for form in library.forms.values() if form.respondent == found[0].respondent]
    return frozenset(item.id for form in forms for item in form.items if item.track == track)


def _track(
    uow: UnitOfWork, flag: Flag, answers: Sequence[Row[*tuple[Any, ...]]], forms: Mapping[UUID, Questionnaire]
) -> Track | None:
    if flag.respondent != "child" or flag.subject == flags.FORM:
        return None
    items = _same_track(flag.subject)
    own = [row for row in answers if row.child_id == flag.child_id and row.item in items]
    return next(iter(tracks_of(uow, own, forms)), None)
