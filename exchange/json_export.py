"""A whole camp as one JSON document, "campgrid-1": everything but accounts and, unless they are asked for, secrets.

What was written in a room that agreed on no notes is a secret, too: it stays where it is. A document that may be passed
on holds nothing that pages tell attendees alone, and names nobody whom they do not name.

Things are numbered from 1 inside the document, so that a camp that was imported exports the same document. How many
queries it takes does not depend on how large the camp is. `docs/exchange.md` says of each field who may take it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from django.db import models
from django.db.models import Q

from events.models import Attendee, Camp, EarlierCalendarKey, Room
from notes.models import Link, Note, NoteRevision, WriteUp
from pitches.models import Interest, Order, Pitch
from pitches.topics import kept_colours
from schedule.models import Cell, Draft, Placement, Session
from schedule.models.session import WITHDRAWN

FORMAT = "campgrid-1"
CAMP_FIELDS = [
    "name", "tagline", "starts_on", "ends_on", "time_zone", "venue", "hashtag", "description", "conduct", "accent",
    "is_public", "joining", "capacity", "is_pitching_open", "is_interest_open", "are_counts_shown", "musts_each",
    "walking_minutes", "room_minutes", "can_hosts_claim", "is_checklist_shown", "archived_at",
]  # fmt: skip
ROOM_FIELDS = ["name", "capacity", "features", "building", "directions", "online_url", "position"]
SLOT_FIELDS = ["starts_at", "ends_at", "kind", "title"]
ATTENDEE_FIELDS = ["display_name", "role", "is_waiting", "joined_at", "removed_at", "import_key"]
PITCH_FIELDS = [
    "title", "about", "topic", "kind", "needs", "length", "rather", "runs", "created_at", "withdrawn_at", "import_key",
]  # fmt: skip
COLOUR_FIELDS = ["name", "hue"]
SESSION_FIELDS = ["is_pinned", "notes_rule", "sequence", "told", "told_at", "key"]
VERSION_FIELDS = ["number", "published_at", "why", "takes_back", "clocks_of", "clocks_in"]
PLACEMENT_FIELDS = ["room_name", "starts_at", "ends_at", "is_cancelled"]
NOTE_FIELDS = ["text", "revision", "changed_at"]
REVISION_FIELDS = ["number", "text", "saved_at", "is_aside"]
LINK_FIELDS = ["url", "title", "kind", "created_at"]
WRITEUP_FIELDS = ["title", "text", "url", "published_at"]
#: what has pages or calendars of its own: a printed code leads to the number in their address
WITH_ADDRESS: dict[str, type[models.Model]] = {
    "rooms": Room,
    "pitches": Pitch,
    "sessions": Session,
    "writeups": WriteUp,
}


class Secrets(IntEnum):
    """What of what opens something leaves in the document; each gives more than those before it."""

    #: a document that may be passed on: no secret, and nothing that only attendees may read
    NONE = 0
    #: the join code, the addresses that may join, links for people online, what imports call people, texts for
    #: attendees: organisers brought them or read them, and keep their camp whole
    OF_CAMP = 1
    #: whoever has somebody's calendar key reads what they want to be at: for whoever runs the machine
    OF_PEOPLE = 2


#: by part of the document, what of it stays out of one that may be passed on
KEPT_BACK: dict[str, set[str]] = {
    # Who has the link is in.
    "rooms": {"online_url"},
    # Files call people by their addresses; who waits, was removed or is away is for organisers. No page says when
    # somebody came.
    "attendees": {"import_key", "is_waiting", "joined_at", "removed_at", "away_in"},
    "pitches": {"import_key", "proposed_by", "not_in", "rather"},
    # The draft; what calendars that people keep for themselves were told last.
    "sessions": {"cells", "is_pinned", "told", "told_at"},
}


#: a row's id to its number in the document; what is NULL in the database has none
Numbers = dict[int | None, int]
#: a row's id to what belongs to it
Lists = dict[int, list[Any]]


def plain(value: Any) -> Any:
    """JSON for a field's value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def fields(row: models.Model, names: list[str]) -> dict[str, Any]:
    """What these are in the row."""
    return {name: plain(getattr(row, name)) for name in names}


def _pk(row: models.Model) -> int:
    return int(row.pk)


def numbered(rows: Iterable[models.Model]) -> Numbers:
    """Primary key to the number inside the document."""
    return {row.pk: number for number, row in enumerate(rows, 1)}


