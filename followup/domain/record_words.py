"""The words of the record for the codes of the data model.

A record is written in Swedish whatever the interface language is, so these are not translated by the interface's
catalogues. The words of questionnaires (items, scales, flag levels, placement check) come from their definitions.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from followup.domain.summary_parts import Term

WORDS: Final = MappingProxyType(
    {
        "edition": {"full": "Fullständig utgåva", "masked": "Maskad utgåva", "child": "Barnets eget exemplar"},
        "home_kind": {"foster": "Familjehem", "emergency": "Jourhem", "kinship": "Nätverkshem"},
        "visit_kind": {"planned": "Planerat besök", "unannounced": "Oanmält besök", "digital": "Digitalt besök"},
        "private_talk": {"yes": "Ja", "partly": "Delvis", "no": "Nej"},
        "respondent": {"child": "Barnet", "carer": "Familjehemsförälder"},
        "answer_status": {
            "dont_know": "Vet inte",
            "declined": "Vill inte svara",
            "not_asked": "Frågan ställdes inte",
            "not_applicable": "Gäller inte",
        },
        "prompt_outcome": {
            "talked": "Vi pratade om det",
            "declined": "Ville inte prata om det i dag",
            "later": "Sparat till senare",
        },
        "area": {
            "health": "Hälsa",
            "development": "Utveckling",
            "social_behaviour": "Socialt beteende",
            "schooling": "Skolgång",
            "parents_siblings": "Föräldrar och syskon",
            "others_close": "Andra närstående",
            "carer": "Familjehemmet",
            "guardian": "Vårdnadshavare",
        },
        "note_kind": {"observation": "Iakttagelse", "statement": "Uppgift", "assessment": "Bedömning"},
        "flag_status": {"open": "Öppen", "acknowledged": "Mottagen", "closed": "Avslutad"},
        "agreement": {"action": "Åtgärd", "promise": "Löfte"},
        "agreement_state": {"open": "Pågår", "done": "Gjort", "not_done": "Blev inte av"},
        "section": {
            "visit": "Besöket",
            "urgent": "Akut oro",
            "important": "Det viktigaste",
            "voice": "Egna ord och önskemål",
            "answers": "Barnets svar",
            "why": "Varför barnet bor här",
            "talks": "Samtalen",
            "notes": "Iakttagelser och uppgifter",
            "carers": "Familjehemmets egna svar",
            "assessment": "Handläggarens bedömning",
            "flags": "Att följa upp, och hur det gick",
            "agreements": "Överenskommelser",
            "read_back": "Läst tillsammans",
            "next": "Nästa besök",
            "whole": "Hela handlingen",
        },
        "amendment": {"addendum": "Tillägg", "correction": "Rättelse", "disputed": "Anser felaktig"},
        "whose": {
            "caseworker": "Handläggaren",
            "child": "Barnet",
            "guardian": "Vårdnadshavare",
            "carer": "Familjehemsförälder",
            "other": "Någon annan",
        },
        "read_back": {
            "agrees": "Stämmer",
            "changed": "Stämmer efter ändring",
            "disagrees": "Håller inte med",
            "not_done": "Lästes inte tillsammans",
        },
    }
)


def term(group: str, code: str) -> Term:
    """The code with its words, e.g. "private_talk", "partly". Raises KeyError for what is not in WORDS."""
    return Term(code, WORDS[group][code])


LANGUAGES: Final = MappingProxyType(
    {
        "sv": "svenska", "en": "engelska", "ar": "arabiska", "so": "somaliska", "uk": "ukrainska", "prs": "dari",
        "ti": "tigrinja", "es": "spanska", "fi": "finska", "ps": "pashto", "ku": "kurdiska", "sgn": "teckenspråk",
    }
)  # fmt: skip


def language(code: str) -> str:
    """The name of a language in Swedish; the code itself when it has no name here."""
    return LANGUAGES.get(code, code)


_NUMBERS: Final = ("en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
_SHORT: Final = 45  # seconds: what is told in minutes is at least most of one


def pauses(number: int, seconds: int) -> str:
    """Pauses in words: "en paus på två minuter", "tre korta pauser"; "" for none. seconds: all together."""
    if number == 0:
        return ""
    several, minutes = number > 1, round(seconds / 60)
    if seconds < _SHORT:
        return f"{_counted(number)} korta pauser" if several else "en kort paus"
    time = f"{_counted(minutes)} minut{'er' if minutes > 1 else ''}"
    return f"{_counted(number)} pauser, tillsammans {time}" if several else f"en paus på {time}"


def _counted(number: int) -> str:
    return _NUMBERS[number - 1] if number <= len(_NUMBERS) else str(number)
