"""Every move on the draft can be taken back as long as nobody changed the same sessions since.

A session keeps where it stood before its last move, and each person's last deeds are kept as steps (undo stack). Taking
a move back is a move like any other: it can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from accounts.clocks import on_the_clock
from events.models import Attendee, Camp, Room, Slot
from pitches.models import MOST_RUNS, Pitch

from ..models import Cell, Draft, Session, Step, Stood
from ..models.step import StepQuerySet
from .moves import off_the_board, refuse_unseen, slots_from, take_each
from .rows import begun_in
from .signals import beside_turned, step_done
from .steps import record_step


@transaction.atomic
def undo_moves(*, camp: Camp, seen: dict[int, int], by: Attendee | None = None) -> list[Session]:
    """The sessions stand where they stood before they were last moved, all of them or none.

    `seen` holds the revision of each after that move: refused if somebody changed one since, or took its old place.
    """
    camp.lock()
    sessions = list(camp.sessions.filter(pk__in=seen).order_by("pk").with_place())
    if not sessions or len(sessions) != len(seen):
        raise ValidationError(_("This can no longer be undone: the session is gone."))
    for session in sessions:
        session.camp = camp
        refuse_unseen(session, seen[session.pk])
        _refuse_off_the_board(session)
    if any(session.stood is None for session in sessions):
        raise ValidationError(_("This can no longer be undone. Move it by hand."))
    where: dict[int, Stood] = {session.pk: session.stood for session in sessions if session.stood}
    step = _step_between(camp, sessions, where, by)
    put_there(camp=camp, sessions=sessions, where=where, by=by)
    if step is not None:
        _turn_over(camp, step, by)
    else:
        record_step(camp=camp, kind=Step.Kind.BACK, sessions=sessions, by=by)
    return sessions


def _refuse_off_the_board(session: Session) -> None:
    if not session.pitch.is_open:
        raise off_the_board(session)


def _step_between(camp: Camp, sessions: list[Session], where: Mapping[int, Stood], by: Attendee | None) -> Step | None:
    """The person's step that is taken back, or done anew, when these sessions go from where they are to there."""
    if by is None:
        return None
    asked = {session.pk: (session.as_of, where[session.pk].get("as_of")) for session in sessions}
    for step in camp.steps.filter(by=by)[: Step.OPEN]:
        if {pk: (here["as_of"], there["as_of"]) for pk, (here, there) in step.way.items()} == asked:
            return step
    return None


def undo_step(*, camp: Camp, by: Attendee, seen: int | None = None) -> list[Session]:
    """What the person did last on the draft, and has not taken back yet, is taken back: all of its sessions, or none.

    If somebody changed one of them since, or took its old place, that is told, and the next press goes on with the step
    before. `seen` is the step that the page named: refused if it is another one by now.
    """
    with transaction.atomic():
        turned = _turn_first(camp, camp.steps.to_undo(by), by, seen)
    return _moved_or_refused(turned)


@transaction.atomic
def put_back(*, camp: Camp, step: Step, by: Attendee) -> list[Session]:
    """What the step moved stands where it stood before, all of it or none, whoever's step it is.

    What is off the board by now stays off. Refused if somebody changed one of the others since, if an old place is
    taken, and if something has begun where one would leave or go.
    """
    camp.lock()
    step = camp.steps.get(pk=step.pk)
    there = camp.sessions.filter(pk__in=step.way, pitch__in=camp.pitches.open()).values_list("pk", flat=True)
    way = {pk: ends for pk, ends in step.way.items() if pk in set(there)}
    begun = begun_in(camp, camp.slots.all())
    sessions = _standing_where(camp, way)
    for session in sessions:
        if begun & {end["slot"] for end in way[session.pk]}:
            raise ValidationError(
                _("“%(title)s” would move where something has begun by now."), params={"title": session}
            )
    put_there(camp=camp, sessions=sessions, where={pk: before for pk, (_after, before) in way.items()}, by=by)
    if step.by_id == by.pk:
        _turn_over(camp, step, by)
    else:
        record_step(camp=camp, kind=Step.Kind.BACK, sessions=sessions, by=by)
    return sessions


def redo_step(*, camp: Camp, by: Attendee, seen: int | None = None) -> list[Session]:
    """What the person took back last stands again, by the rules of `undo_step`."""
    with transaction.atomic():
        turned = _turn_first(camp, camp.steps.to_redo(by), by, seen)
    return _moved_or_refused(turned)


class _Turned(NamedTuple):
    moved: list[Session]
    #: why it was passed over instead
    refused: ValidationError | None


def _moved_or_refused(turned: _Turned) -> list[Session]:
    """Refuses after the transaction: that the step was passed over stays."""
    if turned.refused is not None:
        raise ValidationError([*turned.refused.messages, _("The next press goes on with the step before.")])
    return turned.moved


def _turn_first(camp: Camp, steps: StepQuerySet, by: Attendee, seen: int | None) -> _Turned:
    camp.lock()
    step = steps.first()
    if step is None:
        raise ValidationError(_("Nothing of yours is left to take back or to do again."))
    if seen is not None and step.pk != seen:
        raise ValidationError(_("Your last step is another one by now. Look again, then decide."))
    try:
        with transaction.atomic():
            return _Turned(_turn(camp, step, by), None)
    except ValidationError as refused:
        step.let_stand()
        return _Turned([], refused)


def _turn(camp: Camp, step: Step, by: Attendee) -> list[Session]:
    way = step.way
    sessions = _standing_where(camp, way)
    put_there(camp=camp, sessions=sessions, where={pk: there for pk, (_here, there) in way.items()}, by=by)
    _turn_over(camp, step, by)
    return sessions


