"""A camp that was read from a document stands: a few statements for each kind of thing, however many there are."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.converters import MOST_DIGITS
from accounts.models import User
from accounts.statements import statement
from events.models import Attendee, Camp, EarlierCalendarKey, ListedAddress, Room, Slot
from events.opening import save_new_camp, seat_organiser
from notes.models import Link, Note, NoteRevision, WriteUp
from pitches.models import Interest, Order, Pitch, TopicColour
from pitches.topics import keep_colours
from schedule.models import Cell, Draft, GridVersion, Placement, Session
from schedule.wall.publish import add_version

from . import json_export as names
from .arrival import Arrival, ArrivingVersion
from .report import quoted

log = logging.getLogger(__name__)
#: rows, and ids, in one statement
ROWS, IDS = 500, 500
#: how far beyond the largest that was given here a number of a page may be that somebody chooses by a document: all
#: that come later are larger still. By the page, where anybody does; by the command, for whoever runs the machine
AHEAD_BY_PAGE, AHEAD_BY_COMMAND = 10_000_000, 10**12
#: half of the numbers that a database has: the others are for what comes later, whatever documents held
LARGEST_NUMBER = 10**MOST_DIGITS // 2
#: sessions that are told by name before anything is made
FEW = 5
#: afterwards; of others there is the number, which is told before them
MOST_PAGES = 100
#: numbers that others may be given at the very moment when those of a document are taken
SPARE = 1_000
#: names the lock of whoever takes numbers by a document (advisory lock of PostgreSQL)
NUMBERS_LOCK = 7_262_030


@transaction.atomic
def write_arrival(
    *,
    arrival: Arrival,
    by: User | None = None,
    display_name: str = "",
    with_calendar_keys: bool = False,
    ahead: int = AHEAD_BY_PAGE,
) -> Camp:
    """The camp stands, all of it or nothing (ValidationError), and `by` is its organiser.

    Pages keep the numbers in their addresses as far as those are free here and no further than `ahead` of what is
    here, the camp its join code; what does not is told in the arrival's remarks. Calendar keys open what people wish:
    only who runs the machine brings them in.
    """
    try:
        with transaction.atomic():
            return _write(arrival, by, display_name, with_calendar_keys, ahead)
    except (IntegrityError, DataError) as error:
        # What a database says of its rows is for the log, not for people.
        log.warning("The database does not take a camp that was brought in", exc_info=True)
        raise ValidationError(
            _(
                "Nothing was imported: something in the file is not as the database wants it, or was taken "
                "meanwhile. Try again."
            )
        ) from error


def _write(arrival: Arrival, by: User | None, display_name: str, with_calendar_keys: bool, ahead: int) -> Camp:
    camp = arrival.camp
    _lock_numbers()
    keep_code(arrival)
    save_new_camp(camp=camp)
    if with_calendar_keys:
        _keep_calendar_keys(arrival)
    _keep_session_keys(arrival)
    before = {kind: _take_numbers(arrival, kind, ahead) for kind in names.WITH_ADDRESS}
    for model, rows in (
        (Room, arrival.rooms),
        (Slot, arrival.slots),
        (Attendee, arrival.attendees),
        (EarlierCalendarKey, arrival.earlier_calendar_keys if with_calendar_keys else []),
        (Pitch, arrival.pitches),
        (Session, arrival.sessions),
    ):
        _create(model, rows)
    for pitch, target in arrival.merged:
        pitch.merged_into = target
    Pitch.objects.bulk_update([pitch for pitch, _target in arrival.merged], ["merged_into"], batch_size=ROWS)
    _create(TopicColour, arrival.topic_colours)
    keep_colours(camp=camp)
    _join(Room.closed_in.through, "room", "slot", arrival.closed)
    _join(Attendee.away_in.through, "attendee", "slot", arrival.away)
    _join(Pitch.hosts.through, "pitch", "attendee", arrival.hosts)
    _join(Pitch.not_in.through, "pitch", "slot", arrival.not_in)
    _join(Order, "later", "earlier", arrival.orders)
    _create(Interest, arrival.interests)
    _create(Cell, arrival.cells)
    _write_versions(arrival)
    _create(Note, arrival.notes)
    _create(NoteRevision, arrival.revisions)
    _create(Link, arrival.links)
    _create(WriteUp, arrival.writeups)
    _create(ListedAddress, [ListedAddress(camp=camp, email=email) for email in arrival.listed_addresses])
    if arrival.concerns:
        Draft.objects.create(camp=camp, **arrival.concerns)
    if by is not None:
        seat_organiser(camp=camp, user=by, display_name=display_name)
    arrival.remarks = remarks_on(arrival, before, with_calendar_keys)
    return camp


def _create(model: type[Any], rows: list[Any]) -> None:
    model.objects.bulk_create(rows, batch_size=ROWS)


def _join(model: type[Any], one: str, other: str, pairs: list[tuple[Any, Any]]) -> None:
    """Rows of a table with two foreign keys."""
    _create(model, [model(**{f"{one}_id": a.pk, f"{other}_id": b.pk}) for a, b in pairs])


# -- what others know it by ------------------------------------------------------------------------------


def keep_code(arrival: Arrival) -> None:
    """The camp has the join code of the document, unless another one here has it."""
    if arrival.code and not Camp.objects.filter(code=arrival.code).exists():
        arrival.camp.code = arrival.code


def remarks_beforehand(arrival: Arrival) -> list[str]:
    """What would not be as it was, if the camp came in by a page now. Nothing is written."""
    keep_code(arrival)
    free = {kind: free_numbers(arrival, kind) for kind in names.WITH_ADDRESS}
    return remarks_on(arrival, free, with_calendar_keys=False)


def _keep_calendar_keys(arrival: Arrival) -> None:
    """The calendars that people have subscribed to go on; a key that somebody has here is theirs."""
    earlier = arrival.earlier_calendar_keys
    wanted = [*arrival.calendar_keys, *(found.key for found in earlier)]
    taken = _taken(Attendee.objects.all(), "calendar_key", wanted)
    taken |= _taken(EarlierCalendarKey.objects.all(), "key", wanted)
    arrival.earlier_calendar_keys = [found for found in earlier if found.key not in taken]
    for attendee, key in zip(arrival.attendees, arrival.calendar_keys, strict=False):
        if key not in taken:
            attendee.calendar_key = key


def _keep_session_keys(arrival: Arrival) -> None:
    """Where the original is here, too, calendars know it by its key: a second one needs its own."""
    taken = _taken(Session.objects.all(), "key", [session.key for session in arrival.sessions])
    for session in arrival.sessions:
        if session.key in taken:
            session.key = Session._meta.get_field("key").get_default()


def _taken(rows: models.QuerySet[Any], column: str, wanted: list[Any]) -> set[Any]:
    """Those of the values that rows have, a few hundred at a time."""
    found: set[Any] = set()
    for n in range(0, len(wanted), IDS):
        found |= set(rows.filter(**{f"{column}__in": wanted[n : n + IDS]}).values_list(column, flat=True))
    return found


def free_numbers(arrival: Arrival, kind: str, ahead: int = AHEAD_BY_PAGE) -> list[int | None]:
    """For each thing of that kind in order, its number where that is free here and not too far off, else None."""
    rows = names.WITH_ADDRESS[kind]._default_manager.all()
    numbers = arrival.numbers.get(kind, [])
    largest = min(largest_given(names.WITH_ADDRESS[kind]) + ahead, LARGEST_NUMBER)
    wanted = [number for number in numbers if number <= largest]
    free = {*wanted} - _taken(rows, "pk", wanted)
    return [number if number in free else None for number in numbers]


def largest_given(model: type[models.Model]) -> int:
    """The largest number that a row has here or had: one whose camp is gone may come back to it."""
    here = model._default_manager.aggregate(largest=models.Max("pk"))["largest"] or 0
    table = [model._meta.db_table]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                statement("SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')::regclass)"), table
            )
        else:
            cursor.execute(statement("SELECT seq FROM sqlite_sequence WHERE name = %s"), table)
        row = cursor.fetchone()
    return max(here, (row and row[0]) or 0)


def _take_numbers(arrival: Arrival, kind: str, ahead: int) -> list[int | None]:
    """The things of that kind have their numbers, as far as they are free."""
    free = free_numbers(arrival, kind, ahead)
    if wanted := [number for number in free if number is not None]:
        _keep_ahead(names.WITH_ADDRESS[kind], max(wanted))
    for thing, number in zip(getattr(arrival, kind), free, strict=False):
        thing.pk = number
    return free


def _lock_numbers() -> None:
    """One document takes numbers at a time (advisory lock): of two, the second could set back what the first set.

    SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement("SELECT pg_advisory_xact_lock(%s)"), [NUMBERS_LOCK])


