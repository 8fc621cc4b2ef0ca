"""What people do to the draft of the grid. Each is atomic and refuses with a sentence."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch

from . import planner
from .models import Cell, Draft, GridBuild, Session


@transaction.atomic
def place_session(
    *, pitch: Pitch, room: Room, slot: Slot, by: Attendee | None = None, seen_revision: int | None = None
) -> Session:
    """The pitch's session stands in that room from that slot on; a taken cell is refused.

    `seen_revision` is what the person saw: a move made meanwhile by somebody else is told, not overwritten.
    """
    session = _session_of(pitch, by, seen_revision)
    slots = slots_from(slot, pitch.length)
    session.cells.all().delete()
    _take(session, room, slots)
    _moved(session, by)
    return session


def _session_of(pitch: Pitch, by: Attendee | None, seen_revision: int | None) -> Session:
    """The pitch's session, locked; made if it has none."""
    # Two people placing the same pitch at once must not make two sessions of it.
    Pitch.objects.select_for_update().get(pk=pitch.pk)
    session = Session.objects.select_for_update(of=("self",)).filter(pitch=pitch).order_by("pk").first()
    if session is None:
        return Session.objects.create(camp=pitch.camp, pitch=pitch, moved_by=by)
    _refuse_unseen(session, by, seen_revision)
    return session


def _refuse_unseen(session: Session, by: Attendee | None, seen_revision: int | None) -> None:
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


def slots_from(slot: Slot, length: int) -> list[Slot]:
    """The slots a session of that length takes; a double never runs over a break."""
    if not slot.is_for_sessions:
        raise ValidationError(_("That slot is for everybody. Choose a slot for sessions."))
    if length == 1:
        return [slot]
    after = slot.camp.slots.filter(starts_at__gte=slot.ends_at).first()
    if after is None or not after.is_for_sessions or after.starts_at - slot.ends_at > planner.ADJOINING:
        raise ValidationError(_("A double session needs two slots in a row, with no break between."))
    return [slot, after]


def _take(session: Session, room: Room, slots: list[Slot]) -> None:
    try:
        with transaction.atomic():
            Cell.objects.bulk_create([Cell(session=session, room=room, slot=slot) for slot in slots])
    except IntegrityError as error:
        other = Cell.objects.filter(room=room, slot__in=slots).select_related("session__pitch").first()
        raise ValidationError(
            _("“%(title)s” already has %(room)s then. Swap the two, or choose another cell."),
            params={"title": other.session if other else "?", "room": room},
        ) from error


def _moved(session: Session, by: Attendee | None) -> None:
    session.revision += 1
    session.moved_by = by
    session.save(update_fields=["revision", "moved_by"])
    Draft.touch(session.camp)


@transaction.atomic
def unplace_session(*, session: Session, by: Attendee | None = None, seen_revision: int | None = None) -> None:
    """The session is off the draft; it keeps its notes and its address."""
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    _refuse_unseen(session, by, seen_revision)
    session.cells.all().delete()
    session.is_pinned = False
    session.save(update_fields=["is_pinned"])
    _moved(session, by)


@transaction.atomic
def swap_sessions(*, one: Session, other: Session, by: Attendee | None = None) -> None:
    """Each stands where the other stood."""
    rows = list(Session.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk, other.pk]).order_by("pk"))
    places = {s.pk: s.place for s in rows}
    if len(rows) != 2 or not all(places.values()):
        raise ValidationError(_("One of the two is off the grid now. Look again, then decide."))
    Cell.objects.filter(session__in=rows).delete()
    for session, target in zip(rows, reversed(rows), strict=True):
        place = places[target.pk]
        _take(session, place.room, slots_from(place.slot, session.pitch.length))
        _moved(session, by)


@transaction.atomic
def pin_session(*, session: Session, is_pinned: bool, by: Attendee | None = None) -> None:
    """A pinned session stays where it is when the grid is built."""
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    session.is_pinned = is_pinned
    session.save(update_fields=["is_pinned"])
    _moved(session, by)