def _standing_where(camp: Camp, way: Mapping[int, tuple[Stood, Stood]]) -> list[Session]:
    """The sessions of a step, each as the step left it; refused if one is not."""
    sessions = list(camp.sessions.filter(pk__in=way).order_by("pk").with_place())
    if len(sessions) != len(way):
        raise ValidationError(_("This can no longer be undone: the session is gone."))
    for session in sessions:
        session.camp = camp
        _refuse_off_the_board(session)
        if session.as_of != way[session.pk][0]["as_of"]:
            raise ValidationError(
                _("%(who)s moved “%(title)s” since, %(when)s."),
                params={"who": session.moved_by or _("Somebody"), "title": session, "when": _when(session, camp)},
            )
    return sessions


def _turn_over(camp: Camp, step: Step, by: Attendee | None) -> None:
    is_anew = step.undone_at is not None
    if step.beside:
        beside_turned.send(Step, camp=camp, step=step, is_anew=is_anew, by=by)
    step.turn()
    # What was taken back is no build any more; done anew it is one.
    step_done.send(Step, camp=camp, kind=step.kind if is_anew else Step.Kind.BACK, by=by)


def _when(session: Session, camp: Camp) -> str:
    """10:51 by the clocks of the camp; with the day, if that is not today's."""
    local, now = timezone.localtime(session.moved_at, camp.tz), timezone.localtime(timezone=camp.tz)
    clock = on_the_clock(local)
    return clock if local.date() == now.date() else f"{date_format(local, 'D j M')}, {clock}"


@transaction.atomic(savepoint=False)
def place_again(*, pitch: Pitch) -> None:
    """The sessions of a pitch that is back on the board stand where its withdrawal took them from, if that is free."""
    camp, pitch = pitch.camp, Pitch.objects.get(pk=pitch.pk)
    for session in pitch.sessions.filter(cells=None).order_by("pk").with_place():
        # One row of the pitch for all of them, as it is now: each counts its runs.
        session.camp, session.pitch = camp, pitch
        if session.stood and session.stood["room"]:
            try:
                with transaction.atomic():
                    put_there(camp=camp, sessions=[session], where={session.pk: session.stood}, by=None)
                    record_step(camp=camp, kind=Step.Kind.BACK, sessions=[session], by=None)
            except ValidationError:
                # Somebody has the cell now: it waits for a place.
                continue


@transaction.atomic
def stand_at(*, camp: Camp, places: Mapping[int, tuple[int, int]], by: Attendee | None) -> list[Session]:
    """The draft is exactly that: each session (id) in that room from that slot on, all others off the grid. Pins of
    what does not move hold. Refused, all of it, where one of them cannot stand there any more.
    """
    camp.lock()
    sessions = list(camp.sessions.order_by("pk").with_place())
    moved, where = [], dict[int, Stood]()
    for session in sessions:
        session.camp, place, wanted = camp, session.place, places.get(session.pk)
        if wanted == ((place.room_id, place.slot_id) if place else None):
            continue
        room, slot = wanted or (None, None)
        where[session.pk] = Stood(room=room, slot=slot, is_pinned=False, runs=0, as_of=session.revision + 1)
        moved.append(session)
    if moved:
        put_there(camp=camp, sessions=moved, where=where, by=by)
        record_step(camp=camp, kind=Step.Kind.BACK, sessions=moved, by=by)
    return moved


@transaction.atomic(savepoint=False)
def put_there(*, camp: Camp, sessions: list[Session], where: Mapping[int, Stood], by: Attendee | None) -> None:
    """They stand there, and have stood there since they did: whoever took them there can take it back again.

    The same few statements, however many there are.
    """
    pitches = {session.pitch_id: session.pitch for session in sessions}
    for session in sessions:
        # Two sessions of one pitch count its runs together.
        session.pitch = pitches[session.pitch_id]
        session.remember(runs=-where[session.pk]["runs"])
    Cell.objects.filter(session__in=sessions).delete()
    rooms, slots = {room.pk: room for room in camp.rooms.all()}, list(camp.slots.all())
    take_each(cells=[cell for session in sessions for cell in _cells_of(session, where[session.pk], rooms, slots)])
    for session in sessions:
        stood, pitch = where[session.pk], session.pitch
        session.is_pinned = stood["is_pinned"]
        pitch.runs = min(MOST_RUNS, max(1, pitch.runs + stood["runs"]))
        session.count_move(by)
        session.as_of = stood.get("as_of", session.revision)
    Session.objects.bulk_update(sessions, Session.OF_A_MOVE, batch_size=200)
    counted = {session.pitch_id for session in sessions if where[session.pk]["runs"]}
    Pitch.objects.bulk_update([pitches[pk] for pk in sorted(counted)], ["runs"], batch_size=200)
    Draft.touch(camp)


def _cells_of(session: Session, stood: Stood, rooms: Mapping[int, Room], slots: list[Slot]) -> list[Cell]:
    """Those it takes there, as long as its pitch is today."""
    if stood["room"] is None or stood["slot"] is None:
        return []
    room, slot = rooms.get(stood["room"]), next((slot for slot in slots if slot.pk == stood["slot"]), None)
    if room is None or slot is None:
        raise ValidationError(_("“%(title)s” cannot go back: the room or the slot is gone."), params={"title": session})
    return [Cell(session=session, room=room, slot=taken) for taken in slots_from(slot, session.pitch.length, slots)]
