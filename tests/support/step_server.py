"""One step of a visit behind a real address and a server that fails on demand: what autosave must survive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, jsonify, make_response, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.serving import make_server

import followup.web
from followup.resources import resource_dir

_PAGE = """{% extends "visit_base.html" %}
{% from "macros/forms.html" import csrf, revision, radio_tiles, text, textarea %}
{% block title %}Ett steg{% endblock %}
{% block step %}<h1>Ett steg</h1><form id="step-form" method="post" data-autosave>{{ csrf() }}{{ revision(number) }}
{% for part in ("sleep", "school") %}<div data-part>
<input type="hidden" name="shown" value="{{ part }}">
{{ radio_tiles("q-" ~ part, legend=part, choices=[("1", "Aldrig"), ("5", "Alltid")]) }}</div>{% endfor %}
{{ text("who", label="Vem") }}{{ textarea("words", label="Ord") }}</form>{% endblock %}"""


@dataclass
class StepServer:
    """A step whose saves are kept in `saves`, one dictionary of lists for each.

    answer: the status of coming saves (200, 401, 409, 422, 503). gate: cleared, saves wait for it. asked: how many
    saves have come, those that wait included.
    """

    address: str = ""
    answer: int = 200
    revision: int = 1
    asked: int = 0
    saves: list[dict[str, list[str]]] = field(default_factory=list)
    posts: list[dict[str, list[str]]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def step(self) -> ResponseReturnValue:
        """Show the step, take a save by script, or take the form itself."""
        if request.method == "GET":
            return render_template_string(_PAGE, number=self.revision)
        posted = dict(request.form.lists())
        if "json" not in request.headers.get("Accept", ""):
            self.posts.append(posted)
            return "<!doctype html><title>Mottaget</title><h1>Mottaget</h1>"
        self.asked += 1
        self.gate.wait(10)
        self.saves.append(posted)
        if self.answer == 200:
            self.revision += 1
            return jsonify(saved_at="14.32", revision=self.revision)
        errors = {"words": ["Texten är för lång."], "q-sleep": ["Svaret finns inte på skalan."]}
        return make_response(jsonify(errors=errors), self.answer)


@contextmanager
def serving() -> Iterator[StepServer]:
    """Serve one step on a free port of this machine."""
    server = StepServer()
    server.gate.set()
    app = Flask(
        __name__,
        template_folder=str(resource_dir("templates")),
        static_folder=f"{followup.web.__path__[0]}/static",
    )
    app.config.update(SECRET_KEY="only for this test")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    Babel().init_app(app, default_locale="sv")
    CSRFProtect(app)
    app.add_url_rule("/step", view_func=server.step, methods=("GET", "POST"))
    app.context_processor(_frame)
    http = make_server("127.0.0.1", 0, app, threaded=True)
    server.address = f"http://127.0.0.1:{http.server_port}/step"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join(5)
        http.server_close()


def _frame() -> dict[str, Any]:
    names = ("prepare", "answers", "talk")
    return {
        "locale": "sv",
        "text_direction": "ltr",
        "account": {"name": "Maja", "sign_out_url": "/sign-out"},
        "child_name": "Alva",
        "visit_label": "Besök",
        "urgent_url": "/urgent",
        "close_url": "/",
        "saved_at": None,
        "steps": [
            {"code": name, "label": name, "url": f"/{name}", "done": False, "current": name == "answers"}
            for name in names
        ],
    }
