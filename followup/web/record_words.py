"""What pages call the parts of the record and what is written about it afterwards, in the interface's language."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import pgettext


def section_words() -> dict[str, str]:
    """Return the record's sections by their codes, in its order."""
    return {
        "visit": _("Besöket"),
        "urgent": _("Akut oro"),
        "important": _("Det viktigaste"),
        "voice": _("Barnets egna ord och önskemål"),
        "answers": _("Barnets svar"),
        "why": _("Varför barnet bor här"),
        "talks": _("Samtalen"),
        "notes": _("Iakttagelser och uppgifter"),
        "carers": _("Familjehemmets egna svar"),
        "assessment": _("Handläggarens bedömning"),
        "flags": _("Att följa upp, och hur det gick"),
        "agreements": _("Överenskommelser"),
        "read_back": _("Läst tillsammans"),
        "next": _("Nästa besök"),
        "whole": _("Hela sammanfattningen"),
    }


def amendment_words() -> dict[str, str]:
    """Return the kinds of amendment by their codes."""
    return {"addendum": _("Tillägg"), "correction": _("Rättelse"), "disputed": _("Anser felaktig")}


def whose_words(child_name: str) -> dict[str, str]:
    """Return who can be behind an amendment, by codes."""
    return {
        "caseworker": pgettext("who says so", "Jag själv"),
        "child": child_name,
        "guardian": _("En vårdnadshavare"),
        "carer": _("En familjehemsförälder"),
        "other": _("Någon annan"),
    }


def document_words() -> dict[str, str]:
    """Return the kinds of document by their codes."""
    return {"full": _("Fullständig utgåva"), "masked": _("Maskad utgåva"), "child": _("Barnets eget exemplar")}
