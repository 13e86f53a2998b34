from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import selectinload

from followup.questionnaires import load_all
from followup.services.flags import flagging
from followup.store.tables import Answer, Flag, Response, Visit
from tests.support.people import People
from tests.support.queries import counted

LOW_SLEEP = {"b_sleep": 2, "b_friends": 5}


def refresh(people: People, visit_id: UUID) -> None:
    with people.unit(people.maja) as uow:
        flagging.refresh_flags(uow, uow.one(uow.reachable(Visit).where(Visit.id == visit_id)))


def change(people: People, visit_id: UUID, item: str, **values: object) -> None:
    with people.as_program() as uow:
        statement = uow.reachable(Answer).join(Response).where(Response.visit_id == visit_id, Answer.item == item)
        for name, value in values.items():
            setattr(uow.one(statement), name, value)


def flags(people: People, visit_id: UUID) -> dict[tuple[str, str], Flag]:
    rows = people.rows(Flag, Flag.visit_id == visit_id, load=[selectinload(Flag.events)])
    return {(row.respondent, row.subject): row for row in rows}


def kinds(flag: Flag) -> list[str]:
    return [event.kind for event in sorted(flag.events, key=lambda event: event.at)]


def test_a_low_answer_raises_a_flag_with_its_reasons_in_values(people: People) -> None:
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    refresh(people, visit)
    ((key, flag),) = flags(people, visit).items()
    assert key == ("child", "b_sleep")
    assert (flag.level, flag.status, flag.rules_version) == ("talk", "open", "1.0.0")
    assert flag.reasons == [{"rule": "R1", "level": "talk", "values": {"max": 5, "now": 2, "limit": 2}}]
    assert kinds(flag) == ["raised"]


def test_judging_twice_changes_nothing(people: People) -> None:
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    refresh(people, visit)
    refresh(people, visit)
    assert kinds(flags(people, visit)["child", "b_sleep"]) == ["raised"]


def test_earlier_visits_count_and_the_level_follows_the_answer(people: People) -> None:
    (before,) = people.plan(people.alva, days=-90)
    people.answer(before, {"b_sleep": 4})
    people.freeze(before)
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    refresh(people, visit)
    flag = flags(people, visit)["child", "b_sleep"]
    assert flag.level == "follow_up"  # low, and a fall of two steps
    assert [reason["rule"] for reason in flag.reasons] == ["R1", "R3"]
    people.clock.forward(minutes=1)
    change(people, visit, "b_sleep", wants_to_talk=True, score=4)
    refresh(people, visit)
    flag = flags(people, visit)["child", "b_sleep"]
    assert (flag.level, [reason["rule"] for reason in flag.reasons]) == ("talk", ["R12"])
    assert kinds(flag) == ["raised", "level_changed"]


def test_a_reason_that_is_gone_withdraws_the_flag_and_one_that_returns_brings_it_back(people: People) -> None:
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    refresh(people, visit)
    people.clock.forward(minutes=1)
    change(people, visit, "b_sleep", score=4)
    refresh(people, visit)
    assert flags(people, visit)["child", "b_sleep"].status == "withdrawn"
    people.clock.forward(minutes=1)
    change(people, visit, "b_sleep", score=1)
    refresh(people, visit)
    flag = flags(people, visit)["child", "b_sleep"]
    assert (flag.status, flag.level) == ("open", "follow_up")
    assert kinds(flag) == ["raised", "withdrawn", "raised"]


def test_something_graver_opens_what_was_acknowledged_and_the_same_again_does_not(people: People) -> None:
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    refresh(people, visit)
    with people.as_program() as uow:
        uow.one(uow.reachable(Flag).where(Flag.visit_id == visit)).status = "acknowledged"
    refresh(people, visit)
    assert flags(people, visit)["child", "b_sleep"].status == "acknowledged"
    change(people, visit, "b_sleep", score=1)
    refresh(people, visit)
    assert flags(people, visit)["child", "b_sleep"].status == "open"