def gathered(rows: models.QuerySet[Any], mine: str, other: str, numbers: Numbers) -> Lists:
    """Of a table with two foreign keys, what stands beside each row of the first and has a number: one query."""
    found: Lists = defaultdict(list)
    for pk, beside in rows.values_list(mine, other):
        if beside in numbers:
            found[pk].append(numbers[beside])
    return {pk: sorted(beside) for pk, beside in found.items()}


def export_camp(camp: Camp, *, with_interest: bool, secrets: Secrets = Secrets.NONE) -> dict[str, Any]:
    """The document. Who is interested in what goes only to whoever runs the installation."""
    rooms, slots = list(camp.rooms.all()), list(camp.slots.all())
    # Each session has its pitch: the one that is read later knows what the other refers to.
    sessions = list(camp.sessions.order_by("pk").defer("stood"))
    attendees, pitches = _people(camp, secrets), list(camp.pitches.order_by("pk"))
    links = Link.objects.kept() if secrets else Link.objects.readable_by(None)
    texts = camp.writeups.kept() if secrets else camp.writeups.readable_by(None)
    writeups = list(texts.order_by("pk"))
    room_no, slot_no, person_no = numbered(rooms), numbered(slots), numbered(attendees)
    # Others work meanwhile: what came after the things of its kind were read is nowhere in the document.
    pitch_no, session_no = numbered(pitches), numbered(sessions)
    closed = gathered(Room.closed_in.through.objects.filter(room__camp=camp), "room_id", "slot_id", slot_no)
    away = gathered(Attendee.away_in.through.objects.filter(attendee__camp=camp), "attendee_id", "slot_id", slot_no)
    hosts = gathered(Pitch.hosts.through.objects.filter(pitch__camp=camp), "pitch_id", "attendee_id", person_no)
    not_in = gathered(Pitch.not_in.through.objects.filter(pitch__camp=camp), "pitch_id", "slot_id", slot_no)
    after = gathered(Order.objects.filter(later__camp=camp), "later_id", "earlier_id", pitch_no)
    draft = Draft.of(camp)
    document: dict[str, Any] = {
        "format": FORMAT,
        "slug": camp.slug,
        "camp": fields(camp, CAMP_FIELDS),
        "concerns": fields(draft, list(Draft.CONCERNS)),
        "rooms": [fields(r, ROOM_FIELDS) | {"closed_in": closed.get(r.pk, [])} for r in rooms],
        "slots": [fields(s, SLOT_FIELDS) for s in slots],
        "attendees": [fields(a, ATTENDEE_FIELDS) | {"away_in": away.get(a.pk, [])} for a in attendees],
        "pitches": [
            fields(p, PITCH_FIELDS)
            | {
                "hosts": hosts.get(p.pk, []),
                "proposed_by": person_no.get(p.proposed_by_id),
                "after": after.get(p.pk, []),
                "not_in": not_in.get(p.pk, []),
                "merged_into": pitch_no.get(p.merged_into_id),
            }
            for p in pitches
        ],
        "topic_colours": [{"name": name, "hue": hue} for name, hue in sorted(kept_colours(camp).items())],
        "sessions": _sessions(camp, sessions, pitch_no, room_no, slot_no),
        "versions": _versions(camp, room_no, slot_no, session_no),
        "notes": _notes(camp, session_no, person_no, secrets),
        "links": [
            fields(link, LINK_FIELDS) | {"session": session_no[link.session_id], "by": person_no.get(link.by_id)}
            for link in links.filter(session__camp=camp).order_by("pk")
            if link.session_id in session_no
        ],
        "writeups": [
            fields(w, WRITEUP_FIELDS) | {"session": session_no.get(w.session_id), "by": person_no.get(w.by_id)}
            for w in writeups
        ],
        "addresses": {
            "rooms": [*map(_pk, rooms)],
            "pitches": [*map(_pk, pitches)],
            "sessions": [*map(_pk, sessions)],
            "writeups": [*map(_pk, writeups)],
        },
    }
    if not secrets:
        _keep_back(document)
    if with_interest:
        wishes = Interest.objects.filter(pitch__camp=camp).values_list("attendee_id", "pitch_id", "level")
        known = (wish for wish in wishes if wish[0] in person_no and wish[1] in pitch_no)
        document["interests"] = sorted([person_no[a], pitch_no[p], level] for a, p, level in known)
    if secrets >= Secrets.OF_CAMP:
        listed = camp.listed_addresses.values_list("email", flat=True)
        document["secrets"] = {"code": camp.code, "listed_addresses": sorted(listed)}
    if secrets >= Secrets.OF_PEOPLE:
        document["secrets"]["calendar_keys"] = [person.calendar_key for person in attendees]
        earlier = EarlierCalendarKey.objects.filter(attendee__camp=camp).values_list("attendee_id", "key")
        document["secrets"]["earlier_calendar_keys"] = sorted([person_no[a], key] for a, key in earlier)
    return document


