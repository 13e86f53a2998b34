"""How editions and amendments are told, in the document, on its page and in plain text."""

from __future__ import annotations

from typing import Final

from followup.domain.summary import Amendment, Heading, VisitSummary
from followup.pdf import dates

_TOLD: Final = 8
"""How many amendments the first page names."""
_DISPUTES: Final = {
    "child": "Barnet anser att något här är felaktigt",
    "guardian": "Vårdnadshavare anser att något här är felaktigt",
    "carer": "Familjehemsförälder anser att något här är felaktigt",
}


def edition(heading: Heading) -> str:
    """Name the edition: "Fullständig utgåva", or "Fullständig utgåva. Utgåva 2, ersätter inte utgåva 1"."""
    number = heading.edition_number
    if number <= 1:
        return heading.edition.text
    if heading.edition.code != "full":
        return f"{heading.edition.text}, nr {number}"
    return f"{heading.edition.text}. Utgåva {number}, ersätter inte utgåva {_before(number)}"


def _before(number: int) -> str:
    return {2: "1", 3: "1 och 2"}.get(number, f"1–{number - 1}")


def title(amendment: Amendment) -> str:
    """Name an amendment: "Rättelse 1", "Tillägg 2", "Anser felaktig 3"."""
    return f"{amendment.kind.text} {amendment.number}"


def source(amendment: Amendment) -> str:
    """Tell who else said it, and on which day; "" when it is the writer's own."""
    who = amendment.whose
    if who.code == "caseworker":
        return ""
    word = _DISPUTES.get(who.code, "Någon anser att något här är felaktigt")
    said = word if amendment.kind.code == "disputed" else who.text
    name = f" ({amendment.said_by})" if amendment.said_by else ""
    day = f", {dates.plain_date(amendment.said_on)}" if amendment.said_on else ""
    return f"{said}{name}{day}"


def signed(amendment: Amendment, zone: str) -> str:
    """Tell who wrote it and when, in which edition it came, and by which law it is noted."""
    law = f" Antecknat enligt {amendment.law}." if amendment.law else ""
    when = dates.stamp(amendment.at, zone)
    return f"{amendment.author}, {amendment.title}, {when}. Kom till i utgåva {amendment.edition}.{law}"


def notice(summary: VisitSummary) -> str:
    """Tell on the first page what was written after the signing, and where it stands; "" for nothing."""
    if not summary.amendments:
        return ""
    first = [f"{title(each)} ({each.section.text})" for each in summary.amendments[:_TOLD]]
    more = len(summary.amendments) - len(first)
    told = ", ".join(first) + (f" och {more} till" if more else "")
    return f"Skrivet efter signeringen: {told}. Det som signerades står kvar som det var."
