"""From a visit's rows to its VisitSummary: the record's words, chosen here once and stored when the visit is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from followup.deadlines import rule_book
from followup.domain import record_words, summary
from followup.domain.age import age_on
from followup.domain.drawings import dump_strokes
from followup.domain.questionnaire import Text
from followup.domain.summary_parts import Term
from followup.domain.thinning import thinned
from followup.questionnaires import Library, load_all
from followup.services.child_mode.drawing import drawings_of
from followup.services.installation.publishing import form_of
from followup.services.overview.due import DONE
from followup.services.record.summary_forms import filled_in_forms, shown_in
from followup.services.record.summary_talks import conversations, flag_lines, most_important, strengths
from followup.services.visit.explaining import drafted
from followup.services.visit.sheets import load_history
from followup.services.visit.steps import open_visit
from followup.store.tables import (
    Action,
    Assignment,
    Child,
    Explanation,
    Flag,
    Organisation,
    Placement,
    Response,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork

SECRECY = "Omfattas av sekretess (OSL 26 kap. 1 §)"
_LONG_AGO = date(1900, 1, 1)
_MOST_POINTS = 6000
"""Points of all drawings of a visit together: some 60 kilobytes of the record."""
_PARTY_FROM_AGE = 15
"""From this age the child is a party to its own case (SoL 2025:400 3 kap., LVU 36 §)."""


def load_for_summary(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Fetch a visit with everything that its summary tells. Raises NotFound."""
    return open_visit(
        uow,
        visit_id,
        selectinload(Visit.responses).selectinload(Response.answers),
        selectinload(Visit.responses).joinedload(Response.questionnaire_version),
        selectinload(Visit.flags).selectinload(Flag.events),
        selectinload(Visit.prompts),
        selectinload(Visit.notes),
        selectinload(Visit.actions),
        selectinload(Visit.urgent_concerns),
        joinedload(Visit.placement_check),
        joinedload(Visit.read_back),
        joinedload(Visit.child).selectinload(Child.placements).joinedload(Placement.foster_home),
        joinedload(Visit.child).selectinload(Child.explanations),
        joinedload(Visit.child).selectinload(Child.assignments).joinedload(Assignment.user),
    )


def summarise(uow: UnitOfWork, visit: Visit) -> summary.VisitSummary:
    """Word the visit, loaded by `load_for_summary`, as an unsigned summary."""
    library = load_all()
    on = uow.day_of(visit.planned_at)
    child = visit.child
    protected = child.protected_identity
    placement = child.placement_on(on)
    before = _before(uow, visit)
    history = load_history(uow, visit, comparable=True)
    forms = filled_in_forms(uow, visit, history, library)
    return summary.VisitSummary(
        heading=_heading(uow, child),
        child=summary.Child(
            name=child.name,
            age=age_on(child.birth_date, on),
            personal_number=_with_dash(child.personal_number),
            protected=protected,
            standing="har fyllt 15 år och är part" if age_on(child.birth_date, on) >= _PARTY_FROM_AGE else "",
        ),
        placement=summary.Placement(
            kind=record_words.term("home_kind", visit.home_visit.foster_home.kind),
            legal_basis=_legal_basis(placement, on),
            responsible_caseworker=_responsible(child, on) or visit.caseworker.name,
            home="" if protected else visit.home_visit.foster_home.name,
            place=None if protected else visit.home_visit.foster_home.place or None,
            since=placement.start if placement else None,
        ),
        visit=_visit(visit, on, before),
        private_talk=_private_talk(visit),
        drawn_up_at=uow.now,
        most_important=most_important(visit, library),
        child_voice=_voice(visit, library),
        forms=forms,
        drawings=_drawings(uow, visit, library),
        placement_check=_check(uow, visit, library, on),
        conversations=conversations(visit, library),
        strengths=strengths(visit, history, library),
        notes=tuple(
            summary.Note(record_words.term("area", note.area), _note_kind(note.kind), note.text, note.source)
            for note in visit.notes
            if note.text
        ),
        flags=flag_lines(uow, visit, library),
        agreements=tuple(_agreement(uow, action) for action in visit.actions),
        earlier_promises=tuple(_agreement(uow, action) for action in _earlier(uow, visit, before)),
        read_back=_read_back(visit),
        urgent_concerns=tuple(
            summary.UrgentConcern(each.words, each.question, "", each.told, each.told_at)
            for each in visit.urgent_concerns
        ),
        next_visit=summary.NextVisit(visit.next_visit_on, None, visit.next_visit_note),
        versions=_versions(forms, library),
        zone=uow.zone.key,
    )


