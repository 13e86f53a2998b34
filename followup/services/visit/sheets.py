"""What a child and its carers have answered, at one visit and those before it, as values for the rules of the domain.

Two statements whatever the number of visits, of columns only: scores, states and dates stand in clear, so nothing is
decrypted to compare with last time.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select, tuple_

from followup.domain.answers import Answer, AnswerSheet, Status, sheet_for
from followup.domain.errors import NotFound
from followup.domain.questionnaire import Questionnaire
from followup.domain.visit_rules import VisitFacts
from followup.questionnaires import load_all
from followup.services.installation.publishing import form_of
from followup.services.overview.tellings import was_told
from followup.store.tables import Answer as AnswerRow
from followup.store.tables import PlacementCheck, QuestionnaireVersion, Response, Visit
from followup.store.unit_of_work import UnitOfWork

CHILD, CARER = "child", "carer"

_HELD = ("draft", "signed", "filed")  # something was said there; planned and cancelled visits hold nothing
# Looked up for every answer there is: an enum's own call takes ten times as long.
_STATUS = {str(status): status for status in Status}
_ROWS_AT_MOST = 80  # visits times respondents: ten years of quarterly visits, longer than anybody keeps one age form

_EARLIER = and_(Visit.child_id == bindparam("child_id"), Visit.planned_at < bindparam("before"), Visit.state.in_(_HELD))
# Asked at every save of an answer, so built once.
_VISITS: Select[*tuple[Any, ...]] = (
    select(
        *(Visit.id, Visit.planned_at, Visit.state, Visit.private_talk),
        *(PlacementCheck.understanding, PlacementCheck.understanding_reason),
        *(PlacementCheck.self_blame, PlacementCheck.self_blame_reason, was_told().label("told")),
        *(Response.id.label("response_id"), Response.respondent, Response.comprehension),
        *(QuestionnaireVersion.code, QuestionnaireVersion.version),
    )
    .select_from(Visit)
    .outerjoin(PlacementCheck, PlacementCheck.visit_id == Visit.id)
    .outerjoin(Response, Response.visit_id == Visit.id)
    .outerjoin(QuestionnaireVersion, QuestionnaireVersion.id == Response.questionnaire_version_id)
    .where(or_(Visit.id == bindparam("visit_id"), _EARLIER))
    .order_by(Visit.planned_at.desc(), Visit.id)
    .limit(_ROWS_AT_MOST)
)


@dataclass(frozen=True)
class VisitSheets:
    """One visit's answers and facts. By respondent (child, carer): sheets, and the forms they were answered to.

    on: the visit's day in the organisation's zone. Sheets hold only what belongs to the form last answered to.
    told: whether the child was told why it lives where it lives.
    kept: items of another form that were answered before the form was changed, by respondent.
    """

    id: UUID
    on: dt.date
    state: str
    facts: VisitFacts
    told: bool = False
    sheets: Mapping[str, AnswerSheet] = field(default_factory=dict)
    forms: Mapping[str, Questionnaire] = field(default_factory=dict)
    kept: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """A visit and those before it, newest first."""

    this: VisitSheets
    earlier: tuple[VisitSheets, ...]

    def with_sheet(
        self, respondent: str, form: Questionnaire, answers: Iterable[Answer], *, ready: bool = True
    ) -> History:
        """Return the history with these answers as the respondent's sheet at this visit."""
        given, this = list(answers), self.this
        sheet, kept = _sheet(form, this.on, given, ready=ready)
        now = replace(
            this,
            sheets={**this.sheets, respondent: sheet},
            forms={**this.forms, respondent: form},
            kept={**this.kept, respondent: kept},
        )
        return replace(self, this=now)

    def earlier_sheets(self, respondent: str) -> tuple[AnswerSheet, ...]:
        """Return the respondent's earlier sheets, newest first."""
        return tuple(visit.sheets[respondent] for visit in self.earlier if respondent in visit.sheets)


