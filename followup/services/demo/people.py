"""The people of the demonstration as values: who they are is settled before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from followup.domain import personal_number
from followup.domain.access import Actor, Role
from followup.domain.age import age_on
from followup.services.demo import chance
from followup.services.demo.stories import ChildStory, Stories

_NAMES = UUID("5b1c6f1e-0a5f-4f0e-9a53-1d2b8f6f0c11")
_A_YEAR = 365.25  # days


@dataclass(frozen=True)
class Staff:
    """Somebody who signs in. team: the team's key, "" for none."""

    user_name: str
    actor: Actor
    team: str
    phone: str = ""


@dataclass(frozen=True)
class Home:
    """A foster home."""

    id: UUID
    kind: str
    name: str
    place: str
    address: str
    phone: str


@dataclass(frozen=True)
class Kid:
    """A child with everything that is settled about it. times: its visits, oldest first, as the stories count them."""

    id: UUID
    story: ChildStory
    case_number: str
    born: date
    number: str | None
    home: Home
    worker: Staff
    lead: Staff
    placed: date
    times: tuple[datetime, ...]
    chance: Random = field(compare=False)

    @property
    def first_name(self) -> str:
        """What the child is called."""
        return self.story.name.split()[0]

    def age(self, on: date) -> int:
        """Return its age in whole years."""
        return age_on(self.born, on)


@dataclass(frozen=True)
class Cast:
    """Everybody. teams, homes: by the stories' keys; staff: by user name."""

    organisation_id: UUID
    teams: Mapping[str, UUID]
    staff: Mapping[str, Staff]
    homes: Mapping[str, Home]
    kids: tuple[Kid, ...]

    def visited_with(self, kid: Kid) -> list[Kid]:
        """Return the siblings whose visits go with this child's."""
        return [each for each in self.kids if each.story.together_with == kid.story.name]


def cast(stories: Stories, today: date, zone: ZoneInfo, seed: int) -> Cast:
    """Settle who everybody is: ids, birthdays, numbers and the days of all visits."""
    organisation_id = made_id(seed, "organisation")
    teams = {key: made_id(seed, "team", key) for key in stories.teams}
    staff = {person.user_name: person for person in _staff(stories, seed, organisation_id, teams)}
    homes = {key: _home(stories, seed, key) for key in stories.homes}
    kids: dict[str, Kid] = {}
    for place, story in enumerate(stories.children):
        worker = staff[story.caseworker]
        lead = next(each for each in staff.values() if each.team == worker.team and each.actor.role is Role.TEAM_LEAD)
        luck = chance.dice(seed, story.name)
        born = birthday(luck, story, today)
        placed = today - timedelta(days=story.placed_days_ago)
        sibling = kids.get(story.together_with)
        kids[story.name] = Kid(
            id=made_id(seed, "child", story.name),
            story=story,
            case_number=f"SN {placed.year}-{417 + 37 * place:04}",
            born=born,
            number=_number(luck, story, born, today),
            home=homes[story.home],
            worker=worker,
            lead=lead,
            placed=placed,
            times=sibling.times if sibling else _times(luck, story, age_on(born, today), today, zone),
            chance=luck,
        )
    return Cast(organisation_id, teams, staff, homes, tuple(kids.values()))


def made_id(seed: int, *names: object) -> UUID:
    """Return an id that is the same for the same seed."""
    return uuid5(_NAMES, ":".join(map(str, (seed, *names))))


def birthday(luck: Random, story: ChildStory, today: date) -> date:
    """Return a birth date that makes the child as old as the story says, some months ago unless it says when."""
    days = story.birthday_days_ago
    last = today - timedelta(days=luck.randint(40, 330) if days is None else days)
    year = last.year - story.age
    return last.replace(year=year, day=min(last.day, 28))


def _staff(stories: Stories, seed: int, organisation_id: UUID, teams: Mapping[str, UUID]) -> Iterator[Staff]:
    for row in stories.users:
        team = row["team"] or ""
        identity = made_id(seed, "user", row["user_name"])
        actor = Actor(identity, Role(row["role"]), organisation_id, teams.get(team), row["name"], row["title"])
        yield Staff(row["user_name"], actor, team, row["phone"])


def _home(stories: Stories, seed: int, key: str) -> Home:
    return Home(id=made_id(seed, "home", key), **stories.homes[key])


def _number(luck: Random, story: ChildStory, born: date, today: date) -> str | None:
    birth_number = luck.choice(personal_number.TEST_BIRTH_NUMBERS)
    if story.number == "none":
        return None
    made = personal_number.make_test_number(born, birth_number, coordination=story.number == "coordination")
    return personal_number.parse(made.digits, today=today, tests_only=True).digits


def _times(luck: Random, story: ChildStory, age: int, today: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    ago = story.last_visit_days_ago
    last = today - timedelta(days=luck.randint(85, 95) if ago is None else ago)
    days = chance.visit_days(luck, last, len(story.visits), avoid=story.not_on)
    return tuple(chance.hour(luck, day, age, zone) for day in days)


def today_at(today: date, zone: ZoneInfo) -> datetime:
    """Return when today's visit begins."""
    return chance.at(today, time(9), zone)
