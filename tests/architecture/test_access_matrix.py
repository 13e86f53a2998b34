"""The table in access_matrix.py against the program: every page, every role, every kind of child."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from followup.store.tables import Document
from tests.architecture import access_matrix
from tests.architecture.access_matrix import Row
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Kid
from tests.support.queries import LOG_TABLES, contents, counted, log_lines

one_engine = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # refused before a case is asked for

KIDS = access_matrix.KIDS
OF_CHILD = {"reach", "theirs", "own", "leads", "team", "decides", "sign"}
"""Cells that depend on the child."""

STATEMENTS = {"visits.sign": 20}
"""Pages that may cost more than fifteen statements: the summary is the whole record."""

NAMED = {
    "mandate_id": UUID(int=7),
    "export_id": UUID(int=8),
    "review_id": UUID(int=9),
    "sample_id": UUID(int=10),
    "grant_id": UUID(int=9),
    "assignment_id": UUID(int=10),
    "barring_id": UUID(int=11),
    "glass_id": UUID(int=12),
    "user_id": UUID(int=9),
    "passkey_id": UUID(int=10),
    "session_id": UUID(int=11),
    "token": "no-such-calendar",
    "lang": "sv",
    "text": "question.next",
    "item": "c_friends",
}
"""What addresses name that is neither a child nor a visit."""

COUNTS_TRIES = {"calendar.feed": {"sign_in_attempt"}}
"""Pages that count wrong addresses, so that they can be slowed down."""

PIECES = 4
"""In so many the table is tried on each engine, so that two processes share the work."""

LET_IN = frozenset({200, 302, 409, 422})
SIGNED_OUT = 302


class Town:
    """The population with a visit of each kind for five children, and a browser for everybody."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.ids: dict[str, dict[str, UUID]] = {name: self._of(getattr(people, name)) for name in KIDS}
        self.browsers = {person.user_name: browser(people, person) for person in people.staff}
        self.browsers[""] = browser(people)
        self.browsers["tablet"] = browser(people, people.maja)
        self.browsers["tablet"].hand_over(people.plan(people.alva, days=2)[0])
        self._exceptions(people)
        self.before = contents(people.store)

    def _exceptions(self, people: People) -> None:
        """Who is kept out although something opens, and who went in although nothing does."""
        watched = {name: client.canaries.get(name, frozenset()) for name, client in self.browsers.items()}
        for person in (people.maja, people.birgitta, people.dag, people.hedda):
            people.bar(person, people.vide)
            watched[person.user_name] |= people.vide.canaries
        told = {people.nour.case_number, people.elliot.case_number}
        for person in (people.birgitta, people.dag, people.hedda, people.lovisa):  # what was opened, by its number
            watched[person.user_name] -= told
        watched["hedda"] -= {people.samira.case_number}
        for person, kid in ((people.sven, people.nour), (people.gunnel, people.elliot)):
            people.break_glass(person, kid)
            watched[person.user_name] -= kid.canaries | {kid.home.place}
        for name, client in self.browsers.items():
            client.canaries = {name: watched[name]}

    def _of(self, kid: Kid) -> dict[str, UUID]:
        if kid in (self.people.samira, self.people.nour):
            self.people.explain(kid)
        signed = self.people.sign(kid)
        (visit,) = self.people.plan(kid, days=1)
        promise = self.people.promise(kid, "ringa")
        flag = raise_flag(self.people, signed, kid, "c_safe", "follow_up")
        milestone = self.people.milestone(kid, "care_considered")
        found = {"child": kid.id, "visit": visit, "signed": signed, "promise": promise, "flag": flag}
        (document,) = self.people.rows(Document, Document.visit_id == signed)
        return {**found, "milestone": milestone, "document": document.id}

    def address(self, row: Row, kid: str) -> str:
        """The page's address, about that child."""
        rule = rules(self.people)[row.page]
        values = {name: NAMED.get(name, self.ids[kid].get(row.about)) for name in rule.arguments}
        with self.people.app.test_request_context():
            url = rule.build(values)
        assert url, row
        return url[1]

    def knock(self, row: Row, user_name: str, kid: str, *, lint: bool = True) -> TestResponse:
        """Ask for the page as the user."""
        client, path = self.browsers[user_name], self.address(row, kid)
        return client.get(path, lint=lint) if row.method == "GET" else client.submit(path, lint=lint)


