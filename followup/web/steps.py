"""The frame of a visit's steps: the stepper, what a save answers, and the page with two versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from flask import g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.errors import InvalidInput, Problem
from followup.services.visit.answer_fields import CHILD_STEP
from followup.services.visit.left_blank import left_blank
from followup.services.visit.steps import OPEN_STATES, STEPS, Difference, Saved, Stale
from followup.store.tables import Visit
from followup.web import proof, protected
from followup.web.conflicts import resolved
from followup.web.door import wants_json
from followup.web.frame import clock, day, short_day

_FRAME_FIELDS = frozenset({"csrf_token", "revision", "go", protected.PASSED}) | proof.FIELDS


def step_labels() -> dict[str, str]:
    """The steps' names, in order."""
    return {
        "prepare": _("Förbered"),
        "answers": _("Barnets formulär"),
        "talk": _("Samtal"),
        "why": _("Varför placerad"),
        "agreements": _("Överens­kommelser"),
        "sign": _("Sammanfatta och signera"),
    }


def posted_fields() -> dict[str, str]:
    """The step's content as posted; the last value counts where a name comes twice (a hidden “no” before a tick).

    From the page with two versions: what the step's own form would have posted after the choices made there.
    """
    posted = resolved(request.form).items(multi=True)
    return {name: value for name, value in posted if name not in _FRAME_FIELDS}


def posted_revision() -> int:
    """The revision that the form was made from; -1, which is always stale, when it is not a number."""
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - no step is saved a milliard times


def render_step(
    template: str, visit: Visit, step: str, *, revision_of: str = "", problems: Iterable[Problem] = (), **context: Any
) -> ResponseReturnValue:
    """Render a step's page. `revision_of`: the step whose revision the form holds, when it is not `step` itself.

    With problems (domain errors by field) the status is 422, and templates get `errors`: field -> list of sentences.
    A visit that is no longer open has nothing to fill in: its reader is led to what was signed, or to the child.
    """
    if request.method == "GET" and visit.state not in OPEN_STATES:
        if visit.state == "cancelled":
            return redirect(url_for("children.child", child_id=visit.child_id))
        return redirect(url_for("visits.summary", visit_id=visit.id))
    errors = translated(problems)
    body = render_template(
        template,
        visit=visit,
        child=visit.child,
        revision=visit.revisions.get(revision_of or step, 0),
        errors=errors,
        **frame_of(visit, step, left_blank(g.unit, visit)),
        **context,
    )
    return make_response(body, 422 if errors else 200)


def frame_of(visit: Visit, step: str, left: int) -> dict[str, Any]:
    """What `visit_base.html` needs. left: how many questions of the child's form nothing is recorded about."""
    blank = {CHILD_STEP: left}
    return {
        "questions_left": left,
        "child_name": visit.child.name,
        "visit_label": _("Besök %(day)s", day=short_day(visit.planned_at)),
        "urgent_url": url_for("visits.urgent", visit_id=visit.id, back=step),
        "close_url": url_for("children.mine"),
        "saved_at": clock(visit.saved_at) if visit.saved_at else None,
        "steps": [
            {
                "code": code,
                "label": label,
                "url": url_for(f"visits.{code}", visit_id=visit.id),
                "done": visit.revisions.get(code, 0) > 0 and code != step and not blank.get(code),
                "begun": bool(blank.get(code)) and code != step,
                "current": code == step,
            }
            for code, label in step_labels().items()
        ],
    }


def answer_save(
    outcome: Saved | Stale,
    visit_id: UUID,
    step: str,
    label: Callable[[str], str],
    show: Callable[[str, str], str] = lambda _name, value: value,
) -> ResponseReturnValue:
    """Answer a save: JSON to a script; to a person the page that the pressed button asked for, or both versions.

    `label` words a field's name for the page with two versions; `show` words a field's value where it is a code.
    """
    if isinstance(outcome, Stale):
        if wants_json():
            return make_response(jsonify(conflict=True, revision=outcome.revision), 409)
        return make_response(_both_versions(outcome, visit_id, label, show), 409)
    if wants_json():
        return jsonify(saved_at=clock(outcome.at), revision=outcome.revision)
    return redirect(_destination(visit_id, step))


def refuse_save(error: InvalidInput, page: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Answer a save that can't be made: JSON with sentences by field, or the page again with what was written."""
    if wants_json():
        return make_response(jsonify(errors=translated(error.problems)), 422)
    return page()


def translated(problems: Iterable[Problem]) -> dict[str, list[str]]:
    """Gather problems by field as sentences in the interface's language."""
    errors: dict[str, list[str]] = {}
    for problem in problems:
        values = {key: day(value) if isinstance(value, date) else value for key, value in problem.values.items()}
        errors.setdefault(problem.field, []).append(_(problem.message, **values))
    return errors


def _destination(visit_id: UUID, step: str) -> str:
    go = request.form.get("go", "stay")
    place = STEPS.index(step) if step in STEPS else STEPS.index("answers")
    if go == "close":
        return url_for("children.mine")
    if go == "next" and place + 1 < len(STEPS):
        return url_for(f"visits.{STEPS[place + 1]}", visit_id=visit_id)
    if go == "back" and place > 0:
        return url_for(f"visits.{STEPS[place - 1]}", visit_id=visit_id)
    return request.full_path.rstrip("?")


def _both_versions(stale: Stale, visit_id: UUID, label: Callable[[str], str], show: Callable[[str, str], str]) -> str:
    differing = {difference.name for difference in stale.differences}
    return render_template(
        "errors/conflict.html",
        where=step_labels().get(stale.step) or _("Besöket"),
        where_url=url_for(f"visits.{stale.step}", visit_id=visit_id),
        action=request.full_path.rstrip("?"),
        fields=[_two_sides(difference, label, show) for difference in stale.differences],
        rest=[(name, value) for name, value in stale.posted.items() if name not in differing],
        revision=stale.revision,
        theirs_at=clock(stale.saved_at) if stale.saved_at else "",
    )


def _two_sides(difference: Difference, label: Callable[[str], str], show: Callable[[str, str], str]) -> dict[str, Any]:
    name, mine, theirs = difference.name, difference.mine, difference.theirs
    # Two texts can be kept one after the other; two codes can't. Codes and dates hold no spaces.
    texts = show(name, mine) == mine and show(name, theirs) == theirs and any(" " in side for side in (mine, theirs))
    return {
        "name": name,
        "label": label(name),
        "mine": show(name, mine),
        "theirs": show(name, theirs),
        "mine_values": [mine],
        "theirs_values": [theirs],
        "voice": "words" in name,
        "both": texts or "words" in name,
    }
