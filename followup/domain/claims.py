"""From what a provider of identities says about somebody to who it is here: role, team, name and title. Pure values."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from followup.domain.access import SIGN_IN_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROLES = frozenset(role.value for role in SIGN_IN_ROLES)
"""The roles that somebody who signs in may have."""
_LONGEST = 200
_TOP = {"claims", "roles", "teams", "acr", "scopes", "adopt"}
_NAMED = {"user_name": "preferred_username", "name": "name", "title": ""}


class ClaimsRefused(Exception):
    """Nobody whom the mapping knows. `code`: no_role | no_name."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MappingUnusable(Exception):
    """The mapping can't be used. `problems`: a sentence each, in English, for the administrator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Rule:
    """Whoever has this value in this claim gets what it `gives`: a role or a team."""

    claim: str
    value: str
    gives: str


@dataclass(frozen=True)
class ClaimsMapping:
    """Which claims say who somebody is. The first rule that fits counts.

    user_name, name, title: names of claims; an empty title leaves titles to be kept here. teams: none leaves teams to
    be kept here. acr: the levels of assurance of which one is demanded; none demands nothing. scopes: asked for beside
    `openid profile`. adopt: whether a local account with the same user name becomes the provider's at first sign-in.
    """

    user_name: str = "preferred_username"
    name: str = "name"
    title: str = ""
    roles: tuple[Rule, ...] = ()
    teams: tuple[Rule, ...] = ()
    acr: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    adopt: bool = False

    @property
    def claims(self) -> frozenset[str]:
        """The claims that the mapping looks at."""
        ruled = {rule.claim for rule in (*self.roles, *self.teams)}
        return frozenset({self.user_name, self.name, *ruled, *({self.title} if self.title else set())})


@dataclass(frozen=True)
class Person:
    """Who somebody is here. title and team: None where the mapping doesn't say, "" where the provider doesn't."""

    user_name: str = field(repr=False)
    name: str = field(repr=False)
    role: str
    title: str | None = field(repr=False)
    team: str | None


def person_of(claims: Mapping[str, Any], mapping: ClaimsMapping) -> Person:
    """Tell who the claims are about. Raises ClaimsRefused when no role fits, or there is no name to go by."""
    user_name, name = _text(claims, mapping.user_name), _text(claims, mapping.name)
    if not user_name or not name:
        raise ClaimsRefused("no_name")
    role = _given(claims, mapping.roles)
    if not role:
        raise ClaimsRefused("no_role")
    title = _text(claims, mapping.title) if mapping.title else None
    team = _given(claims, mapping.teams) if mapping.teams else None
    return Person(user_name, name, role, title, team)


def told(claims: Mapping[str, Any], claim: str) -> Any:
    """Return a claim's value or None. A dot leads into an object (`realm_access.roles`) unless a name has it itself."""
    if claim in claims:
        return claims[claim]
    here: Any = claims
    for part in claim.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    return here


def mapping_of(raw: Mapping[str, Any]) -> ClaimsMapping:
    """Read a mapping as it stands in its TOML file. Raises MappingUnusable with every problem at once."""
    problems = [f"“{name}” means nothing here" for name in sorted(set(raw) - _TOP)]
    named = {**_NAMED, **_table(raw, "claims", problems)}
    problems += [f"[claims] knows no “{name}”" for name in sorted(set(named) - set(_NAMED))]
    problems += [f"[claims] {name} is not the name of a claim" for name in _NAMED if not isinstance(named[name], str)]
    roles, teams = (tuple(_rules(raw, *kind, problems)) for kind in (("roles", "role"), ("teams", "team")))
    if not roles:
        problems.append("no [[roles]]: nobody could sign in")
    problems += [
        f"“{rule.gives}” is no role; choose among {', '.join(sorted(ROLES))}"
        for rule in roles
        if rule.gives not in ROLES
    ]
    acr, scopes = (_texts(raw, name, problems) for name in ("acr", "scopes"))
    adopt = raw.get("adopt", False)
    if not isinstance(adopt, bool):
        problems.append("adopt is neither true nor false")
    if problems:
        raise MappingUnusable(problems)
    return ClaimsMapping(named["user_name"], named["name"], named["title"], roles, teams, acr, scopes, adopt)


def _text(claims: Mapping[str, Any], claim: str) -> str:
    """One line, without what can't be seen: names of colleagues stand on every page."""
    value = told(claims, claim)
    line = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(sign for sign in line if not unicodedata.category(sign).startswith("C")).strip()[:_LONGEST]


def _given(claims: Mapping[str, Any], rules: tuple[Rule, ...]) -> str:
    return next((rule.gives for rule in rules if _holds(told(claims, rule.claim), rule.value)), "")


def _holds(value: Any, wanted: str) -> bool:
    return wanted in value if isinstance(value, list) else value == wanted


def _table(raw: Mapping[str, Any], name: str, problems: list[str]) -> dict[str, Any]:
    table = raw.get(name, {})
    if isinstance(table, dict):
        return table
    problems.append(f"{name} is written [{name}]")
    return {}


def _texts(raw: Mapping[str, Any], name: str, problems: list[str]) -> tuple[str, ...]:
    texts = raw.get(name, [])
    if isinstance(texts, list) and all(isinstance(text, str) and text for text in texts):
        return tuple(texts)
    problems.append(f"{name} is not a list of texts")
    return ()


def _rules(raw: Mapping[str, Any], name: str, gives: str, problems: list[str]) -> Iterator[Rule]:
    rows = raw.get(name, [])
    if not isinstance(rows, list):
        problems.append(f"{name} is written [[{name}]]")
        return
    for row in rows:
        if not isinstance(row, dict) or set(row) != {"claim", "value", gives}:
            problems.append(f"a [[{name}]] holds claim, value and {gives}, and nothing else")
        elif not all(isinstance(text, str) and text for text in row.values()):
            problems.append(f"a [[{name}]] holds texts in quotation marks, none of them empty")
        else:
            yield Rule(row["claim"], row["value"], row[gives])
