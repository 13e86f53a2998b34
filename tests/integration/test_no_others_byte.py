"""Everybody's session at every address, about children out of reach: not a byte of them comes back.

Every sealed text and every number of a child holds a word that belongs to that child alone. What is asked for is
random, by a seed that is told when something is found: `FOLLOWUP_FUZZ_SEED=…` tries it again, another number tries
something else.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from werkzeug.routing import Rule

from followup.domain.access import Permission
from followup.store.tables import Base, Child, Document, FosterHome, OfChild
from followup.store.types import EncryptedText
from tests.support.flags import raise_flag
from tests.support.happenings import form_for
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Kid, Person

SEED = int(os.environ.get("FOLLOWUP_FUZZ_SEED", "20261124"))
TRIES = int(os.environ.get("FOLLOWUP_FUZZ_TRIES", "1"))
"""About so many children each user asks each page, on each engine about others; a long night can try more."""

_ENDS_IT = {"account.sign_out", "account.sign_in", "security.end_others"}
_WORDS = ("", "1", "yes", "on", "2026-11-24", "Kan det vara så?", "child", "full", "x" * 300)
_FIELDS = (
    "q-c_safe",
    "shown",
    "note",
    "reason",
    "why",
    "text",
    "user",
    "to",
    "on",
    "first",
    "kind",
    "finding",
    "state",
)


@dataclass(frozen=True)
class Planted:
    """A child, the word that is its own, and the ids of what there is about it, by the names that addresses use."""

    kid: Kid
    word: str
    number: str
    """What its case number holds: another word, for some are told the number and nothing else."""
    ids: dict[str, list[UUID]]


def plant(people: People, kid: Kid, number: int) -> Planted:
    """Give the child one of each, and plant its word in everything that can be written about it."""
    word = f"Kanarie{number:02}fagel"
    people.explain(kid, text=f"{word} bor här.", version=2)
    signed = people.sign(kid)
    (planned,) = people.plan(kid, days=1)
    (draft,) = people.plan(kid, days=-1)
    if form_for(kid.age):
        people.answer(draft, {"c_safe": 1} if form_for(kid.age) == "barn-8-12" else {}, words={"c_safe": word})
    flag = raise_flag(people, signed, kid, "c_safe", "follow_up")
    promise, milestone = people.promise(kid, f"{word} ringa"), people.milestone(kid, "care_considered", note=word)
    (document,) = people.rows(Document, Document.visit_id == signed)
    with people.as_program() as uow:
        child = uow.one(uow.reachable(Child).where(Child.id == kid.id))
        child.name, child.wishes, child.communication_needs = f"{word} {word}", word, word
        child.case_number = f"SN {word[::-1]}"
        home = uow.one(uow.reachable(FosterHome).where(FosterHome.id == kid.home.id))
        home.name, home.place, home.address = (f"{each} {word}" for each in (home.name, home.place, home.address))
        for kind in (draft, planned):
            _fill(uow, kind, word)
    ids = {
        "child_id": [kid.id],
        "visit_id": [signed, planned, draft],
        "action_id": [promise],
        "flag_id": [flag],
        "milestone_id": [milestone],
        "document_id": [document.id],
    }
    return Planted(kid, word, word[::-1], ids)


def _fill(uow: Any, visit_id: UUID, word: str) -> None:
    """Write the word in every sealed text of an open visit's rows."""
    for mapper in Base.registry.mappers:
        kind = mapper.class_
        if not issubclass(kind, OfChild) or "visit_id" not in mapper.columns:
            continue
        sealed = [name for name, column in mapper.columns.items() if isinstance(column.type, EncryptedText)]
        of_visit = mapper.columns["visit_id"] == visit_id
        for row in uow.all(uow.reachable(kind).where(of_visit)) if sealed else ():
            for name in sealed:
                setattr(row, name, word)


@dataclass(frozen=True)
class Town:
    """The municipality with a word planted in each child, and whom each user may see."""

    people: People
    planted: dict[str, Planted]
    seen: dict[str, frozenset[str]]

    def others(self, person: Person) -> list[Planted]:
        """The children out of the user's reach, barred ones included."""
        return [each for name, each in self.planted.items() if name not in self.seen[person.user_name]]

    def forbidden(self, person: Person) -> re.Pattern[bytes]:
        """The words of children out of reach; a home that is shared with one within reach says both."""
        homes = {self.planted[name].kid.home.id for name in self.seen[person.user_name]}
        words = [each.word for each in self.others(person) if each.kid.home.id not in homes]
        names = [each.kid.name.split()[-1] for each in self.others(person)]
        numbers = [each.number for each in self.others(person) if not self.told(person, each.kid)]
        return re.compile("|".join(words + names + numbers).encode())

    def told(self, person: Person, kid: Kid) -> bool:
        """Whether the user is told the number of a child she may not see: reviewers all, heads those they decide on."""
        return person is self.people.lovisa or (person is self.people.hedda and kid.protected)


