"""Who has read about one child, as plain values: on a page, in a CSV file and on paper the same."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from followup.domain import plain_json

READ, WROTE, FETCHED, LOOKED_IN_LOG, OTHER = "read", "wrote", "fetched", "looked_in_log", "other"
EMERGENCY, JUDGED, DECIDED, TABLET = "emergency", "judged", "decided", "tablet"
KINDS: Final = (READ, WROTE, FETCHED, EMERGENCY, JUDGED, DECIDED, TABLET, LOOKED_IN_LOG, OTHER)
"""What somebody did, told by kind."""

_KIND: Final = {
    **dict.fromkeys(("read", "open_protected"), READ),
    **dict.fromkeys(("create", "update", "delete", "sign_visit", "amend_visit", "move_visit"), WROTE),
    **dict.fromkeys(
        (
            *("fetch_pdf", "fetch_export", "export_child", "make_timeline", "make_letter", "make_child_copy"),
            *("mask_visit", "take_text", "hand_out", "ask_export", "end_export"),
        ),
        FETCHED,
    ),
    **dict.fromkeys(("break_glass", "close_glass"), EMERGENCY),
    **dict.fromkeys(("see_glass", "review_glass"), JUDGED),
    **dict.fromkeys(("give_access", "end_access", "bar", "lift_bar", "assign", "end_assignment"), DECIDED),
    **dict.fromkeys(("hand_over", "take_back", "wrong_pin"), TABLET),
    **dict.fromkeys(("read_log", "give_out_log"), LOOKED_IN_LOG),
}

KIND_WORDS: Final = {
    READ: "Läste",
    WROTE: "Skrev eller ändrade",
    FETCHED: "Hämtade dokument",
    EMERGENCY: "Öppnade i nödfall, eller stängde",
    JUDGED: "Såg eller granskade en nödöppning",
    DECIDED: "Beslutade vem som når barnet",
    TABLET: "Lämnade ut plattan, eller tog tillbaka den",
    LOOKED_IN_LOG: "Såg vem som har läst",
    OTHER: "Annat",
}
"""In the record's language, for what is given out."""

WHY_WORDS: Final = {
    "assigned": "Ansvarig för barnet",
    "grant": "Särskilt beslut",
    "team": "Leder teamet",
    "deputy": "Ersätter teamets ledare",
    "head": "Chef för flera team",
    "lent": "Barnet eller familjehemmet svarade på plattan",
    "break_glass": "Nödöppning, med angivet skäl",
    "barred": "Spärrad för barnet",
    "outside": "Såg inte ärendet, bara loggen",
}


@dataclass(frozen=True)
class Did:
    """What somebody did on a day: a kind of KINDS, and how many times."""

    kind: str
    times: int


@dataclass(frozen=True)
class Reader:
    """Somebody on one day. first, last: local times, “08.05”; why: a code."""

    on: date
    name: str
    title: str
    role: str
    why: str
    first: str
    last: str
    did: tuple[Did, ...] = ()


@dataclass(frozen=True)
class Readers:
    """Who has read about the child with a case number, from a day to another; made when, by whom. Newest first.

    zone: the organisation's, by its name. whole: whether there were no more lines than are counted.
    """

    case_number: str
    organisation: str
    unit: str
    since: date
    until: date
    rows: tuple[Reader, ...]
    made_at: datetime
    made_by: str
    made_title: str
    zone: str
    whole: bool = True

    @property
    def people(self) -> int:
        """How many different people it was."""
        return len({(each.name, each.title) for each in self.rows})


def kind_of(action: str) -> str:
    """Name the kind of an action of the log."""
    return _KIND.get(action, OTHER)


def did_words(did: tuple[Did, ...]) -> str:
    """Say what was done and how many times: “Läste (12), Hämtade dokument (1)”."""
    told = {each.kind: each.times for each in did}
    return ", ".join(f"{KIND_WORDS[kind]} ({told[kind]})" for kind in KINDS if kind in told)


def to_csv(readers: Readers) -> bytes:
    """Return the list as CSV (RFC 4180, UTF-8 with a mark so that spreadsheets read it). No ids, no other child."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["Dag", "Första gången", "Sista gången", "Namn", "Befattning", "Varför", "Vad"])
    for each in readers.rows:
        times = (each.on.isoformat(), each.first, each.last)
        why = WHY_WORDS.get(each.why, each.why)
        writer.writerow([_harmless(text) for text in (*times, each.name, each.title, why, did_words(each.did))])
    return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def to_json(readers: Readers) -> str:
    """Return what the printer reads."""
    return plain_json.dump(readers)


def from_json(source: str) -> Readers:
    """Read it back. Raises ValueError when it is something else."""
    return plain_json.load(Readers, source)
