"""A remedy is chosen: all of it is done, as one step, or it is refused with what happened meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room
from pitches.models import Pitch
from pitches.services import submit_pitch

from ..draft.moves import cells_from, off_the_board, refuse_unseen, slots_from, stand_again, take_cells, take_each
from ..draft.rows import begun_in
from ..draft.steps import record_step
from ..models import Cell, Draft, Session, Step
from .answers import refuse_unheard
from .beside import do_beside
from .plan import Move, Plan
from .seen import refuse_other_times


class Mended(NamedTuple):
    """What was moved, and the step by which it can be taken back."""

    moved: list[Session]
    step: Step | None


@transaction.atomic
def mend(*, camp: Camp, plan: Plan, by: Attendee) -> Mended:
    """The grid is as the remedy said, and everybody concerned is told as ever.

    What others did meanwhile stays: a repair that still makes sense is done beside it, another is refused, and says who
    moved what. Nothing is moved to where something has begun, or into a room that is closed by now.
    """
    camp = camp.lock()
    _refuse_over(camp, plan)
    refuse_other_times(camp=camp, plan=plan)
    refuse_unheard(camp=camp, plan=plan)
    beside = do_beside(camp=camp, plan=plan, by=by)
    moved = _stand_where_said(camp, plan.moves, by)
    if plan.again:
        moved.insert(0, _stand_once_more(camp, plan.again, by))
    _refuse_left_behind(camp, plan)
    Draft.touch(camp)
    kind = _kind_again(moved[0]) if plan.again else Step.Kind.REPAIR
    return Mended(moved, record_step(camp=camp, kind=kind, sessions=moved, by=by, beside=beside))


@transaction.atomic
def put_in_new(*, camp: Camp, plan: Plan, title: str, on_behalf_of: str, by: Attendee) -> Mended:
    """A session that nobody had pitched is on the board and stands there; neither, where that is taken by now."""
    camp = camp.lock()
    _refuse_over(camp, plan)
    refuse_other_times(camp=camp, plan=plan)
    room_id, slot_id = plan.new or (0, 0)
    room, slot = camp.rooms.filter(pk=room_id).first(), camp.slots.filter(pk=slot_id).first()
    if room is None or slot is None:
        raise ValidationError(_("Choose a room and a slot that are there."))
    slot.camp = camp
    _refuse_closed(camp, [(room_id, slot_id)])
    gone = _stand_where_said(camp, plan.moves, by)
    pitch = Pitch(camp=camp, title=title)
    submit_pitch(pitch=pitch, by=by, on_behalf_of=on_behalf_of)
    session = Session.objects.create(camp=camp, pitch=pitch, moved_by=by)
    session.remember()
    take_cells(session=session, room=room, slots=slots_from(slot, pitch.length))
    session.mark_moved(by)
    Draft.touch(camp)
    moved = [session, *gone]
    return Mended(moved, record_step(camp=camp, kind=Step.Kind.MOVE, sessions=moved, by=by))


def _stand_once_more(camp: Camp, again: tuple[int, int, int], by: Attendee) -> Session:
    pitch_id, slot_id, room_id = again
    pitch = camp.pitches.filter(pk=pitch_id).first()
    slot, room = camp.slots.filter(pk=slot_id).first(), camp.rooms.filter(pk=room_id).first()
    if pitch is None or slot is None or room is None:
        raise ValidationError(_("Choose a room and a slot that are there."))
    pitch.camp = slot.camp = camp
    _refuse_begun(camp, [slot_id], pitch)
    _refuse_closed(camp, [(room_id, slot_id)])
    return stand_again(pitch=pitch, room=room, slot=slot, by=by)


def _kind_again(session: Session) -> Step.Kind:
    """What waited is placed; whatever gave it the place made way."""
    return Step.Kind.REPEAT if session.pitch.sessions.placed().count() > 1 else Step.Kind.MOVE


def _stand_where_said(camp: Camp, moves: Iterable[Move], by: Attendee) -> list[Session]:
    """Each of these sessions stands where its move says, or nowhere; all or none."""
    wanted = {move.session: move for move in moves}
    rows = {row.pk: row for row in camp.sessions.filter(pk__in=wanted).order_by("pk").with_place()}
    sessions = [rows[pk] for pk in wanted if pk in rows]
    if len(sessions) != len(wanted):
        raise ValidationError(_("A session of this repair is gone. Look again, then decide."))
    rooms, slots = {room.pk: room for room in camp.rooms.all()}, {slot.pk: slot for slot in camp.slots.all()}
    cells: list[Cell] = []
    for session in sessions:
        session.camp, move = camp, wanted[session.pk]
        refuse_unseen(session, move.seen)
        if not session.pitch.is_open:
            raise off_the_board(session)
        if not move.room:
            continue
        if move.room not in rooms or move.slot not in slots:
            raise ValidationError(_("A room or a slot of this repair is gone. Look again, then decide."))
        slots[move.slot].camp = camp
        if session.place is None or session.place.slot_id != move.slot:
            _refuse_begun(camp, [move.slot], session)
        cells += cells_from(session, rooms[move.room], slots[move.slot], session.pitch.length)
    _refuse_closed(camp, [(cell.room_id, cell.slot_id) for cell in cells])
    for session in sessions:
        session.remember(runs=0 if wanted[session.pk].room else _fewer_runs(session.pitch))
    Cell.objects.filter(session__in=sessions).delete()
    take_each(cells=cells)
    for session in sessions:
        session.is_pinned = session.is_pinned and bool(wanted[session.pk].room)
        session.mark_moved(by)
    return sessions


def _fewer_runs(pitch: Pitch) -> int:
    """A repeat that is taken off does not come back by itself; how often the pitch may run more once it is put back."""
    pitch = Pitch.objects.get(pk=pitch.pk)
    runs = pitch.runs
    if runs > 1:
        pitch.runs = max(1, min(runs, pitch.sessions.placed().count()) - 1)
        pitch.save(update_fields=["runs"])
    return runs - pitch.runs


def _refuse_over(camp: Camp, plan: Plan) -> None:
    """While the camp runs, what has ended stays as it was."""
    if not camp.is_running:
        return
    changed = {move.session for move in plan.moves} | ({plan.at[0]} if plan.hands or plan.away else set())
    cells = Cell.objects.filter(session__in=changed, session__camp=camp).select_related("session__pitch", "slot")
    last = {cell.session: cell.slot.ends_at for cell in cells.order_by("slot__ends_at")}
    for session, ends_at in last.items():
        if ends_at <= timezone.now():
            raise ValidationError(_("“%(title)s” is over, and stays as it was."), params={"title": session})


def _refuse_begun(camp: Camp, slot_ids: Iterable[int], what: Session | Pitch) -> None:
    if begun_in(camp, camp.slots.all()) & set(slot_ids):
        raise ValidationError(
            _("“%(title)s” would go where something has begun by now. Look again, then decide."),
            params={"title": what},
        )


def _refuse_closed(camp: Camp, cells: Iterable[tuple[int, int]]) -> None:
    """A room that somebody closed since the remedy was made."""
    closed = set(Room.closed_in.through.objects.filter(room__camp=camp).values_list("room_id", "slot_id"))
    for room_id, slot_id in cells:
        if (room_id, slot_id) in closed:
            room = camp.rooms.get(pk=room_id)
            raise ValidationError(
                _("%(room)s was closed for that time meanwhile. Look again, then decide."), params={"room": room}
            )


def _refuse_left_behind(camp: Camp, plan: Plan) -> None:
    """Somebody was put into the room that is gone since the remedy was made."""
    closes, begun = set(plan.closes), begun_in(camp, camp.slots.all())
    rooms = {room for room, _slot in closes}
    cells = Cell.objects.filter(room__in=rooms, session__camp=camp).select_related("session__pitch", "room")
    for cell in cells:
        if (cell.room_id, cell.slot_id) in closes and cell.slot_id not in begun:
            raise ValidationError(
                _("“%(title)s” stands in %(room)s by now. Look again, then decide."),
                params={"title": cell.session, "room": cell.room},
            )
