"""What hangs on a room or a slot, in sentences: said before somebody changes it or takes it away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db.models import ManyToOneRel
from django.utils.translation import gettext as _

from .models import Camp, Room, Slot
from .signals import hanging_asked

Thing = TypeVar("Thing", Room, Slot)

#: more is not read
MOST = 8


def named(things: Iterable[object]) -> str:
    """The first of them by name."""
    names = [str(thing) for thing in things]
    return " · ".join([*names[:MOST], *(["…"] if len(names) > MOST else [])])


def hanging_on(camp: Camp, thing: Room | Slot) -> list[str]:
    """A sentence for each kind of thing that goes where it goes; none if nothing does."""
    thing.camp = camp
    found = _on_slot(thing) if isinstance(thing, Slot) else _on_room(thing)
    for _receiver, sentences in hanging_asked.send(sender=type(thing), thing=thing):
        found += sentences or []
    return found


def used_among(things: Sequence[Thing]) -> list[Thing]:
    """Those of these rooms, or slots, that any row names: a query for each kind of row, also one that comes later."""
    used: set[int] = set()
    for relation in type(things[0])._meta.get_fields(include_hidden=True) if things else ():
        if isinstance(relation, ManyToOneRel) and relation.auto_created:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": things})
            used.update(rows.values_list(relation.field.attname, flat=True))
    return [thing for thing in things if thing.pk in used]


def _on_slot(slot: Slot) -> list[str]:
    rooms, people = list(slot.closed_rooms.all()), list(slot.away.filter(removed_at=None))
    return [
        *([_("Closed then: %(rooms)s") % {"rooms": named(rooms)}] if rooms else []),
        *([_("Not there then: %(people)s") % {"people": named(people)}] if people else []),
    ]


def _on_room(room: Room) -> list[str]:
    slots = list(room.closed_in.all())
    for slot in slots:
        slot.camp = room.camp
    return [_("It is closed: %(slots)s") % {"slots": named(slots)}] if slots else []