def _keep_ahead(model: type[models.Model], number: int) -> None:
    """What the database gives from now on is larger (sequence). SQLite looks at the largest there is by itself."""
    if connection.vendor != "postgresql":
        return
    table = [model._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(statement("SELECT nextval(pg_get_serial_sequence(%s, 'id'))"), table)
        # Never back: others may have been given numbers that nobody sees yet.
        if cursor.fetchone()[0] <= number:
            cursor.execute(statement("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)"), [*table, number + SPARE])


def _write_versions(arrival: Arrival) -> None:
    """Each with what it changed, which follows from the version before."""
    room_no: names.Numbers = {n: room.pk for n, room in enumerate(arrival.rooms, 1)}
    slot_no: names.Numbers = {n: slot.pk for n, slot in enumerate(arrival.slots, 1)}
    latest: GridVersion | None = None
    for version in arrival.versions:
        frame = names.renumbered(version.frame, room_no, slot_no)
        placements = _placements(version, room_no, slot_no)
        latest = add_version(camp=arrival.camp, latest=latest, placements=placements, frame=frame, **version.values)


def _placements(version: ArrivingVersion, room_no: names.Numbers, slot_no: names.Numbers) -> list[Placement]:
    return [
        Placement(
            session=p.session,
            # A number that nothing in the document has stands for what is gone, and for nothing that is here.
            room_ref=room_no.get(p.room, -abs(p.room)),
            slot_ref=slot_no.get(p.slot, -abs(p.slot)),
            **p.values,
        )
        for p in version.placements
    ]


# -- remarks ---------------------------------------------------------------------------------------------


def remarks_on(arrival: Arrival, free: dict[str, list[int | None]], with_calendar_keys: bool) -> list[str]:
    """What is not as it was where the camp comes from; `free` says which things keep their numbers.

    What concerns all of it comes first, page by page last: there may be more of these than are told.
    """
    told = list(arrival.remarks)
    camp = arrival.camp
    if arrival.came_from and not camp.slug:
        told.append(_("Its address /%(old)s/ cannot be had here: it needs another one.") % {"old": arrival.came_from})
    elif arrival.came_from and camp.slug != arrival.came_from:
        told.append(
            _("Its address was /%(old)s/ and is /%(new)s/ here: printed codes of the old one do not lead here.")
            % {"old": arrival.came_from, "new": camp.slug}
        )
    if not arrival.code:
        told.append(_("The file holds no join code: the camp has a new one, and posters are to be printed anew."))
    elif camp.code != arrival.code:
        told.append(_("Another camp has its join code here: it has a new one, and posters are to be printed anew."))
    if not with_calendar_keys and arrival.attendees:
        told.append(_("People find new addresses for their own calendars behind “My day”."))
    return told + _numbers_in_words(arrival, free)


def _numbers_in_words(arrival: Arrival, free: dict[str, list[int | None]]) -> list[str]:
    """Of sessions each, since codes to them are printed; of other things how many."""
    told = []
    if "sessions" not in arrival.numbers and arrival.sessions:
        told.append(_("The file does not say which addresses its pages had: they have new ones."))
    lost = {
        kind: [
            (thing, number)
            for thing, number, kept in zip(getattr(arrival, kind), arrival.numbers.get(kind, []), numbers, strict=False)
            if kept is None
        ]
        for kind, numbers in free.items()
    }
    sessions = lost["sessions"]
    # Beforehand a number is enough where there are many: which page is which is told once they are made.
    is_each_told = bool(sessions) and (arrival.camp.pk is not None or len(sessions) <= FEW)
    for kind, found in lost.items():
        if found and not (kind == "sessions" and is_each_told and len(found) <= MOST_PAGES):
            told.append(_count_in_words(kind, len(found)))
    return told + [_page_in_words(session, number) for session, number in sessions[:MOST_PAGES] if is_each_told]


def _page_in_words(session: Session, number: int) -> str:
    told = _("“%(title)s” cannot have the page sessions/%(number)s/ here: that number is taken, or too large.")
    told %= {"title": quoted(session.title), "number": number}
    if session.pk is None:
        return told
    return told + " " + _("It has sessions/%(number)s/.") % {"number": session.pk}


def _count_in_words(kind: str, count: int) -> str:
    """A sentence for each kind: what they are called belongs into it, in whatever language."""
    told = {
        "rooms": ngettext(
            "%(count)s room has another number in its address here.",
            "%(count)s rooms have other numbers in their addresses here.",
            count,
        ),
        "pitches": ngettext(
            "%(count)s pitch has another number in its address here.",
            "%(count)s pitches have other numbers in their addresses here.",
            count,
        ),
        "sessions": ngettext(
            "%(count)s session has another number in its address here.",
            "%(count)s sessions have other numbers in their addresses here.",
            count,
        ),
        "writeups": ngettext(
            "%(count)s write-up has another number in its address here.",
            "%(count)s write-ups have other numbers in their addresses here.",
            count,
        ),
    }
    return told[kind] % {"count": count}
