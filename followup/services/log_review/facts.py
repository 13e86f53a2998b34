"""What makes an occasion worth a look: facts about the user and the child, compared by the program.

Names and addresses are opened to be compared, and never shown or kept: what remains is the code of the rule.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select

from followup.domain.access import Reach
from followup.domain.log_sampling import Occasion, SampleRule
from followup.services.log_review.occasions import first_days
from followup.store.reach import narrowed
from followup.store.tables import Child, FosterHome, Placement, StaffAddress, User, Visit
from followup.store.unit_of_work import UnitOfWork

EVERYBODY: Final = Reach(everything=True)
"""The program compares and counts; nothing of it reaches the reviewer but case numbers."""

_CHUNK: Final = 500
_NO_SURNAMES: Final = frozenset({"och", "and", "familjen", "familj", "mormor", "morfar", "farmor", "farfar"})


@dataclass
class About:
    """What is compared for one child. names: surnames of the child and of its homes, in small letters."""

    team_id: UUID | None = None
    protected: bool = False
    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    visits: list[date] = field(default_factory=list)


def mark(uow: UnitOfWork, month: date, occasions: Sequence[Occasion], rules: Mapping[str, SampleRule]) -> None:
    """Write on each occasion which rules look at it."""
    children = _children(uow, month, {each.child_id for each in occasions if each.child_id}, rules)
    surnames, addresses = _staff(uow, {each.actor_id for each in occasions})
    for each in occasions:
        if each.child_id is None:
            each.facts.add("refused")
            continue
        about = children.get(each.child_id, About())
        each.team_id = about.team_id
        tests = {
            "break_glass": bool(each.why & set(_value(rules, "break_glass", "why", ()))),
            "same_surname": surnames.get(each.actor_id) in about.names,
            "same_address": addresses.get(each.actor_id) in about.addresses,
            "protected": about.protected,
            "odd_hours": each.odd_hours,
            "no_visit_near": not _near(about.visits, each.day, _value(rules, "no_visit_near", "days", 0)),
        }
        each.facts.update(code for code, met in tests.items() if met)


def surname(name: str) -> str:
    """Return the last of a person's names, in small letters; "" for none."""
    words = re.findall(r"[\w'’-]+", name.casefold())
    return words[-1] if len(words) > 1 else ""


def plain_address(address: str) -> str:
    """Return an address as it is compared: the street in small letters, without its number. A neighbour counts too."""
    return "".join(re.findall(r"[^\W\d]", re.split(r"\d", address.casefold())[0]))


def _value(rules: Mapping[str, SampleRule], code: str, name: str, otherwise: Any) -> Any:
    return rules[code].values.get(name, otherwise) if code in rules else otherwise


def _near(visits: Iterable[date], day: date, days: int) -> bool:
    return any(abs((visit - day).days) <= days for visit in visits)


def _children(uow: UnitOfWork, month: date, ids: set[UUID], rules: Mapping[str, SampleRule]) -> Mapping[UUID, About]:
    found: defaultdict[UUID, About] = defaultdict(About)
    begins, ends = first_days(month)
    near = timedelta(days=int(_value(rules, "no_visit_near", "days", 0)) + 1)
    since, until = (datetime.combine(day, time(), uow.zone) for day in (begins - near, ends + near))
    for some in _chunks(sorted(ids)):
        of_child = select(Child.id, Child.name, Child.team_id, Child.protected_identity).where(Child.id.in_(some))
        for child in uow.rows(narrowed(of_child, Child, EVERYBODY)):
            about = found[child.id]
            about.team_id, about.protected = child.team_id, child.protected_identity
            about.names |= {surname(child.name)} - {""}
        homes = (
            select(Placement.child_id, FosterHome.name, FosterHome.address)
            .join(FosterHome, FosterHome.id == Placement.foster_home_id)
            .where(Placement.child_id.in_(some), Placement.start < ends)
            .where(or_(Placement.end.is_(None), Placement.end > begins))
        )
        for home in uow.rows(narrowed(homes, Placement, EVERYBODY)):
            words = re.findall(r"[\w'’-]+", home.name.casefold())
            found[home.child_id].names |= set(words[1:]) - _NO_SURNAMES  # the first is a first name, or what they are
            found[home.child_id].addresses |= {plain_address(home.address)} - {""}
        visits = select(Visit.child_id, Visit.planned_at).where(
            Visit.child_id.in_(some), Visit.state != "cancelled", Visit.planned_at.between(since, until)
        )
        for visit in uow.rows(narrowed(visits, Visit, EVERYBODY)):
            found[visit.child_id].visits.append(uow.day_of(visit.planned_at))
    return found


def _staff(uow: UnitOfWork, ids: set[UUID]) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Return surnames and addresses of users, as they are compared; what is empty is no one's."""
    people = uow.rows(select(User.id, User.name).where(User.id.in_(ids)))
    homes = uow.rows(select(StaffAddress.user_id, StaffAddress.address).where(StaffAddress.user_id.in_(ids)))
    surnames = {user_id: surname(name) for user_id, name in people}
    addresses = {user_id: plain_address(address) for user_id, address in homes}
    return surnames, {user_id: address for user_id, address in addresses.items() if address}


def _chunks(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    rest = iter(ids)
    while some := list(islice(rest, _CHUNK)):
        yield some
