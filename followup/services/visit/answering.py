"""Taking down the answers to a form, one at a time as they are given or all at once; the child's and the carers' alike.

Only the questions that were on the page are touched. A form that is older than what is saved gives way where one of the
two is blank: two tablets that answer different questions lose nothing and ask nothing. Where both say something and it
differs, both are shown (see `steps.check_revision`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from followup.domain.answers import Answer as Given
from followup.domain.answers import ParsedAnswers, Status, parse_answers
from followup.domain.errors import InvalidInput, InvalidTransition, Problem
from followup.domain.questionnaire import Questionnaire
from followup.services.flags.flagging import keep_in_step, stored_flags
from followup.services.visit import steps
from followup.services.visit.answer_fields import CARER_STEP, CHILD_STEP, ITEM_FIELDS, Fields, read_fields
from followup.services.visit.answer_sheet import AnswerPage, page_of, pages_of
from followup.services.visit.as_shown import as_shown, shown_language
from followup.services.visit.sheets import CARER, CHILD, load_history
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Answer, EarlierAnswer, QuestionnaireVersion, Response, Visit
from followup.store.unit_of_work import UnitOfWork

# Asked at every save of an answer, so built once.
_HELD = (
    select(Visit)
    .where(Visit.id == bindparam("visit_id"))
    .options(joinedload(Visit.child, innerjoin=True))
    .with_for_update(of=Visit)
)
_VERSION = select(QuestionnaireVersion.id).where(
    QuestionnaireVersion.code == bindparam("code"), QuestionnaireVersion.version == bindparam("version")
)

_KEPT = ("status", "score", "wants_to_talk", "words", "answered_at", "language", "asked", "chosen")

STEP_OF = {CHILD: CHILD_STEP, CARER: CARER_STEP}


def record_answers(uow: UnitOfWork, visit_id: UUID, respondent: str, revision: int, fields: Fields) -> Saved | Stale:
    """Save what a page with questions posted; for a child without a form, that the page was passed.

    respondent: child | carer. fields: see `answer_fields`. Raises InvalidInput with every problem by field, NotFound,
    and InvalidTransition when the visit is no longer open, or the sheet handed in by who has the tablet. The caseworker
    may still change what was handed in: the answer as it was is kept beside the new one.
    """
    visit = _hold(uow, visit_id)
    page = page_of(uow, visit, respondent)
    if page.handed_in and uow.actor.loan:
        raise InvalidTransition(visit.state)
    if page.form is None:
        _refuse_answers(fields)
        return steps.mark_saved(uow, visit, STEP_OF[respondent])
    posted = read_fields(page.form, fields)
    settled = _settle(uow, page, revision, posted)
    if not isinstance(settled, dict):
        return settled
    # All that the rules need is read before the first row is added, so that everything is written in one go.
    history = load_history(uow, visit, comparable=True, like=page.form)
    flags = stored_flags(uow, visit)
    taken = _take_down(uow, page, page.form, settled)
    if taken is None:
        return Saved(visit.revisions.get(STEP_OF[respondent], 0), visit.saved_at or uow.now)  # only leafed through
    response, given = taken
    ready = response.comprehension != "not_ready"
    keep_in_step(uow, visit, flags, history.with_sheet(respondent, page.form, given, ready=ready))
    return steps.mark_saved(uow, visit, STEP_OF[respondent])


def unfinished(uow: UnitOfWork, visit: Visit) -> list[AnswerPage]:
    """List the forms of a visit with questions that nothing is recorded about; the carers' only once it was begun."""
    return [page for page in pages_of(uow, visit) if page.blank and (page.respondent == CHILD or page.response)]


def note_not_asked(uow: UnitOfWork, visit_id: UUID) -> None:
    """Write “not asked” for every question that nothing is recorded about: a silence is never a blank.

    Raises NotFound, InvalidTransition.
    """
    visit = _hold(uow, visit_id)
    for page in unfinished(uow, visit):
        revision = visit.revisions.get(STEP_OF[page.respondent], 0)
        fields = {f"q-{item}": str(Status.NOT_ASKED) for item in page.blank}
        record_answers(uow, visit_id, page.respondent, revision, {**fields, "shown": " ".join(page.blank)})


