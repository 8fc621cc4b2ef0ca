"""Calendars of a camp, a room, a session, an attendee, that behave: RFC 5545, RFC 7986.

The same UID after a move; SEQUENCE and LAST-MODIFIED rise with everything that calendars are told anew, be it a
published move or a new title; what was cancelled stays as STATUS:CANCELLED until the camp is over, so that calendars
take it away. One without a session holds the days of the camp: no calendar is empty.

Who may join a session online is told so by the calendar that is their own, and by no other.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText, vUri

from accounts.text import carried, carried_in_a_line
from events.http import addresses
from events.models import Camp
from events.models.camp import FIRST_YEAR, LAST_YEAR

from ..models.session import WITHDRAWN
from .clock_changes import vtimezone

REFRESH = timedelta(minutes=15)


class Placed(NamedTuple):
    """A session on a version: its place as published, the rest as it is today, and what calendars were told last."""

    session: int
    key: uuid.UUID
    sequence: int
    #: fingerprint of that
    told: str
    told_at: datetime
    starts_at: datetime
    ends_at: datetime
    room_name: str
    is_cancelled: bool
    pitch: int
    title: str
    about: str
    topic: str
    withdrawn_at: datetime | None
    #: of the room, as published
    building: str = ""
    directions: str = ""
    #: the room's link for people online, as it is today
    online: str = ""
    #: the room is, for some of that time, as it is today
    is_closed: bool = False
    #: their names
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """All that a calendar tells of a session: place and times as published, texts, names and links as they are today.

    An event is made of this alone. So whatever it shows is in the fingerprint, and cannot change without being counted:
    a link for people online, too, though only calendars of one's own show it.
    """

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    is_cancelled: bool
    summary: str
    location: str
    description: str
    topic: str
    #: for those in the camp alone
    online: str = ""

    @classmethod
    def of(cls, camp: Camp, placed: Placed) -> Told:
        is_shown = placed.withdrawn_at is None
        texts = (", ".join(placed.hosts), placed.about, _way_to(placed)) if is_shown else ()
        return cls(
            starts_at=placed.starts_at.astimezone(UTC),
            ends_at=placed.ends_at.astimezone(UTC),
            time_zone=camp.time_zone,
            is_cancelled=placed.is_cancelled or not is_shown,
            summary=_summary(placed) if is_shown else str(WITHDRAWN),
            location=carried_in_a_line(", ".join(filter(None, (_room(placed), placed.building, camp.venue)))),
            description=carried("\n\n".join(part for part in texts if part)),
            topic=carried_in_a_line(placed.topic) if is_shown else "",
            online=carried_in_a_line(placed.online) if is_shown else "",
        )

    def fingerprint(self) -> str:
        parts = astuple(self)
        # As earlier releases wrote it where there is no link: else all sessions of all camps would be news.
        return hashlib.blake2s(repr(parts if self.online else parts[:-1]).encode(), digest_size=16).hexdigest()

    @property
    def where(self) -> str:
        """Room, building, venue; and the link for those whom it is told. LOCATION is the format's word, not ours."""
        return self.location

    def place_in_time(self) -> str:
        """A fingerprint of where, when and under which title: what is mailed anew if it changes."""
        parts = (self.starts_at, self.ends_at, self.time_zone, self.summary, self.location, self.online)
        return hashlib.blake2s(repr(parts).encode(), digest_size=16).hexdigest()

    def with_link(self) -> Told:
        """As it is told to those who may join online: where programs look for a link."""
        if not self.online or self.is_cancelled:
            return replace(self, online="")
        join = _("Join online: %(address)s") % {"address": self.online}
        return replace(
            self,
            location=f"{self.location}, {self.online}",
            description="\n\n".join(part for part in (self.description, join) if part),
        )

    def without_link(self) -> Told:
        return replace(self, online="")


def _room(placed: Placed) -> str:
    """What it is called, and whether one would stand before a closed door: that is where people look on their way."""
    if not placed.is_closed or placed.is_cancelled or placed.withdrawn_at is not None:
        return placed.room_name
    return _("%(room)s (room closed: watch the grid)") % {"room": placed.room_name}


def _way_to(placed: Placed) -> str:
    """How the room is found, where there is more to say than what it is called."""
    if not placed.directions:
        return ""
    place = ", ".join(filter(None, (placed.room_name, placed.building)))
    return f"{place}: {placed.directions}"


def _summary(placed: Placed) -> str:
    """Its title; some programs show what was cancelled as any other, so that stands in it, too."""
    title = carried_in_a_line(placed.title)
    return _("Cancelled: %(title)s") % {"title": title} if placed.is_cancelled else title


def calendar(camp: Camp, placements: Iterable[Placed], *, name: str, site: str, with_links: bool = False) -> bytes:
    """The placements as an iCalendar file. `site` is the scheme and host for the addresses.

    `with_links`: it is somebody's own who is in the camp, and says how to join online.
    """
    result, name = Calendar(), carried_in_a_line(name)
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
    texts = [event(item) for item in _items(camp, placements, site, with_links)]
    zones = zones_of(camp) if texts else b""
    # Components stand one after the other before the last line (RFC 5545, 3.6).
    return bytes(result.to_ical()).removesuffix(END) + zones + (b"".join(texts) or _days(camp, site)) + END


END = b"END:VCALENDAR\r\n"


