"""The sign-in form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length


class SignInForm(FlaskForm):
    """User name and password, and where to go afterwards."""

    user_name = StringField(_l("Användarnamn"), [InputRequired(_l("Skriv ditt användarnamn.")), Length(max=200)])
    password = PasswordField(_l("Lösenord"), [InputRequired(_l("Skriv ditt lösenord.")), Length(max=1000)])
    next = HiddenField()
