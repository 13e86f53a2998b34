"""A calendar feed as a file (RFC 5545): what and when, and nothing that tells of a child, a home or a user."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from icalendar import Alarm, Calendar, Event, vDuration, vUri

from followup.domain.deadlines import Deadline
from followup.services.overview.calendar_feed import Booked, DueDay, Feed
from followup.web.frame import say

_AN_HOUR = timedelta(hours=1)
"""How long a visit is shown as, since nobody books its end."""


def calendar_file(feed: Feed, *, now: datetime, start_url: str) -> bytes:
    """Write the feed in the interface's language. start_url: where the program begins, for whoever clicks."""
    calendar = Calendar()
    calendar.add("prodid", "-//Followup//Followup//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Followup")
    calendar.add("refresh-interval", vDuration(_AN_HOUR), parameters={"VALUE": "DURATION"})
    for visit in feed.visits:
        calendar.add_component(_visit(visit, now, start_url))
    for due in feed.deadlines:
        calendar.add_component(_deadline(due, now, start_url))
    return bytes(calendar.to_ical())


def _visit(visit: Booked, now: datetime, url: str) -> Event:
    event = _event(visit.id, _("Besök"), now, url)
    event.add("dtstart", visit.begins)
    event.add("duration", _AN_HOUR)
    return event


def _deadline(due: DueDay, now: datetime, url: str) -> Event:
    passed = due.deadline.state == "overdue"
    summary = _summary(due.deadline, passed=passed)
    event = _event(due.id, summary, now, url)
    event.add("dtstart", due.on)
    event.add("transp", "TRANSPARENT")
    if due.remind_before and not passed:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", -due.remind_before)
        event.add_component(alarm)
    return event


def _summary(deadline: Deadline, *, passed: bool) -> str:
    what = say(deadline.rule.calendar)
    if deadline.kind != "law":
        return _("Påminnelse: %(what)s", what=what)
    return _("Försenad tidsfrist: %(what)s", what=what) if passed else _("Tidsfrist: %(what)s", what=what)


def _event(identity: str, summary: str, now: datetime, url: str) -> Event:
    event = Event()
    event.add("uid", identity)
    event.add("dtstamp", now)
    event.add("summary", summary)
    event.add("class", "PRIVATE")
    event.add("url", vUri(url))
    return event
