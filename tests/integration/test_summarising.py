"""What a visit's summary says, where it comes from several rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from followup.domain import summary
from followup.services.record.summarising import load_for_summary, summarise
from followup.services.visit.talking import open_talk
from followup.store.tables import Explanation, Flag, PlacementCheck, Prompt, Visit
from tests.support.people import People

LOW = {"rule": "R1", "level": "talk", "values": {"now": 2, "max": 5, "limit": 2}}


def of(people: People, visit_id: UUID) -> summary.VisitSummary:
    with people.unit(people.maja, reads=True) as uow:
        return summarise(uow, load_for_summary(uow, visit_id))


def raised(people: People, visit_id: UUID, respondent: str, subject: str, **more: object) -> None:
    with people.as_program() as uow:
        uow.add(
            Flag(
                visit_id=visit_id,
                child_id=people.alva.id,
                respondent=respondent,
                subject=subject,
                rules_version="1.0.0",
                raised_at=uow.now,
                **{"level": "talk", "reasons": [LOW], **more},
            )
        )


def talked(people: People, visit_id: UUID, subject: str, words: str) -> None:
    with people.as_program() as uow:
        values = {"subject": subject, "outcome": "talked", "words": words}
        uow.add(Prompt(visit_id=visit_id, child_id=people.alva.id, recorded_at=uow.now, **values))


def test_conversations_stand_in_the_order_of_their_page_whenever_they_were_saved(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2, "b_mood": 1})
    raised(people, visit_id, "child", "b_sleep")
    raised(people, visit_id, "child", "b_mood", level="follow_up", reasons=[{**LOW, "level": "follow_up"}])
    for subject in ("own:1", "b_sleep", "b_mood"):
        talked(people, visit_id, subject, subject)
    assert [each.child_words for each in of(people, visit_id).conversations] == ["b_mood", "b_sleep", "own:1"]


def test_what_is_good_stands_beside_what_is_hard(people: People) -> None:
    (before,) = people.plan(people.alva, days=-90)
    people.answer(before, {"b_sleep": 2, "b_friends": 3})
    people.freeze(before)
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 1, "b_friends": 5, "b_mood": 5})
    with people.unit(people.maja, reads=True) as uow:
        beside_the_talk = [item.id for item, _strength in open_talk(uow, visit_id).strengths]
    first, second = of(people, visit_id).strengths
    assert beside_the_talk == ["b_friends", "b_mood"]
    assert (first, second) == ("Kompisar: 5 av 5, högre än senast", "Mående: 5 av 5")


def test_a_flag_names_its_topic_once(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2})
    raised(people, visit_id, "child", "b_sleep", level="follow_up")
    (line,) = of(people, visit_id).flags
    assert (line.about, line.reasons) == ("Sömn", ("2 av 5 i dag",))


def test_nobodys_words_are_given_to_somebody_else(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2})
    people.answer(visit_id, {"f_settled": 2}, respondent="carer")
    raised(people, visit_id, "child", "b_sleep")
    raised(people, visit_id, "carer", "f_settled", level="follow_up")
    talked(people, visit_id, "b_sleep", "Jag ligger och tänker.")
    talked(people, visit_id, "f_settled", "Hon gråter på kvällarna.")
    talked(people, visit_id, "carer:_form", "Vi är trötta.")
    child, carers, whole = of(people, visit_id).conversations
    assert (child.child_words, child.carer_words) == ("Jag ligger och tänker.", "")
    assert (carers.child_words, carers.carer_words) == ("", "Hon gråter på kvällarna.")
    assert (whole.child_words, whole.carer_words) == ("", "Vi är trötta.")
    assert carers.topic.startswith("Familjehemmet: ")
    assert whole.topic == "Familjehemmet: svaren i stort"
    assert of(people, visit_id).flags[0].about == "Familjehemmets svar"
    assert of(people, visit_id).most_important == ()


def test_withdrawn_flag_gives_no_reason_to_a_conversation(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 4})
    raised(people, visit_id, "child", "b_sleep", status="withdrawn")
    talked(people, visit_id, "b_sleep", "Jag tryckte fel.")
    (conversation,) = of(people, visit_id).conversations
    assert conversation.reasons == ()
    assert conversation.child_words == "Jag tryckte fel."


def test_a_broken_promise_is_in_the_next_record_and_in_no_later_one(people: People) -> None:
    first, second, third = (people.plan(people.alva, days=days)[0] for days in (-200, -100, 0))
    when = people.clock().date() - timedelta(days=100)
    people.promise(people.alva, "Ringa mamma", visit_id=first, state="not_done", done_on=when, outcome="Hon flyttade.")
    people.promise(people.alva, "Köpa cykel", visit_id=first)
    for visit_id in (first, second):
        people.freeze(visit_id)
    promised = [(each.what, each.state.code) for each in of(people, second).earlier_promises]
    assert set(promised) == {("Ringa mamma", "not_done"), ("Köpa cykel", "open")}
    assert [each.what for each in of(people, third).earlier_promises] == ["Köpa cykel"]


def test_explanation_made_after_midnight_is_of_the_day_by_the_clock_on_the_wall(people: People) -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # half past midnight on the 25th in Stockholm
    (visit_id,) = people.plan(people.alva, at=late)
    with people.as_program() as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        check = {"understanding": "own_words", "self_blame": "no_sign"}
        uow.add(PlacementCheck(visit_id=visit_id, child_id=people.alva.id, **check))
        uow.add(
            Explanation(
                child_id=people.alva.id,
                version=2,
                text="Mamma orkade inte.",
                created_at=late,
                created_by=visit.caseworker_id,
            )
        )
    found = of(people, visit_id)
    assert found.placement_check is not None
    assert found.placement_check.explanation is not None
    assert found.placement_check.explanation.agreed_on == found.visit.on
    assert found.placement_check.explanation.changed_today


def test_answers_stand_beside_the_signed_ones_before_them(people: People) -> None:
    scores: dict[int, int | str] = {-300: 4, -200: "declined", -100: 3}
    for days, given in scores.items():
        (visit_id,) = people.plan(people.alva, days=days)
        people.answer(visit_id, {"b_sleep": given})
        people.freeze(visit_id, state="filed")
    (draft,) = people.plan(people.alva, days=-50)
    people.answer(draft, {"b_sleep": 1})
    (older_form,) = people.plan(people.alva, days=-30, form="barn-4-7")
    people.answer(older_form, {"a_sleep": 1})
    people.freeze(older_form)
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2, "b_mood": 5})
    (form,) = of(people, visit_id).forms
    lines = {line.item_id: line for line in form.answers}
    assert [(point.status, point.value) for point in lines["b_sleep"].history] == [
        ("answered", 4),
        ("declined", None),
        ("answered", 3),
    ]
    assert (lines["b_sleep"].change, lines["b_mood"].previous) == (-1, None)
    assert form.previous_on == people.clock().date() - timedelta(days=100)
