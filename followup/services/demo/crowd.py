"""Invented children beyond the stories, for large amounts of data. Nobody bears their surnames, made of plants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from followup.services.demo.chance import dice
from followup.services.demo.stories import ChildStory, Stories, VisitStory

PER_CASEWORKER = 15
_OLDEST, _YOUNGEST = 19, 4
_QUARTER_DAYS = 91

_FIRST_NAMES = (
    *("Alba", "Ask", "Astrid", "Bo", "Cleo", "Dag", "Disa", "Ebbe", "Edda", "Eskil", "Fenja", "Flora", "Frej", "Gry"),
    *(
        "Hilma",
        "Hugin",
        "Idun",
        "Ingrid",
        "Ivar",
        "Juni",
        "Kaj",
        "Klara",
        "Lova",
        "Lykke",
        "Majken",
        "Manfred",
        "Mirja",
    ),
    *("Neo", "Nora", "Odd", "Otto", "Pim", "Ragna", "Rune", "Saga", "Signe", "Sol", "Sture", "Svea", "Tage", "Tilde"),
    *("Truls", "Tyra", "Uno", "Vera", "Vilgot", "Yrsa", "Ylva", "Zack", "Åke"),
)
_PLANTS = (
    *("Blåbärs", "Lingon", "Hallon", "Odon", "Kråkbärs", "Hjortrons", "Vitsippe", "Blåsippe", "Kattfots", "Harsyre"),
    *(
        "Björnmoss",
        "Renlavs",
        "Tallkotte",
        "Grankotte",
        "Kaveldun",
        "Vass",
        "Ljung",
        "Porsris",
        "Skvattram",
        "Ormbunks",
    ),
    *("Prästkrage", "Smörblomme", "Blåklocks", "Gullvive", "Kabbleks", "Näckros", "Fjällbrud", "Nattviol", "Tuvull"),
)
_PARTS = ("kvist", "snår", "glänta", "tuva", "blad", "frö", "rot", "bark", "knopp", "stig", "dagg", "skugga")
_ENDS = ("Sjöstad", "Mossbo", "Lingonmo", "Furuvik", "Granliden", "Blåbärsby")


def with_crowd(stories: Stories, children: int, visits: int, seed: int) -> Stories:
    """Return the stories with so many plain children more, and caseworkers enough for them."""
    if not children:
        return stories
    luck = dice(seed, "crowd", children)
    workers = [_worker(luck, stories, number) for number in range(-(-children // PER_CASEWORKER))]
    homes = {f"crowd{number}": _home(luck, number) for number in range(-(-children // 2))}
    crowd = [_child(luck, number, workers[number // PER_CASEWORKER]["user_name"], visits) for number in range(children)]
    return replace(
        stories,
        users=[*stories.users, *workers],
        homes={**stories.homes, **homes},
        children=[*stories.children, *_without_namesakes(crowd)],
    )


def _worker(luck: Random, stories: Stories, number: int) -> dict[str, str]:
    team = list(stories.teams)[number % len(stories.teams)]
    return {
        "user_name": f"{team}{number + 1:02}",
        "name": _name(luck),
        "role": "caseworker",
        "team": team,
        "title": "socialsekreterare",
        "phone": "070-174 06 99",
    }


def _home(luck: Random, number: int) -> dict[str, str]:
    place = luck.choice(_ENDS)
    name, address = f"Familjen {_surname(luck)}", f"{place} {number + 20}"
    return {"kind": "foster", "name": name, "place": place, "address": address, "phone": "070-174 06 98"}


def _child(luck: Random, number: int, caseworker: str, visits: int) -> ChildStory:
    last = luck.randint(5, 100)
    return ChildStory(
        name=_name(luck),
        age=luck.randint(_YOUNGEST, _OLDEST),
        caseworker=caseworker,
        home=f"crowd{number // 2}",
        placed_days_ago=last + visits * _QUARTER_DAYS + luck.randint(0, 60),
        legal_basis=luck.choice(("sol", "sol", "sol", "lvu_2")),
        last_visit_days_ago=last,
        visits=(VisitStory(),) * visits,
        plain=True,
    )


def _without_namesakes(crowd: list[ChildStory]) -> Iterator[ChildStory]:
    seen: dict[str, int] = {}
    for child in crowd:
        seen[child.name] = seen.get(child.name, 0) + 1
        yield replace(child, name=f"{child.name} {seen[child.name]}") if seen[child.name] > 1 else child


def _name(luck: Random) -> str:
    return f"{luck.choice(_FIRST_NAMES)} {_surname(luck)}"


def _surname(luck: Random) -> str:
    return luck.choice(_PLANTS) + luck.choice(_PARTS)
