"""The lead's queue: what is on it, in which order, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from followup.domain.errors import NotFound
from followup.services.flags import desk, judging
from followup.services.flags.desk import PAGE_SIZE, Desk, Filters
from followup.services.flags.flag_cards import FlagCard
from followup.services.flags.flag_page import flag_page
from followup.services.installation.working_days import SQUEEZE_DAYS
from followup.store.tables import Action, Prompt, Setting
from tests.support.crowd import flagged_crowd
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import counted, log_lines

ClientFor = Callable[[Person], LintingClient]


def signed(people: People, kid: Kid, days: int = -3, **prompts: dict[str, str]) -> UUID:
    """A signed visit; prompts: what came of talking about an item."""
    (visit_id,) = people.plan(kid, days=days)
    for item, said in prompts.items():
        with people.as_program() as uow:
            uow.add(Prompt(visit_id=visit_id, child_id=kid.id, subject=item, recorded_at=uow.now, **said))
    people.answer(visit_id, {"b_sleep": 2, "b_safe": 1}, words={"b_safe": "Jag vill inte säga det här inne."})
    people.freeze(visit_id)
    return visit_id


def queue(people: People, who: Person | None = None, page: int = 1, **filters: object) -> Desk:
    with people.unit(who or people.birgitta, reads=True) as uow:
        return desk.desk(uow, Filters(**filters), page)  # type: ignore[arg-type] # named by the test


def card_of(people: People, flag_id: UUID) -> FlagCard:
    with people.unit(people.birgitta, reads=True) as uow:
        return flag_page(uow, flag_id).card


def subjects(page: Desk) -> list[tuple[str, str]]:
    return [(card.child.name.split()[0], card.row.subject.partition(":")[0]) for card in page.cards]


def test_the_most_urgent_stands_first(people: People) -> None:
    alva, vide = signed(people, people.alva), signed(people, people.vide)
    raise_flag(people, alva, people.alva, "b_mood", "info")
    raise_flag(people, alva, people.alva, "b_friends", "talk")
    raise_flag(people, alva, people.alva, "b_sleep", "follow_up", days=-9)
    raise_flag(people, alva, people.alva, "b_safe", "escalate")
    raise_flag(people, vide, people.vide, "y_adults_kind", "escalate", days=-1)
    raise_flag(
        people, vide, people.vide, f"urgent:{uuid4()}", "escalate", respondent="caseworker", text="Han slog mig."
    )
    page = queue(people)
    assert subjects(page) == [
        ("Vide", "urgent"),
        ("Vide", "y_adults_kind"),
        ("Alva", "b_safe"),
        ("Alva", "b_sleep"),
        ("Alva", "b_friends"),
        ("Alva", "b_mood"),
    ]
    assert page.counts == {"urgent": 1, "escalate": 2, "follow_up": 1, "talk": 1, "info": 1}
    assert page.waiting == 4


def test_talks_are_of_the_latest_signed_visit_and_not_yet_had(people: People) -> None:
    old, new = signed(people, people.alva, -200), signed(people, people.alva, b_mood={"outcome": "talked"})
    for visit_id in (old, new):
        raise_flag(people, visit_id, people.alva, "b_sleep")
    raise_flag(people, new, people.alva, "b_mood")
    (begun,) = people.plan(people.alva)
    people.answer(begun, {"b_sleep": 2})
    raise_flag(people, begun, people.alva, "b_body")
    assert [card.row.visit_id for card in queue(people).cards] == [new]


def test_graver_flags_stay_whatever_their_age_and_state_of_visit(people: People) -> None:
    old = signed(people, people.alva, -300)
    signed(people, people.alva)
    (begun,) = people.plan(people.vide)
    raise_flag(people, old, people.alva, "b_sleep", "follow_up", days=-300)
    raise_flag(people, begun, people.vide, "y_adults_kind", "escalate")
    raise_flag(people, old, people.alva, "b_safe", "escalate", status="closed")
    raise_flag(people, old, people.alva, "b_mood", "escalate", status="withdrawn")
    assert subjects(queue(people)) == [("Vide", "y_adults_kind"), ("Alva", "b_sleep")]


def test_what_waits_for_others_stands_after_what_waits_for_the_lead(people: People) -> None:
    visit_id = signed(people, people.alva)
    asked = raise_flag(people, visit_id, people.alva, "b_safe", "escalate", days=-2)
    seen = raise_flag(people, visit_id, people.alva, "b_sleep", "escalate", days=-1)
    new = raise_flag(people, visit_id, people.alva, "b_mood", "escalate")
    with people.unit(people.birgitta) as uow:
        judging.ask(uow, asked, 1, {"question": "Hur är det?"})
        judging.acknowledge(uow, seen, 1)
    page = queue(people)
    assert [card.row.id for card in page.cards] == [seen, new, asked]  # to have seen it is not to have done something
    assert page.waiting == 2
    people.clock.forward(minutes=1)
    with people.unit(people.maja) as uow:
        judging.answer(uow, asked, 2, {"answer": "Bättre."})
    assert queue(people).waiting == 3


@pytest.mark.parametrize("end", ["done", "late"])
def test_it_comes_back_when_what_was_planned_is_done_or_late(people: People, end: str) -> None:
    visit_id = signed(people, people.alva)
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    fields = {"what": "Ringa skolan", "who": str(people.maja.id), "due": "2026-11-27"}
    with people.unit(people.birgitta) as uow:
        action_id = judging.plan(uow, flag_id, 1, fields).id
    assert queue(people).waiting == 0
    if end == "done":
        with people.as_program() as uow:
            uow.one(uow.reachable(Action).where(Action.id == action_id)).state = "done"
    else:
        people.clock.forward(days=4)
    assert queue(people).waiting == 1
    assert card_of(people, flag_id).back


def turn(people: People, flag_id: UUID) -> tuple[int, bool]:
    """How many flags wait for the lead by the database, and whether this one does by what its page says."""
    return queue(people).waiting, not card_of(people, flag_id).quiet


def test_a_question_that_nobody_answers_comes_back_to_the_lead(people: People, client_for: ClientFor) -> None:
    visit_id = signed(people, people.alva)
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    milder = raise_flag(people, visit_id, people.alva, "b_sleep", "follow_up")
    with people.unit(people.birgitta) as uow:
        judging.ask(uow, flag_id, 1, {"question": "Hur är det?"})
        judging.ask(uow, milder, 1, {"question": "Hur sover Alva?"})
    assert turn(people, flag_id) == (0, False)
    people.clock.forward(days=1)  # the caseworker has one working day, as the lead had
    assert turn(people, flag_id) == (0, False)
    people.clock.forward(days=1)
    assert turn(people, flag_id) == (1, True)
    card = card_of(people, flag_id)
    assert (card.back, card.due) == (date(2026, 11, 25), date(2026, 11, 26))
    page = client_for(people.birgitta).get("/desk").text
    assert "Avgör i dag" in page
    assert "har inte svarat än. Fråga igen, eller gör något annat." in page
    people.clock.forward(days=12)
    assert turn(people, milder) == (1, False)
    people.clock.forward(days=1)
    assert turn(people, milder) == (2, True)


def test_an_answer_that_was_only_read_is_still_the_leads_to_end(people: People, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate", days=-10)
    with people.unit(people.birgitta) as uow:
        judging.ask(uow, flag_id, 1, {"question": "Hur är det?"})
    people.clock.forward(minutes=1)
    with people.unit(people.maja) as uow:
        judging.answer(uow, flag_id, 2, {"answer": "Vi ses i morgon."})
    page = client_for(people.birgitta).get("/desk").text
    assert "Vi ses i morgon." in page
    assert "Avgör senast onsdag 25 november, en arbetsdag kvar" in page
    assert "Skulle varit besvarad" not in page  # she asked: what is left is to decide
    people.clock.forward(minutes=1)
    with people.unit(people.birgitta) as uow:
        judging.acknowledge(uow, flag_id, 3)
    assert turn(people, flag_id) == (1, True)


def test_opened_again_and_read_it_is_still_the_leads_to_end(people: People) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate")
    deeds: tuple[Callable[..., object], ...] = (judging.ask, judging.close, judging.reopen)
    for seen, deed in enumerate(deeds, start=1):
        people.clock.forward(minutes=1)
        with people.unit(people.birgitta) as uow:
            deed(uow, flag_id, seen, {"question": "Hur är det?", "reason": "acted", "why": "Det hände igen."})
    people.clock.forward(minutes=1)
    with people.unit(people.birgitta) as uow:
        judging.acknowledge(uow, flag_id, 4)
    assert turn(people, flag_id) == (1, True)


def test_whoever_leads_begins_at_the_desk(people: People, client_for: ClientFor) -> None:
    assert client_for(people.birgitta).get("/").location == "/desk"
    assert client_for(people.maja).get("/").location == "/children"


def test_the_narrowed_list_is_come_back_to(people: People, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "follow_up")
    client, narrowed = client_for(people.birgitta), "?level=follow_up"
    page = client.get(f"/desk{narrowed}").text
    assert f'href="/flags/{flag_id}{narrowed}"' in page
    page = client.get(f"/flags/{flag_id}{narrowed}").text
    assert f'href="/desk{narrowed}"' in page
    assert f'action="/flags/{flag_id}/close{narrowed}"' in page
    asked = client.submit(f"/flags/{flag_id}/ask{narrowed}", seen="1", question="Hur är det?")
    assert asked.location == f"/flags/{flag_id}{narrowed}"
    closed = client.submit(f"/flags/{flag_id}/close{narrowed}", seen="2", reason="acted", note="Klart.")
    assert closed.location == f"/desk{narrowed}"
    assert ">Teamets barn</a>" in client.get(f"/children/{people.alva.id}").text.replace("\n", "")


def test_narrowed_to_what_asks_for_no_answer_all_of_it_is_there(
    people: People, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit_id = signed(people, people.alva)
    monkeypatch.setattr(desk, "MOST_MILDER", 2)
    for item in ("b_sleep", "b_mood", "b_body"):
        raise_flag(people, visit_id, people.alva, item, "talk")
    raise_flag(people, visit_id, people.alva, "b_friends", "info")
    assert (queue(people).counts["talk"], set(queue(people).capped)) == (2, {"talk"})
    page = client_for(people.birgitta).get("/desk").text
    assert "Här är de 2 nyaste." in page
    assert 'href="/desk?level=talk"' in page
    monkeypatch.setattr(desk, "PAGE_SIZE", 2)  # the rest is fetched when the reader comes to it
    pages = [queue(people, page=page, level="talk") for page in (1, 2, 3)]
    assert [(each.page, each.pages, each.more, len(each.cards)) for each in pages] == [
        (1, 2, True, 2), (2, 2, False, 1), (2, 2, False, 1),
    ]  # fmt: skip
    assert len({card.row.id for each in pages for card in each.cards}) == 3
    client = client_for(people.birgitta)
    assert "Sida 1, minst 2 flaggor" in client.get("/desk?level=talk").text
    assert "Sida 2 av 2, 3 flaggor" in client.get("/desk?level=talk&page=2").text


@pytest.mark.parametrize(
    ("level", "raised", "due", "left"),
    [
        ("escalate", 0, date(2026, 11, 25), 1),
        ("escalate", -1, date(2026, 11, 24), 0),
        ("escalate", -4, date(2026, 11, 23), -1),  # on a Friday
        ("follow_up", 0, date(2026, 12, 8), 10),
        ("talk", 0, None, None),
    ],
)
def test_by_when_the_lead_answers(people: People, level: str, raised: int, due: date | None, left: int | None) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", level, days=raised)
    card = card_of(people, flag_id)
    assert (card.due, card.left) == (due, left)


@pytest.mark.parametrize(("closed", "due"), [(False, date(2026, 5, 15)), (True, date(2026, 5, 18))])
def test_squeeze_days_count_as_the_office_has_it(people: People, closed: bool, due: date) -> None:  # noqa: FBT001
    people.clock.now = people.clock.now.replace(month=5, day=13)
    with people.as_program() as uow:
        mine = {"organisation_id": people.organisation_id, "key": SQUEEZE_DAYS, "set_by": "prov"}
        uow.add(Setting(value=closed, valid_from=date(2026, 1, 1), **mine))
        uow.add(Setting(value=not closed, valid_from=date(2027, 1, 1), **mine))
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate")
    assert card_of(people, flag_id).due == due


def test_filters(people: People, client_for: ClientFor) -> None:
    alva, elliot = signed(people, people.alva), signed(people, people.elliot)
    raise_flag(people, alva, people.alva, "b_safe", "escalate")
    raise_flag(people, alva, people.alva, "b_sleep", "follow_up", days=-20)
    raise_flag(people, alva, people.alva, "_form", "follow_up")
    raise_flag(people, elliot, people.elliot, "u_hope", "escalate")
    assert subjects(queue(people, caseworker=people.idris.id)) == [("Elliot", "u_hope")]
    assert subjects(queue(people, level="follow_up", age=14)) == [("Alva", "b_sleep")]
    assert subjects(queue(people, domain="safety")) == [("Alva", "b_safe")]
    assert subjects(queue(people, domain=desk.WHOLE)) == [("Alva", "_form")]
    assert len(queue(people, team=people.team_a).cards) == 4
    assert queue(people, team=people.team_b).cards == []
    narrowed = queue(people, domain="safety")
    assert (narrowed.total, narrowed.waiting) == (1, 4)
    page = client_for(people.birgitta).get(f"/desk?caseworker={people.idris.id}&level=bogus&age=x&team=y").text
    assert people.elliot.name in page
    assert people.alva.name not in page
    assert "Inga flaggor passar" in client_for(people.birgitta).get("/desk?domain=education").text


def test_the_team_and_nobody_else(people: People) -> None:
    for kid in (people.alva, people.tor, people.samira):
        raise_flag(people, signed(people, kid), kid, "b_safe", "escalate")
    assert subjects(queue(people)) == [("Alva", "b_safe")]
    assert subjects(queue(people, people.gunnel)) == [("Tor", "b_safe")]
    people.grant(people.birgitta, people.samira)
    assert sorted(subjects(queue(people))) == [("Alva", "b_safe"), ("Samira", "b_safe")]


def test_protected_children_are_shown_without_their_home(people: People, client_for: ClientFor) -> None:
    people.grant(people.birgitta, people.samira)
    visit_id = signed(people, people.samira)
    flag_id = raise_flag(people, visit_id, people.samira, "b_safe", "escalate")
    lead = client_for(people.birgitta)
    lead.canaries = {}
    for path in ("/desk", f"/flags/{flag_id}", "/desk/team", *(f"/desk/list?of={code}" for code in LISTS)):
        lead.get(path, forbidden=[people.hemlig.name, people.hemlig.place])


def test_a_card_says_why_in_words_and_values(people: People, client_for: ClientFor) -> None:
    said = {"outcome": "declined", "words": "Inte här.", "agreed": "Vi ses på skolan."}
    visit_id = signed(people, people.alva, b_safe=said)
    flag_id = raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    for path in ("/desk", f"/flags/{flag_id}"):
        page = client_for(people.birgitta).get(path).text
        for words in (
            "2 av 5 den 21 november 2026",
            "Jag vill inte säga det här inne.",
            "Inte här.",
            "Vi ses på skolan.",
            "Alva ville inte prata om det då.",
            "Svara senast onsdag 25 november, en arbetsdag kvar",
            "Varför ser jag det här?",
            'class="chart"',
        ):
            assert words in page, (path, words)


def test_teamets_barn_tells_acute_worries_apart(people: People, client_for: ClientFor) -> None:
    visit_id = signed(people, people.alva)
    raise_flag(
        people, visit_id, people.alva, f"urgent:{uuid4()}", "escalate", respondent="caseworker", text="Han slog."
    )
    lead, worker = client_for(people.birgitta), client_for(people.maja)
    assert "Akut oro" in lead.get("/children").text
    assert "Att svara på" not in lead.get("/children").text
    raise_flag(people, visit_id, people.alva, "b_safe", "escalate")
    assert "Att svara på" in lead.get("/children").text
    assert "Lyft till gruppledaren" not in lead.get("/children").text
    assert "Lyft till gruppledaren" in worker.get("/children").text


def test_the_menu_counts_what_waits(people: People, client_for: ClientFor) -> None:
    lead = client_for(people.birgitta)
    assert 'class="count"' not in lead.get("/children").text
    raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate")
    assert re.search(r'class="count">1<span class="vh"> väntar på dig', lead.get("/children").text)
    assert "Att granska" not in client_for(people.maja).get("/children").text


def test_pages_hold_every_flag_once(people: People, client_for: ClientFor) -> None:
    flagged_crowd(people, 24)
    lead = client_for(people.birgitta)
    total = queue(people).total
    found: list[str] = []
    for page in range(1, desk.last_page(total) + 1):
        found += re.findall(r'href="/flags/([0-9a-f-]+)" data-card-link', lead.get(f"/desk?page={page}").text)
    assert len(found) == len(set(found)) == total
    assert total > 2 * PAGE_SIZE
    assert len(queue(people, page=900).cards) == (total % PAGE_SIZE or PAGE_SIZE)


def test_as_many_statements_for_few_children_as_for_many(people: People, client_for: ClientFor) -> None:
    lead = client_for(people.birgitta)
    flagged_crowd(people, 6)
    with counted(people.store) as few:
        assert lead.get("/desk").status_code == 200
    flagged_crowd(people, 120)
    with counted(people.store) as many:
        assert lead.get("/desk").status_code == 200
    assert len(many) == len(few) <= 15, many


def test_only_the_children_on_the_page_are_opened_and_logged(people: People, client_for: ClientFor) -> None:
    flagged_crowd(people, 60)
    lead = client_for(people.birgitta)
    before = len(log_lines(people.store, actor=people.birgitta.id))
    lead.get("/desk")
    (logged,) = log_lines(people.store, actor=people.birgitta.id)[before:]
    assert logged.action == "read"
    assert 0 < len(set(logged.children)) <= PAGE_SIZE


def test_an_act_is_logged_with_the_child(people: People, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate")
    client_for(people.birgitta).submit(f"/flags/{flag_id}/close", seen=1, reason="acted")
    logged = [line for line in log_lines(people.store, actor=people.birgitta.id) if line.action == "create"][-1]
    assert (logged.objects, list(logged.children)) == ({"flag_event": [str(flag_id)]}, [people.alva.id])


def test_a_flag_out_of_reach_is_not_found(people: People) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate")
    for person in (people.gunnel, people.idris):
        with pytest.raises(NotFound), people.unit(person, reads=True) as uow:
            flag_page(uow, flag_id)


LISTS = ("overdue", "why", "private", "promises", "unfiled", "new", "siblings")


def test_time_goes_by_in_days_at_work(people: People) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "follow_up")
    people.clock.forward(days=30)
    card = card_of(people, flag_id)
    assert card.left == -11  # the clock stands at Christmas Eve
    assert card.due
    assert people.clock().date() - card.due == timedelta(days=16)


def test_the_childs_page_leads_to_the_flag(people: People, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate")
    for person, level in ((people.maja, "Lyft till gruppledaren"), (people.birgitta, "Att svara på")):
        page = client_for(person).get(f"/children/{people.alva.id}").text
        assert f'href="/flags/{flag_id}"' in page
        assert level in page
    assert "Lyft till gruppledaren" not in client_for(people.birgitta).get(f"/children/{people.alva.id}").text


def test_what_waits_for_others_is_not_called_late(people: People, client_for: ClientFor) -> None:
    flag_id = raise_flag(people, signed(people, people.alva), people.alva, "b_safe", "escalate", days=-10)
    lead = client_for(people.birgitta)
    assert "Skulle varit besvarad" in lead.get("/desk").text
    lead.submit(f"/flags/{flag_id}/ask", seen=1, question="Hur är det?")
    page = lead.get("/desk").text
    assert "Skulle varit besvarad" not in page
    assert "har inte svarat än" in page
