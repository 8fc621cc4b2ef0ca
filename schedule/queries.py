"""Reads that span pitches and schedule."""

from __future__ import annotations

from django.db.models import Count, Max, QuerySet

from events.models import Attendee, Camp
from pitches.models import PitchQuerySet

from .models import Cell, GridVersion, Placement


def unplaced_pitches(camp: Camp) -> PitchQuerySet:
    """Open pitches with no cell on the draft, the most wished first. Adds `interest_count`."""
    placed = Cell.objects.filter(session__camp=camp).values("session__pitch")
    rows = camp.pitches.open().exclude(pk__in=placed).with_interest_count()
    return rows.order_by("-interest_count", "title").prefetch_related("hosts")


def feed_placements(version: GridVersion | None) -> QuerySet[Placement]:
    """What calendars need of a version; cancelled ones too."""
    rows = Placement.objects.filter(version=version) if version else Placement.objects.none()
    return rows.select_related("session__pitch").prefetch_related("session__pitch__hosts")


def my_placements(version: GridVersion | None, attendee: Attendee) -> list[Placement]:
    """The sessions an attendee hosts or is interested in."""
    wished = set(attendee.interests.values_list("pitch_id", flat=True))
    hosted = set(attendee.pitches.values_list("pk", flat=True))
    return [p for p in feed_placements(version) if p.session.pitch_id in wished | hosted]


def interest_stamp(attendee: Attendee) -> str:
    """Changes with every change of the attendee's interests."""
    found = attendee.interests.aggregate(count=Count("pk"), last=Max("changed_at"))
    return f"{attendee.pk}-{found['count']}-{found['last']}"
