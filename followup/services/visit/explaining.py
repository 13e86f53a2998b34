"""Step 4: does the child know why it lives there, does it take the blame, and what was it told.

SoL (2025:400) 3 kap. 3 §: who informs a child makes sure, as far as possible, that the child has understood.

The explanation “Därför bor jag här” is versioned and versions never change. So that saving as it is typed doesn't make
a version of every pause, the text being written is kept as a draft in the visit's placement check; it becomes a version
when the step is left by a real submit (`publish=True`), or when the visit is signed (`publish_draft`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from followup.domain import placement_check as check
from followup.domain.age import age_on
from followup.domain.placement_check import NOT_ASKED, AskBlock
from followup.domain.questionnaire import Text
from followup.domain.retelling import LastCheck, Retelling, retell_due
from followup.questionnaires import load_all
from followup.services.flags.flagging import refresh_flags
from followup.services.overview.deadline_facts import is_settled, was_told
from followup.services.overview.due import DONE
from followup.services.visit import steps
from followup.services.visit.posted import LONG, SHORT, Fields, Posted, tidied
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Child, Explanation, PlacementCheck, Visit
from followup.store.unit_of_work import UnitOfWork

STEP = "why"
_TEXTS = ("reason_note", "child_words", "told_today", "retold", "next_step")
_CODES = ("understanding", "understanding_reason", "self_blame", "self_blame_reason")
_NAMES = frozenset({*_TEXTS, *_CODES, "always_said", "explanation", "agreed_with"})
_CHECKS_READ = 12  # three years of quarterly visits: enough to find when it was last told


@dataclass(frozen=True)
class Told:
    """The latest earlier visit at which the child was told why: its day, by whom, and which version held."""

    on: date
    by: str
    version: int | None


@dataclass(frozen=True)
class Why:
    """What the page shows. ask: the questions for the child's age; say: the short message that ends the talk.

    explanation: the current version, None before the first. before: the latest earlier check that recorded a code.
    due: occasions to tell again up to the visit's day, soonest first.
    """

    visit: Visit
    ask: AskBlock
    say: Text
    explanation: Explanation | None
    last_told: Told | None
    before: PlacementCheck | None
    due: Sequence[Retelling]


def open_why(uow: UnitOfWork, visit_id: UUID) -> Why:
    """Fetch what the page shows. Raises NotFound."""
    visit = steps.open_visit(
        uow,
        visit_id,
        joinedload(Visit.placement_check),
        joinedload(Visit.child).options(selectinload(Child.explanations), selectinload(Child.placements)),
    )
    on = uow.day_of(visit.planned_at)
    placement = visit.child.placement_on(on)
    form, age = load_all().placement_check, age_on(visit.child.birth_date, on)
    earlier = _earlier(uow, visit)
    told = [_told(uow, each) for each in earlier if _was_told(each.placement_check)]
    coded = [each for each in earlier if each.placement_check and each.placement_check.understanding]
    return Why(
        visit=visit,
        ask=form.ask_at(age),
        say=form.say(age, placement.legal_basis if placement else ""),
        explanation=visit.child.explanation(),
        last_told=told[0] if told else None,
        before=coded[0].placement_check if coded else None,
        due=retell_due(
            born=visit.child.birth_date,
            placed=placement.start if placement else on,
            told=[each.on for each in told],
            until=on,
            check=_last_check(uow, coded[0]) if coded else None,
        ),
    )


def why_fields(visit: Visit) -> dict[str, str]:
    """What is stored of the step, as its form posts it; the placement check and the child's explanations are loaded."""
    row = visit.placement_check
    fields = {name: (getattr(row, name) or "") if row else "" for name in (*_CODES, *_TEXTS)}
    fields["always_said"] = "1" if row and row.always_said else ""
    fields |= _worded(visit.child.explanation())
    if row and drafting(row):
        fields |= {"explanation": row.explanation_draft or fields["explanation"], "agreed_with": row.agreed_with_draft}
    return fields


def drafting(row: PlacementCheck) -> bool:
    """Tell whether the explanation is being rewritten at the visit."""
    return bool(row.explanation_draft or row.agreed_with_draft)


def overtaken(visit: Visit) -> bool:
    """Tell whether the explanation that is being rewritten here was meanwhile rewritten elsewhere.

    The placement check and the child's explanations are loaded.
    """
    row, current = visit.placement_check, visit.child.explanation()
    return bool(row and drafting(row) and current and current.version != row.explanation_version)


def save_why(uow: UnitOfWork, visit_id: UUID, revision: int, fields: Fields, *, publish: bool) -> Saved | Stale:
    """Save the check and refresh the flags that follow from it (R9).

    publish: whether the step is being left, so that a changed explanation becomes a version. The field `version` tells
    which version the page was made from: when there is a newer one, from another visit, a text that was written here
    meets it on the page with two versions, and one that nobody touched here gives way. Raises InvalidInput,
    InvalidTransition, NotFound.
    """
    if publish:
        hold_explanations(uow, steps.hold(uow, visit_id))
    visit = steps.open_for_writing(
        uow, visit_id, joinedload(Visit.placement_check), joinedload(Visit.child).selectinload(Child.explanations)
    )
    stored, before = why_fields(visit), _before(visit.child, fields.get("version", ""))
    if before:
        stored |= _worded(visit.child.explanation())
    posted = {name: value for name, value in tidied(fields).items() if name in _NAMES and before.get(name) != value}
    posted = _without_idle_reasons(_with_explanation(posted, visit.child), stored)
    reading = Posted(posted, over=stored)
    values = _read(reading)
    explanation, agreed_with = reading.text("explanation", LONG), reading.text("agreed_with", SHORT)
    reading.check()
    checked = steps.check_revision(uow, visit, STEP, revision, stored=stored, posted=posted, before=before)
    if checked is not None:
        return checked
    row = visit.placement_check
    if row is None:
        row = visit.placement_check = PlacementCheck(visit_id=visit.id, child_id=visit.child_id)
    for name, value in values.items():
        setattr(row, name, value)
    _draft(visit, row, explanation, agreed_with)
    if publish:
        publish_draft(uow, visit)
    current = visit.child.explanation()
    row.explanation_version = current.version if current else None
    saved = steps.mark_saved(uow, visit, STEP)
    uow.flush()
    refresh_flags(uow, visit)
    return saved