@transaction.atomic
def apply_plan(*, camp: Camp, rows: list[list[int]], by: Attendee | None = None) -> int:
    """The draft is exactly `rows` ([pitch, slot, room] by id); returns how many sessions changed place.

    Rows whose pitch was withdrawn meanwhile are left out.
    """
    pitches = {p.pk: p for p in camp.pitches.open()}
    slots = {s.pk: s for s in camp.slots.all()}
    rooms = {r.pk: r for r in camp.rooms.all()}
    sessions = {s.pitch_id: s for s in camp.sessions.order_by("-pk").with_place()}
    wanted = {pitch: (slot, room) for pitch, slot, room in rows if pitch in pitches and slot in slots and room in rooms}
    before = {pk: (s.place.slot_id, s.place.room_id) for pk, s in sessions.items() if s.place}
    changed = {pk for pk in before.keys() | wanted.keys() if before.get(pk) != wanted.get(pk)}
    Cell.objects.filter(session__camp=camp, session__pitch_id__in=changed).delete()
    for slot in slots.values():
        slot.camp = camp
    for pk in sorted(changed):
        session = sessions.get(pk) or Session.objects.create(camp=camp, pitch=pitches[pk])
        session.camp = camp
        if pk in wanted:
            slot, room = wanted[pk]
            _take(session, rooms[room], slots_from(slots[slot], pitches[pk].length))
        session.revision += 1
        session.moved_by = by
        session.save(update_fields=["revision", "moved_by"])
    if changed:
        Draft.touch(camp)
    return len(changed)


def start_build(*, camp: Camp, seconds: float, seed: int = 1) -> GridBuild:
    """A worker will build the grid; one at a time for each camp."""
    with transaction.atomic():
        Camp.objects.select_for_update().get(pk=camp.pk)
        running = camp.grid_builds.filter(state__in=[GridBuild.State.WAITING, GridBuild.State.RUNNING]).first()
        if running:
            return running
        build = camp.grid_builds.create(seconds=seconds, seed=seed, draft_revision=Draft.revision_of(camp))
        transaction.on_commit(lambda: enqueue(build))
    return build


def enqueue(build: GridBuild) -> None:
    from .tasks import build_grid

    build_grid.enqueue(build.pk)


def revive(build: GridBuild) -> None:
    """A build whose worker died is taken up again by another, once."""
    with transaction.atomic():
        found = GridBuild.objects.select_for_update().get(pk=build.pk)
        if not found.seems_dead:
            return
        found.tell(state=GridBuild.State.WAITING)
    enqueue(found)


def run_build(build: GridBuild) -> None:
    """The best grid found is on the draft, or waits to be taken if somebody changed the draft meanwhile."""
    camp = build.camp
    plan = planner.build_plan(camp)
    limit = planner.score(plan).trivial_limit
    build.tell(state=GridBuild.State.RUNNING, limit=limit, wishes=planner.score(plan).wishes)

    def listener(progress) -> bool:
        build.tell(elapsed=progress.seconds, attended=progress.attended)
        return not GridBuild.objects.filter(pk=build.pk, is_stop_asked=True).exists()

    solution = planner.solve(plan, seconds=build.seconds, seed=build.seed, listener=listener)
    build.tell(
        attended=solution.score.attended,
        plan=plan.rows(solution.placements),
        unplaced=[[plan.pitches[i].title, str(reason)] for i, reason in sorted(solution.unplaced.items())],
    )
    with transaction.atomic():
        Camp.objects.select_for_update().get(pk=camp.pk)
        if Draft.revision_of(camp) == build.draft_revision:
            apply_plan(camp=camp, rows=build.plan)
            build.is_applied = True
        build.tell(state=GridBuild.State.DONE, is_applied=build.is_applied, elapsed=solution.seconds)


def take_build(*, build: GridBuild, by: Attendee) -> None:
    """The draft is what the build found, although the draft had changed."""
    with transaction.atomic():
        apply_plan(camp=build.camp, rows=build.plan, by=by)
        build.tell(is_applied=True)