def load_history(
    uow: UnitOfWork, visit: Visit, *, comparable: bool = False, like: Questionnaire | None = None
) -> History:
    """Read what was answered at a visit and at the child's visits before it.

    comparable: leave out answers to other forms than this visit's and `like`, which no rule compares with.
    Pending changes of the unit are seen.
    """
    which = {"visit_id": visit.id, "child_id": visit.child_id, "before": visit.planned_at}
    rows: Sequence[Any] = uow.rows(uow.narrowed(_VISITS, Visit), **which)
    answered = [row for row in rows if row.response_id]
    if comparable:
        wanted = {_family(row.code, row.version) for row in answered if row.id == visit.id}
        wanted |= {_family(like.code, like.version)} if like else set()
        answered = [row for row in answered if _family(row.code, row.version) in wanted]
    forms = forms_of(uow, {(row.code, row.version) for row in answered})
    answers = _answers(uow, [row.response_id for row in answered])
    visits = _gathered(uow, rows, forms, answers)
    return History(visits.pop(visit.id), tuple(visits.values()))


def forms_of(uow: UnitOfWork, versions: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Questionnaire]:
    """Return forms by (code, version): the shipped ones, and older ones as the database keeps them."""
    library = load_all()
    found: dict[tuple[str, str], Questionnaire] = {}
    older = []
    for code, version in versions:
        try:
            found[code, version] = library.get(code, version)
        except NotFound:
            older.append((code, version))
    if older:
        key = tuple_(QuestionnaireVersion.code, QuestionnaireVersion.version)
        for row in uow.all(select(QuestionnaireVersion).where(key.in_(older))):
            found[row.code, row.version] = form_of(row)
    return found


def _family(code: str, version: str) -> tuple[str, str]:
    return code, version.split(".", maxsplit=1)[0]


def _answers(uow: UnitOfWork, responses: Sequence[UUID]) -> Mapping[UUID, list[Answer]]:
    found: dict[UUID, list[Answer]] = defaultdict(list)
    if responses:
        statement = (
            uow.reachable(AnswerRow)
            .where(AnswerRow.response_id.in_(responses))
            .with_only_columns(
                AnswerRow.response_id, AnswerRow.item, AnswerRow.score, AnswerRow.status, AnswerRow.wants_to_talk
            )
        )
        for response_id, item, score, status, wants_to_talk in uow.rows(statement):
            found[response_id].append(Answer(item, score, _STATUS[status], wants_to_talk))
    return found


def _gathered(
    uow: UnitOfWork,
    rows: Iterable[Any],
    forms: Mapping[tuple[str, str], Questionnaire],
    answers: Mapping[UUID, list[Answer]],
) -> dict[UUID, VisitSheets]:
    of_visit: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        of_visit[row.id].append(row)
    return {visit_id: _visit_sheets(uow, lines, forms, answers) for visit_id, lines in of_visit.items()}


def _visit_sheets(
    uow: UnitOfWork,
    rows: Sequence[Any],
    forms: Mapping[tuple[str, str], Questionnaire],
    answers: Mapping[UUID, list[Answer]],
) -> VisitSheets:
    first = rows[0]
    on = first.planned_at.astimezone(uow.zone).date()
    sheets, answered_to, kept = {}, {}, {}
    for row in rows:
        form = forms.get((row.code, row.version))
        if form is None:
            continue
        given, ready = answers.get(row.response_id, []), row.comprehension != "not_ready"
        sheets[row.respondent], kept[row.respondent] = _sheet(form, on, given, ready=ready)
        answered_to[row.respondent] = form
    return VisitSheets(first.id, on, first.state, _facts(first, on), bool(first.told), sheets, answered_to, kept)


def _facts(row: Any, on: dt.date) -> VisitFacts:
    talk = None if row.private_talk is None else row.private_talk != "no"
    reasons = row.understanding_reason or "", row.self_blame_reason or ""
    return VisitFacts(on, talk, row.understanding or "", row.self_blame or "", *reasons)


def _sheet(
    form: Questionnaire, on: dt.date, given: Sequence[Answer], *, ready: bool
) -> tuple[AnswerSheet, frozenset[str]]:
    """Return the sheet of the form's own items, and the items that belong to another form."""
    items = {item.id for item in form.items} | {question.id for question in form.closing}
    mine = [answer for answer in given if answer.item in items]
    return sheet_for(form, on, mine, ready=ready), frozenset(answer.item for answer in given) - items
