from __future__ import annotations

from collections.abc import Callable

from followup.store.tables import Child
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person


def test_everybody_reaches_whom_the_population_says(people: People) -> None:
    for person in people.staff:
        with people.unit(person, reads=True) as uow:
            reached = {child.name for child in uow.all(uow.reachable(Child))}
        assert reached == {kid.name for kid in people.reached_by(person)}, person.user_name


def test_a_browser_is_signed_in(people: People, client_for: Callable[[Person], LintingClient]) -> None:
    page = client_for(people.maja).get("/children")
    assert page.status_code == 200
    assert people.maja.name in page.text


def test_a_browser_posts_with_the_pages_token(people: People, client_for: Callable[[Person], LintingClient]) -> None:
    answer = client_for(people.maja).submit("/language", language="en", next="/children")
    assert (answer.status_code, answer.location) == (302, "/children")
    assert 'lang="en"' in client_for(people.maja).get("/children").text