def _days(camp: Camp, site: str) -> bytes:
    """The days of the camp, for a calendar without a session.

    One without any component is none (RFC 5545, 3.6), and what is published has an event at least (RFC 5546, 3.2.1);
    some programs refuse it. It also shows whoever added it weeks before that it works. It takes nobody's time.
    """
    entry, path = Event(), camp.get_absolute_url()
    # The same under whichever name the server is asked.
    entry.add("uid", f"camp-{uuid.uuid5(uuid.NAMESPACE_URL, settings.SITE_URL + path)}@campgrid")
    entry.add("dtstamp", camp.created_at)
    entry.add("dtstart", camp.starts_on)
    # The day after the last one (RFC 5545, 3.6.1).
    entry.add("dtend", camp.ends_on + timedelta(days=1))
    entry.add("summary", carried_in_a_line(camp.name))
    if camp.venue:
        entry.add("location", carried_in_a_line(camp.venue))
    entry.add("url", site + path)
    entry.add("transp", "TRANSPARENT")
    if not camp.is_over:
        entry.add("description", _("No session of this calendar is on the grid yet. They come by themselves."))
    return bytes(entry.to_ical())


@dataclass(frozen=True, slots=True)
class Item:
    """A session in a calendar: all that its event is made of."""

    key: uuid.UUID
    sequence: int
    told_at: datetime
    address: str
    told: Told


def _items(camp: Camp, placements: Iterable[Placed], site: str, with_links: bool) -> Iterator[Item]:
    page, is_over = addresses("session_detail", camp), camp.is_over
    for placed in placements:
        told = Told.of(camp, placed)
        told = told.with_link() if with_links else told.without_link()
        if not (told.is_cancelled and is_over):
            yield Item(placed.key, placed.sequence, placed.told_at, site + page(placed.session), told)


# A process keeps what it wrote (memoised): most events of a calendar are those of the one before, and of the calendars
# of rooms and people. It follows from its item alone, so it cannot be stale.
@lru_cache(maxsize=4000)
def event(item: Item) -> bytes:
    """One session, in the camp's own time zone: right across a clock change."""
    return bytes(entry_of(item).to_ical())


def entry_of(item: Item) -> Event:
    """The same, not written out yet."""
    told, zone = item.told, ZoneInfo(item.told.time_zone)
    entry = Event()
    entry.add("uid", f"session-{item.key}@campgrid")
    entry.add("dtstamp", item.told_at)
    entry.add("last-modified", item.told_at)
    entry.add("sequence", item.sequence)
    for name, moment in zip(("dtstart", "dtend"), _moments(told, zone), strict=True):
        entry.add(name, moment)
    entry.add("summary", told.summary)
    entry.add("location", told.location)
    entry.add("url", item.address)
    entry.add("status", "CANCELLED" if told.is_cancelled else "CONFIRMED")
    entry.add("description", told.description)
    if told.topic:
        entry.add("categories", [told.topic])
    if told.online:
        # RFC 7986, 5.11: of what kind it is nobody said.
        entry.add("conference", vUri(told.online), parameters={"VALUE": "URI", "LABEL": _("Join online")})
    return entry


REQUEST, CANCEL = "REQUEST", "CANCEL"


def invitation(camp: Camp, item: Item, *, method: str, sender: str, receiver: str) -> str:
    """One session as a message to one person's calendar (iTIP, RFC 5546, 3.2.2 and 3.2.5).

    Who sends it is the site, and who gets it is the only one it names.
    """
    if method == CANCEL:
        item = replace(item, told=replace(item.told, is_cancelled=True))
    entry, organiser, attendee = entry_of(item), vCalAddress(f"mailto:{sender}"), vCalAddress(f"mailto:{receiver}")
    organiser.params["CN"] = carried_in_a_line(camp.name).replace('"', "'")
    entry.add("organizer", organiser)
    if method == REQUEST:
        # They chose it themselves: there is nothing to answer, and nobody who would read it.
        attendee.params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    entry.add("attendee", attendee)
    result = Calendar()
    result.add("prodid", "-//Campgrid//Campgrid//EN")
    result.add("version", "2.0")
    result.add("calscale", "GREGORIAN")
    result.add("method", method)
    text = bytes(result.to_ical()).removesuffix(END) + zones_of(camp) + bytes(entry.to_ical()) + END
    return text.decode()


def zones_of(camp: Camp) -> bytes:
    """The clock changes that times of the camp need."""
    return _zones(camp.time_zone, camp.starts_on.year, camp.ends_on.year)


@lru_cache(maxsize=100)
def _zones(time_zone: str, first_year: int, last_year: int) -> bytes:
    """The clock changes about these years: those of a century would be ten times the size of a camp."""
    # Rows of before the years of a camp were checked must not be the end of its calendars.
    first_year, last_year = max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR)
    return vtimezone(ZoneInfo(time_zone), first_year - 1, last_year + 1)


def _moments(told: Told, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end by the clocks of the camp; both in UTC where one of them touches an hour that occurs twice.

    RFC 5545, 3.3.5: a local time that occurs twice means the first, so the second has no name there; some programs take
    the first for the second, and some refuse a file with one end in UTC and the other not.
    """
    local = told.starts_at.astimezone(zone), told.ends_at.astimezone(zone)
    is_twice = any(moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset() for moment in local)
    return (told.starts_at, told.ends_at) if is_twice else local
