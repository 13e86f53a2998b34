"""Which sheet of answers a tablet is locked to: the one way to it for all that a child or a carer does."""

from __future__ import annotations

from followup.domain.access import Loan
from followup.domain.errors import InvalidTransition, NotFound
from followup.services.visit import steps
from followup.store.tables import Response, Visit
from followup.store.unit_of_work import UnitOfWork


def loan_of(uow: UnitOfWork) -> Loan:
    """Return what the tablet is locked to. Raises NotFound when it isn't."""
    if uow.actor.loan is None:
        raise NotFound
    return uow.actor.loan


def sheet_of(uow: UnitOfWork, loan: Loan) -> Response:
    """Return a loan's sheet, without its answers. Raises NotFound."""
    return uow.one(
        uow.reachable(Response).where(Response.visit_id == loan.visit_id, Response.respondent == loan.respondent)
    )


def sheet_on_loan(uow: UnitOfWork) -> Response:
    """Return the sheet that the tablet is locked to, without its answers. Raises NotFound."""
    return sheet_of(uow, loan_of(uow))


def hold_sheet(uow: UnitOfWork) -> tuple[Visit, Response]:
    """Hold the visit and return its sheet, to change it.

    Raises NotFound, and InvalidTransition when the sheet is handed in or the visit no longer open.
    """
    visit = steps.hold(uow, loan_of(uow).visit_id)
    sheet = sheet_on_loan(uow)
    if visit.state not in steps.OPEN_STATES or sheet.handed_in_at is not None:
        raise InvalidTransition(visit.state)
    return visit, sheet
