"""The tables, one file per aggregate. The rows are the entities: there is no second hierarchy that mirrors them."""

from __future__ import annotations

from followup.store.tables.accounts import AccountChange
from followup.store.tables.agreements import Action, Note, ReadBack
from followup.store.tables.answers import Answer, Drawing, EarlierAnswer, QuestionnaireVersion, Response
from followup.store.tables.base import Base, Guarded, OfChild, OfVisit
from followup.store.tables.child import (
    AccessGrant,
    Assignment,
    Child,
    Explanation,
    FosterHome,
    Handover,
    Milestone,
    Placement,
)
from followup.store.tables.conversation import Flag, FlagEvent, Prompt, UrgentConcern
from followup.store.tables.leaving import ChildExport, Delivery
from followup.store.tables.log import AccessLog, AccessLogChild, LogSeal
from followup.store.tables.log_review import LogCheck, LogOutcome, LogReview, LogSample, StaffAddress
from followup.store.tables.need_to_know import Barring, BreakGlass
from followup.store.tables.organisation import Mandate, Organisation, Setting, SignInAttempt, Team, User, UserSession
from followup.store.tables.record import Amendment, Document, Filing, Handout, HomeRecord
from followup.store.tables.second_factor import Passkey, RecoveryCode, Totp
from followup.store.tables.single_sign_on import SsoErrand, SsoIdentity, SsoSession, SsoSpent
from followup.store.tables.thinned import RetentionStub
from followup.store.tables.visit import HomeVisit, PlacementCheck, SetAside, Visit

__all__ = [
    "AccessGrant",
    "AccessLog",
    "AccessLogChild",
    "AccountChange",
    "Action",
    "Amendment",
    "Answer",
    "Assignment",
    "Barring",
    "Base",
    "BreakGlass",
    "Child",
    "ChildExport",
    "Delivery",
    "Document",
    "Drawing",
    "EarlierAnswer",
    "Explanation",
    "Filing",
    "Flag",
    "FlagEvent",
    "FosterHome",
    "Guarded",
    "Handout",
    "Handover",
    "HomeRecord",
    "HomeVisit",
    "LogCheck",
    "LogOutcome",
    "LogReview",
    "LogSample",
    "LogSeal",
    "Mandate",
    "Milestone",
    "Note",
    "OfChild",
    "OfVisit",
    "Organisation",
    "Passkey",
    "Placement",
    "PlacementCheck",
    "Prompt",
    "QuestionnaireVersion",
    "ReadBack",
    "RecoveryCode",
    "Response",
    "RetentionStub",
    "SetAside",
    "Setting",
    "SignInAttempt",
    "SsoErrand",
    "SsoIdentity",
    "SsoSession",
    "SsoSpent",
    "StaffAddress",
    "Team",
    "Totp",
    "UrgentConcern",
    "User",
    "UserSession",
    "Visit",
]  # fmt: skip
