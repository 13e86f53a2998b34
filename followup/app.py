"""The one place where the parts are wired."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, abort, g, request
from flask_wtf.csrf import CSRFProtect

from followup.domain.access import Permission
from followup.questionnaires.languages import use_folder
from followup.resources import resource_dir
from followup.services.record.porter import Porter
from followup.services.record.pressroom import Pressroom
from followup.services.record.sealing import Sealer
from followup.services.sign_in.identity_provider import Provider
from followup.settings import Settings
from followup.store.opening import Store, open_store
from followup.web import errors, frame, gate, headers, identity, languages, metrics, provider, request_lines
from followup.web.door import refuse_unguarded
from followup.web.views import AREAS

_LARGEST_REQUEST = 8 * 1024 * 1024  # so that a 3 MB paste comes back with a message beside it, not as an error page
_MOST_FIELDS = 2000  # the fullest form has some hundreds; a hundred thousand would hold the database for half a minute

Clock = Callable[[], datetime]


def create_app(settings: Settings | None = None, *, store: Store | None = None, clock: Clock | None = None) -> Flask:
    """Make the program. Raises SettingsError, KeysMissing, SchemaOutdated, each saying how to mend it.

    `store` and `clock` (a function that returns an aware time) stand in for the real ones in tests.
    """
    settings = settings or Settings.from_env()
    app = Flask(__name__, template_folder=str(resource_dir("templates")), static_folder="web/static")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    use_folder(settings.child_texts)
    connect(app, settings, store or open_store(settings), clock or (lambda: datetime.now(UTC)))
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_REQUEST,
        MAX_FORM_PARTS=_MOST_FIELDS,
        WTF_CSRF_TIME_LIMIT=None,  # a visit may lie open all afternoon; the token lives as long as the session
    )
    app.extensions["followup_figures"] = metrics.figures(settings)
    app.before_request(_number_request)
    request_lines.tell(app)
    gate.stand_before(app, settings)
    app.before_request(_refuse_swarms)
    CSRFProtect(app).exempt("followup.web.views.sso.logged_out")  # the provider's server calls, and signs what it says
    identity.watch(app)
    provider.show(app)
    gate.slow_down(app)
    languages.speak(app)
    frame.frame(app)
    headers.harden(app)
    errors.explain(app)
    for area in AREAS:
        app.register_blueprint(area)
    vars(app.view_functions["static"])["needs"] = Permission.PUBLIC  # Flask's own; it gives out nothing but our files
    refuse_unguarded(app)
    return app


def connect(app: Flask, settings: Settings, store: Store, clock: Clock) -> None:
    """Let the program work on this store, with these settings; nothing else about it depends on where it runs."""
    app.extensions["followup_settings"] = settings
    app.extensions["followup_store"] = store
    app.extensions["followup_pressroom"] = Pressroom(store, settings.pdf_timeout_seconds, Sealer(settings.seal))
    app.extensions["followup_clock"] = clock
    app.extensions["followup_provider"] = Provider(settings.oidc, clock) if settings.oidc else None
    app.extensions["followup_porter"] = Porter(store, settings, app.extensions["followup_pressroom"].print_now, clock)
    app.config["SECRET_KEY"] = store.keys.session_key
    app.config["SESSION_COOKIE_NAME"] = "__Host-followup_form" if settings.https else "followup_form"
    app.config["SESSION_COOKIE_SECURE"] = app.config["WTF_CSRF_SSL_STRICT"] = settings.https


def _number_request() -> None:
    g.request_id = uuid.uuid4().hex[:12]


def _refuse_swarms() -> None:
    if sum(map(len, request.form.listvalues())) > _MOST_FIELDS:
        abort(413)
