"""Many children at once, for what must not grow with them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from followup.store.tables import (
    Action,
    Answer,
    Assignment,
    Child,
    Flag,
    FlagEvent,
    HomeVisit,
    Placement,
    PlacementCheck,
    QuestionnaireVersion,
    Response,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork
from tests.support.people import People
from tests.support.population import Person

_SINCE = date(2025, 1, 1)


def crowd(people: People, team_id: UUID, number: int) -> list[UUID]:
    """Add children to a team."""
    kids = [
        Child(
            id=uuid4(),
            organisation_id=people.organisation_id,
            team_id=team_id,
            case_number=f"SN 2020-{uuid4().hex[:8]}",
            name=f"Unge {index}",
            birth_date=date(2015, 1, 1),
        )
        for index in range(number)
    ]
    with people.as_program() as uow:
        uow.add(*kids)
    return [kid.id for kid in kids]


def busy_crowd(people: People, number: int, whose: Person | None = None) -> None:
    """Give somebody (Maja) children who each have a home, a visit behind them, a flag, a check and a promise."""
    worker = whose or people.maja
    at = people.clock() - timedelta(days=80)
    kids = crowd(people, people.team_a, number)
    with people.as_program() as uow:
        for kid in kids:
            home_visit, visit = uuid4(), uuid4()
            home_id, of_visit = people.angsull.id, {"visit_id": visit, "child_id": kid}
            uow.add(
                Placement(child_id=kid, foster_home_id=home_id, start=date(2025, 1, 1), legal_basis="sol"),
                Assignment(child_id=kid, user_id=worker.id, start=date(2025, 1, 1)),
                HomeVisit(
                    id=home_visit,
                    organisation_id=people.organisation_id,
                    foster_home_id=home_id,
                    planned_at=at,
                    kind="planned",
                ),
            )
            uow.flush()
            uow.add(
                Visit(
                    id=visit,
                    child_id=kid,
                    home_visit_id=home_visit,
                    caseworker_id=worker.id,
                    state="draft",
                    planned_at=at,
                )
            )
            uow.flush()
            uow.add(
                Action(kind="promise", what="Ringa", who="Maja", owner_id=worker.id, **of_visit),
                PlacementCheck(understanding="partly", self_blame="no_sign", **of_visit),
                Flag(
                    respondent="child",
                    subject="b_sleep",
                    level="talk",
                    reasons=[],
                    rules_version="1.0.0",
                    raised_at=at,
                    **of_visit,
                ),
            )


def flagged_crowd(people: People, number: int, whose: Person | None = None, *, one_in: int = 1) -> None:
    """Give somebody (Maja) children with two signed visits each and flags of every kind.

    one_in: the graver flags of one child in so many are still open; all others were closed.
    """
    worker = whose or people.maja
    kids = crowd(people, people.team_a, number)
    version_id = _version(people, "barn-8-12")
    for start in range(0, number, 500):
        with people.as_program() as uow:
            for place, kid in enumerate(kids[start : start + 500]):
                _flagged(people, uow, kid, worker, version_id, place, still_open=place % one_in == 0)
        with people.as_program() as uow:  # signed afterwards: what belongs to a signed visit can't be added
            for visit in uow.all(uow.reachable(Visit).where(Visit.child_id.in_(kids[start : start + 500]))):
                visit.state = "signed"


def _version(people: People, code: str) -> UUID:
    with people.as_program() as uow:
        return uow.one(select(QuestionnaireVersion).where(QuestionnaireVersion.code == code)).id


def _flagged(
    people: People, uow: UnitOfWork, kid: UUID, worker: Person, version_id: UUID, place: int, *, still_open: bool
) -> None:
    uow.insert(
        Placement(id=uuid4(), child_id=kid, foster_home_id=people.angsull.id, start=_SINCE, legal_basis="sol"),
        Assignment(id=uuid4(), child_id=kid, user_id=worker.id, start=_SINCE, role="responsible"),
    )
    for days, newest in ((120, False), (30 + place % 40, True)):
        at = people.clock() - timedelta(days=days)
        home_visit, visit, response = uuid4(), uuid4(), uuid4()
        of_visit = {"visit_id": visit, "child_id": kid}
        uow.insert(
            HomeVisit(
                id=home_visit,
                organisation_id=people.organisation_id,
                foster_home_id=people.angsull.id,
                planned_at=at,
                kind="planned",
            ),
            Visit(
                id=visit, child_id=kid, home_visit_id=home_visit, caseworker_id=worker.id, state="draft", planned_at=at
            ),
            Response(
                id=response,
                questionnaire_version_id=version_id,
                respondent="child",
                mode="alone",
                language="sv",
                started_at=at,
                **of_visit,
            ),
        )
        for subject, level in (("b_safe", "escalate"), ("b_sleep", "follow_up"), ("b_mood", "talk"), ("_form", "info")):
            flag = uuid4()
            closed = not (newest and still_open) and level in {"escalate", "follow_up"}
            uow.insert(
                Answer(
                    id=uuid4(),
                    response_id=response,
                    child_id=kid,
                    item=subject if subject != "_form" else "b_body",
                    status="answered",
                    score=2,
                    answered_at=at,
                ),
                Flag(
                    id=flag,
                    respondent="child",
                    subject=subject,
                    level=level,
                    reasons=[{"rule": "R1", "level": level, "values": {"now": 2, "max": 5, "limit": 2}}],
                    rules_version="1.0.0",
                    status="closed" if closed else "open",
                    raised_at=at,
                    **of_visit,
                ),
                FlagEvent(id=uuid4(), flag_id=flag, child_id=kid, kind="raised", at=at, by=worker.id, text=""),
            )
            if closed:
                told = {"kind": "closed", "at": at + timedelta(days=1), "reason": "acted", "text": ""}
                uow.insert(FlagEvent(id=uuid4(), flag_id=flag, child_id=kid, by=people.birgitta.id, **told))
