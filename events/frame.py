"""Rooms and slots, and who can be where when. What is refused is refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, RestrictedError
from django.utils.translation import gettext as _

from accounts.clocks import on_the_clock

from . import stamps
from .hanging import Thing, hanging_on, used_among
from .models import Attendee, Camp, Room, Slot
from .news import AWAY, BACK, tell
from .signals import frame_changed, sessions_ending

#: in one statement
ROWS = 1_000


@transaction.atomic
def add_slots(*, camp: Camp, slots: list[Slot]) -> None:
    """The slots are there; none overlaps another."""
    camp.lock()
    for slot in slots:
        slot.camp = camp
        refuse_overlap(slot)
        slot.save()
    stamps.bump(camp, stamps.FRAME)
    frame_changed.send(sender=Slot, camp=camp)


def refuse_overlap(slot: Slot) -> None:
    other = slot.camp.slots.overlapping(slot.starts_at, slot.ends_at).exclude(pk=slot.pk).first()
    if other:
        raise ValidationError(
            _("%(start)s to %(end)s overlaps the slot at %(other)s. Change one of them."),
            params={
                "start": on_the_clock(slot.starts_at.astimezone(slot.camp.tz)),
                "end": on_the_clock(slot.ends_at.astimezone(slot.camp.tz)),
                "other": on_the_clock(other.starts_at.astimezone(slot.camp.tz)),
            },
        )


@transaction.atomic
def save_slot(*, slot: Slot) -> None:
    """The slot is as given, and overlaps no other."""
    slot.camp.lock()
    _refuse_gone(slot)
    refuse_overlap(slot)
    if slot.pk and not slot.is_for_sessions and slot.camp.slots.for_sessions().filter(pk=slot.pk).exists():
        sessions_ending.send(sender=Slot, slot=slot)
    slot.save()
    stamps.bump(slot.camp, stamps.FRAME)
    frame_changed.send(sender=Slot, camp=slot.camp)


def _refuse_gone(thing: Thing) -> None:
    """Saving a row that somebody deleted meanwhile would make it anew."""
    if thing.pk:
        as_they_are([thing])


@transaction.atomic
def drop_from_frame(*, thing: Room | Slot) -> None:
    """The room or slot is gone; one that holds sessions is refused."""
    thing.camp.lock()
    try:
        with transaction.atomic():
            thing.delete()
    except RestrictedError as error:
        raise ValidationError(
            _("There are sessions in “%(thing)s”. Move them on the grid first."), params={"thing": str(thing)}
        ) from error
    stamps.bump(thing.camp, stamps.FRAME)
    frame_changed.send(sender=type(thing), camp=thing.camp)


@transaction.atomic
def save_room(*, room: Room) -> None:
    """The room is as given; one name stands for one room."""
    room.camp.lock()
    _refuse_gone(room)
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError as error:
        raise ValidationError(_("The camp has a room of that name already.")) from error
    stamps.bump(room.camp, stamps.FRAME)
    frame_changed.send(sender=Room, camp=room.camp)


@transaction.atomic
def add_rooms(*, camp: Camp, rooms: list[Room]) -> None:
    """All of these rooms are there, or none; one name stands for one room."""
    camp.lock()
    try:
        with transaction.atomic():
            for room in rooms:
                room.save()
    except IntegrityError as error:
        raise ValidationError(_("The camp has a room of one of these names already.")) from error
    stamps.bump(camp, stamps.FRAME)
    frame_changed.send(sender=Room, camp=camp)


@transaction.atomic
def take_back(*, camp: Camp, things: QuerySet[Thing], seen: dict[int, str]) -> list[Thing]:
    """All of these rooms, or slots, are gone again, or none: refused if one is not as it was seen, or is used by now.

    `things` are all that the camp has; `seen` is by id what their `state` said. Returns those that went. Takes as many
    queries for a hundred as for one.
    """
    camp.lock()
    found = list(things.filter(pk__in=seen))
    for thing in found:
        thing.camp = camp
    if changed := [thing for thing in found if thing.state != seen[thing.pk]]:
        raise ValidationError(
            _("“%(thing)s” was changed since. Take away below what is too many."),
            params={"thing": str(changed[0])},
        )
    # What came to hang on one since, as hours in which it is closed, would go with it and not come back.
    for thing in used_among(found):
        # Some of it has no sentence: who was removed was not there then.
        how = f" ({' · '.join(hanging)})" if (hanging := hanging_on(camp, thing)) else ""
        raise ValidationError(
            _("“%(thing)s” is used by now%(how)s. Take away below what is too many."),
            params={"thing": str(thing), "how": how},
        )
    if found:
        things.filter(pk__in=seen).delete()
        stamps.bump(camp, stamps.FRAME)
        frame_changed.send(sender=things.model, camp=camp)
    return found


def as_they_are(things: Iterable[Thing]) -> list[Thing]:
    """These rooms, or these slots, as they are now that their camp is locked; what went meanwhile is told."""
    things = list(things)
    there = type(things[0])._default_manager.in_bulk([thing.pk for thing in things]) if things else {}
    if gone := [thing for thing in things if thing.pk not in there]:
        raise ValidationError(_("“%(thing)s” was deleted meanwhile."), params={"thing": str(gone[0])})
    return [there[thing.pk] for thing in things]


@transaction.atomic
def close_rooms(*, rooms: Iterable[Room], slots: Iterable[Slot], is_closed: bool) -> None:
    """Nothing may be in these rooms in these slots, or may again. What stands there already stays, and is shown as
    wrong.
    """
    rooms, slots, closures = list(rooms), list(slots), Room.closed_in.through._default_manager
    camps = {room.camp for room in rooms}
    for camp in camps:
        camp.lock()
    if is_closed:
        as_they_are(rooms)
        as_they_are(slots)
        rows = [closures.model(room_id=room.pk, slot_id=slot.pk) for room in rooms for slot in slots]
        # What is closed already stays so.
        closures.bulk_create(rows, batch_size=ROWS, ignore_conflicts=True)
    else:
        closures.filter(room__in=rooms, slot__in=slots).delete()
    for camp in camps:
        stamps.bump(camp, stamps.FRAME)
        frame_changed.send(sender=Room, camp=camp)


@transaction.atomic
def set_away(*, attendee: Attendee, slots: Iterable[Slot], is_away: bool, by: Attendee | None) -> None:
    """The person cannot be there in these slots, or can again, and is told in which they are written down as away."""
    attendee.camp.lock()
    before = set(attendee.away_in.all())
    if is_away:
        attendee.away_in.add(*as_they_are(slots))
    else:
        attendee.away_in.remove(*slots)
    after = list(attendee.away_in.order_by("starts_at"))
    for slot in after:
        slot.camp = attendee.camp
    if set(after) != before:
        # All of them, as what was told before gives way to it.
        if after:
            ends_at = max(slot.ends_at for slot in after)
            tell(people=[attendee], kind=AWAY, by=by, ends_at=ends_at, when=" · ".join(map(str, after)))
        else:
            tell(people=[attendee], kind=BACK, by=by)
    stamps.bump(attendee.camp, stamps.FRAME)
    frame_changed.send(sender=Attendee, camp=attendee.camp)
