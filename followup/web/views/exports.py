"""What leaves the program in one go: all that is unfiled, the proof pack, and everything about one child."""

from __future__ import annotations

from uuid import UUID

from flask import (
    Response,
    after_this_request,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, Problem
from followup.domain.neutral_names import plain, sidecar_name
from followup.domain.timeline import to_json
from followup.pdf.errors import RenderingFailed
from followup.pdf.timeline import job_of
from followup.services.record import exporting, filing, unfiled_zip
from followup.services.record.proof_pack import proof_pack
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages, store
from followup.web.steps import translated

pages = Pages("exports", __name__)


@pages.page("/documents/unfiled.zip", needs=Permission.READ_CASES, fresh=True)
def all_unfiled(uow: UnitOfWork) -> ResponseReturnValue:
    """Every document that is ready and not filed, with sidecars and a manifest, made while it is sent."""
    documents = unfiled_zip.unfiled_documents(uow)
    parts = unfiled_zip.stream(store(), uow.actor, documents, now=uow.now, request_id=g.request_id)
    return _file(Response(parts, mimetype="application/zip"), f"att-fora-till-akt-{uow.today.isoformat()}.zip")


@pages.page("/documents/<uuid:document_id>.json", needs=Permission.READ_CASES)
def sidecar(uow: UnitOfWork, document_id: UUID) -> ResponseReturnValue:
    """What a receiver may need to know of a PDF: metadata and checksum."""
    taken = filing.take(uow, document_id)
    return _file(Response(taken.sidecar.as_json(), mimetype="application/json"), sidecar_name(taken.name))


@pages.page("/children/<uuid:child_id>/timeline.pdf", needs=Permission.READ_CASES, fresh=True)
def timeline(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """The proof pack, printed while somebody waits and stored nowhere."""
    pack = proof_pack(uow, child_id)
    try:
        content = current_app.extensions["followup_pressroom"].print_sealed(job_of(to_json(pack)))
    except RenderingFailed:
        flash(_("Tidslinjen kunde inte skrivas ut. Försök igen, eller säg till den som sköter servern."), "warning")
        return redirect(url_for("children.child", child_id=child_id))
    name = f"{plain(pack.case_number)}-tidslinje-{uow.today.isoformat()}.pdf"
    return _file(Response(content, mimetype="application/pdf"), name, how="inline")


@pages.page("/children/<uuid:child_id>/export", needs=Permission.LEAD, methods=("GET", "POST"), fresh="post")
def child(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Ask for everything about one child."""
    if request.method == "GET":
        return _form(uow, child_id)
    form = request.form
    passphrase = form.get("passphrase", "").strip()
    try:
        export = exporting.ask(uow, child_id, form.get("purpose", ""), form.get("reason", ""), passphrase)
    except InvalidInput as error:
        return _form(uow, child_id, error.problems)
    export_id, actor = export.id, uow.actor

    @after_this_request
    def _begin(response: Response) -> Response:  # once the request is committed: before that nobody can see it
        current_app.extensions["followup_porter"].export(export_id, actor, passphrase)
        return response

    return redirect(url_for("exports.one", export_id=export_id))


@pages.page("/exports/<uuid:export_id>", needs=Permission.LEAD)
def one(uow: UnitOfWork, export_id: UUID) -> ResponseReturnValue:
    """How far an export is; then the archive, for whoever asked for it."""
    export = exporting.mine(uow, export_id)
    folder = current_app.extensions["followup_porter"].folder
    return render_template(
        "exports/one.html",
        export=export,
        purposes=_purposes(),
        child=exporting.exports_of(uow, export.child_id).child,
        progress=exporting.read_progress(folder, export_id),
    )


@pages.page("/exports/<uuid:export_id>/state", needs=Permission.LEAD)
def state(uow: UnitOfWork, export_id: UUID) -> ResponseReturnValue:
    """Whether it is worth loading the page again. `?seen=` the state that the page shows."""
    now = exporting.mine(uow, export_id).state
    return jsonify(ready=now != request.args.get("seen", "making"), state=now)


@pages.page("/exports/<uuid:export_id>/archive", needs=Permission.LEAD, methods=("POST",), fresh=True)
def fetch(uow: UnitOfWork, export_id: UUID) -> ResponseReturnValue:
    """The archive. When all of it has been sent it is taken away, which is why this is no GET."""
    folder = current_app.extensions["followup_porter"].folder
    fetched = exporting.fetch(uow, folder, export_id)
    answer = Response(exporting.sent(store(), folder, fetched, uow.now), mimetype="application/zip")
    answer.content_length = fetched.size
    return _file(answer, fetched.name)


@pages.page("/exports/<uuid:export_id>/remove", needs=Permission.LEAD, methods=("POST",))
def remove(uow: UnitOfWork, export_id: UUID) -> ResponseReturnValue:
    """Take the archive away at once."""
    exporting.remove(uow, current_app.extensions["followup_porter"].folder, export_id)
    flash(_("Arkivet är borttaget."), "success")
    return redirect(url_for("exports.one", export_id=export_id))


def _form(uow: UnitOfWork, child_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    found = exporting.exports_of(uow, child_id)
    errors = translated(problems)
    body = render_template(
        "exports/child.html",
        found=found,
        purposes=_purposes(),
        child=found.child,
        me=uow.actor.id,
        values=request.form if problems else {},
        passphrase=(request.form.get("passphrase") if problems else "") or exporting.new_passphrase(),
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
        limits=(exporting.REASON_LIMIT, exporting.SHORTEST_PASSPHRASE),
    )
    return make_response(body, 422 if errors else 200)


def _purposes() -> dict[str, str]:
    return {
        "access": _("Barnet eller vårdnadshavaren begär ut uppgifterna"),
        "transfer": _("Ärendet lämnas över till en annan kommun"),
        "inspection": _("Tillsynen begär uppgifterna"),
        "other": _("Något annat"),
    }


def _file(response: Response, name: str, how: str = "attachment") -> Response:
    response.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    return response
