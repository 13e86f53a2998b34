from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.questionnaires import load_all
from followup.services.demo import chance
from followup.services.demo.crowd import PER_CASEWORKER, with_crowd
from followup.services.demo.stories import read_stories

TODAY = date(2026, 11, 24)
FORMS = ["barn-4-7", "barn-8-12", "ung-13-20"]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 30), st.integers(0, 5), st.integers())
def test_visits_are_a_quarter_apart_on_workdays(last: date, visits: int, avoid: int, seed: int) -> None:
    days = chance.visit_days(chance.dice(seed), last, visits, avoid=avoid)
    assert len(days) == visits
    assert all(day.isoweekday() < 6 and day.isoweekday() != avoid for day in days)
    assert all(78 <= (after - before).days <= 104 for before, after in pairwise(days))
    assert timedelta() <= last - days[-1] <= timedelta(days=3)


@given(st.integers(0, 19), st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers())
def test_visits_are_in_working_hours(age: int, day: date, seed: int) -> None:
    zone = ZoneInfo("Europe/Stockholm")
    local = chance.hour(chance.dice(seed), day, age, zone).astimezone(zone)
    assert local.date() == day
    assert 9 <= local.hour < 17


@pytest.mark.parametrize("code", FORMS)
def test_ordinary_answers_raise_nothing_by_themselves(code: str) -> None:
    form = load_all().forms[code]
    usual = chance.Usual(chance.dice(1, code))
    for _ in range(40):
        for item, given_ in usual.answers(form, form.age_max, {}).items():
            rules = form.flag_rules.items[item]
            assert given_ == "dont_know" or (isinstance(given_, int) and given_ > (rules.watch or rules.low))
            assert not (rules.critical and given_ == "dont_know")


def test_a_story_has_its_way_and_chance_the_rest() -> None:
    form = load_all().forms["barn-8-12"]
    told = chance.Usual(chance.dice(1)).answers(form, 10, {"sleep": 2, "mood": "declined"})
    plain = chance.Usual(chance.dice(1)).answers(form, 10, {})
    assert (told.pop("b_sleep"), told.pop("b_mood")) == (2, "declined")
    assert told == {item: score for item, score in plain.items() if item not in {"b_sleep", "b_mood"}}


def test_a_story_can_only_answer_what_is_asked() -> None:
    form = load_all().forms["ung-13-20"]
    with pytest.raises(ValueError, match="life_skills"):  # asked from sixteen
        chance.Usual(chance.dice(1)).answers(form, 15, {"life_skills": 5})


def test_explanations_belong_to_a_visit() -> None:
    for child in read_stories().children:
        assert all(each.visit < len(child.visits) for each in child.explanations), child.name


def test_a_crowd_has_caseworkers_enough() -> None:
    stories = with_crowd(read_stories(), 100, 3, seed=7)
    crowd = [child for child in stories.children if child.plain]
    names = [child.name for child in stories.children]
    per_worker = [sum(child.caseworker == user["user_name"] for child in crowd) for user in stories.users]
    assert len(crowd) == 100
    assert len(set(names)) == len(names)
    assert max(per_worker) == PER_CASEWORKER
    assert with_crowd(read_stories(), 100, 3, seed=7) == stories
