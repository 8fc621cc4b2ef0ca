"""Calendars of a camp, a room, a session, an attendee, that behave: RFC 5545, RFC 7986.

The same UID after a move; SEQUENCE and LAST-MODIFIED rise with every published move; what was cancelled stays
as STATUS:CANCELLED until the camp is over, so that calendars take it away.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vText

from events.models import Camp

from .models import Placement

REFRESH = timedelta(minutes=15)


def calendar(camp: Camp, placements: Iterable[Placement], *, name: str, site: str) -> bytes:
    """The placements as an iCalendar file. `site` is the scheme and host for the addresses."""
    result = Calendar()
    result.add("prodid", "-//Campgrid//Campgrid//EN")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", "PUBLISH")
    result.add("name", name)
    # Older programs know only these two.
    result.add("x-wr-calname", name)
    result.add("x-wr-timezone", camp.time_zone)
    result.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    result.add("x-published-ttl", vText("PT15M"))
    result.add("url", site + camp.get_absolute_url())
    for placement in placements:
        if placement.is_cancelled and camp.is_over:
            continue
        result.add_component(event(camp, placement, site))
    # A century of clock changes would be ten times the size of a camp.
    year = timedelta(days=366)
    result.add_missing_timezones(camp.starts_on - year, camp.ends_on + year)
    return bytes(result.to_ical())


def event(camp: Camp, placement: Placement, site: str) -> Event:
    """One session, in the camp's own time zone: right across a clock change."""
    session = placement.session
    pitch = session.pitch
    session.camp = camp
    entry = Event()
    entry.add("uid", f"session-{session.key}@campgrid")
    entry.add("dtstamp", placement.changed_at)
    entry.add("last-modified", placement.changed_at)
    entry.add("sequence", placement.sequence)
    entry.add("dtstart", _moment(placement.starts_at, camp))
    entry.add("dtend", _moment(placement.ends_at, camp))
    entry.add("summary", pitch.title)
    entry.add("location", ", ".join(part for part in (placement.room_name, camp.place) if part))
    entry.add("url", site + session.get_absolute_url())
    entry.add("status", "CANCELLED" if placement.is_cancelled else "CONFIRMED")
    hosts = ", ".join(host.display_name for host in pitch.hosts.all())
    entry.add("description", "\n\n".join(part for part in (hosts, pitch.about) if part))
    if pitch.topic:
        entry.add("categories", [pitch.topic])
    return entry


def _moment(moment: datetime, camp: Camp) -> datetime:
    """The moment by the clocks of the camp; in UTC for the second of two equal hours, which has no name there.

    RFC 5545, 3.3.5: a local time that occurs twice means the first.
    """
    local = moment.astimezone(camp.tz)
    return moment.astimezone(UTC) if local.fold else local
