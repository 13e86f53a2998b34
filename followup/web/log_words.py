"""What codes of the access log are called on pages, in the interface's language."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from followup.deadlines.log_review import rule_texts
from followup.domain.log_readers import (
    DECIDED,
    EMERGENCY,
    FETCHED,
    JUDGED,
    LOOKED_IN_LOG,
    OTHER,
    READ,
    TABLET,
    WROTE,
    Did,
    kind_of,
)
from followup.web.languages import language


def why_words() -> Mapping[str, str]:
    """Why somebody was let in, by code."""
    return {
        "assigned": _("Ansvarig för barnet"),
        "grant": _("Särskilt beslut"),
        "team": _("Leder teamet"),
        "deputy": _("Ersätter teamets ledare"),
        "head": _("Chef för flera team"),
        "lent": _("Någon svarade på plattan"),
        "break_glass": _("Nödöppning"),
        "barred": _("Spärrad för barnet"),
        "outside": _("Såg inte ärendet, bara loggen"),
    }


def kind_words() -> Mapping[str, str]:
    """What somebody did, by kind."""
    return {
        READ: _("Läste"),
        WROTE: _("Skrev eller ändrade"),
        FETCHED: _("Hämtade dokument"),
        EMERGENCY: _("Öppnade i nödfall, eller stängde"),
        JUDGED: _("Såg eller granskade en nödöppning"),
        DECIDED: _("Beslutade vem som når barnet"),
        TABLET: _("Lämnade ut plattan, eller tog tillbaka den"),
        LOOKED_IN_LOG: _("Såg vem som har läst"),
        OTHER: _("Annat"),
    }


def judgement_words() -> Mapping[str, str]:
    """What an occasion was judged as."""
    return {"in_order": _("I ordning"), "ask": _("Ska frågas om"), "reported": _("Anmäls")}


def look_words() -> Mapping[str, str]:
    """What somebody looked at in the log itself."""
    return {
        "standing": _("Månaderna"),
        "review": _("Ett urval"),
        "sample": _("Ett tillfälle"),
        "readers": _("Vem har läst"),
        "chain": _("Är loggen hel?"),
        "looks": _("Vem har sett i loggen"),
    }


def anew_words() -> Mapping[str, str]:
    """Why what is known of the log outside the database began anew, by code."""
    return {
        "restore": _("en säkerhetskopia lades tillbaka"),
        "demo": _("demonstrationen gjordes om"),
        "moved": _("programmet flyttades"),
        "lost": _("det som hölls utanför databasen gick förlorat"),
        "judged": _("det som syntes har bedömts"),
    }


def rule_words() -> Mapping[str, tuple[str, str]]:
    """What a rule of the sample is called, and what it means."""
    return {code: (rule.text.get(language()), rule.about.get(language())) for code, rule in rule_texts().items()}


def action_words(action: str) -> str:
    """Say what one line of the log tells."""
    if action == "denied":
        return _("Nekades")
    return kind_words()[kind_of(action)]


def did_words(did: tuple[Did, ...]) -> str:
    """Say what somebody did on a day: “Läste (12), Hämtade dokument (1)”."""
    words = kind_words()
    told = {each.kind: each.times for each in did}
    return ", ".join(f"{words[kind]} ({told[kind]})" for kind in words if kind in told)


def table_words(objects: Mapping[str, object]) -> str:
    """Say which parts of the case a line is about, by kind: never which."""
    words = {
        "child": _("barnets uppgifter"),
        "visit": _("besök"),
        "home_visit": _("besök"),
        "answer": _("svar"),
        "response": _("svar"),
        "earlier_answer": _("svar"),
        "drawing": _("svar"),
        "note": _("samtal"),
        "prompt": _("samtal"),
        "action": _("överenskommelser"),
        "flag": _("flaggor"),
        "flag_event": _("flaggor"),
        "urgent_concern": _("akut oro"),
        "explanation": _("berättelsen om varför"),
        "placement_check": _("berättelsen om varför"),
        "document": _("dokument"),
        "amendment": _("dokument"),
        "handout": _("dokument"),
        "placement": _("placeringen"),
        "foster_home": _("familjehemmet"),
        "assignment": _("vem som är ansvarig"),
        "handover": _("överlämning"),
        "access_grant": _("behörighet"),
        "child_export": _("export"),
    }
    found = dict.fromkeys(words.get(table, _("annat")) for table in sorted(objects))
    return ", ".join(found)
