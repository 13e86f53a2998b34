"""The chain of the access log: each line bound by a key as it is written, and lines sealed in chained batches.

The key is not in the database (it is made from the key file), so whoever can write in the database alone can neither
write a line nor make a seal that fits. Deleting, adding or moving sealed lines breaks the chain of hashes; a line that
is not sealed yet is known by its own code. What was taken away from the end is missed by `log_witness.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select

from followup.store.crypto import key_ring
from followup.store.log_numbers import Met
from followup.store.log_witness import NAME_BYTES, Head
from followup.store.tables import AccessLog, AccessLogChild, LogSeal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from followup.store.log_witness import Known

SEAL_BATCH = 1000
SETTLE = timedelta(minutes=5)
MOST_NAMED: Final = 100
"""So many forged lines are named; one would be enough."""

_ONE_SEALS = 0x5EA1
"""The lock that the one who seals holds: two seals over the same lines would break the chain."""
_NONCE_BYTES: Final = 8
_CODE_BYTES: Final = hashlib.sha256().digest_size
_NUMBERED: Final = 2 * NAME_BYTES + _CODE_BYTES
"""A code that holds its process's name and the line's number; older ones hold random octets."""


@dataclass
class Verdict:
    """What verifying found. `broken`: numbers of seals; `forged`: numbers of lines, at most MOST_NAMED.

    unsealed: lines that have no seal yet. head: number and digest of the newest seal; (0, "") before the first.
    whole: whether it began with the log's first line. outside: what differs from what is known outside the database
    (`log_witness`), with a number: `cut` (the seal that was the newest), `absent` (lines that were counted and are not
    here), `unreadable` (files of the witness), `gone` (1: there is no witness).
    """

    whole: bool = True
    lines: int = 0
    seals: int = 0
    unsealed: int = 0
    broken: list[int] = field(default_factory=list)
    forged: list[int] = field(default_factory=list)
    head: tuple[int, str] = (0, "")
    outside: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.broken and not self.forged and not self.outside


def mac_of(line: Mapping[str, Any], children: Sequence[tuple[str, str]], nonce: bytes = b"") -> bytes:
    """Return a line's code: octets that no other line has, and an HMAC-SHA256 over them, the line and its children.

    children: (id, why), sorted. nonce: those octets: whose line it is and its number (`log_witness.Noted.nonce`);
    random ones when left out.
    """
    nonce = nonce or os.urandom(_NONCE_BYTES)
    said = [
        nonce.hex(),
        line["at"].astimezone(UTC).isoformat(),
        line["organisation_id"],
        line["actor_id"],
        *(line[name] for name in ("role", "request_id", "action", "objects", "fields")),
        children,
    ]
    return nonce + _keyed(_canonical(said))


def seal_log(connection: Connection, now: datetime) -> int:
    """Seal the lines since the last seal, in batches; returns how many lines were sealed.

    The newest lines wait: a transaction that is still open may yet add one with a lower number.
    """
    _one_at_a_time(connection)
    sealed = 0
    newest = connection.scalar(select(func.max(AccessLog.id)).where(AccessLog.at < now - SETTLE)) or 0
    last_id, digest = _newest_seal(connection)
    while lines := _lines(connection, last_id + 1, newest, SEAL_BATCH):
        digest = _digest(digest, lines)
        _add_seal(connection, lines[0][0], lines[-1][0], digest, now)
        last_id = lines[-1][0]
        sealed += len(lines)
    return sealed


def begin_with_key(connection: Connection, now: datetime) -> None:
    """Hold what was logged before there was a key in place: every line so far, and an empty seal with a key on top.

    For the upgrade from an older program alone, while nobody else writes.
    """
    _one_at_a_time(connection)
    last_id, digest = _newest_seal(connection)
    newest = connection.scalar(select(func.max(AccessLog.id))) or 0
    while lines := _lines(connection, last_id + 1, newest, SEAL_BATCH):
        digest = _digest(digest, lines)
        last_id = lines[-1][0]
        values = {"first_id": lines[0][0], "last_id": last_id, "digest": digest, "sealed_at": now}
        connection.execute(insert(LogSeal), values)
    if last_id:
        _add_seal(connection, last_id + 1, last_id, _digest(digest, ()), now)


def verify(
    connection: Connection, *, keyed: bool = True, newest: int | None = None, known: Known | None = None
) -> Verdict:
    """Verify the chain, and the code of every line.

    keyed: whether the key is at hand; without it only the plain chain of hashes is looked at, as in a backup.
    newest: only so many of the newest seals, trusting the one before them; None for all. known: what is known outside,
    read before this transaction looked at the log; None compares with nothing.
    """
    seals, digest, expected_first = _to_verify(connection, newest)
    verdict = Verdict(whole=newest is None or expected_first <= 1, seals=len(seals))
    met = Met(expected_first, whole=verdict.whole)
    unkeyed: list[int] = []
    for seal in seals:
        lines = _lines(connection, expected_first, seal.last_id, None)
        fits = _digest(digest, lines) == seal.digest
        if keyed and seal.mac is None:
            unkeyed.append(seal.id)
        elif keyed:
            fits = fits and hmac.compare_digest(seal.mac, _seal_mac(seal.first_id, seal.last_id, seal.digest, seal[4]))
            unkeyed.clear()  # it stands on theirs
        if not fits:
            verdict.broken.append(seal.id)
        _judge_lines(verdict, lines, met, keyed=keyed, codes=seal.mac is not None)
        digest, expected_first = seal.digest, seal.last_id + 1
        verdict.head = (seal.id, seal.digest)
    verdict.broken = sorted({*verdict.broken, *unkeyed})
    while lines := _lines(connection, expected_first, None, SEAL_BATCH):
        _judge_lines(verdict, lines, met, keyed=keyed, codes=True)
        verdict.unsealed += len(lines)
        expected_first = lines[-1][0] + 1
    if known is not None:
        _compare(connection, verdict, met, known)
    return verdict


def head(connection: Connection) -> Head:
    """Return the newest seal; number 0 before the first."""
    columns = (LogSeal.id, LogSeal.digest, LogSeal.last_id, LogSeal.sealed_at)
    found = connection.execute(select(*columns).order_by(LogSeal.id.desc()).limit(1)).first()
    return Head(found[0], found[1], found[2], found[3].astimezone(UTC).isoformat()) if found else Head()


def holds(connection: Connection, seal: Head) -> bool:
    """Whether the log still has a seal."""
    here = select(LogSeal.id).where(LogSeal.id == seal.number, LogSeal.digest == seal.digest)
    return seal.number == 0 or connection.scalar(here) is not None


def _compare(connection: Connection, verdict: Verdict, met: Met, known: Known) -> None:
    """Miss what is known outside and isn't here."""
    differs = {"unreadable": known.unreadable, "absent": met.absent(known)}
    if known.head is None:
        differs["gone"] = 0 if known.unreadable else 1
    elif not holds(connection, known.head):
        differs["cut"] = known.head.number
    verdict.outside = {what: number for what, number in differs.items() if number}


