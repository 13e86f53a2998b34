"""What all pages of a tablet on loan are made of."""

from __future__ import annotations

from typing import Any

from flask import g, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from followup.questionnaires import load_all
from followup.questionnaires.pictograms import descriptions
from followup.services.child_mode.child_form import ChildForm
from followup.web.door import wants_json
from followup.web.names import first_name
from followup.web.views.child_mode.audio import recorded


def show(template: str, form: ChildForm, **context: Any) -> str:
    """Render a page about the form, in its language and as it is wanted."""
    words = form.words
    return render_template(
        template,
        words=words,
        display=g.identity.display,
        age=form.form.age_min if form.childs else "carer",
        form=form,
        name=first_name(form.page.visit.child.name),
        adult=first_name(g.actor.name),
        common=load_all().common,
        pictures=descriptions(),
        recordings=recorded(words.lang),
        **context,
    )


def onwards(address: str) -> ResponseReturnValue:
    """Lead on: a person by a redirect, a script by telling it where to, so that it leaves no way back behind it."""
    return jsonify(to=address) if wants_json() else redirect(address)


def whereabouts(form: ChildForm) -> str:
    """Return the address where whoever has the tablet has come to."""
    if form.over:
        return url_for("child_mode.thanks")
    if form.paused:
        return url_for("child_mode.pause")
    if not form.begun:
        return url_for("child_mode.start")
    return url_for("child_mode.questions" if form.first_open else "child_mode.closing")
