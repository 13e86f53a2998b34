"""Saving one answer sheet of 20 items, against the least that could store the same rows: printed as a ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask, Response, jsonify, request
from sqlalchemy import ForeignKey, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from followup.questionnaires import load_all
from followup.store.tables import Answer
from tests.support.people import People

ROUNDS = 40
EARLIER_VISITS = 5


class Bare(DeclarativeBase):
    """Tables without ids to guard, words to seal or a log to keep."""


class Sheet(Bare):
    __tablename__ = "response"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    visit_id: Mapped[UUID]
    respondent: Mapped[str]
    mode: Mapped[str]
    language: Mapped[str]
    started_at: Mapped[datetime]


class Line(Bare):
    __tablename__ = "answer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id"), index=True)
    item: Mapped[str]
    status: Mapped[str]
    score: Mapped[int | None]
    words: Mapped[str]
    answered_at: Mapped[datetime]


def bare_app(folder: Path) -> Flask:
    """A view that inserts a sheet and its lines in one commit, and nothing else."""
    engine = create_engine(f"sqlite:///{folder / 'bare.sqlite3'}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))  # as ours; else it waits for the disk three times
    Bare.metadata.create_all(engine)
    app = Flask("bare")

    @app.post("/visits/<uuid:visit_id>/answers")
    def answers(visit_id: UUID) -> Response:
        now = datetime.now()  # noqa: DTZ005 - the floor stores what it is given
        with Session(engine) as session:
            sheet = Sheet(visit_id=visit_id, respondent="child", mode="together", language="sv", started_at=now)
            session.add(sheet)
            session.flush()
            for item in request.form.getlist("shown"):
                score = int(request.form[f"q-{item}"])
                words = request.form.get(f"words-{item}", "")
                session.add(
                    Line(response_id=sheet.id, item=item, status="answered", score=score, words=words, answered_at=now)
                )
            session.commit()
        return jsonify(saved_at="14.32")

    return app


def sheet() -> dict[str, list[str]]:
    """A young person's form, as its page posts it: 19 scores and one closing question's words."""
    form = load_all().forms["ung-13-20"]
    items = [item.id for item in form.items]
    fields = {f"q-{item}": [str(3 + place % 7)] for place, item in enumerate(items)}
    return {**fields, "shown": items, f"words-{items[0]}": ["Vi brukar fiska."], "revision": ["0"]}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_saving_twenty_answers(people: People, client_for: Callable[..., object], tmp_path: Path) -> None:
    kid = people.elliot
    for quarter in range(EARLIER_VISITS):
        (visit_id,) = people.plan(kid, days=-90 * (quarter + 1))
        people.answer(visit_id, dict.fromkeys(sheet()["shown"], 7))
        people.freeze(visit_id, state="filed")
    visits = [people.plan(kid)[0] for _ in range(ROUNDS)]
    ours = client_for(people.idris)
    csrf = ours.csrf()  # type: ignore[attr-defined] # a LintingClient
    floor = bare_app(tmp_path).test_client()
    took: dict[str, list[float]] = {"ours": [], "floor": []}
    for visit_id in visits:
        for name, client in (("floor", floor), ("ours", ours)):
            headers = {"Accept": "application/json", "X-CSRFToken": csrf}
            start = time.perf_counter()
            answer = client.post(f"/visits/{visit_id}/answers", data=sheet(), headers=headers)  # type: ignore[attr-defined]
            took[name].append(time.perf_counter() - start)
            assert answer.status_code == 200, answer.text
    median = {name: statistics.median(times) * 1000 for name, times in took.items()}
    print(
        f"\nanswer sheet of {len(sheet()['shown'])} items: {median['ours']:.1f} ms, floor {median['floor']:.1f} ms, "
        f"ratio {median['ours'] / median['floor']:.2f} (goal 3)"
    )
    assert len(people.rows(Answer, Answer.child_id == kid.id)) == (EARLIER_VISITS + ROUNDS) * len(sheet()["shown"])
