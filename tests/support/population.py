"""Who lives in the test municipality: plain values, written to a store by `tests.support.people`.

Every child's first name and surname stand for that child alone, so a page can be searched for the others' names.
Personal numbers use the birth numbers of the published test series only.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from followup.domain.access import Actor, Role

TODAY = date(2026, 11, 24)
"""The day of the tests' clock in Sweden."""

PASSWORD = "ett långt lösenord för prov"
"""Everybody's."""

TEST_BIRTH_NUMBERS = ("238", "239", "980", "981")


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    user_name: str
    name: str
    role: Role
    title: str
    organisation_id: UUID
    team_id: UUID | None
    id: UUID = field(default_factory=uuid4)

    @property
    def actor(self) -> Actor:
        """The person as units of work know it."""
        return Actor(self.id, self.role, self.organisation_id, self.team_id, self.name, self.title)


@dataclass(frozen=True)
class Home:
    """A foster home. `name` and `place` belong to it alone."""

    name: str
    place: str
    kind: str = "foster"
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Kid:
    """A child, its home and who follows it."""

    name: str
    case_number: str
    born: date
    team_id: UUID
    home: Home
    placed: date = date(2024, 10, 14)
    legal_basis: str = "sol"
    protected: bool = False
    numbered: bool = True
    """Whether it has a personal number; not every child has."""
    id: UUID = field(default_factory=uuid4)
    placement_id: UUID = field(default_factory=uuid4)

    @property
    def personal_number(self) -> str | None:
        """Twelve digits, from the published test series."""
        return personal_number(self.born) if self.numbered else None

    @property
    def age(self) -> int:
        """In whole years on the day of the tests."""
        had_birthday = (TODAY.month, TODAY.day) >= (self.born.month, self.born.day)
        return TODAY.year - self.born.year - (not had_birthday)

    @property
    def canaries(self) -> frozenset[str]:
        """Words that only pages about this child may hold."""
        return frozenset({*self.name.split(), *filter(None, (self.personal_number, self.case_number))})


