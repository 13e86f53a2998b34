"""Random passwords for the demonstration, one set per installation, kept in a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from followup.domain.access import Role
from followup.services.demo.stories import Stories

FILE_NAME = "demo-sign-ins.txt"

_WORDS_FILE = Path(__file__).parent / "words.txt"
"""Common words without å, ä and ö, so that they can be typed on any keyboard."""
_WORDS_IN_ONE = 4
_ROLES = {
    Role.CASEWORKER: "caseworker",
    Role.TEAM_LEAD: "team lead",
    Role.ADMIN: "administrator",
    Role.LOG_REVIEWER: "log reviewer",
}
_CROWD_SHOWN = 3


def make_passwords(stories: Stories, folder: Path) -> dict[str, str]:
    """Return passwords by user name: those of this installation, new ones where it has none. Written to its file.

    Caseworkers of the crowd share one: nobody signs in as each of a hundred.
    """
    known = _read(folder / FILE_NAME)
    told = {story.caseworker for story in stories.children if not story.plain}
    shared = new_password()
    passwords = {}
    for user in stories.users:
        name = user["user_name"]
        of_crowd = user["role"] == Role.CASEWORKER and name not in told
        passwords[name] = shared if of_crowd else known.get(name) or new_password()
    _write(folder / FILE_NAME, _listing(stories, passwords))
    return passwords


def new_password() -> str:
    """Return a password that can be read aloud: four words and two digits, some 35 bits, for a throttled sign-in."""
    known = _WORDS_FILE.read_text(encoding="utf-8").split()
    words = "-".join(secrets.choice(known) for _ in range(_WORDS_IN_ONE))
    return f"{words}-{secrets.randbelow(90) + 10}"


def listing(folder: Path) -> str:
    """Return the list of sign-ins as it stands in the file, or a sentence on what to do when the file is gone."""
    try:
        return (folder / FILE_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return (
            f"The list of sign-ins, {folder / FILE_NAME}, is gone.\n"
            "Give new passwords (followup user password NAME), or make the data anew (followup demo --reset).\n"
        )


def _listing(stories: Stories, passwords: Mapping[str, str]) -> str:
    width = max(map(len, passwords.values()))
    lines = ["Sign in as (everybody and everything here is invented):", ""]
    shown: dict[str, int] = {}
    for user in stories.users:
        password = passwords[user["user_name"]]
        shown[password] = shown.get(password, 0) + 1
        if shown[password] > _CROWD_SHOWN:
            continue
        where = stories.teams.get(user["team"] or "", "no cases")
        role = _ROLES[Role(user["role"])]
        lines.append(f"  {user['user_name']:<10} {password:<{width}}  {user['name']}, {role}, {where}")
    more = len(passwords) - sum(min(count, _CROWD_SHOWN) for count in shown.values())
    if more:
        lines.append(f"  and {more} more caseworkers with the same password as the last one")
    return "\n".join([*lines, ""])


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    rows = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("  "))
    return {row[0]: row[1] for row in rows if len(row) > 1 and row[0] != "and"}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # an older file may be readable by others
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
