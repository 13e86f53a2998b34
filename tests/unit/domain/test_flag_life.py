from __future__ import annotations

from itertools import product

import pytest

from followup.domain.errors import InvalidTransition, NotAllowed
from followup.domain.flag_life import Act, after, deeds, open_to, question_waits
from followup.questionnaires.closing import closing_reasons

STATUSES = ("open", "acknowledged", "closed", "withdrawn")
LEVELS = ("info", "talk", "follow_up", "escalate")


@pytest.mark.parametrize(
    ("act", "status", "then"),
    [
        (Act.ACKNOWLEDGE, "open", "acknowledged"),
        (Act.ASK, "open", "acknowledged"),
        (Act.PLAN, "acknowledged", "acknowledged"),
        (Act.CLOSE, "open", "closed"),
        (Act.REOPEN, "closed", "open"),
    ],
)
def test_what_a_lead_does(act: Act, status: str, then: str) -> None:
    assert after(act, status=status, level="escalate", leads=True, question=False) == then


def test_an_answer_makes_it_the_leads_turn_again() -> None:
    assert after(Act.ANSWER, status="acknowledged", level="escalate", leads=False, question=True) == "open"


def test_what_was_raised_with_the_lead_is_closed_by_a_lead_alone() -> None:
    for act, status in ((Act.CLOSE, "open"), (Act.REOPEN, "closed")):
        with pytest.raises(NotAllowed):
            after(act, status=status, level="escalate", leads=False, question=False)
        assert after(act, status=status, level="follow_up", leads=False, question=False)


@pytest.mark.parametrize("act", [Act.ACKNOWLEDGE, Act.ASK])
def test_a_caseworker_does_not_answer_for_the_lead(act: Act) -> None:
    with pytest.raises(NotAllowed):
        after(act, status="open", level="talk", leads=False, question=False)


@pytest.mark.parametrize("act", [Act.ACKNOWLEDGE, Act.ASK, Act.ANSWER, Act.PLAN, Act.CLOSE])
def test_a_closed_flag_stays_as_it_is(act: Act) -> None:
    with pytest.raises(InvalidTransition):
        after(act, status="closed", level="talk", leads=True, question=True)


def test_withdrawn_is_the_end_for_everybody() -> None:
    for level, leads, question in product(LEVELS, (True, False), (True, False)):
        assert open_to(status="withdrawn", level=level, leads=leads, question=question) == frozenset()


def test_everything_alive_can_be_closed_by_a_lead() -> None:
    for status, level in product(("open", "acknowledged"), LEVELS):
        assert Act.CLOSE in open_to(status=status, level=level, leads=True, question=False)


@pytest.mark.parametrize(
    ("kinds", "waits"),
    [
        ([], False),
        (["raised", "asked"], True),
        (["raised", "asked", "acknowledged", "planned"], True),
        (["raised", "asked", "answered"], False),
        (["raised", "asked", "answered", "asked"], True),
        (["raised", "asked", "closed", "reopened"], False),
    ],
)
def test_whether_a_question_waits(kinds: list[str], waits: bool) -> None:  # noqa: FBT001 - a table
    assert question_waits(kinds) is waits


def test_reasons_for_closing() -> None:
    reasons = closing_reasons()
    assert list(reasons) == [
        "acted", "talked_through", "asked_again_in_other_words", "known_and_planned", "mistake", "other",
    ]  # fmt: skip
    assert [code for code, reason in reasons.items() if reason.needs_words] == ["other"]
    assert all(reason.text.get("sv") and reason.text.get("en") for reason in reasons.values())


def test_what_came_of_talking_is_no_deed() -> None:
    assert deeds([]) == 0
    assert deeds(["raised", "talked", "level_changed", "later", "declined", "noted", *Act]) == 2 + len(Act)
