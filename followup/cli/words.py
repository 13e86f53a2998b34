"""The commands speak English; what services have to say comes in Swedish, as it does to the pages."""

from __future__ import annotations

from babel.support import Translations

from followup.domain.errors import InvalidInput
from followup.resources import resource_dir


def sentences(error: InvalidInput) -> str:
    """Return what is wrong with the input in English, a line for each problem."""
    english = Translations.load(resource_dir("translations"), ["en"])
    return "\n".join(english.gettext(problem.message) % problem.values for problem in error.problems)
