"""What calendars need of a version, and when they are told that something is different (change propagation)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events import stamps
from events.models import Attendee, Camp
from pitches.models import hosts_of

from ..models import GridVersion, Placement, Session
from .ical import Placed, Told
from .marks import SharedEntry, marks_of
from .own import Own, own_of
from .ways import NO_WAY, ways

#: a placement as calendars need it: the first columns of `Placed`, in order
COLUMNS = (
    "session_id", "session__key", "session__sequence", "session__told", "session__told_at",
    "starts_at", "ends_at", "room_name", "is_cancelled",
    "session__pitch_id", "session__pitch__title", "session__pitch__about", "session__pitch__topic",
    "session__pitch__withdrawn_at",
)  # fmt: skip


def feed_placements(version: GridVersion | None, *narrowed: Q, **which: Any) -> list[Placed]:
    """What calendars need of a version; cancelled ones too. `narrowed` and `which` narrow its placements."""
    if version is None:
        return []
    # Columns, not models: of each session there are three, and a calendar has hundreds.
    rows = list(Placement.objects.filter(*narrowed, version=version, **which).values_list("room_ref", *COLUMNS))
    placed = [(room, Placed(*row)) for room, *row in rows]
    hosts = hosts_of({found.pitch for _room, found in placed})
    frame = {room["id"]: room for room in version.frame["rooms"]}
    found_by_room = ways(version.camp, version) if rows else {}
    return [
        found._replace(
            building=frame.get(room, {}).get("building", ""),
            directions=frame.get(room, {}).get("directions", ""),
            online=found_by_room.get(room, NO_WAY).online_url,
            is_closed=found_by_room.get(room, NO_WAY).is_closed(found.starts_at, found.ends_at),
            hosts=tuple(host.display_name for host in hosts.get(found.pitch, ())),
        )
        for room, found in placed
    ]


def my_placements(version: GridVersion | None, attendee: Attendee) -> list[Placed]:
    """Where an attendee goes: what they host, wish or chose, without what they took off their day or go to another
    instead. Of several at once all, until they said which.
    """
    own, led = own_of(attendee), set(attendee.pitches.values_list("pk", flat=True))
    placed = feed_placements(version, of_days([(own, led)]))
    wanted = where_they_go(placed, attendee, own, led)
    return [found for found in placed if found.session in wanted]


def of_days(days: Iterable[tuple[Own, Collection[int]]], *known: int) -> Q:
    """Whatever may be in one of these days, by what somebody wished and chose, and which pitches they host; and the
    sessions that are `known` anyhow.
    """
    days = list(days)
    pitches = {pitch for own, led in days for pitch in (*led, *(pitch for pitch, _level in own.wishes))}
    chosen = {session for own, _led in days for session, goes in own.choices if goes}
    return Q(session__pitch__in=pitches) | Q(session__in=chosen.union(known))


def where_they_go(placed: Iterable[Placed], attendee: Attendee, own: Own, led: Collection[int]) -> set[int]:
    """Of these sessions those that belong into the attendee's calendar."""
    entries = [
        SharedEntry(
            found.session,
            found.pitch,
            (attendee.pk,) if found.pitch in led else (),
            found.starts_at,
            found.ends_at,
            is_off=found.is_cancelled or found.withdrawn_at is not None,
        )
        for found in placed
    ]
    return {session for session, mark in marks_of(entries, attendee, own).items() if not mark.is_instead}


def room_name(camp: Camp, room_id: int) -> str | None:
    """What the latest version calls the room; None if no calendar of it can be known to anybody.

    A room that the camp gave up keeps its calendar: it is how those who follow it learn that its sessions went.
    """
    version = GridVersion.latest(camp)
    known = {room["id"]: room["name"] for room in version.frame["rooms"]} if version else {}
    if room_id in known:
        return str(known[room_id])
    placements = Placement.objects.filter(version__camp=camp, room_ref=room_id).order_by("-version__number")
    found = placements.values_list("room_name", flat=True).first()
    return found or camp.rooms.filter(pk=room_id).values_list("name", flat=True).first()


def tell_calendars(*, camp: Camp, **which: Any) -> None:
    """Where calendars would now read something else than they were told last, SEQUENCE and LAST-MODIFIED have risen.

    Places change with a publish, titles and names at any time: both count in one number, so it never falls back.
    `which` narrows the placements of the latest version. Costs one query where nothing is published.
    """
    latest = GridVersion.latest(camp)
    if latest is not None and latest.placements.filter(**which).exists():
        _count_news(camp, which)


@transaction.atomic
def _count_news(camp: Camp, which: dict[str, Any]) -> None:
    # Two who change a session at once count one after the other, and the second reads what the first wrote.
    camp.lock(archived=True)
    changed = []
    for placed in feed_placements(GridVersion.latest(camp), **which):
        told = Told.of(camp, placed).fingerprint()
        if told != placed.told:
            # The first time there is nothing to count.
            sequence = placed.sequence + bool(placed.told)
            changed.append(Session(pk=placed.session, sequence=sequence, told=told, told_at=timezone.now()))
    if changed:
        Session.objects.bulk_update(changed, ["sequence", "told", "told_at"], batch_size=200)
        stamps.bump(camp, stamps.GRID)
