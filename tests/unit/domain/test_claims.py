"""From claims to roles and teams: the first rule that fits, and nobody without one."""

from __future__ import annotations

from typing import Any

import pytest

from followup.domain.claims import ClaimsMapping, ClaimsRefused, MappingUnusable, Rule, mapping_of, person_of

WORK = Rule("groups", "work", "caseworker")
LEAD = Rule("groups", "lead", "team_lead")
NAMED = {"preferred_username": "tuva", "name": "Tuva Provsson"}


@pytest.mark.parametrize(
    ("rules", "claims", "role"),
    [
        ((LEAD, WORK), {"groups": ["work", "lead"]}, "team_lead"),
        ((WORK, LEAD), {"groups": ["work", "lead"]}, "caseworker"),
        ((WORK,), {"groups": "work"}, "caseworker"),
        ((Rule("realm_access.roles", "x", "admin"),), {"realm_access": {"roles": ["x"]}}, "admin"),
        ((Rule("https://kommun.example/role", "x", "admin"),), {"https://kommun.example/role": "x"}, "admin"),
    ],
)
def test_the_first_rule_that_fits_gives_the_role(rules: tuple[Rule, ...], claims: dict[str, Any], role: str) -> None:
    assert person_of({**NAMED, **claims}, ClaimsMapping(roles=rules)).role == role


@pytest.mark.parametrize(
    "groups", [None, [], "working", "hard work", ["WORK"], [["work"]], {"work": True}, True, 1], ids=repr
)
def test_what_only_looks_like_a_role_gives_none(groups: object) -> None:
    with pytest.raises(ClaimsRefused) as refused:
        person_of({**NAMED, "groups": groups}, ClaimsMapping(roles=(WORK,)))
    assert refused.value.code == "no_role"


@pytest.mark.parametrize("name", ["", "  ", None, 7, ["Tuva"], "\x00"], ids=repr)
def test_nobody_without_a_name_comes_in(name: object) -> None:
    for claim in NAMED:
        with pytest.raises(ClaimsRefused) as refused:
            person_of({**NAMED, claim: name, "groups": "work"}, ClaimsMapping(roles=(WORK,)))
        assert refused.value.code == "no_name"


def test_what_the_mapping_does_not_say_is_kept_here_and_what_the_provider_does_not_say_is_empty() -> None:
    claims = {**NAMED, "groups": "work"}
    kept = person_of(claims, ClaimsMapping(roles=(WORK,)))
    assert (kept.title, kept.team) == (None, None)
    emptied = person_of(claims, ClaimsMapping(title="job", roles=(WORK,), teams=(Rule("dept", "norr", "Team A"),)))
    assert (emptied.title, emptied.team) == ("", "")
    assert "Tuva" not in repr(emptied)


def test_names_are_one_line_of_reasonable_length() -> None:
    person = person_of({**NAMED, "name": "A\u202e\nB" + "x" * 500, "groups": "work"}, ClaimsMapping(roles=(WORK,)))
    assert len(person.name) <= 200
    assert "\u202e" not in person.name


def test_a_mapping_is_read_as_it_is_written() -> None:
    role = {"claim": "groups", "value": "work", "role": "caseworker"}
    team = {"claim": "dept", "value": "norr", "team": "Team A"}
    raw = {"claims": {"title": "job"}, "roles": [role], "teams": [team], "acr": ["loa3"], "adopt": True}
    assert mapping_of(raw) == ClaimsMapping(
        title="job", roles=(WORK,), teams=(Rule("dept", "norr", "Team A"),), acr=("loa3",), adopt=True
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, "nobody could sign in"),
        ({"roles": [{"claim": "g", "value": "x", "role": "boss"}]}, "is no role"),
        ({"roles": [{"claim": "g", "value": "x", "role": "system"}]}, "is no role"),
        ({"roles": [{"claim": "g", "value": "x", "role": "respondent"}]}, "is no role"),
        ({"roles": [{"claim": "g", "role": "admin"}]}, "claim, value and role"),
        ({"roles": [{"claim": "g", "value": "", "role": "admin"}]}, "none of them empty"),
        ({"roles": "admin"}, "[[roles]]"),
        ({"rolls": []}, "“rolls”"),
        ({"claims": {"nmae": "x"}}, "“nmae”"),
        ({"claims": {"name": 1}}, "name of a claim"),
        ({"claims": []}, "[claims]"),
        ({"acr": "loa3"}, "list of texts"),
        ({"adopt": "yes"}, "true nor false"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_told(raw: dict[str, Any], words: str) -> None:
    with pytest.raises(MappingUnusable) as unusable:
        mapping_of(raw)
    assert words in str(unusable.value)
