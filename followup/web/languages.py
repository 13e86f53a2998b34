"""The interface's languages: Swedish, in which the texts are written, and English."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_babel import Babel, get_locale

from followup.resources import resource_dir
from followup.web.identity import signed_in

LOCALES = ("sv", "en")
COOKIE = "followup_locale"


def speak(app: Flask) -> None:
    """Set up Babel."""
    Babel().init_app(
        app,
        default_locale="sv",
        default_translation_directories=str(resource_dir("translations")),
        locale_selector=chosen_locale,
        timezone_selector=lambda: current_app.extensions["followup_settings"].timezone.key,
    )


def chosen_locale() -> str:
    """The user's choice, else the one made in this browser, else Swedish."""
    identity = signed_in()
    if identity is not None:
        return identity.locale
    asked = request.cookies.get(COOKIE, "")
    return asked if asked in LOCALES else "sv"


def language() -> str:
    """The interface's language in two letters, as data texts (`domain.questionnaire.Text`) are asked for it."""
    return str(get_locale() or "sv")[:2]
