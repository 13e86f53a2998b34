"""What an export of one child holds, put into an archive one visit at a time, each in a unit of work of its own.

However many years there are, no more than one visit's rows and one PDF are in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from followup.domain import summary
from followup.domain.errors import NotFound
from followup.domain.neutral_names import free_name, plain, sidecar_name
from followup.domain.timeline import to_json
from followup.pdf import export_html, timeline
from followup.pdf.dates import stamp
from followup.pdf.jobs import PrintJob
from followup.questionnaires import load_all
from followup.services.record import export_rows, plain_text
from followup.services.record.editions import source_of
from followup.services.record.export_archive import Archive
from followup.services.record.export_log import BATCH, Days, log_lines
from followup.services.record.filing import take
from followup.services.record.proof_pack import proof_pack
from followup.store.tables import Child, ChildExport, Organisation, Visit
from followup.store.unit_of_work import UnitOfWork

BESIDE_VISITS: Final = 3
"""Steps beside those of the visits: the timeline, the log, the index."""
_TOPICS: Final = {"urgent": "Akut oro", "manual": "Upplyft av handläggaren", "_form": "Besöket i stort"}

Open = Callable[[], UnitOfWork]
Print = Callable[[PrintJob], bytes]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Printing:
    """How PDFs are come by.

    printer: prints a job while one waits, sealed if it can be; left: makes what is left of a visit's documents.
    """

    printer: Print
    left: Callable[[UUID], None]


@dataclass
class _Export:
    """An export in the making. open_unit: begins a reading unit of work as whoever asked for it."""

    open_unit: Open
    printing: Printing
    archive: Archive
    about: export_html.About
    staff: Mapping[UUID, tuple[str, str]]
    names: set[str] = field(default_factory=set)

    def name(self, user_id: Any) -> str:
        """Name and title of a user, whose id stands in a row as text."""
        found = self.staff.get(UUID(user_id)) if user_id else None
        return ", ".join(part for part in found if part) if found else "–"


def fill(
    archive: Archive, open_unit: Open, export: ChildExport, *, printing: Printing, progress: Progress
) -> dict[str, str]:
    """Put everything about the export's child into the archive; returns what the bag says of itself.

    progress: called with how many of how many steps are done; what it raises breaks the export off.
    Raises NotFound when the child is out of reach (any more), RenderingFailed, OSError.
    """
    with open_unit() as uow:
        about = _about(uow, export)
        rows = export_rows.child_rows(uow, export.child_id)
        visits = export_rows.visits_of(uow, export.child_id)
        making = _Export(open_unit, printing, archive, about, export_rows.staff(uow))
    steps = len(visits) + BESIDE_VISITS
    progress(0, steps)
    archive.add("json/child.json", _json(rows))
    lines = []
    for number, (visit_id, at, state) in enumerate(visits, 1):
        lines.append(_visit(making, visit_id, at, state))
        progress(number, steps)
    with open_unit() as uow:
        pack = proof_pack(uow, export.child_id)
    name = f"{plain(about.case_number)}-tidslinje.pdf"
    archive.add(name, printing.printer(timeline.job_of(to_json(pack))))
    progress(len(visits) + 1, steps)
    days, total = Days(), _Count()
    archive.stream("json/log.jsonl", _log(making, export.child_id, days, total))
    archive.add("log.html", export_html.log_page(about, days.newest_first, total.number))
    progress(len(visits) + 2, steps)
    more = {"names": making.name, "timeline": name, "lines": total.number}
    archive.add("index.html", export_html.index_page(about, rows, lines, **more))
    archive.add(export_html.STYLE, export_html.style())
    progress(steps, steps)
    return {
        "Source-Organization": f"{about.organisation}, {about.unit}",
        "External-Identifier": about.case_number,
        "Bagging-Date": export.asked_at.date().isoformat(),
        "Bag-Software-Agent": "Followup",
    }


def _about(uow: UnitOfWork, export: ChildExport) -> export_html.About:
    found = uow.rows(
        uow.reachable(Child)
        .join(Organisation, Organisation.id == Child.organisation_id)
        .where(Child.id == export.child_id)
        .add_columns(Organisation)
    )
    if not found:
        raise NotFound
    child, organisation = found[0]
    name, title = export_rows.staff(uow).get(export.asked_by, ("", ""))
    return export_html.About(
        organisation=organisation.name,
        unit=organisation.unit,
        case_number=child.case_number,
        child=child.name,
        born=child.birth_date,
        protected=child.protected_identity,
        made=stamp(export.asked_at, str(uow.zone)),
        made_by=f"{name}, {title}" if title else name,
        purpose=export.purpose,
        reason=export.reason,
    )


def _visit(making: _Export, visit_id: UUID, at: datetime, state: str) -> export_html.Line:
    with making.open_unit() as uow:
        left = any(each.state != "ready" for each in export_rows.documents_of(uow, visit_id))
    if left:
        making.printing.left(visit_id)
    with making.open_unit() as uow:
        visit = export_rows.one_visit(uow, visit_id)
        rows = export_rows.visit_rows(uow, visit)
        documents = export_rows.documents_of(uow, visit_id)
        sections = _sections(uow, visit)
        on = uow.day_of(at)
    stem = free_name(f"{on.isoformat()}.html", making.names).removesuffix(".html")
    making.names.add(f"{stem}.html")
    files = tuple(_document(making, each.id) for each in documents if each.state == "ready")
    amended = len(rows.get("amendment", ()))
    missing = tuple(_called(each.kind, each.edition) for each in documents if each.state != "ready")
    line = export_html.Line(on, state, f"visits/{stem}.html", files, f"json/visits/{stem}.json", missing, amended)
    making.archive.add(line.data, _json(rows))
    page = export_html.visit_page(making.about, line, sections, rows, names=making.name, topics=_topic)
    making.archive.add(line.page, page)
    return line


def _document(making: _Export, document_id: UUID) -> tuple[str, str]:
    with making.open_unit() as uow:
        found = take(uow, document_id)
    found = found.renamed(free_name(found.name, making.names))
    making.names.add(found.name)
    making.archive.add(f"documents/{found.name}", found.content)
    making.archive.add(f"documents/{sidecar_name(found.name)}", found.sidecar.as_json().encode())
    return f"documents/{found.name}", _called(found.sidecar.kind, found.sidecar.edition)


def _called(kind: str, edition: int) -> str:
    words = {"full": "sammanfattning", "masked": "maskad", "child": "barnets egen"}.get(kind, kind)
    return f"PDF, {words}, utgåva {edition}"


def _sections(uow: UnitOfWork, visit: Visit) -> tuple[plain_text.Section, ...]:
    if visit.summary is None:
        return ()
    stored = source_of(uow, visit)
    return plain_text.sections(summary.from_json(stored), hashlib.sha256(stored.encode()).hexdigest())


def _topic(subject: str) -> str:
    library = load_all()
    found = library.find(subject)
    return (
        library.wording().topic(subject, found[0]) if found else _TOPICS.get(subject.split(":", maxsplit=1)[0], subject)
    )


@dataclass
class _Count:
    number: int = 0


def _log(making: _Export, child_id: UUID, days: Days, total: _Count) -> Iterator[bytes]:
    after = 0
    while True:
        with making.open_unit() as uow:
            lines = log_lines(uow, child_id, making.staff, days, after)
        total.number += len(lines)
        yield b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        if len(lines) < BATCH:
            return
        after = lines[-1]["number"]


def _json(rows: Any) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace")
