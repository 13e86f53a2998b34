"""Browsers on which somebody has wholly signed in before: tries from there are counted by themselves.

Whoever fails on purpose, with a password that was overheard or with none, so slows down strangers and not the account's
owner. A browser bears a number of its own and, for each account, a mark that only the keys can make; nothing of it is
stored here. All that a mark gives is a count of tries of its own, as short as a stranger's: it opens nothing.

(Device cookies: OWASP, “Slow Down Online Guessing Attacks with Device Cookies”.)
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import date, timedelta

from followup.store.crypto import key_ring

LASTS = timedelta(days=180)
_RENEWED_AFTER = timedelta(days=90)
_MOST = 8  # accounts: a computer that an office shares
_BORNE = re.compile(r"(?P<day>[0-9]{6})\.(?P<number>[\w-]{22})(?P<marks>(?:\.[0-9a-f]{32}){1,8})", re.ASCII)


def marked(borne: str, account: str, today: date) -> str:
    """Return what a browser is to bear on which `account` has just signed in. borne: what it bears now, or "".

    account: its name, as it is stored.
    """
    found = _read(borne, today)
    if found is None or _age(found, today) > _RENEWED_AFTER:
        day, number, marks = f"{today.toordinal():06}", secrets.token_urlsafe(16), ""
    else:
        day, number, marks = found["day"], found["number"], found["marks"]
    mark = _mark(day, number, account)
    return ".".join((day, number, *[each for each in marks.split(".")[1:] if each != mark][1 - _MOST :], mark))


def number_of(borne: str, account: str, today: date) -> str:
    """Return the number of a browser on which the account has signed in before; "" for any other."""
    found = _read(borne, today)
    if found is None:
        return ""
    mark = _mark(found["day"], found["number"], account)
    known = [hmac.compare_digest(mark, each) for each in found["marks"].split(".")[1:]]
    return found["number"] if any(known) else ""


def _read(borne: str, today: date) -> re.Match[str] | None:
    found = _BORNE.fullmatch(borne)
    return found if found and timedelta() <= _age(found, today) <= LASTS else None


def _age(found: re.Match[str], today: date) -> timedelta:
    return timedelta(days=today.toordinal() - int(found["day"]))


def _mark(day: str, number: str, account: str) -> str:
    return key_ring().blind_index(f"known browser:{day}:{number}:{account}").hex()[:32]