def hold_explanations(uow: UnitOfWork, visit: Visit) -> None:
    """Hold the child before its explanations are read, so that two visits don't make the same version."""
    child = uow.reachable(Child).where(Child.id == visit.child_id)
    uow.rows(child.with_only_columns(Child.id).with_for_update())


def publish_draft(uow: UnitOfWork, visit: Visit) -> Explanation | None:
    """Make a drafted explanation the current version; returns it, or None when nothing was drafted.

    To be called when the step is left and before signing, with `hold_explanations` before. Earlier versions stay.
    """
    new, row = drafted(uow, visit), visit.placement_check
    if new is None or row is None:
        return None
    visit.child.explanations.append(new)
    row.explanation_draft = row.agreed_with_draft = ""
    row.explanation_version = new.version
    return new


def drafted(uow: UnitOfWork, visit: Visit) -> Explanation | None:
    """Return the version that the draft would become, not stored, or None when nothing was drafted.

    The visit's placement check and the child's explanations are loaded.
    """
    row, current = visit.placement_check, visit.child.explanation()
    if row is None or not drafting(row):
        return None
    text = row.explanation_draft or (current.text if current else "")
    if not text.strip():
        return None
    return Explanation(
        child_id=visit.child_id,
        version=current.version + 1 if current else 1,
        text=text,
        agreed_with=row.agreed_with_draft,
        created_at=uow.now,
        created_by=uow.actor.id,
    )


# --- reading --------------------------------------------------------------------------------------------------------


def _earlier(uow: UnitOfWork, visit: Visit) -> Sequence[Visit]:
    """Return signed visits before this one that hold a check, newest first."""
    return uow.all(
        uow.reachable(Visit)
        .join(Visit.placement_check)
        .where(
            Visit.child_id == visit.child_id,
            Visit.planned_at < visit.planned_at,
            Visit.state.in_(DONE),
            or_(PlacementCheck.understanding.is_not(None), PlacementCheck.always_said),
        )
        .options(contains_eager(Visit.placement_check), joinedload(Visit.caseworker))
        .order_by(Visit.planned_at.desc())
        .limit(_CHECKS_READ)
    )


def _was_told(row: PlacementCheck | None) -> bool:
    return bool(row and was_told(row))


def _told(uow: UnitOfWork, visit: Visit) -> Told:
    row = visit.placement_check
    on = uow.day_of(visit.planned_at)
    return Told(on, visit.caseworker.name, row.explanation_version if row else None)


def _last_check(uow: UnitOfWork, visit: Visit) -> LastCheck:
    row = visit.placement_check
    return LastCheck(uow.day_of(visit.planned_at), settled=bool(row and is_settled(row)))


# --- writing --------------------------------------------------------------------------------------------------------


def _worded(explanation: Explanation | None) -> dict[str, str]:
    """A version as the form posts it; empty texts before the first."""
    if explanation is None:
        return {"explanation": "", "agreed_with": ""}
    return {"explanation": explanation.text, "agreed_with": explanation.agreed_with}


def _before(child: Child, version: str) -> dict[str, str]:
    """Return what the page was filled in with, if a newer version has come since: then its texts may be stale.

    version: as posted, "" from a page on which both versions were seen.
    """
    current = child.explanation()
    if not version or current is None or version == str(current.version):
        return {}
    return _worded(next((each for each in child.explanations if str(each.version) == version), None))


def _with_explanation(posted: dict[str, str], child: Child) -> dict[str, str]:
    """Fill an emptied explanation in with the current version: an empty text explains nothing to anybody."""
    current = child.explanation()
    if current is None or posted.get("explanation", "full").strip():
        return posted
    return posted | {"explanation": current.text}


def _without_idle_reasons(posted: dict[str, str], stored: Fields) -> dict[str, str]:
    """Empty the reasons that belong to “not raised” when something else is chosen."""
    whole = {**stored, **posted}
    idle = {f"{code}_reason" for code in ("understanding", "self_blame") if whole.get(code) != NOT_ASKED}
    tidy = posted | {name: "" for name in idle if name in posted or stored.get(name)}
    if check.OTHER not in {{**whole, **tidy}.get(f"{code}_reason") for code in ("understanding", "self_blame")}:
        tidy |= {"reason_note": ""} if "reason_note" in posted or stored.get("reason_note") else {}
    return tidy


def _read(reading: Posted) -> dict[str, object]:
    return {
        "understanding": reading.choice("understanding", check.UNDERSTANDING),
        "understanding_reason": reading.choice("understanding_reason", check.REASONS),
        "self_blame": reading.choice("self_blame", check.SELF_BLAME),
        "self_blame_reason": reading.choice("self_blame_reason", check.REASONS),
        "always_said": reading.ticked("always_said"),
        **{name: reading.text(name) for name in _TEXTS},
    }


def _draft(visit: Visit, row: PlacementCheck, explanation: str, agreed_with: str) -> None:
    """Keep both texts when either differs from the current version: so “agreed with” can be emptied too."""
    changed = {"explanation": explanation, "agreed_with": agreed_with} != _worded(visit.child.explanation())
    row.explanation_draft, row.agreed_with_draft = (explanation, agreed_with) if changed else ("", "")
