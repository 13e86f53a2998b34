"""The words for what a note is about: the six areas of the law (SoL 2025:400 22:11), the carers and the guardian."""

from __future__ import annotations

from flask_babel import gettext as _


def area_words() -> dict[str, str]:
    """Return the areas by their codes, in the order of the page, in the interface's language."""
    return {
        "health": _("Hälsa"),
        "development": _("Utveckling"),
        "social_behaviour": _("Socialt beteende"),
        "schooling": _("Skolgång"),
        "parents_siblings": _("Föräldrar och syskon"),
        "others_close": _("Andra närstående"),
        "carer": _("Familjehemmet"),
        "guardian": _("Vårdnadshavare"),
    }
