"""The pages in English: nothing of the interface is left in Swedish, and the record stays Swedish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest

from tests.support import catalogue
from tests.support.browser_pages import CASE_PAGES, VISIT_PAGES
from tests.support.browser_story import Story, tell
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person

LONG_ENOUGH = 12  # shorter texts, such as “Samtal”, may well be in what somebody wrote


@pytest.fixture
def story(people: People) -> Story:
    people.change(people.maja, locale="en")
    return tell(people)


def words(element: Element) -> Iterator[str]:
    """Yield the texts of a page but for what says that it is Swedish."""
    yield element.text or ""
    for attribute in ("aria-label", "placeholder", "title", "value"):
        yield element.get(attribute, "")
    for child in element:
        if child.get("lang") != "sv":
            yield from words(child)
        yield child.tail or ""


def test_no_swedish_is_left_on_an_english_page(
    people: People, story: Story, client_for: Callable[[Person], LintingClient]
) -> None:
    browser = client_for(people.maja)
    swedish = {
        message.id
        for message in catalogue.wanted()
        if isinstance(message.id, str) and len(message.id) >= LONG_ENOUGH and "%" not in message.id
    }
    for name, address in (CASE_PAGES | VISIT_PAGES).items():
        answer = browser.get(address(people, story))
        page = html5lib.parse(answer.text, namespaceHTMLElements=False)
        assert page.get("lang") == "en", name
        text = "\n".join(words(page))
        assert not [each for each in swedish if each in text], name


def test_the_record_is_swedish_whoever_reads_it(
    people: People, story: Story, client_for: Callable[[Person], LintingClient]
) -> None:
    page = client_for(people.maja).get(f"/visits/{story.ready}/summary").text
    assert "tisdag 28 april 2026, klockan 15.32" in page
    assert "Signed by Maja Lövsprång on 28 April 2026 at 15:32." in page
