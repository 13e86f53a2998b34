"""What the law asked for and was done: the rules themselves say when; milestones.yaml says what was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from followup.deadlines import rule_book
from followup.domain.deadlines import Facts, Happened, Rule, Stay, deadlines_of
from followup.questionnaires import read_yaml
from followup.services.demo import chance
from followup.services.demo.people import Kid
from followup.services.demo.timeline import Timeline
from followup.services.overview.deadline_facts import CALENDAR
from followup.services.overview.deadlines import record_milestone
from followup.store.tables import Child, Milestone
from followup.store.unit_of_work import UnitOfWork

_FILE = Path(__file__).parent / "milestones.yaml"
_IN_GOOD_TIME = (3, 20)  # days before the due day


@dataclass(frozen=True)
class Deed:
    """A milestone to record on its day."""

    on: date
    kind: str
    note: str = ""


def tell(timeline: Timeline, kid: Kid, today: date, zone: ZoneInfo) -> None:
    """Put what has happened to a child on the timeline, each on its day."""
    deeds = sorted(deeds_of(kid, today), key=lambda deed: (deed.on, deed.kind))
    if kid.story.plain:
        last = chance.at(today - timedelta(days=1), time(16, 30), zone)
        timeline.add(last, kid.worker.actor, lambda uow: _add_all(uow, kid, deeds))
        return
    for deed in deeds:
        timeline.add(chance.at(deed.on, time(16, 30), zone), kid.worker.actor, _recording(kid, deed))


def deeds_of(kid: Kid, today: date) -> Iterator[Deed]:
    """List what has happened until yesterday, in any order. Chance is the child's own, and doesn't touch its story."""
    told = _stories().get(kid.story.name, {})
    luck = chance.dice(0, "milestones", kid.id)
    events = [
        Deed(max(kid.placed, today - timedelta(days=row["days_ago"])), row["kind"], row.get("note", ""))
        for row in told.get("happened", ())
    ]
    yield from events
    happened = [Happened(deed.kind, deed.on) for deed in events]
    for rule in rule_book().rules:
        if not rule.met_by or rule.counts_from == "event":
            continue
        done = _done_in_time(kid, rule, happened, today, luck.randint(*_IN_GOOD_TIME))
        yield from done[:-1] if rule.id in told.get("undone", ()) else done


def _done_in_time(kid: Kid, rule: Rule, happened: Sequence[Happened], today: date, early: int) -> list[Deed]:
    """Do what a rule asks for, again and again, some days before each due day."""
    stay = Stay(kid.placed, None, kid.home.id, kid.home.kind, kid.story.legal_basis)
    done: list[Deed] = []
    while True:
        so_far = [*happened, *(Happened(deed.kind, deed.on) for deed in done)]
        (deadline,) = deadlines_of(Facts(kid.born, [stay], so_far), [rule], today, CALENDAR)
        if deadline.due is None:
            return done
        on = max(chance.workday(deadline.due - timedelta(days=early)), kid.placed)
        if on >= today:
            return done
        done.append(Deed(on, rule.met_by[0]))


def _recording(kid: Kid, deed: Deed) -> Any:
    def record(uow: UnitOfWork) -> None:
        record_milestone(uow, kid.id, deed.kind, deed.on.isoformat(), deed.note)

    return record


def _add_all(uow: UnitOfWork, kid: Kid, deeds: Sequence[Deed]) -> None:
    child = uow.one(uow.reachable(Child).where(Child.id == kid.id))
    uow.insert(
        *(
            Milestone(
                child_id=child.id,
                kind=deed.kind,
                on=deed.on,
                note=deed.note,
                recorded_at=uow.now,
                recorded_by=uow.actor.id,
            )
            for deed in deeds
        )
    )


@cache
def _stories() -> Mapping[str, Any]:
    return read_yaml(_FILE)
