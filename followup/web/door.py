"""The door: the only way to add a page. It asks for a permission, opens the unit of work, and logs what was denied."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from flask import Blueprint, Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import NOT_IN_YET, Actor, Permission, Role
from followup.domain.errors import NotAllowed, NotFound
from followup.web import proof, protected
from followup.web.units import store, unit, wants_json

__all__ = ["Pages", "View", "refuse_unguarded", "store", "unit", "wants_json"]

View = Callable[..., ResponseReturnValue]
Fresh = bool | Literal["post", "inline"]

_READS = frozenset({"GET", "HEAD"})


class Pages(Blueprint):
    """The pages of one area of the site."""

    def page(
        self,
        rule: str,
        *,
        needs: Permission,
        methods: tuple[str, ...] = ("GET",),
        fresh: Fresh = False,
        first: Callable[[], None] | None = None,
    ) -> Callable[[View], View]:
        """Register a view. It gets a unit of work first, read-only for GET; a PUBLIC view gets none.

        fresh: the page asks again who one is, unless that was proved on this device within ten minutes. "post": only
        when something is posted. "inline": the view asks itself, inside its own form, and looks at `proof.fresh()`.
        first: what takes long with what was posted, and no database. A unit that writes keeps everybody else waiting.
        """

        def register(view: View) -> View:
            self.add_url_rule(rule, view.__name__, _guarded(view, needs, fresh, first), methods=list(methods))
            return view

        return register


def refuse_unguarded(app: Flask) -> None:
    """Refuse to start with a page that went round the door. Raises RuntimeError naming it."""
    bare = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "needs"))
    if bare:
        raise RuntimeError(f"pages without a permission: {', '.join(bare)}")


def _guarded(view: View, needs: Permission, fresh: Fresh, first: Callable[[], None] | None = None) -> View:
    @wraps(view)
    def guarded(**arguments: Any) -> ResponseReturnValue:
        if request.method == "HEAD":
            request.method = "GET"  # the same page, logged alike; the server leaves its body out
        if needs is Permission.PUBLIC:
            return view(**arguments)
        actor: Actor = g.actor
        if not actor.may(needs):
            return _turn_away(actor, needs, arguments)
        if fresh:
            proof.judge()
            asks = fresh is True or (fresh == "post" and request.method not in _READS)
            if asks and not proof.fresh():
                return proof.ask()
        if first and request.method not in _READS:
            first()
        try:
            with unit(actor, reads=request.method in _READS) as uow:
                g.unit = uow  # for the frame, which counts what waits for a lead
                try:
                    return protected.sign_before(uow, arguments) or view(uow, **arguments)
                finally:
                    del g.unit
        except (NotFound, NotAllowed):
            _note_denial(actor, arguments)
            raise

    guarded.needs = needs  # type: ignore[attr-defined] # what refuse_unguarded and the access matrix look for
    return guarded


def _turn_away(actor: Actor, needs: Permission, arguments: dict[str, Any]) -> ResponseReturnValue:
    """Answer somebody without the permission. Whoever has a tablet on loan meets what a stranger meets."""
    if actor.role is Role.NOBODY:
        return _ask_to_sign_in()
    if actor.role in NOT_IN_YET:
        return _ask_to_go_on(actor)
    if needs is Permission.ANSWER and request.method in _READS and not wants_json():
        return redirect(url_for("start.start"))  # the child's pages are behind, in a browser that has its adult again
    _note_denial(actor, arguments)
    if actor.loan is None:
        abort(403)
    return _ask_to_sign_in()


def _ask_to_sign_in() -> ResponseReturnValue:
    reads = request.method in _READS
    wrote = any(name != "csrf_token" for name in request.form)
    if wants_json() or wrote:
        abort(401)  # its page keeps what was written until the person has signed in again
    return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?") if reads else "/"))


def _ask_to_go_on(actor: Actor) -> ResponseReturnValue:
    """Lead whoever has given the right password, and nothing more, to what lacks."""
    if wants_json() or request.method not in _READS:
        abort(401)
    if actor.role is Role.NEWCOMER:
        return redirect(url_for("security.mine"))
    return redirect(url_for("security.second", next=request.full_path.rstrip("?")))


def _note_denial(actor: Actor, arguments: dict[str, Any]) -> None:
    with unit(actor, reads=False) as uow:
        uow.note("denied", page=request.endpoint, arguments={name: str(value) for name, value in arguments.items()})
