"""The pages of an export that people read: an index, a page for each visit, and who has read the child's file.

They stand alone in a folder: no script, nothing from outside; they work from a memory stick. Swedish, as the record.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from followup.domain.record_words import WORDS
from followup.pdf import dates, glyphs
from followup.resources import resource_dir

STYLE: Final = "style.css"
STATES: Final = MappingProxyType(
    {
        "planned": "Planerat",
        "draft": "Påbörjat, inte signerat",
        "signed": "Signerat",
        "filed": "Fört till akt",
        "cancelled": "Inställt",
    }
)
PURPOSES: Final = MappingProxyType(
    {
        "access": "Barnets eller vårdnadshavarens begäran om sina uppgifter",
        "transfer": "Överlämnande till en annan kommun",
        "inspection": "Tillsyn",
        "other": "Annat",
    }
)
_ACTIONS: Final = MappingProxyType(
    {
        "read": "läste",
        "create": "skrev nytt",
        "update": "ändrade",
        "delete": "tog bort",
        "sign_visit": "signerade",
        "fetch_pdf": "hämtade PDF",
        "take_text": "kopierade text",
        "deliver": "la i filmappen",
        "make_timeline": "tog fram tidslinje",
        "amend_visit": "skrev till efter signeringen",
        "mask_visit": "gjorde maskad utgåva",
        "make_child_copy": "gjorde barnets sammanfattning",
        "make_letter": "gjorde brev",
        "hand_over": "lånade ut surfplattan",
        "take_back": "tog tillbaka surfplattan",
        "wrong_pin": "fel kod på utlånad surfplatta",
        "move_visit": "flyttade besök",
        "end_export": "export avslutades",
        "ask_export": "begärde export",
        "export_child": "exporterade",
        "fetch_export": "hämtade export",
    }
)
_ROLES: Final = MappingProxyType(
    {
        "caseworker": "socialsekreterare",
        "team_lead": "gruppledare",
        "system": "programmet",
        "respondent": "på en utlånad surfplatta",
    }
)
_EVENTS: Final = MappingProxyType(
    {
        "raised": "väcktes",
        "level_changed": "fick en annan nivå",
        "withdrawn": "föll bort",
        "talked": "talade om det med barnet",
        "declined": "barnet ville inte prata om det",
        "later": "sparades till senare",
        "noted": "antecknade",
        "acknowledged": "tog emot",
        "asked": "frågade",
        "answered": "svarade",
        "planned": "planerade en åtgärd",
        "closed": "avslutade",
        "reopened": "öppnade igen",
    }
)
_WHYS: Final = MappingProxyType(
    {
        "assigned": "ansvarar för barnet",
        "team": "leder gruppen",
        "deputy": "ersätter gruppledaren",
        "head": "chef för flera grupper",
        "grant": "särskilt beslut",
        "lent": "utlånad surfplatta",
        "system": "programmets eget arbete",
        "list": "lista",
    }
)


@dataclass(frozen=True)
class Line:
    """A visit in the index. page: its page in the folder; documents: (file, words) of its PDFs.

    missing: in words, the PDFs that could not be made. amended: how often it was written about after it was signed.
    """

    on: date
    state: str
    page: str
    documents: tuple[tuple[str, str], ...]
    data: str
    missing: tuple[str, ...] = ()
    amended: int = 0


@dataclass(frozen=True)
class About:
    """What each page says of the whole: whose, when, by whom and why."""

    organisation: str
    unit: str
    case_number: str
    child: str
    born: date
    protected: bool
    made: str
    made_by: str
    purpose: str
    reason: str


def style() -> bytes:
    """Return the pages' style sheet."""
    return (resource_dir("templates") / "export" / STYLE).read_bytes()


def index_page(
    about: About, rows: Mapping[str, Sequence[Mapping[str, Any]]], visits: Iterable[Line], **more: Any
) -> bytes:
    """Return the index. rows: what is of no visit; more: `names` (id -> name), `timeline` (file, "" for none)."""
    return _page("index.html", about=about, rows=rows, visits=list(visits), purposes=PURPOSES, **more)


def visit_page(about: About, line: Line, sections: Sequence[Any], rows: Mapping[str, Any], **say: Any) -> bytes:
    """Return a visit's page.

    sections: of the signed record (code, heading, text); rows: the visit's own, by table. say: `names` (id -> name) and
    `topics` (subject of a flag -> words).
    """
    return _page("visit.html", about=about, line=line, sections=sections, rows=rows, **say)


def log_page(about: About, days: Sequence[Any], lines: int) -> bytes:
    """Return who has read the child's data, by day. lines: how many the log has in all."""
    return _page("log.html", about=about, days=days, lines=lines)


def _page(template: str, **values: Any) -> bytes:
    if "rows" in values:  # a table without rows isn't there
        values["rows"] = defaultdict(list, values["rows"])
    return _environment().get_template(template).render(**values).encode("utf-8", "replace")


@functools.cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(resource_dir("templates") / "export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "day": _day,
        "direction": glyphs.direction,
        "state": lambda code: STATES.get(code, code),
        "action": lambda code: _ACTIONS.get(code, code),
        "role": lambda code: _ROLES.get(code, code),
        "why": lambda code: _WHYS.get(code, code),
        "event": lambda code: _EVENTS.get(code, code),
        "said": lambda code, group: WORDS[group].get(code, code),
    }
    return found


def _day(value: date | str | None) -> str:
    """Write a day, given as such or as it stands in the JSON."""
    if not value:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value).date() if "T" in value else date.fromisoformat(value)
    return dates.plain_date(value)