def _to_verify(connection: Connection, newest: int | None) -> tuple[Sequence[Any], str, int]:
    """Return the seals to look at, oldest first, and the digest and first line that they begin with."""
    columns = (LogSeal.id, LogSeal.first_id, LogSeal.last_id, LogSeal.digest, LogSeal.sealed_at, LogSeal.mac)
    wanted = select(*columns).order_by(LogSeal.id.desc()).limit(None if newest is None else newest + 1)
    seals = list(reversed(connection.execute(wanted).all()))
    if newest is None or len(seals) <= newest:
        return seals, "", 0
    return seals[1:], seals[0].digest, seals[0].last_id + 1


def _judge_lines(verdict: Verdict, lines: Sequence[tuple[Any, ...]], met: Met, *, keyed: bool, codes: bool) -> None:
    """Look at each line's code. codes: whether there must be one."""
    verdict.lines += len(lines)
    if not keyed:
        return
    seen: set[bytes] = set()
    for line in lines:
        code = line[_MAC]
        fits = not codes if code is None else code not in seen and _fits(line)
        if fits and code is not None and len(code) == _NUMBERED:
            fits = met.line(code, line[0])
        seen.add(code)
        if not fits and len(verdict.forged) < MOST_NAMED:
            verdict.forged.append(line[0])


def _fits(line: tuple[Any, ...]) -> bool:
    code = line[_MAC]
    nonce = code[: _NONCE_BYTES if len(code) == _NONCE_BYTES + _CODE_BYTES else 2 * NAME_BYTES]
    return hmac.compare_digest(code, mac_of(dict(zip(_NAMES, line, strict=False)), line[-1], nonce))


_NAMES: Final = tuple(column.name for column in AccessLog.__table__.c)
_MAC: Final = _NAMES.index("mac")


def _lines(connection: Connection, first: int, last: int | None, limit: int | None) -> list[tuple[Any, ...]]:
    """Return lines by number, each with its children at the end."""
    columns = AccessLog.__table__.c
    statement = select(*columns).where(columns.id >= first).order_by(columns.id).limit(limit)
    if last is not None:
        statement = statement.where(columns.id <= last)
    lines = connection.execute(statement).all()
    if not lines:
        return []
    children = defaultdict(list)
    of_lines = AccessLogChild.__table__.c
    named = select(*of_lines).where(of_lines.log_id.between(lines[0].id, lines[-1].id))
    for row in connection.execute(named).all():
        children[row.log_id].append((str(row.child_id), row.why))
    return [(*line, sorted(children[line.id])) for line in lines]


def _digest(previous: str, lines: Iterable[tuple[Any, ...]]) -> str:
    return hashlib.sha256(_canonical([previous, *map(_told, lines)])).hexdigest()


def _told(line: tuple[Any, ...]) -> list[Any]:
    """Return what a seal says of a line; one without a code is told as it was before there were any."""
    code = line[_MAC]
    return [*line[:_MAC], *([] if code is None else [code.hex()]), line[-1]]


def _canonical(value: Any) -> bytes:
    return json.dumps(value, default=str, sort_keys=True, separators=(",", ":")).encode()


def _keyed(message: bytes) -> bytes:
    return hmac.new(key_ring().log_key, message, hashlib.sha256).digest()


def _seal_mac(first_id: int, last_id: int, digest: str, sealed_at: datetime) -> bytes:
    return _keyed(_canonical(["seal", first_id, last_id, digest, sealed_at.astimezone(UTC).isoformat()]))


def _add_seal(connection: Connection, first_id: int, last_id: int, digest: str, now: datetime) -> None:
    values = {"first_id": first_id, "last_id": last_id, "digest": digest, "sealed_at": now}
    connection.execute(insert(LogSeal), {**values, "mac": _seal_mac(first_id, last_id, digest, now)})


def _newest_seal(connection: Connection) -> tuple[int, str]:
    found = connection.execute(select(LogSeal.last_id, LogSeal.digest).order_by(LogSeal.id.desc()).limit(1)).first()
    return (found.last_id, found.digest) if found else (0, "")


def _one_at_a_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # several processes seal; on SQLite a writer is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(_ONE_SEALS)))
