"""Many children at once, for what must not grow with them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from followup.store.tables import Action, Assignment, Child, Flag, HomeVisit, Placement, PlacementCheck, Visit
from tests.support.people import People
from tests.support.population import Person


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
