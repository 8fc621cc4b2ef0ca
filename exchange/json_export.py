"""A whole camp as one JSON document, "campgrid-1": everything but secrets, e-mail addresses and accounts.

Things are numbered from 1 inside the document, so that a camp that was imported exports the same document.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models

from events.models import Camp
from notes.models import Link, NoteRevision
from pitches.models import Interest

FORMAT = "campgrid-1"
CAMP_FIELDS = [
    "name", "tagline", "starts_on", "ends_on", "time_zone", "place", "hashtag", "description", "conduct", "accent",
    "is_public", "joining", "capacity", "is_pitching_open", "is_interest_open", "are_counts_shown", "musts_each",
    "walking_minutes", "archived_at",
]  # fmt: skip
ROOM_FIELDS = ["name", "capacity", "features", "building", "directions", "online_url", "position"]
SLOT_FIELDS = ["starts_at", "ends_at", "kind", "title"]
ATTENDEE_FIELDS = ["display_name", "role", "is_waiting", "joined_at", "removed_at", "import_key"]
PITCH_FIELDS = [
    "title",
    "about",
    "topic",
    "kind",
    "needs",
    "length",
    "runs",
    "created_at",
    "withdrawn_at",
    "import_key",
]
SESSION_FIELDS = ["is_pinned", "moves", "key"]
VERSION_FIELDS = ["number", "published_at", "changes"]
PLACEMENT_FIELDS = ["room_name", "starts_at", "ends_at", "sequence", "changed_at", "is_cancelled"]
NOTE_FIELDS = ["text", "rule", "revision", "changed_at"]
REVISION_FIELDS = ["number", "text", "saved_at", "is_aside"]
LINK_FIELDS = ["url", "title", "kind", "created_at"]
WRITEUP_FIELDS = ["title", "text", "url", "published_at"]


def plain(value: Any) -> Any:
    """JSON for a field's value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def fields(row: models.Model, names: list[str]) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in names}


def numbered(rows: Iterable[models.Model]) -> dict[int, int]:
    """Primary key to the number inside the document."""
    return {row.pk: number for number, row in enumerate(rows, 1)}


def export_camp(camp: Camp, *, with_interest: bool) -> dict[str, Any]:
    """The document. Who is interested in what goes only to whoever runs the installation."""
    rooms, slots = list(camp.rooms.prefetch_related("closed_in")), list(camp.slots.all())
    attendees = list(camp.attendees.order_by("pk").prefetch_related("away_in"))
    pitches = list(camp.pitches.order_by("pk").prefetch_related("hosts", "not_in"))
    sessions = list(camp.sessions.order_by("pk").prefetch_related("cells"))
    room_no, slot_no, person_no = numbered(rooms), numbered(slots), numbered(attendees)
    pitch_no, session_no = numbered(pitches), numbered(sessions)
    document = {
        "format": FORMAT,
        "slug": camp.slug,
        "camp": fields(camp, CAMP_FIELDS),
        "rooms": [
            fields(r, ROOM_FIELDS) | {"closed_in": sorted(slot_no[s.pk] for s in r.closed_in.all())} for r in rooms
        ],
        "slots": [fields(s, SLOT_FIELDS) for s in slots],
        "attendees": [
            fields(a, ATTENDEE_FIELDS) | {"away_in": sorted(slot_no[s.pk] for s in a.away_in.all())} for a in attendees
        ],
        "pitches": [
            fields(p, PITCH_FIELDS)
            | {
                "hosts": sorted(person_no[h.pk] for h in p.hosts.all()),
                "proposed_by": person_no.get(p.proposed_by_id),
                "not_in": sorted(slot_no[s.pk] for s in p.not_in.all()),
                "merged_into": pitch_no.get(p.merged_into_id),
            }
            for p in pitches
        ],
        "sessions": [
            fields(s, SESSION_FIELDS)
            | {
                "pitch": pitch_no[s.pitch_id],
                "cells": sorted([slot_no[c.slot_id], room_no[c.room_id]] for c in s.cells.all()),
            }
            for s in sessions
        ],
        "versions": _versions(camp, room_no, slot_no, session_no),
        "notes": _notes(camp, session_no, person_no),
        "links": [
            fields(link, LINK_FIELDS) | {"session": session_no[link.session_id], "by": person_no.get(link.by_id)}
            for link in Link.objects.filter(session__camp=camp).order_by("pk")
        ],
        "writeups": [
            fields(w, WRITEUP_FIELDS) | {"session": session_no.get(w.session_id), "by": person_no.get(w.by_id)}
            for w in camp.writeups.order_by("pk")
        ],
    }
    if with_interest:
        rows = Interest.objects.filter(pitch__camp=camp).values_list("attendee_id", "pitch_id", "level")
        document["interests"] = sorted([person_no[a], pitch_no[p], level] for a, p, level in rows)
    return document


def _versions(
    camp: Camp, room_no: dict[int, int], slot_no: dict[int, int], session_no: dict[int, int]
) -> list[dict[str, Any]]:
    result = []
    for version in camp.grid_versions.order_by("number").prefetch_related("placements"):
        frame = renumbered(version.frame, room_no, slot_no)
        placements = [
            fields(p, PLACEMENT_FIELDS)
            | {
                "session": session_no[p.session_id],
                # What is gone from the camp keeps a number of its own.
                "room": room_no.get(p.room_ref, -p.room_ref),
                "slot": slot_no.get(p.slot_ref, -p.slot_ref),
            }
            for p in version.placements.all()
        ]
        placements.sort(key=lambda p: p["session"])
        result.append(fields(version, VERSION_FIELDS) | {"frame": frame, "placements": placements})
    return result


def renumbered(frame: dict[str, Any], room_no: dict[int, int], slot_no: dict[int, int]) -> dict[str, Any]:
    """The frame of a version with other ids; negative ones stand for what is gone."""
    return {
        "rooms": [r | {"id": room_no.get(r["id"], -abs(r["id"]))} for r in frame["rooms"]],
        "slots": [s | {"id": slot_no.get(s["id"], -abs(s["id"]))} for s in frame["slots"]],
    }


def _notes(camp: Camp, session_no: dict[int, int], person_no: dict[int, int]) -> list[dict[str, Any]]:
    result = []
    for session in camp.sessions.filter(note__isnull=False).order_by("pk").select_related("note"):
        revisions = NoteRevision.objects.filter(note=session.note).order_by("pk")
        result.append(
            fields(session.note, NOTE_FIELDS)
            | {
                "session": session_no[session.pk],
                "revisions": [fields(r, REVISION_FIELDS) | {"by": person_no.get(r.by_id)} for r in revisions],
            }
        )
    return result
