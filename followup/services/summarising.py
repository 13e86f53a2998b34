"""From a visit's rows to its VisitSummary: the record's words, chosen here once and stored when the visit is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from followup.domain import flags, record_words, summary
from followup.domain.age import age_on
from followup.domain.prompts import prompts_for
from followup.domain.questionnaire import Questionnaire, Text
from followup.questionnaires import Library, load_all
from followup.services.explaining import drafted
from followup.services.publishing import form_of
from followup.services.steps import open_visit
from followup.services.summary_forms import filled_in_forms
from followup.store.tables import (
    Action,
    Assignment,
    Child,
    Explanation,
    Flag,
    Organisation,
    Placement,
    Prompt,
    Response,
    User,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork

SECRECY = "Omfattas av sekretess (OSL 26 kap. 1 §)"
_PARTY_FROM_AGE = 15
"""From this age the child is a party to its own case (SoL 2025:400 3 kap., LVU 36 §)."""

_MOST = summary.MOST_IMPORTANT_AT_MOST


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
    on = visit.planned_at.astimezone(uow.zone).date()
    child = visit.child
    protected = child.protected_identity
    placement = _placement(child, on)
    forms = filled_in_forms(uow, visit, library)
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
            legal_basis=record_words.term("legal_basis", placement.legal_basis if placement else "sol"),
            responsible_caseworker=_responsible(child, on) or visit.caseworker.name,
            home="" if protected else visit.home_visit.foster_home.name,
            place=None if protected else visit.home_visit.foster_home.place or None,
            since=placement.start if placement else None,
        ),
        visit=_visit(uow, visit, on),
        private_talk=_private_talk(visit),
        drawn_up_at=uow.now,
        most_important=_most_important(visit, library),
        child_voice=_voice(visit, library),
        forms=forms,
        placement_check=_check(uow, visit, library, on),
        conversations=_conversations(visit, library),
        notes=tuple(
            summary.Note(record_words.term("area", note.area), _note_kind(note.kind), note.text, note.source)
            for note in visit.notes
            if note.text
        ),
        flags=_flags(uow, visit, library),
        agreements=tuple(_agreement(uow, action) for action in visit.actions),
        earlier_promises=tuple(_agreement(uow, action) for action in _earlier_promises(uow, visit)),
        read_back=_read_back(visit),
        urgent_concerns=tuple(
            summary.UrgentConcern(each.words, each.question, "", each.told, each.told_at)
            for each in visit.urgent_concerns
        ),
        next_visit=summary.NextVisit(visit.next_visit_on, None, visit.next_visit_note),
        versions=_versions(forms, library),
        zone=uow.zone.key,
    )


def _heading(uow: UnitOfWork, child: Child) -> summary.Heading:
    organisation = uow.one(select(Organisation).where(Organisation.id == child.organisation_id))
    return summary.Heading(organisation.name, organisation.unit, child.case_number, SECRECY)


def _visit(uow: UnitOfWork, visit: Visit, on: date) -> summary.Visit:
    home_visit = visit.home_visit
    before = uow.rows(
        uow.reachable(Visit)
        .where(
            Visit.child_id == visit.child_id,
            Visit.planned_at < visit.planned_at,
            Visit.state.in_(("signed", "filed")),
        )
        .order_by(Visit.planned_at.desc())
        .limit(1)
        .with_only_columns(Visit.planned_at)
    )
    return summary.Visit(
        on=on,
        kind=record_words.term("visit_kind", home_visit.kind),
        starts=visit.planned_at,
        place=None if visit.child.protected_identity else home_visit.foster_home.place or None,
        present=tuple(line.strip() for line in home_visit.present.splitlines() if line.strip()),
        interpreter=home_visit.interpreter,
        home_seen=home_visit.home_seen,
        room_seen=visit.room_seen,
        previous=before[0][0].astimezone(uow.zone).date() if before else None,
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
        summary.Quote(answer.words, closing[answer.item])
        for response in visit.responses
        if response.respondent == "child"
        for answer in sorted(response.answers, key=lambda each: each.item)
        if answer.item in closing and answer.words
    ]
    return tuple(said)


def _note_kind(code: str) -> summary.Term:
    return record_words.term("note_kind", code) if code else summary.Term("", "Inte valt än")


def _check(uow: UnitOfWork, visit: Visit, library: Library, on: date) -> summary.PlacementCheck | None:
    check = visit.placement_check
    if check is None or not (check.understanding or check.self_blame):
        return None
    texts = library.placement_check
    latest = visit.child.explanations[-1] if visit.child.explanations else None
    explanation = drafted(uow, visit) or latest  # what is read is what will be signed
    return summary.PlacementCheck(
        understanding=_code(check.understanding, texts.understanding),
        self_blame=_code(check.self_blame, texts.self_blame),
        understanding_reason=_reason(check.understanding_reason, check.reason_note, texts.reasons),
        self_blame_reason=_reason(check.self_blame_reason, check.reason_note, texts.reasons),
        child_words=check.child_words,
        told_today=_told(visit, library, on),
        retold=check.retold,
        explanation=_explanation(explanation, on) if explanation else None,
        next_step=check.next_step,
    )


def _told(visit: Visit, library: Library, on: date) -> str:
    check = visit.placement_check
    if check is None:
        return ""
    age = age_on(visit.child.birth_date, on)
    placement = _placement(visit.child, on)
    always = library.placement_check.say(age, placement.legal_basis if placement else "sol").get("sv")
    return "\n".join(part for part in (check.told_today, always if check.always_said else "") if part)


def _explanation(explanation: Explanation, on: date) -> summary.Explanation:
    agreed_on = explanation.created_at.date()
    return summary.Explanation(
        explanation.text, explanation.version, explanation.agreed_with, agreed_on, changed_today=agreed_on == on
    )


def _code(code: str | None, texts: Mapping[str, Text]) -> summary.Term:
    return summary.Term(code, texts[code].get("sv")) if code else summary.Term("", "Inte antecknat än")


def _reason(code: str | None, note: str, texts: Mapping[str, Text]) -> str:
    if not code:
        return ""
    return note if code == "other" and note else texts[code].get("sv")


def _conversations(visit: Visit, library: Library) -> tuple[summary.Conversation, ...]:
    raised = {flag.subject: flag for flag in visit.flags if flag.respondent == "child"}
    form = _child_form(visit)
    return tuple(
        _conversation(prompt, raised.get(prompt.subject), form, library)
        for prompt in visit.prompts
        if prompt.outcome or prompt.words or prompt.agreed
    )


def _conversation(
    prompt: Prompt, row: Flag | None, form: Questionnaire | None, library: Library
) -> summary.Conversation:
    item = form.item(prompt.subject) if form else None
    flag = domain_flag(row) if row else None
    asked = next(iter(prompts_for([flag], form, library.common)), None) if flag else None
    outcome = prompt.outcome or "talked"
    return summary.Conversation(
        topic=item.text.get("sv") if item else prompt.topic or "Besöket i stort",
        outcome=record_words.term("prompt_outcome", outcome),
        reasons=(library.wording().flag(flag, form).rstrip("."),) if flag else (),
        question=asked.question.get("sv") if asked else "",
        child_words=prompt.words,
        agreed=prompt.agreed,
        child_asked=bool(flag and "R12" in flag.rules) or prompt.subject.startswith("own:"),
    )


def _most_important(visit: Visit, library: Library) -> tuple[str, ...]:
    """The gravest flags in a sentence each, and the placement check where it needs care."""
    form = _child_form(visit)
    rows = [row for row in visit.flags if row.respondent != "carer" and not row.withdrawn]
    grave = [row for row in rows if domain_flag(row).level.rank >= flags.Level.FOLLOW_UP.rank]
    grave.sort(key=lambda row: -domain_flag(row).level.rank)
    return tuple(row.text or library.wording().flag(domain_flag(row), form) for row in grave)[:_MOST]


def _flags(uow: UnitOfWork, visit: Visit, library: Library) -> tuple[summary.FlagLine, ...]:
    """Flags from follow-up and upwards; what was only to be talked about stands among the conversations."""
    names = _names(uow, {event.by for flag in visit.flags for event in flag.events})
    lines = []
    for row in visit.flags:
        flag = domain_flag(row)
        if row.withdrawn or flag.level.rank < flags.Level.FOLLOW_UP.rank:
            continue
        form = _form_of(visit, row.respondent)
        event = row.events[-1] if row.events else None
        lines.append(
            summary.FlagLine(
                about=library.wording().topic(row.subject, form) if not row.text else row.text,
                level=summary.Term(row.level, library.wording().level(row.level)),
                status=record_words.term("flag_status", row.status),
                reasons=() if row.text else (library.wording().flag(flag, form).rstrip("."),),
                ended=event.text if event else "",
                by=names.get(event.by, "") if event and event.kind != "raised" else "",
                on=event.at.astimezone(uow.zone).date() if event and event.kind != "raised" else None,
            )
        )
    return tuple(lines)


def _names(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID, str]:
    rows = uow.rows(select(User.id, User.name).where(User.id.in_(ids))) if ids else ()
    return {user_id: name for user_id, name in rows}  # noqa: C416 - dict(rows) is no mapping of rows to a type checker


def _agreement(uow: UnitOfWork, action: Action) -> summary.Agreement:
    told = action.told_child_at
    return summary.Agreement(
        kind=record_words.term("agreement", action.kind),
        what=action.what,
        who=action.who,
        state=record_words.term("agreement_state", action.state),
        due=action.due,
        outcome=action.outcome,
        child_told_on=told.astimezone(uow.zone).date() if told else None,
    )


def _earlier_promises(uow: UnitOfWork, visit: Visit) -> Sequence[Action]:
    """Promises from before this visit that were open then, or that the child was told of today."""
    midnight = visit.planned_at.astimezone(uow.zone).replace(hour=0, minute=0, second=0)
    return uow.all(
        uow.reachable(Action)
        .join(Visit, Visit.id == Action.visit_id)
        .where(
            Action.child_id == visit.child_id,
            Visit.planned_at < visit.planned_at,
            or_(Action.state == "open", Action.told_child_at >= midnight),
        )
        .order_by(Action.due)
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


def domain_flag(row: Flag) -> flags.Flag:
    """Read a stored flag back as the rules raised it."""
    return flags.Flag(row.subject, tuple(flags.Reason.from_json(reason) for reason in row.reasons))


def _child_form(visit: Visit) -> Questionnaire | None:
    return _form_of(visit, "child")


def _form_of(visit: Visit, respondent: str) -> Questionnaire | None:
    found = next((each for each in visit.responses if each.respondent == respondent), None)
    return form_of(found.questionnaire_version) if found else None


def _placement(child: Child, on: date) -> Placement | None:
    """The placement in force on a day, else the latest."""
    in_force = [each for each in child.placements if each.start <= on and (each.end is None or each.end > on)]
    known = in_force or child.placements
    return known[-1] if known else None


def _responsible(child: Child, on: date) -> str:
    in_force = [
        each.user.name
        for each in child.assignments
        if each.role == "responsible" and each.start <= on and (each.end is None or each.end > on)
    ]
    return in_force[-1] if in_force else ""


def _with_dash(personal_number: str | None) -> str:
    return f"{personal_number[:8]}-{personal_number[8:]}" if personal_number else ""