@pytest.fixture
def town(people: People) -> Town:
    kids = people.children
    planted = {kid.name: plant(people, kid, number) for number, kid in enumerate(kids)}
    people.bar(people.maja, people.vide)
    people.bar(people.birgitta, people.leo)
    seen = {
        person.user_name: frozenset(
            kid.name
            for kid in people.reached_by(person)
            if (person, kid) not in {(people.maja, people.vide), (people.birgitta, people.leo)}
        )
        for person in people.staff
    }
    return Town(people, planted, seen)


def asked(town: Town, rule: Rule, person: Person, dice: random.Random) -> Iterator[str]:
    """Yield addresses of a page about children out of reach; one with nothing of theirs in it once."""
    others = town.others(person)
    for _ in range(TRIES if rule.arguments and person.actor.may(Permission.READ_CASES) else 1):
        about = dice.choice(others)
        ids = {name: dice.choice(about.ids.get(name, [about.kid.id])) for name in rule.arguments}
        try:
            built = rule.build({name: _other(name) or each for name, each in ids.items()})
        except ValueError:
            continue
        if built:
            yield built[1] + (
                f"?child={about.kid.id}&team={about.kid.team_id}&q={about.word[:3]}" if dice.random() < 0.5 else ""
            )


def _other(name: str) -> object:
    return {"lang": "sv", "text": "question.next", "item": "c_friends", "token": "none", "month": "2026-10"}.get(name)


def posted(town: Town, person: Person, dice: random.Random) -> dict[str, str]:
    """Fill a form with anything, ids of others among it."""
    ids = [str(each) for about in town.others(person) for kind in about.ids.values() for each in kind]
    values = [*_WORDS, *ids]
    return {name: dice.choice(values) for name in dice.sample(_FIELDS, 5)}


def test_not_a_byte_of_a_child_out_of_reach_comes_back(town: Town) -> None:
    people = town.people
    seed = SEED + (not people.settings.is_sqlite)  # each engine is asked other things
    dice = random.Random(seed)  # noqa: S311 - it hides nothing
    found, requests = [], 0
    rules = [rule for rule in people.app.url_map.iter_rules() if rule.endpoint not in {"static", *_ENDS_IT}]
    for person in people.staff:
        client, forbidden = browser(people, person), town.forbidden(person)
        for rule in sorted(rules, key=lambda rule: rule.endpoint):
            for turn, path in enumerate(asked(town, rule, person, dice)):
                methods = {"GET", "POST"} & (rule.methods or set())
                for method in sorted(methods if turn == 0 else methods - {"POST"}):
                    requests += 1
                    if told := ask(client, method, path, posted(town, person, dice), forbidden):
                        found.append(f"{method} {path} ({rule.endpoint}) to {person.user_name}: {told}")
    assert requests > 1000
    assert not found, f"seed {seed}:\n" + "\n".join(found)


def ask(
    client: LintingClient, method: str, path: str, fields: dict[str, str], forbidden: re.Pattern[bytes]
) -> list[str]:
    """Make a request; return what came back of others, in the body or in a header."""
    answer = client.get(path, lint=False) if method == "GET" else client.submit(path, fields, lint=False)
    assert answer.status_code < 500, f"{method} {path}: {answer.status_code}"
    came = answer.get_data() + repr(list(answer.headers)).encode()
    mine = re.escape(path.encode())  # an address that is shown again says nothing that was not asked
    return sorted({match.decode() for match in forbidden.findall(re.sub(mine, b"", came))})


def test_the_words_are_where_they_can_be_found(town: Town) -> None:
    """Whoever reaches a child meets its word: otherwise the test above would find nothing whatever came back."""
    people = town.people
    for person, kid in ((people.maja, people.alva), (people.birgitta, people.elliot), (people.sven, people.tor)):
        planted = town.planted[kid.name]
        client = browser(people, person)
        pages = [f"/children/{kid.id}", *(f"/visits/{each}/prepare" for each in planted.ids["visit_id"][1:])]
        for path in pages:
            assert planted.word in client.get(path, lint=False).text, path
