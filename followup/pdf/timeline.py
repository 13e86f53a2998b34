"""The proof pack (`domain.timeline.Timeline`) to the HTML that is printed."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import Final

from followup.domain.record_words import WORDS
from followup.domain.timeline import Change, FlagEvent, Timeline, VisitEvent, from_json
from followup.pdf.dates import short_date, stamp
from followup.pdf.html import SHORT, environment, spaced
from followup.pdf.jobs import PrintJob
from followup.pdf.render import render

BECAUSE: Final = MappingProxyType(
    {
        "child_declined": "barnet ville inte",
        "child_ill": "barnet var sjukt",
        "carer_declined": "familjehemmet sa nej",
        "caseworker_ill": "socialsekreteraren var sjuk",
        "weather_or_travel": "väder eller resa",
        "nobody_home": "ingen var hemma",
        "other": "annat skäl",
    }
)
ABOUT: Final = MappingProxyType(
    {
        "urgent": "Akut oro",
        "by_hand": "Upplyft av handläggaren",
        "of_carers": "Familjehemmets svar",
        "whole": "Besöket i stort",
    }
)
_STATUS: Final = MappingProxyType({"open": "Inte avslutad", "acknowledged": "Mottagen, inte avslutad"})
_TALK: Final = MappingProxyType({"yes": "Ja", "partly": "Delvis", "no": "Nej", "": "Inte antecknat"})


def print_timeline(job: PrintJob) -> bytes:
    """Return the PDF of a timeline's JSON."""
    checksum = hashlib.sha256(job.source.encode()).hexdigest()
    return render(timeline_html(from_json(job.source), checksum, job.sealed_by), "timeline.css")


def job_of(source: str) -> PrintJob:
    """Make the job that prints a timeline (`domain.timeline.to_json`)."""
    return PrintJob("timeline", source)


def timeline_html(timeline: Timeline, checksum: str, sealed_by: str = "") -> str:
    """Return the document as HTML. checksum: SHA-256 of its JSON; sealed_by: whose seal it will get, "" for none."""
    template = environment().get_template("timeline.html")
    return template.render(
        t=timeline,
        sums=timeline.sums,
        made=stamp(timeline.made_at, timeline.zone),
        dated=timeline.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        short_checksum=spaced(checksum[:SHORT]),
        sealed_by=sealed_by,
        what=what,
        about=lambda flag: ABOUT.get(flag.about, flag.about),
        talk=talk,
        ending=ending,
        events=[(year, [(kind_of(event), event) for event in events]) for year, events in timeline.years],
    )


def kind_of(event: VisitEvent | FlagEvent | Change) -> str:
    """Name an event's kind for the template: visit | flag | change."""
    return {VisitEvent: "visit", FlagEvent: "flag", Change: "change"}[type(event)]


def what(event: VisitEvent | FlagEvent | Change) -> str:
    """Say in a few words what happened."""
    if isinstance(event, VisitEvent):
        if not event.held:
            return f"Inställt: {BECAUSE.get(event.because, event.because)}" if event.because else "Inställt"
        kind = WORDS["visit_kind"].get(event.kind, event.kind)
        return f"{kind} (inte signerat än)" if event.state == "draft" else kind
    if isinstance(event, FlagEvent):
        return f"{event.level}: {ABOUT.get(event.about, event.about)}"
    return _changed(event)


def talk(visit: VisitEvent) -> str:
    """Say whether the child was spoken to alone, for how long, and if not, why."""
    if not visit.held:
        return "–"
    held = _TALK.get(visit.talk, visit.talk)
    minutes = f", {visit.minutes} min" if visit.minutes is not None else ""
    return f"{held}{minutes}{f'. {visit.reason}' if visit.reason and visit.talk != 'yes' else ''}"


def ending(flag: FlagEvent) -> str:
    """Say how a flag ended, after how long and by whom; or that it hasn't."""
    if flag.ended_on is None or flag.days is None:
        seen = f" (chefen har arbetat med den sedan {short_date(flag.seen_on)})" if flag.seen_on else ""
        return f"{_STATUS.get(flag.status, 'Inte avslutad')}{seen}"
    time = "samma dag" if flag.days == 0 else f"efter {flag.days} {'dag' if flag.days == 1 else 'dagar'}"
    words = f" {flag.words}" if flag.words else ""
    return f"{flag.reason or 'Avslutad'}.{words} {short_date(flag.ended_on)}, {time}, av {flag.by}."


def _changed(change: Change) -> str:
    home = WORDS["home_kind"].get(change.text, change.text).lower()
    return {
        "placement_start": f"Flyttade till ett {home}",
        "placement_end": f"Flyttade från ett {home}",
        "caseworker": f"{change.text} blev barnets socialsekreterare",
        "amendment": f"Skrivet efter signeringen: {change.text}",
        "explanation": f"”Därför bor jag här” skrevs ner, version {change.text}",
    }.get(change.kind, change.text)
