"""The forms to plan a visit and to call one off. What a day or a reason may be is judged by the service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined] # the types have not heard of SelectChoice, which is new in 3.3
    DateField,
    Form,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, ValidationError

from followup.domain.errors import Problem
from followup.web.steps import translated


class DayField(DateField):
    """A day, as browsers send it. What can't be read stays in the field."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; an empty field is no day. Raises ValueError with what to write instead."""
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Skriv dagen med år, månad och dag, så här: 2026-12-04.")) from None


class ClockField(TimeField):
    """A time of day, with colon or with full stop."""

    def __init__(self, label: Any = None, validators: Any = None, **arguments: Any) -> None:
        super().__init__(label, validators, format=["%H:%M", "%H.%M", "%H:%M:%S"], **arguments)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time; an empty field is no time. Raises ValueError with what to write instead."""
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Skriv tiden med timme och minut, så här: 15.30.")) from None


class PlanForm(FlaskForm):
    """When, how, and which other children in the home."""

    on = DayField(_l("Dag"), [InputRequired(_l("Välj en dag."))])
    at = ClockField(_l("Tid"), [InputRequired(_l("Skriv en tid."))])
    kind = RadioField(
        _l("Hur blir besöket?"),
        choices=[
            SelectChoice("planned", _l("Planerat, familjehemmet vet om det")),
            SelectChoice("unannounced", _l("Oanmält")),
            SelectChoice("digital", _l("Digitalt, på skärm")),
        ],
        validate_choice=False,
    )
    together_with = SelectMultipleField(validate_choice=False)  # a child out of reach is a 404, not a field to mend


class CancelForm(FlaskForm):
    """Why a visit is not made, for whom, and when it is made instead."""

    because = RadioField(_l("Varför blir besöket inte av?"), validate_choice=False)
    note = TextAreaField(_l("Vad hände?"))
    also = SelectMultipleField(validate_choice=False)
    new_on = DayField(_l("Ny dag"))
    new_at = ClockField(_l("Tid"))

    def validate_new_at(self, field: ClockField) -> None:
        """A new day needs a time. Raises ValidationError."""
        if self.new_on.data and field.data is None and not field.errors:
            raise ValidationError(_("Skriv en tid för det nya besöket, eller ta bort dagen."))


def show_problems(form: Form, problems: Iterable[Problem]) -> None:
    """Put a service's problems on the form's fields, in the interface's language."""
    for name, sentences in translated(problems).items():
        field = form[name]
        field.errors = [*field.errors, *sentences]