def _legal_basis(placement: Placement | None, on: date) -> Term:
    code = placement.legal_basis if placement else "sol"
    return Term(code, rule_book().basis(code, on))


def _heading(uow: UnitOfWork, child: Child) -> summary.Heading:
    organisation = uow.one(select(Organisation).where(Organisation.id == child.organisation_id))
    return summary.Heading(organisation.name, organisation.unit, child.case_number, SECRECY)


def _before(uow: UnitOfWork, visit: Visit) -> date | None:
    """Return the day of the signed visit before this one."""
    found = uow.rows(
        uow.reachable(Visit)
        .where(
            Visit.child_id == visit.child_id,
            Visit.planned_at < visit.planned_at,
            Visit.state.in_(DONE),
        )
        .with_only_columns(func.max(Visit.planned_at))
    )
    latest: datetime | None = found[0][0]
    return uow.day_of(latest) if latest else None


def _visit(visit: Visit, on: date, before: date | None) -> summary.Visit:
    home_visit = visit.home_visit
    return summary.Visit(
        on=on,
        kind=record_words.term("visit_kind", home_visit.kind),
        starts=visit.planned_at,
        place=None if visit.child.protected_identity else home_visit.foster_home.place or None,
        present=tuple(line.strip() for line in home_visit.present.splitlines() if line.strip()),
        interpreter=home_visit.interpreter,
        home_seen=home_visit.home_seen,
        room_seen=visit.room_seen,
        previous=before,
    )


def _private_talk(visit: Visit) -> summary.PrivateTalk:
    if visit.private_talk is None:
        return summary.PrivateTalk(summary.Term("", "Inte antecknat än"))
    held = record_words.term("private_talk", visit.private_talk)
    return summary.PrivateTalk(held, visit.private_minutes, visit.private_reason)


def _voice(visit: Visit, library: Library) -> tuple[summary.Quote, ...]:
    """The child's own words and wishes first: the closing questions, and topics that the child brought up."""
    closing = {question.id: question.text.get("sv") for question in library.common.closing}
    said = [
        summary.Quote(
            answer.words,
            closing[answer.item],
            shown_in(answer) if response.mode == "alone" else "",  # else an adult wrote, in whatever language
            answer.asked if shown_in(answer) else "",
        )
        for response in visit.responses
        if response.respondent == "child"
        for answer in sorted(response.answers, key=lambda each: each.item)
        if answer.item in closing and answer.words
    ]
    return tuple(said)


def _drawings(uow: UnitOfWork, visit: Visit, library: Library) -> tuple[summary.Drawing, ...]:
    """What the child drew and said yes to keeping here, thinned to what paper can show."""
    questions = {question.id: question.text.get("sv") for question in library.common.closing}
    for response in visit.responses:
        questions |= {item.id: item.text.get("sv") for item in form_of(response.questionnaire_version).items}
    kept = [drawn for drawn in drawings_of(uow, visit.id).values() if drawn.in_summary]
    share = _MOST_POINTS // max(1, len(kept))
    return tuple(
        summary.Drawing(questions.get(drawn.item, drawn.item), dump_strokes(thinned(drawn.strokes, share)))
        for drawn in kept
    )


def _note_kind(code: str) -> summary.Term:
    return record_words.term("note_kind", code) if code else summary.Term("", "Inte valt än")