def _keep_back(document: dict[str, Any]) -> None:
    """Nothing is left in it that pages tell attendees or organisers alone, or nobody any more."""
    document["concerns"] = {}
    for part, names in KEPT_BACK.items():
        document[part] = [{name: value for name, value in row.items() if name not in names} for row in document[part]]
    for pitch in document["pitches"]:
        if pitch["withdrawn_at"]:
            # Sessions and versions refer to it by its number, so it keeps its place.
            pitch |= {"title": str(WITHDRAWN), "about": "", "topic": "", "needs": [], "hosts": [], "after": []}
    shown = {pitch["topic"].casefold() for pitch in document["pitches"]}
    document["topic_colours"] = [colour for colour in document["topic_colours"] if colour["name"] in shown]


def _people(camp: Camp, secrets: Secrets) -> list[Attendee]:
    """All of them; without secrets those whom pages name: who is in, and who leads what was not withdrawn."""
    people = camp.attendees.order_by("pk").defer("news")
    if secrets:
        return list(people)
    leads = Pitch.hosts.through.objects.filter(pitch__camp=camp, pitch__withdrawn_at=None).values("attendee_id")
    return list(people.filter(Q(removed_at=None, is_waiting=False) | Q(pk__in=leads)))


def _sessions(
    camp: Camp, sessions: list[Session], pitch_no: Numbers, room_no: Numbers, slot_no: Numbers
) -> list[dict[str, Any]]:
    cells: Lists = defaultdict(list)
    rows = Cell.objects.filter(session__camp=camp).values_list("session_id", "slot_id", "room_id")
    for session, slot, room in rows:
        if slot in slot_no and room in room_no:
            cells[session].append([slot_no[slot], room_no[room]])
    return [
        fields(s, SESSION_FIELDS) | {"pitch": pitch_no[s.pitch_id], "cells": sorted(cells.get(s.pk, []))}
        for s in sessions
    ]


def _versions(camp: Camp, room_no: Numbers, slot_no: Numbers, session_no: Numbers) -> list[dict[str, Any]]:
    placements: Lists = defaultdict(list)
    for p in Placement.objects.filter(version__camp=camp).order_by("session_id"):
        if p.session_id not in session_no:
            continue
        placements[p.version_id].append(
            fields(p, PLACEMENT_FIELDS)
            | {
                "session": session_no[p.session_id],
                # What is gone from the camp keeps a number of its own.
                "room": room_no.get(p.room_ref, -abs(p.room_ref)),
                "slot": slot_no.get(p.slot_ref, -abs(p.slot_ref)),
            }
        )
    return [
        fields(version, VERSION_FIELDS)
        | {"frame": renumbered(version.frame, room_no, slot_no), "placements": placements.get(version.pk, [])}
        for version in camp.grid_versions.order_by("number")
    ]


def renumbered(frame: dict[str, Any], room_no: Numbers, slot_no: Numbers) -> dict[str, Any]:
    """The frame of a version with other ids; negative ones stand for what is gone."""
    return {
        "rooms": [r | {"id": room_no.get(r["id"], -abs(r["id"]))} for r in frame["rooms"]],
        "slots": [s | {"id": slot_no.get(s["id"], -abs(s["id"]))} for s in frame["slots"]],
    }


def _notes(camp: Camp, session_no: Numbers, person_no: Numbers, secrets: Secrets) -> list[dict[str, Any]]:
    """Without secrets those that anybody may read, and not what they were before: attendees alone see that."""
    notes = Note.objects.filter(session__camp=camp)
    notes = notes.kept() if secrets else notes.readable_by(None)
    revisions: Lists = defaultdict(list)
    for revision in NoteRevision.objects.filter(note__in=notes).order_by("pk") if secrets else ():
        revisions[revision.note_id].append(fields(revision, REVISION_FIELDS) | {"by": person_no.get(revision.by_id)})
    return [
        fields(note, NOTE_FIELDS) | {"session": session_no[note.session_id], "revisions": revisions.get(note.pk, [])}
        for note in notes.order_by("session_id")
        if note.session_id in session_no
    ]
