"""Everything that is signed but not filed, as one ZIP: made while it is being sent, one document at a time.

Each document is fetched in a unit of work of its own, so that the log tells of it before it leaves, whatever happens to
the rest. Nothing is written to disk, and no more than one document is in memory.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from followup.domain.access import Actor
from followup.domain.errors import NotFound
from followup.domain.neutral_names import free_name, sidecar_name
from followup.services.record.filing import ToFile, take, to_hand_over
from followup.store.opening import Store
from followup.store.tables import Document
from followup.store.unit_of_work import UnitOfWork

FORMAT: Final = "followup-unfiled/1"
_COLUMNS: Final = ("fil", "ärendenummer", "besök", "utgåva", "octets", "sha256")
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)


def unfiled_documents(uow: UnitOfWork) -> Sequence[UUID]:
    """List the documents that the case system is still to get (`filing.to_hand_over`)."""
    return [document_id for (document_id,) in uow.rows(to_hand_over(uow).with_only_columns(Document.id))]


def stream(
    store: Store, actor: Actor, documents: Sequence[UUID], *, now: datetime, request_id: str = ""
) -> Iterator[bytes]:
    """Yield the ZIP: each document with its sidecar, and last the manifest, as JSON and as a table (CSV).

    A document that can't be had any more (filed by the case system's own hand, moved out of reach) is named in the
    manifest by its id, instead of breaking the rest off.
    """
    out = _Pipe()
    taken, missing, names = list[ToFile](), list[str](), set[str]()
    with zipfile.ZipFile(out, "w") as archive:
        for document_id in documents:
            try:
                with store.unit(actor, now=now, reads=True, request_id=request_id) as uow:
                    found = take(uow, document_id)
            except NotFound:
                missing.append(str(document_id))
                continue
            yield from _put(archive, out, _named(found, names), taken)
        for name, content in (("manifest.json", _manifest(taken, missing)), ("manifest.csv", _table(taken))):
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content)
            yield out.sent()
    yield out.sent()


def _put(archive: zipfile.ZipFile, out: _Pipe, found: ToFile, taken: list[ToFile]) -> Iterator[bytes]:
    at = found.sidecar.signed_at.timetuple()[:6] if found.sidecar.signed_at else _FIRST_DAY
    archive.writestr(zipfile.ZipInfo(found.name, at), found.content)
    yield out.sent()
    archive.writestr(zipfile.ZipInfo(sidecar_name(found.name), at), found.sidecar.as_json())
    yield out.sent()
    taken.append(ToFile(b"", found.name, found.sidecar))


def _named(found: ToFile, names: set[str]) -> ToFile:
    name = free_name(found.name, names)
    names.add(name)
    return found.renamed(name)


def _manifest(taken: Sequence[ToFile], missing: Sequence[str]) -> str:
    files = [{"file": each.name, "sidecar": sidecar_name(each.name), "sha256": each.sidecar.sha256} for each in taken]
    return json.dumps({"format": FORMAT, "files": files, "missing": missing}, indent=1) + "\n"


def _table(taken: Sequence[ToFile]) -> str:
    """Semicolons and a byte-order mark: what a spreadsheet in Swedish opens without asking."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow(_COLUMNS)
    for each in taken:
        side = each.sidecar
        rows.writerow((each.name, side.case_number, side.on.isoformat(), side.edition, side.size, side.sha256))
    return "\ufeff" + text.getvalue()


@dataclass
class _Pipe:
    """What the archive writes to: keeps the octets until they are sent. It can't seek, so sizes follow the contents."""

    _parts: list[bytes] = field(default_factory=list)

    def write(self, octets: bytes, /) -> int:
        self._parts.append(bytes(octets))
        return len(octets)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def close(self) -> None:
        """Nothing is open."""

    def sent(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
