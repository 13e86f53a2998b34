"""Roles and reach as values."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from followup.domain.access import (
    DEPUTY,
    HEAD,
    NOBODY,
    PERMISSIONS,
    SYSTEM,
    Actor,
    Own,
    Permission,
    Reach,
    Role,
    reach,
)

CHILD, OTHER = uuid4(), uuid4()


def actor(role: Role) -> Actor:
    return Actor(uuid4(), role, uuid4(), uuid4())


def test_every_role_is_told_what_it_may() -> None:
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LOG_REVIEWER, Role.STATISTICIAN, Role.NOBODY])
def test_roles_beside_the_cases_read_none(role: Role) -> None:
    assert not {Permission.READ_CASES, Permission.KEEP_VISITS} & PERMISSIONS[role]
    assert reach(actor(role), Own(frozenset({CHILD}), frozenset({CHILD}), opened=frozenset({CHILD}))) == Reach()


def test_only_admins_manage_users() -> None:
    people = set(Role) - {Role.SYSTEM}
    assert {role for role in people if Permission.MANAGE_USERS in PERMISSIONS[role]} == {Role.ADMIN}


def test_a_visitor_sees_public_pages_alone() -> None:
    assert PERMISSIONS[Role.NOBODY] == {Permission.PUBLIC}
    assert all(Permission.PUBLIC in allowed for allowed in PERMISSIONS.values())
    assert not NOBODY.may(Permission.SIGNED_IN)


def test_a_caseworker_reaches_the_assigned_and_the_granted() -> None:
    reached = reach(actor(Role.CASEWORKER), Own(frozenset({CHILD}), frozenset({OTHER})))
    assert reached == Reach(frozenset({CHILD}), frozenset({OTHER}))
    assert (reached.why(CHILD), reached.why(OTHER)) == ("assigned", "grant")


def test_a_lead_reaches_the_team_besides() -> None:
    lead = actor(Role.TEAM_LEAD)
    reached = reach(lead, Own(granted=frozenset({OTHER})))
    assert reached.led == ((lead.team_id, "team"),)
    assert (reached.why(CHILD), reached.why(OTHER)) == ("team", "grant")


def test_a_grant_outweighs_an_assignment_as_a_reason() -> None:
    assert Reach(assigned=frozenset({CHILD}), granted=frozenset({CHILD})).why(CHILD) == "grant"


def test_the_program_itself_reaches_everything() -> None:
    everything = reach(SYSTEM, Own())
    assert everything.everything
    assert everything.why(CHILD) == "system"


TEAM, THIRD = uuid4(), uuid4()


@pytest.mark.parametrize("kind", [DEPUTY, HEAD])
def test_a_mandate_opens_a_team_and_lets_a_caseworker_lead(kind: str) -> None:
    deputy = replace(actor(Role.CASEWORKER), mandated=True)
    reached = reach(deputy, Own(frozenset({CHILD}), mandates=((TEAM, kind),)))
    assert deputy.may(Permission.LEAD)
    assert reached.team_ids == {TEAM}, "her own team is not hers to lead"
    assert (reached.why(CHILD, TEAM), reached.why(OTHER, TEAM)) == ("assigned", kind)
    assert not reached.tells_by_team


def test_why_a_child_is_reached_goes_by_its_team_where_there_are_several_reasons() -> None:
    lead = actor(Role.TEAM_LEAD)
    assert lead.team_id
    mandates = ((TEAM, DEPUTY), (THIRD, HEAD), (lead.team_id, DEPUTY))
    reached = reach(lead, Own(mandates=mandates))
    assert reached.tells_by_team
    reasons = [reached.why(CHILD, team) for team in (lead.team_id, TEAM, THIRD)]
    assert reasons == ["team", DEPUTY, HEAD]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LOG_REVIEWER, Role.STATISTICIAN, Role.NOBODY, Role.RESPONDENT])
def test_a_mandate_gives_nothing_to_a_role_that_reads_no_cases(role: Role) -> None:
    mandated = replace(actor(role), mandated=True)
    assert not mandated.may(Permission.LEAD)
    assert reach(mandated, Own(mandates=((TEAM, DEPUTY),))) == Reach()


def test_a_head_without_a_team_of_her_own_leads_those_of_the_mandates() -> None:
    head = replace(actor(Role.TEAM_LEAD), team_id=None)
    assert not reach(head, Own()).team_ids
    mandates = ((TEAM, HEAD), (THIRD, HEAD))
    assert reach(head, Own(mandates=mandates)).team_ids == {TEAM, THIRD}


def test_what_bars_wins_over_every_other_way_in() -> None:
    lead = actor(Role.TEAM_LEAD)
    child = frozenset({CHILD})
    reached = reach(lead, Own(child, child, child, barred=child, protected=child, mandates=((TEAM, HEAD),)))
    assert CHILD not in reached.named
    assert not reached.protected
    assert reached.why(CHILD) == "barred"


def test_break_glass_opens_one_child_and_the_log_says_so() -> None:
    reached = reach(actor(Role.CASEWORKER), Own(frozenset({OTHER}), opened=frozenset({CHILD})))
    assert reached.named == {CHILD, OTHER}
    assert (reached.why(CHILD), reached.why(OTHER), reached.why(THIRD)) == ("break_glass", "assigned", "outside")


def test_a_head_decides_for_the_teams_of_her_mandate_alone() -> None:
    reached = reach(actor(Role.TEAM_LEAD), Own(mandates=((TEAM, DEPUTY), (THIRD, HEAD))))
    assert reached.headed == {THIRD}