@pytest.fixture
def town(people: People) -> Town:
    return Town(people)


def rules(people: People) -> dict[str, Rule]:
    return {rule.endpoint: rule for rule in people.app.url_map.iter_rules() if rule.endpoint != "static"}


def pages(people: People) -> set[tuple[str, str]]:
    methods = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    return {(page, method) for page, rule in rules(people).items() for method in (rule.methods or set()) & methods}


def met(answer: TestResponse) -> str:
    """Name what an answer means, in the table's words."""
    if answer.location == "/" and answer.request.method == "GET":
        return "home"
    if answer.status_code == SIGNED_OUT and (answer.location or "").startswith("/sign-in?next="):
        return "door"
    names = {403: "no", 404: "404", **dict.fromkeys(LET_IN, "in")}
    return names.get(answer.status_code, str(answer.status_code))


def expected(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield (user name, child, what is met) for a row; refusals first, for who is let in may change things."""
    found = []
    for role, cell in row.meets.items():
        for who in access_matrix.PEOPLE[role]:
            kids = KIDS if cell in OF_CHILD else KIDS[:1]
            found += [(who, kid, access_matrix.meets(cell, who, kid) if cell in OF_CHILD else cell) for kid in kids]
    yield from sorted(found, key=lambda each: each[2] == "in")


@one_engine
def test_every_page_has_a_row(people: People) -> None:
    listed = {(row.page, row.method) for row in access_matrix.rows()}
    missing, gone = pages(people) - listed, listed - pages(people)
    assert not missing, f"say in tests/architecture/access_matrix.py who may open: {sorted(missing)}"
    assert not gone, f"in access_matrix.py, but no longer in the program: {sorted(gone)}"


def tried_here(number: int, should: str, *, sqlite: bool) -> bool:
    """Whether the `number`th cell of a page is tried on this engine.

    Who is let in is tried on both. A refusal is tried on one of them: every other one of each page, role and child.
    """
    return should == "in" or (number % 2 == 0) is sqlite


@pytest.mark.parametrize("piece", range(PIECES))
def test_everybody_meets_what_the_table_says(town: Town, piece: int) -> None:
    wrong = []
    sqlite = town.people.settings.is_sqlite
    rows = sorted(access_matrix.rows(), key=lambda row: (row.page, row.method))[piece::PIECES]
    for place, row in enumerate(sorted(rows, key=lambda row: row.method)):  # what is read first, then what changes
        if row.page in {"account.sign_in", "account.sign_out", "security.end_others"}:
            continue  # they end the session; tests/integration/test_sign_in.py has them
        for number, (who, kid, should) in enumerate(expected(row), start=place):
            if not tried_here(number, should, sqlite=sqlite):
                continue
            meets = met(town.knock(row, who, kid, lint=should == "in"))  # a refusal has one and the same page
            if meets != should:
                wrong.append(f"{row.method} {row.page}: {who or 'a visitor'} about {kid}: {meets}, not {should}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_denied_attempt_is_logged_with_its_page(town: Town) -> None:
    row = next(row for row in access_matrix.rows() if row.page == "children.child")
    for who in ("idris", "ada"):
        town.knock(row, who, "alva")
        line = log_lines(town.people.store)[-1]
        assert (line.action, line.actor_id) == ("denied", getattr(town.people, who).id)
        assert line.fields == {"page": row.page, "arguments": {"child_id": str(town.people.alva.id)}}


def test_out_of_reach_looks_the_same_as_missing(town: Town) -> None:
    missing = UUID(int=5)
    differing = []
    for row in access_matrix.rows():
        if row.meets["caseworker"] not in OF_CHILD:
            continue
        theirs = masked(town.knock(row, "idris", "alva"), town.ids["alva"][row.about])
        town.ids["none"] = {row.about: missing}
        nothing = masked(town.knock(row, "idris", "none"), missing)
        if theirs != nothing:
            differing.append(f"{row.method} {row.page}")
    assert not differing


def masked(answer: TestResponse, asked: UUID) -> tuple[int, str]:
    """Take out what differs between any two answers: the id that was asked for, the request's number, the token."""
    text = answer.text.replace(str(asked), "ID")
    for before, after in (('name="csrf-token" content="', '"'), ('name="csrf_token" value="', '"'), ("Felkod: ", ".")):
        while before in text:
            start, rest = text.split(before, 1)
            text = start + rest.split(after, 1)[1]
    return answer.status_code, text


def test_reading_changes_nothing_but_the_log(town: Town) -> None:
    people = town.people
    people.clock.forward(seconds=30)  # less than what makes the session's last use worth writing down
    changed = []
    for row in access_matrix.rows():
        if row.method != "GET":
            continue
        for who in ("maja", "birgitta", "ada", ""):
            town.knock(row, who, "alva", lint=False)
        after = contents(people.store)  # once for all four: to sum the tables up costs more than a page
        tables = {name for name in after if after[name] != town.before[name]}
        tables -= LOG_TABLES | COUNTS_TRIES.get(row.page, set())
        if tables:
            changed.append(f"{row.page} changes {sorted(tables)}")
        town.before = after
    assert not changed, "\n" + "\n".join(changed)


OF_A_SERVER = {"sso.logged_out"}
"""No browser posts there: what the provider says is signed, and there is no page that could hold a token."""


@one_engine
def test_a_post_without_the_pages_token_is_refused_and_changes_nothing(town: Town) -> None:
    accepted = []
    for row in access_matrix.rows():
        if row.method != "POST" or row.page in OF_A_SERVER:
            continue
        for who in ("maja", ""):
            for fields in ({}, {"csrf_token": "x"}):
                answer = town.browsers[who].post(town.address(row, "alva"), data=fields)
                if answer.status_code not in ({400} if who else {400, 401}):  # a visitor may have signed out meanwhile
                    accepted.append(f"{row.page} by {who or 'a visitor'}: {answer.status_code}")
    assert not accepted
    assert contents(town.people.store) == town.before


@one_engine
def test_a_token_of_another_session_is_refused(town: Town) -> None:
    stolen = town.browsers["idris"].csrf()
    for row in access_matrix.rows():
        if row.method == "POST" and row.page not in OF_A_SERVER:
            answer = town.browsers["maja"].post(town.address(row, "alva"), data={"csrf_token": stolen})
            assert answer.status_code == 400, row.page


@one_engine
def test_a_script_hears_what_it_may_not(town: Town) -> None:
    for row in access_matrix.rows():
        if row.meets["visitor"] == "door":
            client = town.browsers[""]
            path = town.address(row, "alva")
            answer = client.get(path, headers=JSON) if row.method == "GET" else client.autosave(path)
            assert (answer.status_code, answer.is_json) == (401, True), row.page


def test_no_page_costs_more_than_fifteen_statements(town: Town) -> None:
    dear = []
    for row in access_matrix.rows():
        if row.method == "GET":
            with counted(town.people.store) as sent:
                town.knock(row, "maja", "alva")
            if len(sent) > STATEMENTS.get(row.page, 15):
                dear.append(f"{row.page}: {len(sent)}\n{sent}")
    assert not dear, "\n".join(dear)


@one_engine
def test_other_methods_are_refused(town: Town) -> None:
    client: LintingClient = town.browsers["maja"]
    allowed = pages(town.people)
    for row in access_matrix.rows():
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"):
            if (row.page, method) in allowed:
                continue
            answer = client.open(town.address(row, "alva"), method=method)
            assert answer.status_code in {400, 405}, f"{method} {row.page}"


JSON = {"Accept": "application/json"}