def personal_number(born: date, birth_number: str = "238") -> str:
    """Twelve digits with a valid check digit (Luhn over the last ten)."""
    assert birth_number in TEST_BIRTH_NUMBERS
    digits = f"{born:%y%m%d}{birth_number}"
    doubled = (int(digit) * weight for digit, weight in zip(digits, itertools.cycle((2, 1)), strict=False))
    total = sum(number // 10 + number % 10 for number in doubled)
    return f"{born:%Y%m%d}{birth_number}{-total % 10}"


class Population:
    """The municipality: ids and names, before anything is stored.

    maja: alva, vide (same home), leo, and samira by grant; moa until today. idris: elliot, nour without a grant, and
    moa from today. sven (team B): tor. birgitta leads team A, gunnel team B.
    dag, of team B, stands in for birgitta during two weeks; hedda is head of both teams, and has none of her own.
    """

    def __init__(self) -> None:
        self.organisation_id, self.team_a, self.team_b = uuid4(), uuid4(), uuid4()
        self._staff()
        self._homes()
        self._children()

    def _staff(self) -> None:
        def person(user_name: str, name: str, role: Role, title: str, team: UUID | None) -> Person:
            return Person(user_name, name, role, title, self.organisation_id, team)

        self.maja = person("maja", "Maja Lövsprång", Role.CASEWORKER, "socialsekreterare", self.team_a)
        self.idris = person("idris", "Idris Havskog", Role.CASEWORKER, "socialsekreterare", self.team_a)
        self.sven = person("sven", "Sven Källvåg", Role.CASEWORKER, "socialsekreterare", self.team_b)
        self.birgitta = person("birgitta", "Birgitta Åkerbär", Role.TEAM_LEAD, "gruppledare", self.team_a)
        self.gunnel = person("gunnel", "Gunnel Tallmo", Role.TEAM_LEAD, "gruppledare", self.team_b)
        self.ada = person("ada", "Ada Nyckelhed", Role.ADMIN, "systemförvaltare", None)
        self.lovisa = person("lovisa", "Lovisa Granskär", Role.LOG_REVIEWER, "logggranskare", None)
        self.stig = person("stig", "Stig Siffersjö", Role.STATISTICIAN, "utredare", None)
        self.dag = person("dag", "Dag Vikariehult", Role.CASEWORKER, "socialsekreterare", self.team_b)
        self.hedda = person("hedda", "Hedda Chefsäter", Role.TEAM_LEAD, "enhetschef", None)
        self.staff = (
            self.maja, self.idris, self.sven, self.birgitta, self.gunnel, self.ada, self.lovisa, self.stig,
            self.dag, self.hedda,
        )  # fmt: skip
        self.mandates = (
            # who, which team, kind, first day, first day no longer
            (self.dag, self.team_a, "deputy", TODAY, TODAY + timedelta(days=14)),
            (self.hedda, self.team_a, "head", date(2026, 1, 1), None),
            (self.hedda, self.team_b, "head", date(2026, 1, 1), None),
        )

    def _homes(self) -> None:
        self.angsull = Home("Karin och Per Ängsull", "Lingonmo")
        self.myrholm = Home("Greta Myrholm", "Skvattrambacke", "kinship")
        self.stensund = Home("Hillevi och Jörn Stensund", "Pärlugglevik")
        self.havtorn = Home("Olle Havtornsson", "Ripnäset", "emergency")
        self.hemlig = Home("Signe Kråkvinkel", "Dolda Gläntan")
        self.homes = (self.angsull, self.myrholm, self.stensund, self.havtorn, self.hemlig)

    def _children(self) -> None:
        a, b = self.team_a, self.team_b
        self.alva = Kid("Alva Granbarr", "SN 2026-0417", date(2016, 3, 14), a, self.angsull)
        self.vide = Kid("Vide Enebuske", "SN 2026-0418", date(2019, 5, 2), a, self.angsull, date(2025, 1, 7))
        self.leo = Kid("Leo Tuvull", "SN 2026-0533", date(2024, 6, 30), a, self.havtorn, date(2026, 9, 1))
        self.samira = Kid(
            "Samira Nattviol", "SN 2026-0021", date(2014, 8, 20), a, self.hemlig, legal_basis="lvu_2", protected=True
        )
        self.moa = Kid("Moa Kvastspira", "SN 2025-0310", date(2013, 2, 11), a, self.stensund)
        self.elliot = Kid("Elliot Mossflod", "SN 2025-0099", date(2011, 4, 9), a, self.myrholm)
        self.nour = Kid(
            "Nour Silvertistel", "SN 2026-0005", date(2008, 12, 1), a, self.myrholm, protected=True, numbered=False
        )
        self.tor = Kid("Tor Renlav", "SN 2026-0102", date(2012, 9, 17), b, self.stensund, date(2026, 2, 2), "lvu_3")
        self.children = (
            self.alva, self.vide, self.leo, self.samira, self.moa, self.elliot, self.nour, self.tor,
        )  # fmt: skip
        self.assignments = (
            # who, whom, first day, first day no longer
            (self.maja, self.alva, date(2024, 10, 14), None),
            (self.maja, self.vide, date(2025, 1, 7), None),
            (self.maja, self.leo, date(2026, 9, 1), None),
            (self.maja, self.samira, date(2026, 3, 1), None),
            (self.maja, self.moa, date(2025, 3, 1), TODAY),
            (self.idris, self.moa, TODAY, None),
            (self.idris, self.elliot, date(2025, 5, 5), None),
            (self.idris, self.vide, TODAY + timedelta(days=1), None),
            (self.idris, self.nour, date(2026, 1, 1), None),
            (self.sven, self.tor, date(2026, 2, 2), None),
        )
        self.grants = (
            (self.maja, self.samira, date(2026, 3, 1), None),
            (self.idris, self.samira, date(2026, 1, 1), date(2026, 3, 1)),
        )

    def reached_by(self, person: Person) -> tuple[Kid, ...]:
        """The children whom the person may see on the day of the tests, written down by hand rather than computed."""
        team_a = (self.alva, self.vide, self.leo, self.moa, self.elliot)
        by_name = {
            "maja": (self.alva, self.vide, self.leo, self.samira),
            "idris": (self.moa, self.elliot),
            "sven": (self.tor,),
            "birgitta": team_a,
            "gunnel": (self.tor,),
            "dag": team_a,
            "hedda": (*team_a, self.tor),
        }
        return by_name.get(person.user_name, ())

    def canaries(self, person: Person | None) -> frozenset[str]:
        """The words that no page shown to the person may hold: names and homes of the children out of reach."""
        reached = self.reached_by(person) if person else ()
        words = {word for kid in self.children if kid not in reached for word in kid.canaries}
        if person and person.role is Role.LOG_REVIEWER:
            words -= {kid.case_number for kid in self.children}  # all that a reviewer sees of a case
        return frozenset(words | {home.place for home in self.homes} - {kid.home.place for kid in reached})
