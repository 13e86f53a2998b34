"""A page with questions: which form, for whom, and what is answered so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from followup.domain.age import age_on
from followup.domain.answers import GIVEN, Status
from followup.domain.questionnaire import Item, Questionnaire
from followup.questionnaires import load_all
from followup.services.visit import steps
from followup.services.visit.sheets import CARER, CHILD, forms_of
from followup.store.tables import Answer, QuestionnaireVersion, Response, Visit
from followup.store.unit_of_work import UnitOfWork

# Asked at every save of an answer, so built once.
_SHEETS = (
    select(Response, QuestionnaireVersion.code, QuestionnaireVersion.version)
    .where(Response.visit_id == bindparam("visit_id"), Response.respondent.in_(bindparam("respondents")))
    .join(QuestionnaireVersion, QuestionnaireVersion.id == Response.questionnaire_version_id)
    .options(selectinload(Response.answers))
)


@dataclass(frozen=True)
class AnswerPage:
    """What a page with questions is made of. age: the child's, in whole years on the day of the visit.

    form: the one to answer now, None when no form fits the child. response: what is answered so far, to any form;
    answered_to: the form it was last answered to. They differ when the form was changed afterwards.
    """

    visit: Visit
    respondent: str
    age: int
    form: Questionnaire | None
    response: Response | None
    answered_to: Questionnaire | None

    @property
    def items(self) -> tuple[Item, ...]:
        """The questions to ask, in order."""
        return self.form.items_for(self.age) if self.form else ()

    @property
    def to_answer(self) -> int:
        """How many questions there are for this child; those that don't apply are none."""
        return len(self.items) - self._with_status(Status.NOT_APPLICABLE)

    @property
    def answered(self) -> int:
        """How many of them have an answer, “don't know” and “don't want to answer” included."""
        return sum(self._with_status(status) for status in GIVEN)

    @property
    def handed_in(self) -> bool:
        """Whether the one who had the tablet has handed the answers in: they are kept, also when they are changed."""
        return bool(self.response and self.response.handed_in_at)

    @property
    def begun_alone(self) -> bool:
        """Whether the tablet has been handed over, and the answers not yet handed in."""
        sheet = self.response
        return bool(sheet and not sheet.handed_in_at and (sheet.mode == "alone" or sheet.device_language))

    @property
    def blank(self) -> tuple[str, ...]:
        """The questions that nothing at all is recorded about, not even that they weren't asked."""
        recorded = {answer.item for answer in self._rows()}
        return tuple(item.id for item in self.items if item.id not in recorded)

    @property
    def left_behind(self) -> int:
        """How many answers are kept from another form, and not shown with this one."""
        own = self.form.items if self.form else ()
        closing = load_all().common.closing
        shown = {item.id for item in own} | {question.id for question in closing}
        return sum(1 for answer in self._rows() if answer.item not in shown)

    def fields(self) -> dict[str, str]:
        """What is stored, as the page posts it; see `answer_fields`."""
        response = self.response
        fields = {
            "mode": response.mode if response else "together",
            "language": response.language if response else self.visit.child.language,
            "earshot": (response.earshot or "") if response else "",
            "comprehension": (response.comprehension or "") if response else "",
        }
        for answer in self._rows():
            if answer.status != Status.ANSWERED or answer.score is not None:
                fields[f"q-{answer.item}"] = answer.status if answer.score is None else str(answer.score)
                fields[f"talk-{answer.item}"] = "1" if answer.wants_to_talk else ""
            fields[f"words-{answer.item}"] = answer.words
        return fields

    def _rows(self) -> list[Answer]:
        return self.response.answers if self.response else []

    def _with_status(self, status: Status) -> int:
        ids = {item.id for item in self.items}
        return sum(1 for answer in self._rows() if answer.item in ids and answer.status == status)


def open_page(uow: UnitOfWork, visit_id: UUID, respondent: str) -> AnswerPage:
    """Fetch a visit's page with questions for the child or the carers. Raises NotFound."""
    return page_of(uow, steps.open_visit(uow, visit_id), respondent)


def page_of(uow: UnitOfWork, visit: Visit, respondent: str) -> AnswerPage:
    """Return the page of a visit that is loaded with its child."""
    return pages_of(uow, visit, (respondent,))[0]


def pages_of(uow: UnitOfWork, visit: Visit, respondents: Sequence[str] = (CHILD, CARER)) -> list[AnswerPage]:
    """Return the pages of a visit that is loaded with its child, one for each respondent."""
    rows = uow.rows(uow.narrowed(_SHEETS, Response), visit_id=visit.id, respondents=respondents)
    sheets = {response.respondent: (response, code, version) for response, code, version in rows}
    age = age_at(uow, visit)
    return [_page(uow, visit, age, respondent, sheets.get(respondent)) for respondent in respondents]


def _page(
    uow: UnitOfWork, visit: Visit, age: int, respondent: str, sheet: tuple[Response, str, str] | None
) -> AnswerPage:
    wanted = load_all().carer_form.code if respondent == CARER else chosen_code(visit, age)
    if sheet is None:
        return AnswerPage(visit, respondent, age, _newest(wanted), None, None)
    response, code, version = sheet
    answered_to = forms_of(uow, [(code, version)])[code, version]
    # A visit keeps the version it was begun with: a new version in the midst of it would mix two wordings.
    # What was handed in stays what it was, whatever form is chosen afterwards.
    form = answered_to if code == wanted or response.handed_in_at else _newest(wanted)
    return AnswerPage(visit, respondent, age, form, response, answered_to)


def age_at(uow: UnitOfWork, visit: Visit) -> int:
    """Return the child's age in whole years on the day of the visit."""
    return age_on(visit.child.birth_date, visit.planned_at.astimezone(uow.zone).date())


def chosen_code(visit: Visit, age: int) -> str | None:
    """Return the code of the form chosen for the child (None: no form); until somebody chose, the one for its age."""
    if visit.questionnaire_code or visit.revisions.get("prepare"):
        return visit.questionnaire_code
    proposed = load_all().form_for_age(age)
    return proposed.code if proposed else None


def _newest(code: str | None) -> Questionnaire | None:
    return load_all().forms[code] if code else None
