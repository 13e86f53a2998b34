"""Who may do what, and whose cases they reach. Pure values: the database is asked elsewhere.

Law: access by need only, and documented (SoLPuL 2001:454, 10 §). A protected child is visible by explicit grant alone.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


class Role(enum.StrEnum):
    """What a user is in the organisation. A user has exactly one role."""

    CASEWORKER = "caseworker"
    TEAM_LEAD = "team_lead"
    ADMIN = "admin"
    LOG_REVIEWER = "log_reviewer"
    STATISTICIAN = "statistician"
    RESPONDENT = "respondent"  # whoever has the tablet that a caseworker has handed over; can't sign in
    HALFWAY = "halfway"  # whose password was right, and who has yet to prove a second factor
    NEWCOMER = "newcomer"  # who has yet to choose a password of their own, or a second factor
    SYSTEM = "system"  # the program itself: renders documents, fills in demo data; can't sign in
    NOBODY = "nobody"  # a visitor who has not signed in


class Permission(enum.StrEnum):
    """What a page or command needs. PUBLIC is a permission too: every page must say something."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    READ_CASES = "read_cases"
    KEEP_VISITS = "keep_visits"
    ANSWER = "answer"
    PROVE = "prove"
    SET_UP = "set_up"
    LEAD = "lead"
    MANAGE_USERS = "manage_users"
    VOUCH = "vouch"
    REVIEW_LOG = "review_log"


_EVERYONE = frozenset({Permission.PUBLIC})
_SIGNED_IN = _EVERYONE | {Permission.SIGNED_IN, Permission.PROVE, Permission.SET_UP}

_BY_MANDATE = frozenset({Permission.LEAD, Permission.VOUCH})

NOT_IN_YET = frozenset({Role.HALFWAY, Role.NEWCOMER})
"""Whose password was right, but who has not signed in before something more is done."""

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.NOBODY: _EVERYONE,
    Role.CASEWORKER: _SIGNED_IN | {Permission.READ_CASES, Permission.KEEP_VISITS},
    Role.TEAM_LEAD: _SIGNED_IN | {Permission.READ_CASES, Permission.KEEP_VISITS, Permission.LEAD, Permission.VOUCH},
    Role.ADMIN: _SIGNED_IN | {Permission.MANAGE_USERS, Permission.VOUCH},
    Role.LOG_REVIEWER: _SIGNED_IN | {Permission.REVIEW_LOG, Permission.VOUCH},
    Role.STATISTICIAN: _SIGNED_IN,
    Role.RESPONDENT: _EVERYONE | {Permission.ANSWER},
    Role.HALFWAY: _EVERYONE | {Permission.PROVE},
    Role.NEWCOMER: _EVERYONE | {Permission.SET_UP},
    Role.SYSTEM: frozenset(Permission),
}

SIGN_IN_ROLES = tuple(role for role in Role if Permission.SIGNED_IN in PERMISSIONS[role] and role is not Role.SYSTEM)
"""What a user can be."""


@dataclass(frozen=True)
class Loan:
    """What a tablet is locked to while a child or a carer has it: one form at one visit, and nothing else.

    respondent: child | carer.
    """

    visit_id: UUID
    child_id: UUID
    respondent: str


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in user, a visitor (NOBODY) or the program itself (SYSTEM).

    loan: set for the role RESPONDENT alone; id, name and title are then those of the user who handed the tablet over.
    mandated: a dated mandate makes the actor lead a team today, whatever the role says.
    """

    id: UUID | None
    role: Role
    organisation_id: UUID | None = None
    team_id: UUID | None = None
    name: str = ""
    title: str = ""
    loan: Loan | None = None
    mandated: bool = False

    def may(self, permission: Permission) -> bool:
        """Say whether the actor's role has the permission. Which cases it covers is the reach's affair.

        A mandate lets a caseworker lead; it lets nobody read cases whose role doesn't.
        """
        allowed = PERMISSIONS[self.role]
        return permission in allowed or (
            permission in _BY_MANDATE and self.mandated and Permission.READ_CASES in allowed
        )


NOBODY = Actor(None, Role.NOBODY)
SYSTEM = Actor(None, Role.SYSTEM, name="Followup")


DEPUTY, HEAD = "deputy", "head"
"""What a mandate makes its user: the lead's stand-in for a while, or head of several teams."""

