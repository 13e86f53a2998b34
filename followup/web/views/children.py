"""Mina barn, and a child's own page."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from followup.deadlines import rule_book
from followup.domain.access import Permission
from followup.domain.age import age_on
from followup.domain.errors import InvalidInput, Problem
from followup.questionnaires import load_all
from followup.services.flags.questions import from_lead
from followup.services.need_to_know.break_glass import opened_until
from followup.services.need_to_know.deciding import may_decide
from followup.services.overview import child_file as files
from followup.services.overview import my_children
from followup.services.overview.deadlines import deadlines_beside
from followup.services.record.exporting import may_export
from followup.store.unit_of_work import UnitOfWork
from followup.web.agenda import agreed_words, cancel_reasons, groups_of, why_status
from followup.web.child_trends import lines_of, scale_words
from followup.web.desk_words import deed_words, topic_of
from followup.web.door import Pages
from followup.web.languages import language
from followup.web.prompt_lines import prompt_lines
from followup.web.steps import translated
from followup.web.views.deadlines import shown

pages = Pages("children", __name__)


@pages.page("/children", needs=Permission.READ_CASES)
def mine(uow: UnitOfWork) -> ResponseReturnValue:
    """The children within reach, in the order of what is due."""
    page = my_children.overview(uow, request.args.get("page", 1, type=int))
    return render_template(
        "children/mine.html",
        overview=page,
        groups=groups_of(page, uow.today, uow.now, leads=uow.actor.may(Permission.LEAD)),
        today=uow.today,
        leads=uow.actor.may(Permission.LEAD),
        lead=from_lead(uow),
        unseen=page.unseen,
        news=page.changed,
        deeds=deed_words(),
        topic=lambda subject: topic_of(subject, language()) or _("Besöket i stort"),
    )


@pages.page("/children/<uuid:child_id>", needs=Permission.READ_CASES)
def child(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """A child's page. `?visits=all`: with every visit there has been."""
    return _page(uow, child_id, every_visit=request.args.get("visits") == "all")


@pages.page("/children/<uuid:child_id>/wishes", needs=Permission.KEEP_VISITS, methods=("POST",))
def wishes(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Keep how the child wants the visits to be."""
    posted = request.form.get("wishes", "")
    try:
        files.save_wishes(uow, child_id, posted, request.form.get("mark", ""))
    except InvalidInput as error:
        return _page(uow, child_id, problems=error.problems, posted=posted)
    flash(_("Önskemålen är sparade."), "success")
    return redirect(url_for("children.child", child_id=child_id, _anchor="h-wish"))


@pages.page("/promises/<uuid:action_id>", needs=Permission.KEEP_VISITS, methods=("POST",))
def promise(uow: UnitOfWork, action_id: UUID) -> ResponseReturnValue:
    """Tick a promise off, or open it again."""
    done = request.form.get("done") == "1"
    action = my_children.keep_promise(uow, action_id, done=done)
    if done:
        flash(_("Gjort.") if action.kind == "action" else _("Gjort. Barnet får veta det vid nästa besök."), "success")
    else:
        flash(_("Åtgärden är öppen igen.") if action.kind == "action" else _("Löftet är öppet igen."), "success")
    if request.form.get("back") == "child":
        return redirect(url_for("children.child", child_id=action.child_id, _anchor="h-agreed"))
    return redirect(url_for("children.mine", _anchor="h-promises"))


def _page(
    uow: UnitOfWork,
    child_id: UUID,
    *,
    problems: tuple[Problem, ...] = (),
    posted: str | None = None,
    every_visit: bool = False,
) -> ResponseReturnValue:
    file = files.child_file(uow, child_id, every_visit=every_visit)
    locale = get_locale()
    lang = language()
    library = load_all()
    wording = library.wording(lang)
    errors = translated(problems)
    latest = file.checked.check if file.checked else None
    body = render_template(
        "children/child.html",
        file=file,
        child=file.child,
        age=age_on(file.child.birth_date, uow.today),
        ages={each.id: age_on(each.birth_date, uow.today) for each in file.roommates},
        language=locale.languages.get(file.child.language, file.child.language) if locale else file.child.language,
        legal_bases=rule_book().basis_words(uow.today),  # names of laws: the same in every language
        today=uow.today,
        me=uow.actor.id,
        may_export=may_export(uow, file.child),
        may_decide=may_decide(uow, file.child),
        opened_until=opened_until(uow, child_id),
        check_texts=library.placement_check,
        statuses=list(why_status(latest.understanding if latest else None, latest.self_blame if latest else None)),
        agreed=agreed_words(file.due),
        prompts=prompt_lines(file.prompts, wording),
        deadlines=shown(deadlines_beside(uow, file)),
        occasions=library.placement_check.retell_when,
        lines=lines_of(file.tracks, library.common, lang),
        legend=scale_words(file.tracks),
        answered_on=sorted({given.on for track in file.tracks for given in track.answers}),
        reasons=cancel_reasons(),
        mark=files.wishes_mark(file.child.wishes),
        posted=posted,
        errors=errors,
    )
    return make_response(body, 422 if errors else 200)
