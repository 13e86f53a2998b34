"""What the child draws instead of writing, or beside it: one drawing for each question, kept with the visit."""

from __future__ import annotations

from uuid import UUID

from followup.domain.access import Loan
from followup.domain.drawings import Drawn, Strokes, dump_strokes, parse_strokes
from followup.domain.errors import NotAllowed, NotFound
from followup.services.child_mode.on_loan import hold_sheet
from followup.services.visit import steps
from followup.services.visit.answer_fields import CHILD_STEP
from followup.services.visit.answer_sheet import AnswerPage, open_page
from followup.services.visit.sheets import CHILD
from followup.services.visit.steps import Saved
from followup.store.tables import Drawing
from followup.store.unit_of_work import UnitOfWork


def save_drawing(uow: UnitOfWork, item: str, strokes: Strokes, *, in_summary: bool) -> Saved:
    """Keep the drawing to a question of the sheet that the tablet is locked to; an empty one takes it away.

    item: an item of the form, or a closing question. in_summary: whether the child said yes to having it in what is
    kept and printed. Raises NotAllowed for anybody but the child, NotFound for what the form doesn't ask, and
    InvalidTransition when the sheet is handed in or the visit is no longer open.
    """
    loan = _child(uow)
    hold_sheet(uow)
    page = open_page(uow, loan.visit_id, CHILD)
    if item not in _asked(page):
        raise NotFound
    stored = uow.first(uow.reachable(Drawing).where(Drawing.visit_id == loan.visit_id, Drawing.item == item))
    _lay(uow, loan, item, stored, strokes, in_summary=in_summary)
    return steps.mark_saved(uow, page.visit, CHILD_STEP)


def my_drawings(uow: UnitOfWork) -> dict[str, Drawn]:
    """Return, to the child who has the tablet, its own drawings by question; to a carer none."""
    loan = uow.actor.loan
    return drawings_of(uow, loan.visit_id) if loan and loan.respondent == CHILD else {}


def drawings_of(uow: UnitOfWork, visit_id: UUID) -> dict[str, Drawn]:
    """Return the drawings of a visit by question, within the actor's reach; in one statement."""
    rows = uow.all(uow.reachable(Drawing).where(Drawing.visit_id == visit_id).order_by(Drawing.item))
    return {row.item: Drawn(row.item, parse_strokes(row.strokes), row.in_summary, row.drawn_at) for row in rows}


def _child(uow: UnitOfWork) -> Loan:
    loan = uow.actor.loan
    if loan is None or loan.respondent != CHILD:
        raise NotAllowed
    return loan


def _asked(page: AnswerPage) -> set[str]:
    closing = page.form.closing if page.form else ()
    return {item.id for item in page.items} | {question.id for question in closing}


def _lay(uow: UnitOfWork, loan: Loan, item: str, stored: Drawing | None, strokes: Strokes, *, in_summary: bool) -> None:
    if not strokes:
        if stored:
            uow.delete(stored)
        return
    if stored is None:
        stored = Drawing(visit_id=loan.visit_id, child_id=loan.child_id, item=item, strokes="", drawn_at=uow.now)
        uow.add(stored)
    stored.strokes, stored.in_summary, stored.drawn_at = dump_strokes(strokes), in_summary, uow.now
