"""What people do to sessions on the draft of the grid. Each is atomic and refuses with a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.frame import as_they_are
from events.models import Attendee, Camp, Room, Slot
from pitches.models import MOST_RUNS, Pitch

from ..models import Cell, Draft, Session, Step
from .rows import runs_on
from .steps import record_step


@transaction.atomic
def place_session(
    *,
    pitch: Pitch,
    room: Room,
    slot: Slot,
    session: Session | None = None,
    by: Attendee | None = None,
    seen_revision: int | None = None,
) -> Session:
    """The pitch's session stands in that room from that slot on; a taken cell is refused.

    `session` says which running of a pitch that runs more than once; without it the first on the draft.

    `seen_revision` is what the person saw: a move made meanwhile by somebody else is told, not overwritten.
    """
    # Two people placing the same pitch at once must not make two sessions of it.
    pitch, room, slot = _as_they_are(pitch.camp.lock(), pitch, room, slot)
    session = session_of(pitch=pitch, wanted=session, by=by, seen_revision=seen_revision)
    cells = cells_from(session, room, slot, pitch.length)
    put_together(camp=pitch.camp, sessions=[session], cells=cells, by=by)
    return session


def cells_from(session: Session, room: Room, slot: Slot, length: int) -> list[Cell]:
    """What a session of that length takes there; refused where it cannot."""
    return [Cell(session=session, room=room, slot=taken) for taken in slots_from(slot, length)]


@transaction.atomic(savepoint=False)
def put_together(
    *,
    camp: Camp,
    sessions: Sequence[Session],
    cells: list[Cell],
    by: Attendee | None,
    kind: Step.Kind = Step.Kind.MOVE,
) -> None:
    """These sessions have these cells, and what they had before is free: they may take each other's places, and those
    of nobody else. All or none, and one step. The camp is locked already.
    """
    for session in sessions:
        session.remember()
    Cell.objects.filter(session__in=sessions).delete()
    take_each(cells=cells)
    for session in sessions:
        mark_moved(session=session, by=by)
    record_step(camp=camp, kind=kind, sessions=sessions, by=by)


def off_the_board(what: Pitch | Session) -> ValidationError:
    """What is said where somebody would put it on the grid."""
    return ValidationError(_("“%(title)s” is off the board. It stays off the grid."), params={"title": what})


def _as_they_are(camp: Camp, pitch: Pitch, room: Room, slot: Slot) -> tuple[Pitch, Room, Slot]:
    """The three as they are now that the camp is locked: what went while somebody decided is told."""
    there = camp.pitches.open().filter(pk=pitch.pk).first()
    if there is None:
        raise off_the_board(pitch)
    [room_now], [slot_now] = as_they_are([room]), as_they_are([slot])
    there.camp = slot_now.camp = camp
    return there, room_now, slot_now


@transaction.atomic(savepoint=False)
def session_of(*, pitch: Pitch, wanted: Session | None, by: Attendee | None, seen_revision: int | None) -> Session:
    """The pitch's session; made if it has none."""
    rows = Session.objects.filter(pitch=pitch).placed_first()
    session = rows.filter(pk=wanted.pk).first() if wanted else rows.first()
    if session is None:
        return Session.objects.create(camp=pitch.camp, pitch=pitch, moved_by=by)
    refuse_unseen(session, seen_revision)
    return session


def refuse_unseen(session: Session, seen_revision: int | None) -> None:
    """Refuses if somebody changed the session since the person saw it; says who did, and where it is now."""
    if seen_revision is None or session.revision == seen_revision:
        return
    place = session.place
    raise ValidationError(
        _("%(who)s moved “%(title)s” meanwhile: %(place)s. Look again, then decide."),
        params={
            "who": session.moved_by or _("Somebody"),
            "title": session,
            "place": f"{place.room}, {place.slot}" if place else _("it is off the grid now"),
        },
    )


def slots_from(slot: Slot, length: int, known: Iterable[Slot] | None = None) -> list[Slot]:
    """The slots a session of that length takes; a double never runs over a break.

    `known` are those of the camp in the order of the day, where they were read already.
    """
    if not slot.is_for_sessions:
        raise ValidationError(_("That slot is for everybody. Choose a slot for sessions."))
    if length == 1:
        return [slot]
    known = slot.camp.slots.filter(starts_at__gte=slot.ends_at)[:1] if known is None else known
    after = next((other for other in known if other.starts_at >= slot.ends_at), None)
    if after is None or not runs_on(slot, after):
        raise ValidationError(_("A double session needs two slots in a row, with no break between."))
    return [slot, after]


@transaction.atomic(savepoint=False)
def take_cells(*, session: Session, room: Room, slots: list[Slot]) -> None:
    """The session has those cells; a taken one is refused with the title of who stands there."""
    take_each(cells=[Cell(session=session, room=room, slot=slot) for slot in slots])


@transaction.atomic(savepoint=False)
def take_each(*, cells: list[Cell]) -> None:
    """The sessions of these have them, all or none; a taken one is refused with the title of who stands there."""
    try:
        with transaction.atomic():
            Cell.objects.bulk_create(cells)
    except IntegrityError as error:
        wanted = {(cell.room_id, cell.slot_id): cell for cell in cells}
        near = Cell.objects.filter(room__in={pk for pk, _slot in wanted}, slot__in={pk for _room, pk in wanted})
        taken = near.select_related("session__pitch", "room")
        other = next((cell for cell in taken if (cell.room_id, cell.slot_id) in wanted), None)
        raise ValidationError(
            _("“%(title)s” already has %(room)s then. Swap the two, or choose another cell."),
            params={"title": other.session if other else "?", "room": other.room if other else "?"},
        ) from error


