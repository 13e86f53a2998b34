"""The sign-in form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from followup.domain.text import without_controls


def _readable(text: str | None) -> str | None:
    return text and without_controls(text)  # it comes back on the page when the password was wrong


class SignInForm(FlaskForm):
    """User name and password, and where to go afterwards."""

    user_name = StringField(
        _l("Användarnamn"), [InputRequired(_l("Skriv ditt användarnamn.")), Length(max=200)], filters=[_readable]
    )
    password = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv ditt lösenord.")), Length(max=1000)])
    next = HiddenField(filters=[_readable])
