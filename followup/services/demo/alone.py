"""What is different when somebody answers alone: it takes its time, is handed in, and some of it is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from sqlalchemy.orm import selectinload

from followup.domain.drawings import Point, Strokes, dump_strokes
from followup.services.demo.stories import Alone
from followup.services.visit.sheets import CHILD
from followup.store.tables import Drawing, Response, Visit
from followup.store.unit_of_work import UnitOfWork

_WOBBLE = 5  # thousandths of the sheet: a finger is no ruler


def hand_in(uow: UnitOfWork, visit: Visit, alone: Alone, items: Mapping[str, str], luck: Random) -> None:
    """Spread the answers of this moment over the time it took, add what was drawn, and hand the sheet in.

    items: the form's items by track.
    """
    uow.flush()
    sheets = uow.reachable(Response).where(Response.visit_id == visit.id, Response.respondent == CHILD)
    sheet = uow.one(sheets.options(selectinload(Response.answers)))
    sheet.started_at = uow.now - timedelta(seconds=alone.seconds + alone.pause)
    moments = _moments(luck, sheet.started_at, alone, len(sheet.answers))
    order = list(items.values())
    asked = sorted(sheet.answers, key=lambda answer: order.index(answer.item) if answer.item in order else len(order))
    for answer, moment in zip(asked, moments, strict=True):
        answer.answered_at = moment
    for name, picture in alone.drawings.items():
        uow.add(
            Drawing(
                visit_id=visit.id,
                child_id=visit.child_id,
                item=items.get(name, name),
                strokes=dump_strokes(drawn(picture, luck)),
                in_summary=True,
                drawn_at=uow.now,
            )
        )
    sheet.device_language = sheet.language
    sheet.pauses, sheet.paused_seconds = (1, alone.pause) if alone.pause else (0, 0)
    sheet.first_topic = items.get(alone.first)
    uow.flush()  # from here on the database lets no answer change without its first being kept
    sheet.handed_in_at = uow.now


def drawn(picture: str, luck: Random) -> Strokes:
    """Return a picture ("house", "heart") as a finger draws it."""
    return tuple(tuple(_shaken(point, luck) for point in stroke) for stroke in _PICTURES[picture])


def _moments(luck: Random, started: datetime, alone: Alone, answers: int) -> Iterator[datetime]:
    shares = [luck.uniform(0.7, 1.3) for _ in range(answers)]
    spent, paused_after = 0.0, answers // 2
    for place, share in enumerate(shares):
        spent += share / sum(shares) * alone.seconds + (alone.pause if place == paused_after else 0)
        yield started + timedelta(seconds=round(spent, 1))


def _shaken(point: Point, luck: Random) -> Point:
    x, y = point
    return x + luck.randint(-_WOBBLE, _WOBBLE), y + luck.randint(-_WOBBLE, _WOBBLE)


def _path(*corners: Point, steps: int = 8) -> tuple[Point, ...]:
    """Return points along straight lines between the corners."""
    return tuple(
        (x + (to_x - x) * step // steps, y + (to_y - y) * step // steps)
        for (x, y), (to_x, to_y) in pairwise(corners)
        for step in range(steps + 1)
    )


def _round(x: int, y: int, radius: int) -> tuple[Point, ...]:
    turn = (math.radians(degrees) for degrees in range(0, 375, 15))
    return tuple((int(x + radius * math.cos(at)), int(y + radius * math.sin(at))) for at in turn)


def _heart() -> tuple[Point, ...]:
    turn = (math.radians(degrees) for degrees in range(0, 365, 5))
    return tuple(
        (
            int(500 + 288 * math.sin(at) ** 3),
            int(330 - 18 * (13 * math.cos(at) - 5 * math.cos(2 * at) - 2 * math.cos(3 * at) - math.cos(4 * at))),
        )
        for at in turn
    )


_PICTURES: Mapping[str, Strokes] = {
    "house": (
        _path((260, 620), (260, 360), (640, 360), (640, 620), (260, 620)),
        _path((210, 380), (450, 170), (690, 380)),
        _path((400, 620), (400, 480), (490, 480), (490, 620)),
        _path((540, 420), (600, 420), (600, 480), (540, 480), (540, 420)),
        _round(850, 140, 60),
        *(
            _path((850 + 80 * dx, 140 + 80 * dy), (850 + 115 * dx, 140 + 115 * dy))
            for dx, dy in ((-1, 0), (0, 1), (1, 0))
        ),
        _path((60, 640), (940, 640)),
    ),
    "heart": (_heart(),),
}
