"""All visits of a plain child told at once, for large amounts of data.

One unit of work holds them all, and its clock is moved on from visit to visit. The rows are written directly instead of
step by step; judging (flags) and signing are done by the real services, so flags, summaries and hashes are as real as
any. Their PDFs are not made in advance: ten thousand of them would keep the press busy for hours. The visit's page
offers to make it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import select

from followup.domain.flags import Level
from followup.questionnaires import load_all
from followup.services.demo.stories import Score
from followup.services.demo.visiting import Scene
from followup.services.flags.flagging import refresh_flags
from followup.services.record import filing, signing
from followup.services.visit.sheets import CARER, CHILD
from followup.services.visit.steps import STEPS
from followup.store.tables import (
    Answer,
    Flag,
    HomeVisit,
    Note,
    PlacementCheck,
    Prompt,
    QuestionnaireVersion,
    ReadBack,
    Response,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork


def tell(uow: UnitOfWork, scenes: Sequence[Scene]) -> None:
    """Add a child's visits, oldest first; judge, sign and file each of them."""
    versions = _versions(uow)
    for scene in scenes:
        uow.now, uow.today = scene.at, scene.on
        _tell(uow, scene, versions)


def _tell(uow: UnitOfWork, scene: Scene, versions: Mapping[tuple[str, str], UUID]) -> None:
    visit = _visit(uow, scene)
    forms = [(CHILD, scene.form, scene.answers), (CARER, load_all().carer_form, scene.carer)]
    for respondent, form, given in forms:
        if form and given:
            uow.add(_response(visit, respondent, versions[form.code, form.version], given, uow))
    check = scene.check
    uow.add(
        PlacementCheck(
            visit_id=visit.id,
            child_id=visit.child_id,
            understanding=check.understanding,
            understanding_reason=check.reason or None,
            self_blame=check.self_blame,
            self_blame_reason=check.reason or None,
        ),
        ReadBack(visit_id=visit.id, child_id=visit.child_id, outcome="agrees", words=""),
        *_notes(visit, scene),
    )
    flags = refresh_flags(uow, visit)
    uow.add(*(_talked(visit, flag, uow) for flag in flags if _must_be_talked_about(flag)))
    uow.flush()
    signing.sign_unread(uow, visit.id)
    uow.flush()
    _file(uow, visit, scene)


def _visit(uow: UnitOfWork, scene: Scene) -> Visit:
    kid = scene.kid
    shared = HomeVisit(
        id=uuid4(),
        organisation_id=kid.worker.actor.organisation_id,
        foster_home_id=kid.home.id,
        planned_at=scene.at,
        kind="planned",
        present=kid.first_name,
        home_seen=True,
    )
    uow.add(shared)
    uow.flush()
    visit = Visit(
        id=uuid4(),
        home_visit_id=shared.id,
        child_id=kid.id,
        caseworker_id=kid.worker.actor.id,
        state="draft",
        planned_at=scene.at,
        revisions=dict.fromkeys(STEPS, 1),
        saved_at=uow.now,
        step=signing.STEP,
        questionnaire_code=scene.form.code if scene.form else None,
        private_talk="yes",
        private_minutes=20,
        room_seen=True,
        next_visit_on=scene.next_on,
    )
    uow.add(visit)
    uow.flush()
    return visit


def _versions(uow: UnitOfWork) -> Mapping[tuple[str, str], UUID]:
    columns = select(QuestionnaireVersion.code, QuestionnaireVersion.version, QuestionnaireVersion.id)
    return {(code, version): version_id for code, version, version_id in uow.rows(columns)}


def _response(visit: Visit, respondent: str, version_id: UUID, given: Mapping[str, Score], uow: UnitOfWork) -> Response:
    return Response(
        visit_id=visit.id,
        child_id=visit.child_id,
        questionnaire_version_id=version_id,
        respondent=respondent,
        earshot="nobody",
        started_at=uow.now,
        answers=[
            Answer(
                child_id=visit.child_id,
                item=item,
                status="answered" if isinstance(score, int) else score,
                score=score if isinstance(score, int) else None,
                answered_at=uow.now,
            )
            for item, score in given.items()
        ],
    )


def _notes(visit: Visit, scene: Scene) -> Iterator[Note]:
    fitting = [note for youngest, oldest, note in scene.ordinary.notes if youngest <= scene.age <= oldest]
    for position, note in enumerate(scene.kid.chance.sample(fitting, 2), 1):
        yield Note(
            visit_id=visit.id,
            child_id=visit.child_id,
            position=position,
            area=note.area,
            kind=note.kind,
            source=note.source,
            text=note.text,
        )


def _must_be_talked_about(flag: Flag) -> bool:
    return flag.respondent == CHILD and Level(flag.level).rank >= Level.FOLLOW_UP.rank


def _talked(visit: Visit, flag: Flag, uow: UnitOfWork) -> Prompt:
    return Prompt(
        visit_id=visit.id, child_id=visit.child_id, subject=flag.subject, outcome="talked", recorded_at=uow.now
    )


def _file(uow: UnitOfWork, visit: Visit, scene: Scene) -> None:
    document = filing.newest_document(uow, visit.id)
    document.state = "unmade"  # as the module says: made when somebody asks for it
    filing.note_filed(uow, visit, document, scene.reference)