def test_what_was_raised_by_hand_is_never_touched(people: People) -> None:
    (visit,) = people.plan(people.alva)
    with people.as_program() as uow:
        for subject in ("manual:1", "urgent:2"):
            uow.add(
                Flag(
                    visit_id=visit,
                    child_id=people.alva.id,
                    respondent="caseworker",
                    subject=subject,
                    level="escalate",
                    reasons=[],
                    rules_version="1.0.0",
                    raised_at=uow.now,
                    text="En sak jag såg",
                )
            )
    refresh(people, visit)
    assert {flag.status for flag in flags(people, visit).values()} == {"open"}


def test_carers_answers_raise_flags_of_their_own_and_meet_the_childs(people: People) -> None:
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    people.answer(visit, {"f_sleep": 5, "f_cope": 2}, respondent="carer")
    refresh(people, visit)
    found = flags(people, visit)
    assert [reason["rule"] for reason in found["child", "b_sleep"].reasons] == ["R1", "R8a"]
    assert ("carer", "f_sleep") not in found
    assert found["carer", "f_cope"].level in {"talk", "escalate"}


def test_private_talk_and_the_placement_check_are_judged_without_any_form(people: People) -> None:
    (visit,) = people.plan(people.alva)
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit)).private_talk = "no"
    refresh(people, visit)
    flag = flags(people, visit)["child", "_form"]
    assert [reason["rule"] for reason in flag.reasons] == ["R10"]


def test_a_grave_answer_to_a_form_that_was_changed_for_another_still_stands(people: People) -> None:
    (visit,) = people.plan(people.alva)
    response = people.answer(visit, {"b_safe": 1})
    refresh(people, visit)
    people_version = people.answer(people.plan(people.alva, days=30)[0], {}, form="ung-13-20")
    with people.as_program() as uow:
        other = uow.one(uow.reachable(Response).where(Response.id == people_version))
        uow.one(
            uow.reachable(Response).where(Response.id == response)
        ).questionnaire_version_id = other.questionnaire_version_id
    refresh(people, visit)
    flag = flags(people, visit)["child", "b_safe"]
    assert (flag.status, flag.level) == ("open", "escalate")


def test_a_form_half_answered_is_not_yet_a_form_with_many_gaps_or_all_the_same(people: People) -> None:
    items = [item.id for item in load_all().forms["barn-8-12"].items]
    (visit,) = people.plan(people.alva)
    people.answer(visit, {"b_sleep": "declined", **dict.fromkeys(["b_friends", *items[5:13]], 5)})
    refresh(people, visit)
    assert ("child", "_form") not in flags(people, visit)
    (another,) = people.plan(people.alva, days=1)
    people.answer(another, dict.fromkeys(items[:6], "declined"))
    refresh(people, another)
    assert [reason["rule"] for reason in flags(people, another)["child", "_form"].reasons] == ["R5d"]
    (whole,) = people.plan(people.vide, form="barn-8-12")
    people.answer(whole, dict.fromkeys(items, 5))
    refresh(people, whole)
    assert [reason["rule"] for reason in flags(people, whole)["child", "_form"].reasons] == ["R11"]


def test_a_signed_visit_keeps_its_flags_as_they_are(people: People) -> None:
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    people.freeze(visit)
    refresh(people, visit)
    assert flags(people, visit) == {}


def test_the_statements_are_as_many_for_one_earlier_visit_as_for_nine(people: People) -> None:
    def cost(visit_id: UUID) -> int:
        with counted(people.store) as statements:
            refresh(people, visit_id)
        return len(statements)

    for number in range(1, 10):
        (earlier,) = people.plan(people.alva, days=-90 * number)
        people.answer(earlier, {"b_sleep": 4, "b_mood": 4})
    (visit,) = people.plan(people.alva)
    people.answer(visit, LOW_SLEEP)
    (first,) = people.plan(people.vide)
    people.answer(first, LOW_SLEEP, form="barn-8-12")
    assert cost(visit) == cost(first)
