from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from .csrf import CSRFProtect as CSRFProtect

class FlaskForm(Form):
    csrf_token: StringField
    def __init__(self, formdata: MultiDict[str, Any] | None = ..., **kwargs: Any) -> None: ...
    def is_submitted(self) -> bool: ...
    def validate_on_submit(self, extra_validators: Any = None) -> bool: ...
    def hidden_tag(self, *fields: Any) -> Markup: ...
