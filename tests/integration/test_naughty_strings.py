"""The Big List of Naughty Strings in every text field: kept to the letter, shown, and printed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from html import unescape
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import undefer

from followup.domain.text import clean_text
from followup.pdf.jobs import PrintJob
from followup.pdf.press import Press
from followup.store.tables import Visit
from tests.support.linting_client import LintingClient
from tests.support.naughty_list import big_list, chunks
from tests.support.people import People
from tests.support.population import Person

ClientFor = Callable[[Person], LintingClient]

LONGEST = 4_000  # of the texts that the strings are put together in; the shortest long field takes 5,000
OWN = "own:6f6f0000-0000-4000-8000-000000000001"
ACTION, NOTE = "6f6f0000-0000-4000-8000-000000000002", "6f6f0000-0000-4000-8000-000000000003"
LONG_FIELDS: Mapping[str, tuple[str, ...]] = {
    "prepare": ("note",),
    "answers": ("words-b_sleep", "words-close_good"),
    "carer": ("words-f_sleep",),
    "talk": (f"words-{OWN}", f"agreed-{OWN}"),
    "why": ("child_words", "told_today", "retold", "next_step", "explanation"),
    "agreements": (f"note-{NOTE}", "private_reason", "next_visit_note"),
    "sign": ("words",),
}
BESIDE: Mapping[str, Mapping[str, str]] = {
    "answers": {"shown": "b_sleep close_good", "q-b_sleep": "4"},
    "carer": {"shown": "f_sleep", "q-f_sleep": "4"},
    "talk": {f"outcome-{OWN}": "talked", f"topic-{OWN}": "Eget"},
    "why": {"understanding": "own_words", "self_blame": "no_sign"},
    "agreements": {f"area-{NOTE}": "health", f"nkind-{NOTE}": "observation", "private_talk": "partly"},
    "sign": {"outcome": "agrees"},
}
"""What else a step must be told for the text to have a place."""
NEEDED: Mapping[str, Mapping[str, str]] = {
    "agreements": {f"what-{ACTION}": "Något", f"owner-{ACTION}": "other"},
    "why": {"understanding": "not_asked", "understanding_reason": "other"},
}
SHORT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "prepare": ("interpreter",),
    "talk": (f"topic-{OWN}",),
    "why": ("reason_note", "agreed_with"),
    "agreements": (f"who-{ACTION}", f"child-{ACTION}", f"source-{NOTE}"),
}


def shown(page: str) -> str:
    """What a page's text fields and texts say."""
    return unescape(re.sub(r"</?[a-z][^>]*>", "", page))


def values(page: str) -> str:
    """What a page's fields hold."""
    return unescape(" ".join(re.findall(r'value="([^"]*)"', page)))


def post(client: LintingClient, visit_id: UUID, step: str, fields: Mapping[str, str]) -> str:
    """Save a step as a browser would, and return its page afterwards."""
    address = f"/visits/{visit_id}/{step}"
    found = re.search(r'name="revision" value="(\d+)"', client.get(address).text)
    assert found
    answer = client.submit(address, {"revision": found[1], **BESIDE.get(step, {}), **fields, "go": "stay"})
    assert answer.status_code == 302, step
    return client.get(address).text


@pytest.fixture
def visit_id(people: People) -> UUID:
    return people.plan(people.alva)[0]


def test_long_texts(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    client = client_for(people.maja)
    for text in chunks(LONGEST):
        kept = clean_text(text, LONGEST)
        for step, names in LONG_FIELDS.items():
            page = post(client, visit_id, step, dict.fromkeys(names, text))
            assert shown(page).count(kept.strip()) >= len(names), step


def test_lines(people: People, client_for: ClientFor, visit_id: UUID) -> None:
    client = client_for(people.maja)
    strings = [text for text in big_list() if len(text) <= 200]
    every = len(strings) // 12  # twelve from all over the list for each field; `clean_text` has tests with all of them
    for text in strings[::every]:
        kept = " ".join(clean_text(text, 300).splitlines()).strip()
        for step, names in SHORT_FIELDS.items():
            more = NEEDED.get(step, {})
            page = post(client, visit_id, step, {**dict.fromkeys(names, text), **more})
            assert values(page).count(kept) >= len(names), (step, text)


def test_every_string_is_kept_to_the_letter() -> None:
    for text in big_list():
        assert clean_text(clean_text(text, 500), 500) == clean_text(text, 500)
        kept = re.sub(r"[^\x20-\x7e]", "", text)
        assert re.sub(r"[^\x20-\x7e]", "", clean_text(text, 500)) == kept


def test_the_signed_summary_and_its_pdf(people: People, client_for: ClientFor, press: Press) -> None:
    (visit_id,) = people.plan(people.leo)
    client = client_for(people.maja)
    texts = chunks(LONGEST)
    fields = [(step, name) for step in ("talk", "why", "agreements") for name in LONG_FIELDS[step]]
    for step in ("talk", "why", "agreements"):
        of_step = [place for place, (each, _name) in enumerate(fields) if each == step]
        post(client, visit_id, step, {fields[place][1]: texts[place % len(texts)] for place in of_step})
    page = client.get(f"/visits/{visit_id}/sign").text
    seen, revision = (re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("seen", "revision"))
    assert seen
    assert revision
    answer = client.submit(
        f"/visits/{visit_id}/sign",
        {"revision": revision[1], "seen": seen[1], "outcome": "agrees", "words": texts[0], "go": "sign"},
    )
    assert answer.location == f"/visits/{visit_id}/summary"
    read = squeezed(shown(client.get(answer.location).text))
    stored = people.visit(visit_id, undefer(Visit.summary)).summary
    assert stored
    pdf = PdfReader(io.BytesIO(press.render(PrintJob("summary", stored))))
    printed = squeezed("".join(page.extract_text() for page in pdf.pages))
    for text in big_list():
        assert squeezed(clean_text(text, 500)) in read, text
        # What is written in ASCII comes out of a PDF in the order it went in. pypdf misreads the grave accent among so
        # many glyphs; other readers don't.
        if text.isascii() and "`" not in text and len(text) < 60:
            assert squeezed(clean_text(text, 500)) in printed, text


def squeezed(text: str) -> str:
    """The text without white space, which pages and lines of a PDF fold as they please."""
    return re.sub(r"[\s\x00\u00ad]", "", text)
