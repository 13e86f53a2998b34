"""A child's ledger of promises and actions, and writing down how each went."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.services.overview import promise_ledger as ledgers
from followup.store.tables import Action
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.steps import posted_fields, translated

pages = Pages("promises", __name__)


@pages.page("/children/<uuid:child_id>/promises", needs=Permission.READ_CASES)
def ledger(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Everything agreed. `?only=`: overdue, open, done, not_done, or untold (settled, and the child doesn't know)."""
    return _page(uow, child_id, request.args.get("only", ""), request.args.get("page", 1, type=int))


@pages.page("/promises/<uuid:action_id>/outcome", needs=Permission.KEEP_VISITS, methods=("POST",))
def settle(uow: UnitOfWork, action_id: UUID) -> ResponseReturnValue:
    """Write down how it went, and when the child was told."""
    only, number = request.form.get("only", ""), request.form.get("page", 1, type=int)
    try:
        action = ledgers.settle(uow, action_id, posted_fields(), request.form.get("mark", ""))
    except InvalidInput as error:
        child_id = uow.one(uow.reachable(Action).where(Action.id == action_id)).child_id
        return _page(uow, child_id, only, number, refused=(action_id, error))
    flash(_("Sparat."), "success")
    return redirect(url_for("promises.ledger", child_id=action.child_id, page=number, only=only or None))


def _page(
    uow: UnitOfWork, child_id: UUID, only: str, number: int, *, refused: tuple[UUID, InvalidInput] | None = None
) -> ResponseReturnValue:
    found = ledgers.ledger(uow, child_id, only, number)
    if refused and all(entry.action.id != refused[0] for entry in found.entries):
        found = ledgers.ledger(uow, child_id)  # it has been settled meanwhile, and stands elsewhere
    errors = translated(refused[1].problems) if refused else {}
    first = f"state-open-{refused[0]}" if refused else ""
    body = render_template(
        "promises/ledger.html",
        ledger=found,
        child=found.child,
        refused=refused[0] if refused else None,
        posted=posted_fields() if refused else {},
        errors=errors,
        summary=[
            (first if name == "state" else f"{name}-{refused[0] if refused else ''}", words)
            for name, (words, *_more) in errors.items()
        ],
        today=uow.today,
    )
    return make_response(body, 422 if refused else 200)