def _hold(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Fetch the visit and hold its row: as `steps.open_for_writing`, without the home and what else no answer needs."""
    visit = uow.one(uow.narrowed(_HELD, Visit), visit_id=visit_id)
    if visit.state not in steps.OPEN_STATES:
        raise InvalidTransition(visit.state)
    return visit


def _refuse_answers(fields: Fields) -> None:
    for name, value in fields.items():
        if value and name.startswith(ITEM_FIELDS):
            raise InvalidInput(
                [Problem(name[:80], "Det finns inget formulär valt. Välj formulär under Förbered.", "no_form")]
            )


def _settle(uow: UnitOfWork, page: AnswerPage, revision: int, posted: dict[str, str]) -> dict[str, str] | Saved | Stale:
    """Return what to store, or what to answer when there is nothing to store or two versions to choose between."""
    stored = page.fields()
    # A blank and something said are no two versions of an answer: what was said stands, whichever side said it.
    told = {name: stored[name] if value and stored.get(name) else value for name, value in posted.items()}
    outcome = steps.check_revision(uow, page.visit, STEP_OF[page.respondent], revision, stored=told, posted=posted)
    if outcome is None:
        return posted
    if isinstance(outcome, Stale):
        return outcome
    filled = {name: value or stored.get(name, "") for name, value in posted.items()}
    news = any(value != stored.get(name, "") for name, value in filled.items() if name != "shown")
    return filled if news else outcome


def _take_down(
    uow: UnitOfWork, page: AnswerPage, form: Questionnaire, fields: Mapping[str, str]
) -> tuple[Response, list[Given]] | None:
    """Lay the fields over the stored sheet; returns it with its answers, or None while there is nothing to store."""
    parsed = parse_answers(form, fields, shown=fields.get("shown", "").split())
    if page.response is None and not (parsed.answers or fields.get("earshot") or fields.get("comprehension")):
        return None
    response = page.response or _begin(uow, page, form)
    if parsed.answers and page.answered_to and page.answered_to.sha256 != form.sha256:
        response.questionnaire_version_id = _version_id(uow, form)  # another form takes over when it is answered
    response.mode = fields.get("mode") or response.mode
    response.language = fields.get("language") or response.language
    response.earshot = fields.get("earshot", response.earshot or "") or None
    response.comprehension = fields.get("comprehension", response.comprehension or "") or None
    if page.respondent == CHILD:
        page.visit.questionnaire_code = form.code
    return response, _lay_over(uow, response, form, parsed)


def _lay_over(uow: UnitOfWork, response: Response, form: Questionnaire, parsed: ParsedAnswers) -> list[Given]:
    """Write the answers that are new or changed and take the emptied ones away; returns all that then are recorded."""
    stored = {row.item: row for row in response.answers}
    told = dict(parsed.answers)
    for item in parsed.blank:
        if item in stored and response.handed_in_at:
            told[item] = _emptied(form, item)  # what was handed in is changed, never taken away
        elif item in stored:
            response.answers.remove(stored.pop(item))
    kept = {row.item: Given(row.item, row.score, Status(row.status), row.wants_to_talk) for row in stored.values()}
    language = shown_language(form, response.language)
    new, changed = [], []
    for item, given in told.items():
        values = {**vars(given), "status": str(given.status)}
        if item not in stored:
            new.append(
                Answer(
                    response_id=response.id,
                    child_id=response.child_id,
                    answered_at=uow.now,
                    **values,
                    **as_shown(form, given, language),
                )
            )
        elif any(getattr(stored[item], name) != value for name, value in values.items()):
            changed.append((stored[item], {**values, **as_shown(form, given, language)}))
    if response.handed_in_at and changed:
        _keep_first(uow, [row for row, _ in changed])
    for row, values in changed:
        for name, value in values.items():
            setattr(row, name, value)
        row.answered_at = uow.now
    uow.insert(*new)
    return list({**kept, **told}.values())


def _emptied(form: Questionnaire, item: str) -> Given:
    return Given(item, status=Status.NOT_ASKED) if form.item(item) else Given(item)


def _keep_first(uow: UnitOfWork, rows: Iterable[Answer]) -> None:
    """Put by what was handed in, before it is changed: the database lets nobody change it otherwise."""
    for row in rows:
        before = {name: getattr(row, name) for name in _KEPT}
        uow.add(
            EarlierAnswer(
                answer_id=row.id, child_id=row.child_id, replaced_at=uow.now, replaced_by=uow.actor.id, **before
            )
        )
    uow.flush()


def _begin(uow: UnitOfWork, page: AnswerPage, form: Questionnaire) -> Response:
    stored = page.fields()
    response = Response(
        id=uuid4(),
        visit_id=page.visit.id,
        child_id=page.visit.child_id,
        questionnaire_version_id=_version_id(uow, form),
        respondent=page.respondent,
        mode=stored["mode"],
        language=stored["language"],
        started_at=uow.now,
    )
    uow.add(response)
    return response


def _version_id(uow: UnitOfWork, form: Questionnaire) -> UUID:
    return uow.one(_VERSION, code=form.code, version=form.version)
