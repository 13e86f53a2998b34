"""A child's pages on paper: what is to be carried along fits one A4, and what is drawn can be read as figures too."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from playwright.sync_api import Page
from pypdf import PdfReader

from followup.services.overview.handing_over_child import change_caseworker, record_handover
from followup.store.tables import Child, PlacementCheck
from tests.browser.conftest import SignedInPage
from tests.support.browser_story import Story, tell
from tests.support.people import People
from tests.support.population import TODAY

MARGIN = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")
LONG = "Ett ord som blir flera och aldrig tar slut när någon skriver fort. "


def printed(page: Page, address: str) -> list[str]:
    """The text of each sheet of paper."""
    page.goto(address)
    page.emulate_media(media="print")
    content = page.pdf(format="A4", margin=MARGIN)  # type: ignore[arg-type] # a dictionary is what it takes
    page.emulate_media(media="screen")
    return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(BytesIO(content)).pages]


def fill(people: People, story: Story) -> None:
    """Everything that a handover can hold, and far more of it than fits."""
    alva = people.alva
    people.explain(alva, LONG * 40, version=9)
    for number in range(9):
        people.promise(alva, f"Löfte {number}. {LONG * 4}", due=TODAY + timedelta(days=number))
    with people.as_program() as uow:
        child = uow.one(uow.reachable(Child).where(Child.id == alva.id))
        child.wishes = "\n".join(f"Önskan {number}. {LONG * 3}" for number in range(12))
        child.communication_needs = LONG * 12
        check = uow.one(uow.reachable(PlacementCheck).where(PlacementCheck.visit_id == story.draft))
        check.child_words = check.next_step = LONG * 12
    with people.unit(people.birgitta) as uow:
        fields = {"to": str(people.idris.id), "on": TODAY.isoformat(), "anyway": "1"}
        change_caseworker(uow, alva.id, fields)
    with people.unit(people.idris) as uow:
        record_handover(uow, alva.id, {"helps": "Rita.\n" * 60, "contacts": LONG * 30, "hello_on": TODAY.isoformat()})


def test_the_handover_is_one_page_and_says_what_it_leaves_out(people: People, signed_in_page: SignedInPage) -> None:
    story = tell(people)
    address = f"/children/{people.alva.id}/handover"
    assert len(printed(signed_in_page(people.maja), address)) == 1
    fill(people, story)
    page = signed_in_page(people.idris)
    sheets = printed(page, address)
    assert len(sheets) == 1, [len(sheet) for sheet in sheets]
    for words in ("Löfte 0.", "till: alla löften", "Önskan 5.", "6 till: barnets sida", "läs allt", "Hej då"):
        assert words in sheets[0], words
    for words in ("Löfte 8.", "Önskan 6."):
        assert words not in sheets[0], words
    page.goto(address)
    assert page.locator("dd .typed").last.inner_text().strip() == (LONG * 30).strip(), "on the screen it is all there"


def test_the_preparation_is_one_page(people: People, signed_in_page: SignedInPage) -> None:
    story = tell(people)
    (sheet,) = printed(signed_in_page(people.maja), f"/visits/{story.draft}/prepare")
    assert people.alva.name in sheet
    assert "Formulär" not in sheet, "what is only pressed on the screen stays there"


def test_figures_are_read_on_paper_and_folded_on_the_screen(people: People, signed_in_page: SignedInPage) -> None:
    tell(people)
    page = signed_in_page(people.maja)
    for address in (f"/children/{people.alva.id}", f"/children/{people.alva.id}/line"):
        text = " ".join(printed(page, address))
        page.goto(address)
        table = page.locator("details.figures").first
        assert not table.locator("table").is_visible()
        row = table.locator("tbody tr").first
        day, answer = (cell.strip() for cell in row.locator("th, td").all_text_contents())
        assert "".join(f"{day}{answer}".split()) in "".join(text.split()), address
