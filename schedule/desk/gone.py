"""A room is gone: all that was to be in it goes elsewhere, or waits."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from events.models import Slot

from .. import advice
from ..build import border
from .desk import Desk, Remedy, moved_in_words
from .plan import Move, Plan, Why, moves_to

MOST = 3
#: in wishes
WORTH_A_MOVE = 4


def room_gone(desk: Desk) -> list[Remedy]:
    """The room is lost from here on for the rest of the day; the scheduler says where its sessions can go."""
    if desk.room is None:
        return []
    room, slots = desk.room, [slot for slot in desk.ahead() if slot.is_for_sessions]
    if not slots and not desk.has_begun:
        return []
    closed = {**desk.draft.closed, room.pk: desk.draft.closed.get(room.pk, set()) | {slot.pk for slot in slots}}
    plan = Plan(Why.ROOM, closes=[(room.pk, slot.pk) for slot in slots])
    at_once = _at_once(desk)
    if not (at_once or any((slot.pk, room.pk) in desk.taken for slot in slots)):
        title = _("Close %(room)s: nothing has to move") % {"room": room.name}
        return [Remedy(title, plan)]
    case = border.case_of(replace(desk.draft, closed=closed), wishes=desk.wishes or border.NOBODY, mending=True)
    found = []
    for mending in sorted(advice.quick_repairs(case, case.shown), key=lambda one: _price(desk, one))[:MOST]:
        moves = [*at_once, *moves_to(desk.draft, mending.rows)]
        rows = desk.rows_after(moves)
        found.append(
            Remedy(
                moved_in_words(moves),
                plan._replace(moves=moves),
                drops=desk.titles(moves),
                moves=desk.told(moves),
                costs=desk.cost(rows),
            )
        )
    return found


def _price(desk: Desk, mending: advice.Mending) -> tuple[int, int]:
    """What comes off the grid first; then wishes lost, against how many have to go elsewhere."""
    moves = moves_to(desk.draft, mending.rows)
    going = sum(1 for move in moves if move.room)
    return len(moves) - going, going * WORTH_A_MOVE - mending.attended


def _at_once(desk: Desk) -> list[Move]:
    """What runs in it just now goes on in the largest room that is free then; where there is none it stays."""
    if desk.standing is None or not desk.has_begun or desk.is_over or desk.standing.session.is_pinned:
        return []
    free = _free_rooms(desk, desk.standing.cells[0].slot)
    return (
        [Move(desk.standing.session.pk, desk.standing.session.revision, free[0], desk.standing.slot.pk)] if free else []
    )


def _free_rooms(desk: Desk, slot: Slot) -> list[int]:
    span = [cell.slot for cell in desk.standing.cells] if desk.standing else [slot]
    rooms = [room for room in desk.draft.rooms if all(desk.is_free(part, room) for part in span)]
    return [room.pk for room in sorted(rooms, key=lambda room: -room.capacity)]
