"""A room is gone: all that was to be in it goes elsewhere, or waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from .. import advice
from ..build import border
from ..draft.rows import Standing
from ..models import Cell
from .desk import Desk, Remedy, cost_in_words, moved_in_words
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
        return [Remedy(title, plan, costs=_who_is_left(desk, at_once))]
    # What goes on elsewhere just now is there already: a double keeps its second slot from all others.
    draft = replace(desk.draft, closed=closed, standing=[_moved(found, at_once, desk) for found in desk.draft.standing])
    case = border.case_of(draft, wishes=desk.wishes or border.NOBODY, mending=True)
    ways = [[*at_once, *moves_to(draft, mending.rows)] for mending in advice.quick_repairs(case, case.shown)]
    priced = [(moves, desk.told_cost(desk.rows_after(moves))) for moves in ways]
    left = _who_is_left(desk, at_once)
    return [
        Remedy(
            moved_in_words(moves),
            plan._replace(moves=moves),
            drops=desk.titles(moves),
            moves=desk.told(moves),
            costs=[*left, *cost_in_words(cost)],
        )
        for moves, cost in sorted(priced, key=lambda one: _price(*one))[:MOST]
    ]


def _who_is_left(desk: Desk, at_once: Iterable[Move]) -> list[str]:
    """What runs in it just now and stays there on the grid: what to do with its people."""
    moved = {move.session for move in at_once}
    now = {slot.pk: slot for slot in desk.draft.slots if slot.pk in desk.begun and slot.ends_at > desk.now}
    said = []
    for (slot_id, room_id), found in desk.taken.items():
        if slot_id not in now or desk.room is None or room_id != desk.room.pk or found.session.pk in moved:
            continue
        free = [room for room in desk.draft.rooms if desk.is_free(now[slot_id], room)]
        room = max(free, key=lambda room: room.capacity, default=None)
        text = (
            _("“%(title)s” has begun there and stays on the grid: lead its people to %(room)s, which is free now.")
            if room
            else _("“%(title)s” has begun there and stays on the grid. No room is free now: send its people to others.")
        )
        said.append(text % {"title": found.session.title, "room": room})
    return said


def _moved(found: Standing, moves: Iterable[Move], desk: Desk) -> Standing:
    """At the same time, in the room of its move, if it has one."""
    room_id = next((move.room for move in moves if move.session == found.session.pk), None)
    if room_id is None:
        return found
    room = next(room for room in desk.draft.rooms if room.pk == room_id)
    return replace(found, cells=[Cell(session=found.session, slot=cell.slot, room=room) for cell in found.cells])


def _price(moves: Sequence[Move], cost: advice.Cost | None) -> tuple[int, int, int, Sequence[Move]]:
    """What comes off the grid first; then wishes lost, as they are told, against how many have to go elsewhere; then
    fewer moves, then ids: the order tells no more of wishes than the numbers beside it.
    """
    going = sum(1 for move in moves if move.room)
    return len(moves) - going, going * WORTH_A_MOVE - (cost.gain if cost else 0), going, sorted(moves)


def _at_once(desk: Desk) -> list[Move]:
    """What runs in it just now goes on in the largest room that is free then; where there is none it stays."""
    if desk.standing is None or not desk.has_begun or desk.is_over or desk.standing.session.is_pinned:
        return []
    span = [cell.slot for cell in desk.standing.cells]
    free = [room for room in desk.draft.rooms if all(desk.is_free(slot, room) for slot in span)]
    if not free:
        return []
    room, session = max(free, key=lambda room: room.capacity), desk.standing.session
    return [Move(session.pk, session.revision, room.pk, desk.standing.slot.pk)]