BREAK_GLASS, BARRED = "break_glass", "barred"
"""Reasons for the access log: the child was opened in an emergency; the actor is barred from it."""


@dataclass(frozen=True)
class Own:
    """What the database holds of one user today: children and teams, each by the reason.

    mandates: (team, deputy | head). opened: by break-glass. protected: those of the granted and opened whose identity
    is protected.
    """

    assigned: frozenset[UUID] = frozenset()
    granted: frozenset[UUID] = frozenset()
    opened: frozenset[UUID] = frozenset()
    barred: frozenset[UUID] = frozenset()
    protected: frozenset[UUID] = frozenset()
    mandates: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True)
class Reach:
    """The children an actor reaches right now, and why.

    `assigned`: unprotected children whom the actor is assigned to today. `granted`: children opened by an explicit
    grant, protected ones included. `opened`: those opened by break-glass, for some hours. `led`: teams whose
    unprotected children are all reached, with the reason (`team` for the actor's own, `deputy` or `head` by a mandate
    that holds today). `barred`: children never reached, whatever else says so. `lent`: the child whose form the tablet
    is locked to. `protected`: those reached one by one that are protected. `everything`: the program itself. An empty
    reach reaches nobody.
    """

    assigned: frozenset[UUID] = field(default_factory=frozenset)
    granted: frozenset[UUID] = field(default_factory=frozenset)
    led: tuple[tuple[UUID, str], ...] = ()
    everything: bool = False
    lent: UUID | None = None
    opened: frozenset[UUID] = field(default_factory=frozenset)
    barred: frozenset[UUID] = field(default_factory=frozenset)
    protected: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def named(self) -> frozenset[UUID]:
        """The children reached one by one, not by a team."""
        named = self.assigned | self.granted | self.opened | ({self.lent} if self.lent else frozenset())
        return named - self.barred

    @property
    def team_ids(self) -> frozenset[UUID]:
        """The teams whose children are reached."""
        return frozenset(team_id for team_id, _ in self.led)

    @property
    def headed(self) -> frozenset[UUID]:
        """The teams that the actor is head of: she decides who may open their protected children, and opens none."""
        return frozenset(team_id for team_id, reason in self.led if reason == HEAD)

    @property
    def tells_by_team(self) -> bool:
        """Whether why a child is within reach depends on its team: more than one reason to lead teams."""
        return len({reason for _, reason in self.led}) > 1

    def why(self, child_id: UUID | None, team_id: UUID | None = None) -> str:
        """Say why this child is within reach, as a code for the access log.

        barred, grant, assigned, lent, break_glass, system, list, or why its team is led: team, deputy or head. team_id:
        the child's, needed where `tells_by_team`, and for a child that may be out of reach. One that nothing opens is
        "outside": somebody tried, or saw what was written about it elsewhere.
        """
        if self.everything:
            return "system"
        if child_id is None:
            return "list"
        one_by_one = (
            (BARRED, self.barred),
            ("grant", self.granted),
            ("lent", {self.lent}),
            ("assigned", self.assigned),
            (BREAK_GLASS, self.opened),
        )
        reasons = [reason for reason, ids in one_by_one if child_id in ids]
        reasons += [reason for led_id, reason in self.led if team_id in {led_id, None}]
        return next(iter(reasons), "outside")


def reach(actor: Actor, own: Own) -> Reach:
    """Turn an actor's role, loan and what the database holds of it into a reach.

    Other roles without READ_CASES reach nobody, mandate or not. What bars wins over every other way in.
    """
    if actor.role is Role.SYSTEM:
        return Reach(everything=True)
    if actor.loan:
        return Reach(lent=actor.loan.child_id)
    if not actor.may(Permission.READ_CASES):
        return Reach()
    leads = ((actor.team_id, "team"),) if actor.role is Role.TEAM_LEAD and actor.team_id else ()
    return Reach(
        assigned=own.assigned - own.barred,
        granted=own.granted - own.barred,
        led=(*leads, *own.mandates),
        opened=own.opened - own.barred,
        barred=own.barred,
        protected=own.protected - own.barred,
    )
