"""Roles and reach as values."""

from __future__ import annotations

from uuid import uuid4

import pytest

from followup.domain.access import NOBODY, PERMISSIONS, SYSTEM, Actor, Permission, Reach, Role, reach

CHILD, OTHER = uuid4(), uuid4()


def actor(role: Role) -> Actor:
    return Actor(uuid4(), role, uuid4(), uuid4())


def test_every_role_is_told_what_it_may() -> None:
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LOG_REVIEWER, Role.STATISTICIAN, Role.NOBODY])
def test_roles_beside_the_cases_read_none(role: Role) -> None:
    assert not {Permission.READ_CASES, Permission.KEEP_VISITS} & PERMISSIONS[role]
    assert reach(actor(role), assigned=frozenset({CHILD}), granted=frozenset({CHILD})) == Reach()


def test_only_admins_manage_users() -> None:
    people = set(Role) - {Role.SYSTEM}
    assert {role for role in people if Permission.MANAGE_USERS in PERMISSIONS[role]} == {Role.ADMIN}


def test_a_visitor_sees_public_pages_alone() -> None:
    assert PERMISSIONS[Role.NOBODY] == {Permission.PUBLIC}
    assert all(Permission.PUBLIC in allowed for allowed in PERMISSIONS.values())
    assert not NOBODY.may(Permission.SIGNED_IN)


def test_a_caseworker_reaches_the_assigned_and_the_granted() -> None:
    reached = reach(actor(Role.CASEWORKER), assigned=frozenset({CHILD}), granted=frozenset({OTHER}))
    assert reached == Reach(frozenset({CHILD}), frozenset({OTHER}))
    assert (reached.why(CHILD), reached.why(OTHER)) == ("assigned", "grant")


def test_a_lead_reaches_the_team_besides() -> None:
    lead = actor(Role.TEAM_LEAD)
    reached = reach(lead, assigned=frozenset(), granted=frozenset({OTHER}))
    assert (reached.team_id, reached.everything) == (lead.team_id, False)
    assert (reached.why(CHILD), reached.why(OTHER)) == ("team", "grant")


def test_a_grant_outweighs_an_assignment_as_a_reason() -> None:
    assert Reach(assigned=frozenset({CHILD}), granted=frozenset({CHILD})).why(CHILD) == "grant"


def test_the_program_itself_reaches_everything() -> None:
    everything = reach(SYSTEM, assigned=frozenset(), granted=frozenset())
    assert everything.everything
    assert everything.why(CHILD) == "system"
