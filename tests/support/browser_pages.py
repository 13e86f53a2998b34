"""Every page that a caseworker meets, by a name for messages and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from followup.store.tables import Document
from tests.support.browser_story import Story
from tests.support.people import People


def _document_of(people: People, visit_id: UUID) -> UUID:
    """A document of a visit."""
    return people.rows(Document, Document.visit_id == visit_id)[0].id


Addresses = Mapping[str, Callable[[People, Story], str]]

CASE_PAGES: dict[str, Callable[[People, Story], str]] = {
    "mine": lambda _people, _story: "/children",
    "child": lambda people, _story: f"/children/{people.alva.id}",
    "child line": lambda people, _story: f"/children/{people.alva.id}/line",
    "child beside the carers": lambda people, _story: f"/children/{people.alva.id}/voices",
    "child story": lambda people, _story: f"/children/{people.alva.id}/story",
    "line without visits": lambda people, _story: f"/children/{people.leo.id}/line",
    "letter": lambda _people, story: f"/visits/{story.planned}/letter",
    "picture": lambda _people, _story: "/account/picture",
    "child without visits": lambda people, _story: f"/children/{people.leo.id}",
    "handover": lambda people, _story: f"/children/{people.alva.id}/handover",
    "promises": lambda people, _story: f"/children/{people.alva.id}/promises",
    "deadlines": lambda people, _story: f"/children/{people.alva.id}/deadlines",
    "all deadlines": lambda _people, _story: "/deadlines",
    "calendar": lambda _people, _story: "/account/calendar",
    "plan": lambda people, _story: f"/children/{people.alva.id}/plan",
    "cancel": lambda _people, story: f"/visits/{story.planned}/cancel",
    "unfiled": lambda _people, _story: "/documents",
    "waiting": lambda _people, story: f"/visits/{story.waiting}/summary",
    "failed": lambda _people, story: f"/visits/{story.failed}/summary",
    "ready": lambda _people, story: f"/visits/{story.ready}/summary",
    "text": lambda _people, story: f"/visits/{story.ready}/text",
    "amend": lambda _people, story: f"/visits/{story.ready}/amend",
    "mask": lambda _people, story: f"/visits/{story.ready}/mask",
    "handed out": lambda people, story: f"/documents/{_document_of(people, story.ready)}/handout",
    "the child's copy": lambda _people, story: f"/visits/{story.ready}/child-copy",
    "the home's record": lambda _people, story: f"/visits/{story.ready}/home-record",
    "filed": lambda _people, story: f"/visits/{story.filed}/summary",
    "missing": lambda _people, _story: "/children/00000000-0000-4000-8000-000000000000",
}

STEP_PAGES: dict[str, Callable[[People, Story], str]] = {
    **{
        step: lambda _people, story, step=step: f"/visits/{story.draft}/{step}"  # type: ignore[misc] # the default binds this turn's step
        for step in ("prepare", "answers", "carer", "talk", "why", "agreements", "sign")
    },
    "urgent": lambda _people, story: f"/visits/{story.draft}/urgent?back=talk",
}

EMPTY_PAGES: dict[str, Callable[[People, Story], str]] = {
    "prepare, first visit": lambda _people, story: f"/visits/{story.planned}/prepare",
    "answers, 4-7": lambda _people, story: f"/visits/{story.planned}/answers",
    "answers, none": lambda _people, story: f"/visits/{story.smallest}/answers",
    "talk, empty": lambda _people, story: f"/visits/{story.smallest}/talk",
    "why, empty": lambda _people, story: f"/visits/{story.smallest}/why",
    "agreements, empty": lambda _people, story: f"/visits/{story.smallest}/agreements",
    "sign, lacking": lambda _people, story: f"/visits/{story.smallest}/sign",
}

VISIT_PAGES = STEP_PAGES | EMPTY_PAGES
