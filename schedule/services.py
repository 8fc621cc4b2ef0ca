"""What people do to the draft of the grid. Each is atomic and refuses with a sentence."""

from __future__ import annotations

from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot
from pitches.models import Pitch

from . import advice, planner
from .models import Cell, Draft, GridBuild, Session


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

    `session` says which running of a pitch that runs more than once; without it the first.

    `seen_revision` is what the person saw: a move made meanwhile by somebody else is told, not overwritten.
    """
    session = _session_of(pitch, session, by, seen_revision)
    slots = slots_from(slot, pitch.length)
    session.cells.all().delete()
    _take(session, room, slots)
    _moved(session, by)
    return session


def _session_of(pitch: Pitch, wanted: Session | None, by: Attendee | None, seen_revision: int | None) -> Session:
    """The pitch's session, locked; made if it has none."""
    # Two people placing the same pitch at once must not make two sessions of it.
    Pitch.objects.select_for_update().get(pk=pitch.pk)
    rows = Session.objects.select_for_update(of=("self",)).filter(pitch=pitch).order_by("pk")
    session = rows.filter(pk=wanted.pk).first() if wanted else rows.first()
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
    pitch = session.pitch
    if pitch.runs > 1 and session.cells.exists():
        # A repeat that was taken off does not come back by itself.
        pitch.runs = max(1, pitch.sessions.placed().count() - 1)
        pitch.save(update_fields=["runs"])
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

    Rows whose pitch was withdrawn meanwhile are left out. Several rows of one pitch are its runnings: a session that
    can stay where it is stays.
    """
    pitches = {p.pk: p for p in camp.pitches.open()}
    slots = {s.pk: s for s in camp.slots.all()}
    rooms = {r.pk: r for r in camp.rooms.all()}
    for slot in slots.values():
        slot.camp = camp
    wanted: dict[int, list[tuple[int, int]]] = {}
    for pitch, slot_id, room_id in rows:
        if pitch in pitches and slot_id in slots and room_id in rooms:
            wanted.setdefault(pitch, []).append((slot_id, room_id))
    changes = _changes(camp, wanted)
    Cell.objects.filter(session__in=[session for session, _, _ in changes if session.pk]).delete()
    for session, pitch, place in changes:
        if session.pk is None:
            session.camp, session.pitch = camp, pitches[pitch]
            session.save()
        session.camp = camp
        if place is not None:
            _take(session, rooms[place[1]], slots_from(slots[place[0]], pitches[pitch].length))
        session.revision += 1
        session.moved_by = by
        session.save(update_fields=["revision", "moved_by"])
    if changes:
        Draft.touch(camp)
    return len(changes)


def _changes(camp: Camp, wanted: dict[int, list[tuple[int, int]]]) -> list[tuple[Session, int, tuple[int, int] | None]]:
    """(session, pitch, its new place) for every session that moves, comes or goes."""
    sessions: dict[int, list[Session]] = {}
    for session in camp.sessions.order_by("pk").with_place():
        sessions.setdefault(session.pitch_id, []).append(session)
    changes: list[tuple[Session, int, tuple[int, int] | None]] = []
    for pitch in sorted(sessions.keys() | wanted.keys()):
        left = list(wanted.get(pitch, []))
        idle = []
        for session in sessions.get(pitch, []):
            place = (session.place.slot_id, session.place.room_id) if session.place else None
            if place in left:
                left.remove(place)
            else:
                idle.append(session)
        # Those on the grid move first; one that was off it comes back before a new one is made.
        for session in sorted(idle, key=lambda s: (s.place is None, s.pk)):
            if left:
                changes.append((session, pitch, left.pop(0)))
            elif session.place:
                changes.append((session, pitch, None))
        changes += [(Session(), pitch, place) for place in left]
    return changes


@transaction.atomic
def add_repeat(*, pitch: Pitch, room: Room, slot: Slot, by: Attendee | None = None) -> Session:
    """The pitch runs once more, there: a session of its own with its own notes page."""
    pitch = Pitch.objects.select_for_update().get(pk=pitch.pk)
    running = pitch.sessions.placed().count()
    if running >= 5:
        raise ValidationError(_("A session can run five times at most."))
    session = pitch.sessions.filter(cells=None).order_by("pk").first()
    if session is None:
        session = Session.objects.create(camp=slot.camp, pitch=pitch, moved_by=by)
    session.camp = slot.camp
    _take(session, room, slots_from(slot, pitch.length))
    _moved(session, by)
    pitch.runs = max(pitch.runs, running + 1)
    pitch.save(update_fields=["runs"])
    return session


@transaction.atomic
def set_concerns(*, camp: Camp, concerns: dict[str, int]) -> None:
    """The next build weighs these against wishes, each from 0 to 10."""
    draft, _made = Draft.objects.get_or_create(camp=camp)
    for name in Draft.CONCERNS:
        setattr(draft, name, concerns[name])
    draft.full_clean()
    draft.save(update_fields=Draft.CONCERNS)


def start_build(*, camp: Camp, seconds: float, seed: int = 1, kind: str = GridBuild.Kind.GRID) -> GridBuild:
    """A worker will build the grid, or look for repairs; one at a time for each camp."""
    with transaction.atomic():
        Camp.objects.select_for_update().get(pk=camp.pk)
        running = camp.grid_builds.filter(state__in=[GridBuild.State.WAITING, GridBuild.State.RUNNING]).first()
        if running:
            return running
        build = camp.grid_builds.create(seconds=seconds, seed=seed, kind=kind, draft_revision=Draft.revision_of(camp))
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
    """The best grid found is on the draft, or waits to be taken if somebody changed the draft meanwhile.

    Repairs wait to be taken in any case: somebody chooses among them.
    """
    if build.kind == GridBuild.Kind.REPAIR:
        _find_repairs(build)
        return
    camp = build.camp
    plan = planner.build_plan(camp)
    score = planner.score(plan)
    build.tell(state=GridBuild.State.RUNNING, limit=score.trivial_limit, wishes=score.wishes)

    def listener(progress) -> bool:
        build.tell(elapsed=progress.seconds, attended=progress.attended, limit=progress.bound)
        return not GridBuild.objects.filter(pk=build.pk, is_stop_asked=True).exists()

    solution = planner.solve(plan, seconds=build.seconds, seed=build.seed, listener=listener)
    build.tell(
        attended=solution.score.attended,
        limit=solution.bound,
        wishes_alone=solution.wishes_alone,
        is_proven=solution.is_feasible and solution.wishes_alone >= solution.bound,
        plan=plan.rows(solution.placements),
        unplaced=[
            [plan.pitches[i].title, advice.reason_in_words(plan, i, reason)]
            for i, reason in sorted(solution.unplaced.items())
        ],
        contradiction=[] if solution.is_feasible else advice.contradictions(plan),
    )
    with transaction.atomic():
        Camp.objects.select_for_update().get(pk=camp.pk)
        if Draft.revision_of(camp) == build.draft_revision:
            apply_plan(camp=camp, rows=build.plan)
            build.is_applied = True
        build.tell(state=GridBuild.State.DONE, is_applied=build.is_applied, elapsed=solution.seconds)


def _find_repairs(build: GridBuild) -> None:
    build.tell(state=GridBuild.State.RUNNING)
    plan = planner.build_plan(build.camp, mending=True)
    found = advice.repairs(plan, seconds=build.seconds, seed=build.seed)
    build.tell(
        state=GridBuild.State.DONE,
        attended=planner.score(plan).attended,
        elapsed=build.seconds,
        alternatives=[asdict(mending) for mending in found],
        contradiction=advice.contradictions(plan) if not found else [],
    )


def take_repair(*, build: GridBuild, number: int, by: Attendee) -> None:
    """The draft is what that repair says; refused when the draft changed since it was worked out."""
    with transaction.atomic():
        Camp.objects.select_for_update().get(pk=build.camp_id)
        if not 0 <= number < len(build.alternatives):
            raise ValidationError(_("Choose one of the repairs that are shown."))
        if Draft.revision_of(build.camp) != build.draft_revision:
            raise ValidationError(_("Somebody changed the draft meanwhile. Look for repairs again."))
        apply_plan(camp=build.camp, rows=build.alternatives[number]["rows"], by=by)
        build.tell(is_applied=True)


def take_build(*, build: GridBuild, by: Attendee) -> None:
    """The draft is what the build found, although the draft had changed."""
    with transaction.atomic():
        apply_plan(camp=build.camp, rows=build.plan, by=by)
        build.tell(is_applied=True)