@transaction.atomic(savepoint=False)
def mark_moved(*, session: Session, by: Attendee | None) -> None:
    """Whoever saw the session before this change is told who made it (optimistic lock)."""
    session.mark_moved(by)
    Draft.touch(session.camp)


@transaction.atomic(savepoint=False)
def mark_many_moved(*, ids: Collection[int], is_off: bool, by: Attendee | None) -> None:
    """Each of these sessions, which are about to move, is marked as moved from where it stands; `is_off`: off the grid.

    A few statements, however many they are. The camp is locked already, and the draft is touched by whoever moves them.
    """
    sessions = list(Session.objects.filter(pk__in=ids).with_place())
    for session in sessions:
        session.remember()
        session.is_pinned = session.is_pinned and not is_off
        session.count_move(by)
    Session.objects.bulk_update(sessions, Session.OF_A_MOVE, batch_size=200)


@transaction.atomic
def unplace_session(
    *, session: Session, by: Attendee | None = None, seen_revision: int | None = None, archived: bool = False
) -> None:
    """The session is off the draft; it keeps its notes and its address. `archived`: in an archived camp, too."""
    session.camp.lock(archived=archived)
    session = Session.objects.get(pk=session.pk)
    refuse_unseen(session, seen_revision)
    pitch, runs = session.pitch, session.pitch.runs
    if runs > 1 and session.cells.exists():
        # A repeat that was taken off does not come back by itself.
        pitch.runs = max(1, pitch.sessions.placed().count() - 1)
        pitch.save(update_fields=["runs"])
    session.remember(runs=runs - pitch.runs)
    session.cells.all().delete()
    session.is_pinned = False
    mark_moved(session=session, by=by)
    record_step(camp=session.camp, kind=Step.Kind.OFF, sessions=[session], by=by)


@transaction.atomic
def swap_sessions(
    *,
    one: Session,
    other: Session,
    by: Attendee | None = None,
    seen_revision: int | None = None,
    seen_revision_of_other: int | None = None,
) -> None:
    """Each stands where the other stood, if both still stand where the person saw them."""
    one.camp.lock()
    rows = list(Session.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk"))
    seen = {one.pk: seen_revision, other.pk: seen_revision_of_other}
    for session in rows:
        refuse_unseen(session, seen[session.pk])
    places = {s.pk: s.place for s in rows if s.place}
    if len(places) != 2:
        raise ValidationError(_("One of the two is off the grid now. Look again, then decide."))
    cells = [
        cell
        for session, target in zip(rows, reversed(rows), strict=True)
        for cell in cells_from(session, places[target.pk].room, places[target.pk].slot, session.pitch.length)
    ]
    put_together(camp=one.camp, sessions=rows, cells=cells, by=by, kind=Step.Kind.SWAP)


@transaction.atomic
def pin_session(
    *, session: Session, is_pinned: bool, by: Attendee | None = None, seen_revision: int | None = None
) -> None:
    """A pinned session stays where the person saw it when the grid is built."""
    session.camp.lock()
    session = Session.objects.get(pk=session.pk)
    refuse_unseen(session, seen_revision)
    session.remember()
    session.is_pinned = is_pinned
    mark_moved(session=session, by=by)
    record_step(camp=session.camp, kind=Step.Kind.PIN, sessions=[session], by=by)


@transaction.atomic
def pin_all(*, place: Room | Slot, is_pinned: bool, by: Attendee | None = None) -> list[Session]:
    """All that stand in that room, or in that slot, are pinned or no longer are: one step; gives those that changed."""
    camp = place.camp.lock()
    where = {"cells__room": place.pk} if isinstance(place, Room) else {"cells__slot": place.pk}
    sessions = list(camp.sessions.filter(is_pinned=not is_pinned, **where).order_by("pk").distinct())
    for session in sessions:
        session.camp = camp
        session.remember()
        session.is_pinned = is_pinned
        session.count_move(by)
    Session.objects.bulk_update(sessions, Session.OF_A_MOVE, batch_size=200)
    if sessions:
        Draft.touch(camp)
        record_step(camp=camp, kind=Step.Kind.PIN, sessions=sessions, by=by)
    return sessions


@transaction.atomic
def add_repeat(*, pitch: Pitch, room: Room, slot: Slot, by: Attendee | None = None) -> Session:
    """The pitch runs once more, there: a session of its own with its own notes page."""
    session = stand_again(pitch=pitch, room=room, slot=slot, by=by)
    record_step(camp=session.camp, kind=Step.Kind.REPEAT, sessions=[session], by=by)
    return session


@transaction.atomic(savepoint=False)
def stand_again(*, pitch: Pitch, room: Room, slot: Slot, by: Attendee | None) -> Session:
    """As `add_repeat`, as a part of something larger, which is written down as one step."""
    pitch, room, slot = _as_they_are(pitch.camp.lock(), pitch, room, slot)
    running = pitch.sessions.placed().count()
    if running >= MOST_RUNS:
        raise ValidationError(_("A session can run %(most)s times at most."), params={"most": MOST_RUNS})
    session = pitch.sessions.filter(cells=None).order_by("pk").first()
    if session is None:
        session = Session.objects.create(
            camp=pitch.camp, pitch=pitch, moved_by=by, notes_rule=Session.NotesRule.of_next(pitch)
        )
    session.camp = pitch.camp
    runs = max(pitch.runs, running + 1)
    session.remember(runs=pitch.runs - runs)
    take_cells(session=session, room=room, slots=slots_from(slot, pitch.length))
    mark_moved(session=session, by=by)
    pitch.runs = runs
    pitch.save(update_fields=["runs"])
    return session
