"""Filling an empty database with the demonstration, and telling whether one holds nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import func, select

from followup.domain.access import SYSTEM
from followup.services.demo import chance, guarding, looking, moving_in, passing_on
from followup.services.demo.crowd import with_crowd
from followup.services.demo.people import Cast, cast
from followup.services.demo.stories import Stories, read_stories
from followup.services.demo.telling import Teller
from followup.services.demo.timeline import Timeline
from followup.services.sign_in.passwords import hash_password
from followup.store.opening import Store
from followup.store.tables import Child, Organisation, Setting

SEED = 20
MARK = "demo"
"""Key of the setting that says: this organisation is invented, and may be thrown away."""

State = Literal["empty", "unfinished", "demo", "other"]


@dataclass(frozen=True)
class Plan:
    """What to fill in: the day from which everything counts, the seed, and a crowd beyond the stories."""

    today: date
    seed: int = SEED
    children: int = 0
    visits: int = 8

    def stories(self) -> Stories:
        """Return the shipped stories with the crowd."""
        return with_crowd(read_stories(), self.children, self.visits, self.seed)

    def signed_visits(self) -> int:
        """Count the visits that will be signed: how often progress is told."""
        return sum(len(child.visits) for child in self.stories().children)


def fill(store: Store, plan: Plan, passwords: Mapping[str, str], progress: Callable[[], object]) -> None:
    """Fill an empty, migrated database. passwords: by user name, as `stories().users` names them.

    progress: called after each signed visit. The same plan gives the same names, dates, answers and texts.
    """
    tell(store, plan.stories(), plan, passwords, progress)


def tell(
    store: Store,
    stories: Stories,
    plan: Plan,
    passwords: Mapping[str, str],
    progress: Callable[[], object],
    *,
    finish: bool = False,
) -> None:
    """Fill the database with some stories. finish: let today's visits end as their samples say."""
    people = cast(stories, plan.today, store.zone, plan.seed)
    mark = _begin(store, stories, people, plan, passwords)
    timeline = Timeline()
    teller = Teller(people, stories.ordinary, plan.today, store.zone, timeline)
    for kid in people.kids:
        latest = teller.tell(kid)
        if finish and latest and latest.story is kid.story.draft:
            teller.finish(latest)
    guarding.guard(timeline, people, plan.today, store.zone)
    looking.look(timeline, people, plan, store.zone)
    timeline.run(store, progress)
    looking.review(store, people, plan.today)
    _pass_on(store, people, plan.today)
    with store.unit(SYSTEM, now=_morning(store, plan.today)) as uow:
        setting = uow.one(select(Setting).where(Setting.id == mark.id))
        setting.value = {**mark.value, "complete": True}


def state(store: Store) -> State:
    """Say what the database holds: nothing, a demonstration (perhaps begun and broken off), or something else.

    Anything that the demonstration did not make counts as something else: an organisation without its mark, and more
    children than it made. Visits that somebody tried out in the demonstration belong to it.
    """
    with store.unit(SYSTEM, reads=True) as uow:
        organisations = uow.all(select(Organisation.id))
        marks = {row.organisation_id: row.value for row in uow.all(select(Setting).where(Setting.key == MARK))}
        children = uow.rows(uow.reachable(Child).with_only_columns(func.count(Child.id)))[0][0]
    if not organisations and not children:
        return "empty"
    if set(organisations) != set(marks) or children > sum(mark["children"] for mark in marks.values()):
        return "other"
    return "demo" if all(mark["complete"] for mark in marks.values()) else "unfinished"


def made_on(store: Store) -> date | None:
    """Return the day from which the demonstration's dates count, None when there is none."""
    with store.unit(SYSTEM, reads=True) as uow:
        mark = uow.first(select(Setting).where(Setting.key == MARK))
    return date.fromisoformat(mark.value["day"]) if mark else None


def _begin(store: Store, stories: Stories, people: Cast, plan: Plan, passwords: Mapping[str, str]) -> Setting:
    hashed = {password: hash_password(password) for password in set(passwords.values())}
    hashes = {user_name: hashed[password] for user_name, password in passwords.items()}
    earliest = min(kid.placed for kid in people.kids) - timedelta(days=30)
    mark = Setting(
        organisation_id=people.organisation_id,
        key=MARK,
        value={"seed": plan.seed, "day": plan.today.isoformat(), "children": len(people.kids), "complete": False},
        valid_from=earliest,
        set_by="followup demo",
    )
    with store.unit(SYSTEM, now=_morning(store, earliest), request_id=MARK) as uow:
        moving_in.found(uow, stories, people, hashes, mark)
        moving_in.move_in(uow, people.homes.values(), people.kids)
    return mark


def _pass_on(store: Store, people: Cast, today: date) -> None:
    now, found = _morning(store, today), passing_on.changing(people)
    if found is None:
        return
    kid, to = found
    with store.unit(kid.lead.actor, now=now, request_id=MARK) as uow:
        passing_on.change(uow, kid, to, today)
    with store.unit(kid.lead.actor, now=now, request_id=MARK) as uow:
        passing_on.name(uow, kid.lead, people.staff.values(), today)


def _morning(store: Store, day: date) -> datetime:
    return chance.at(day, time(8), store.zone)