def _check(uow: UnitOfWork, visit: Visit, library: Library, on: date) -> summary.PlacementCheck | None:
    check = visit.placement_check
    if check is None or not (check.understanding or check.self_blame):
        return None
    texts = library.placement_check
    explanation = drafted(uow, visit) or visit.child.explanation()  # what is read is what will be signed
    return summary.PlacementCheck(
        understanding=_code(check.understanding, texts.understanding),
        self_blame=_code(check.self_blame, texts.self_blame),
        understanding_reason=_reason(check.understanding_reason, check.reason_note, texts.reasons),
        self_blame_reason=_reason(check.self_blame_reason, check.reason_note, texts.reasons),
        child_words=check.child_words,
        told_today=_told(visit, library, on),
        retold=check.retold,
        explanation=_explanation(uow, explanation, on) if explanation else None,
        next_step=check.next_step,
    )


def _told(visit: Visit, library: Library, on: date) -> str:
    check = visit.placement_check
    if check is None:
        return ""
    age = age_on(visit.child.birth_date, on)
    placement = visit.child.placement_on(on)
    always = library.placement_check.say(age, placement.legal_basis if placement else "").get("sv")
    return "\n".join(part for part in (check.told_today, always if check.always_said else "") if part)


def _explanation(uow: UnitOfWork, explanation: Explanation, on: date) -> summary.Explanation:
    agreed_on = uow.day_of(explanation.created_at)
    return summary.Explanation(
        explanation.text, explanation.version, explanation.agreed_with, agreed_on, changed_today=agreed_on == on
    )


def _code(code: str | None, texts: Mapping[str, Text]) -> summary.Term:
    return summary.Term(code, texts[code].get("sv")) if code else summary.Term("", "Inte antecknat än")


def _reason(code: str | None, note: str, texts: Mapping[str, Text]) -> str:
    if not code:
        return ""
    return note if code == "other" and note else texts[code].get("sv")


def _agreement(uow: UnitOfWork, action: Action) -> summary.Agreement:
    told = action.told_child_at
    return summary.Agreement(
        kind=record_words.term("agreement", action.kind),
        what=action.what,
        who=action.who,
        state=record_words.term("agreement_state", action.state),
        due=action.due,
        outcome=action.outcome,
        child_told_on=uow.day_of(told) if told else None,
    )


def _earlier(uow: UnitOfWork, visit: Visit, before: date | None) -> Sequence[Action]:
    """Fetch what was agreed before this visit and is still open, or was settled or told of since the visit before it.

    Also what came to nothing, and also before the child has been told: the record must not lose a broken promise.
    """
    since = datetime.combine((before or _LONG_AGO) + timedelta(days=1), time.min, uow.zone)
    return uow.all(
        uow.reachable(Action)
        .outerjoin(Visit, Visit.id == Action.visit_id)
        .where(
            Action.child_id == visit.child_id,
            or_(Action.visit_id.is_(None), Visit.planned_at < visit.planned_at),
            or_(Action.state == "open", Action.done_on >= since.date(), Action.told_child_at >= since),
        )
        .order_by(Action.due, Action.id)
    )


def _read_back(visit: Visit) -> summary.ReadBack | None:
    read = visit.read_back
    if read is None or not read.outcome:
        return None
    not_done = read.outcome == "not_done"
    return summary.ReadBack(
        record_words.term("read_back", read.outcome), "" if not_done else read.words, read.words if not_done else ""
    )


def _versions(forms: tuple[summary.Form, ...], library: Library) -> tuple[summary.Version, ...]:
    return (
        *(summary.Version(form.title, form.version) for form in forms),
        summary.Version("Placeringskoll", library.placement_check.version),
        summary.Version("Flaggregler", library.common.version),
    )


def _responsible(child: Child, on: date) -> str:
    names = [each.user.name for each in child.assignments if each.role == "responsible" and each.holds_on(on)]
    return names[-1] if names else ""


def _with_dash(personal_number: str | None) -> str:
    return f"{personal_number[:8]}-{personal_number[8:]}" if personal_number else ""
