"""The border: rows become solver data here and nowhere else. Reads, never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils import timezone

from events.models import Attendee, Camp, Room, Slot
from pitches.models import Interest, Pitch

from . import solver
from .models import Draft, GridVersion, Session
from .solver import rules

#: what a must counts beside an interest
MUST_WEIGHT = 3
#: a change-over this long is still no break: a double session may run over it
ADJOINING = timedelta(minutes=30)
#: what leaving a pitch out costs, in wishes
UNPLACED = 5.0
#: what the numbers 0 to 10 of a concern mean, in wishes: for a square of what a person misses, a pair of sessions of
#: one topic at once, a person without a seat, a move from what is published
FAIRNESS = (0.0, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
TOPICS, ROOM_FIT, CALM = 0.1, 0.03, 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """A camp as the solver sees it, and the way back from positions to rows."""

    problem: solver.Problem
    slots: list[Slot]
    rooms: list[Room]
    pitches: list[Pitch]
    attendees: list[int]
    #: sessions on the draft, by position
    placements: tuple[solver.Placement, ...]
    #: the session that stands there on the draft
    sessions: dict[solver.Placement, Session] = field(default_factory=dict)
    #: second runnings that stay whatever is built: pinned, or begun
    fixed: tuple[solver.Placement, ...] = ()

    def rows(self, placements: Iterable[solver.Placement]) -> list[list[int]]:
        """[pitch, slot, room] by id."""
        return [[self.pitches[p.session].pk, self.slots[p.slot].pk, self.rooms[p.room].pk] for p in placements]

    def position_of(self, pitch_id: int) -> int:
        return next(i for i, pitch in enumerate(self.pitches) if pitch.pk == pitch_id)

    @property
    def solvable(self) -> solver.Problem:
        """The problem with the second runnings that stay taken out: their cells are closed, their hosts busy."""
        problem = self.problem
        for p in self.fixed:
            span = frozenset(problem.span(p.session, p.slot))
            hosts = problem.sessions[p.session].hosts
            problem = replace(
                problem,
                rooms=tuple(
                    replace(r, unavailable=r.unavailable | span) if k == p.room else r
                    for k, r in enumerate(problem.rooms)
                ),
                sessions=tuple(
                    replace(
                        s,
                        unavailable=s.unavailable | span if s.hosts & hosts or i == p.session else s.unavailable,
                        copies=max(1, s.copies - 1) if i == p.session else s.copies,
                    )
                    for i, s in enumerate(problem.sessions)
                ),
            )
        return problem


def build_plan(camp: Camp, *, now: datetime | None = None, mending: bool = False) -> Plan:
    """A fixed number of queries for a camp of any size.

    `mending`: the draft is to be repaired, so a pin that can no longer be kept is let go.
    """
    now = now or timezone.now()
    slots = list(camp.slots.for_sessions())
    for slot in slots:
        slot.camp = camp
    rooms = list(camp.rooms.prefetch_related("closed_in"))
    pitches = list(camp.pitches.open().order_by("pk").prefetch_related("hosts__away_in", "not_in"))
    position = {pitch.pk: i for i, pitch in enumerate(pitches)}
    slot_at = {slot.pk: i for i, slot in enumerate(slots)}
    room_at = {room.pk: i for i, room in enumerate(rooms)}
    sessions = _standing(camp, position, slot_at, room_at)
    wishes = _wishes(camp, position)
    # While the camp runs, what has begun is the past; a camp that is over may still be put in order.
    started = frozenset(i for i, slot in enumerate(slots) if camp.is_running and slot.starts_at <= now)
    closed = [frozenset(slot_at[s.pk] for s in room.closed_in.all() if s.pk in slot_at) for room in rooms]
    # If there are places for all, all must have one; else those that add most.
    places = len(rooms) * (len(slots) - len(started)) - sum(len(found - started) for found in closed)
    is_required = sum(pitch.length for pitch in pitches) <= places
    attendees = sorted(set(wishes) | {h.pk for p in pitches for h in p.hosts.all()})
    person = {pk: i for i, pk in enumerate(attendees)}
    first, fixed = _stays(sessions, started)
    problem = solver.Problem(
        name=camp.slug,
        slots=tuple(_slots(camp, slots)),
        rooms=tuple(
            solver.Room(r.capacity, frozenset(r.features), found - started, r.building)
            for r, found in zip(rooms, closed, strict=True)
        ),
        sessions=tuple(
            _session(pitch, first.get(i), person, slot_at, started, is_required) for i, pitch in enumerate(pitches)
        ),
        attendees=tuple(_attendees(camp, attendees, wishes, slot_at)),
        published=_published(camp, position, slot_at, room_at),
        weights=weights_of(Draft.of(camp)),
        walking_minutes=camp.walking_minutes,
    )
    if mending:
        problem = _without_lost_pins(problem)
    return Plan(problem, slots, rooms, pitches, attendees, tuple(sorted(sessions)), sessions, fixed)


def _standing(
    camp: Camp, position: dict[int, int], slot_at: dict[int, int], room_at: dict[int, int]
) -> dict[solver.Placement, Session]:
    """Where every session of the draft stands."""
    found = {}
    for session in camp.sessions.placed().with_place().order_by("pk"):
        place = session.place
        if session.pitch_id in position and place and place.slot_id in slot_at and place.room_id in room_at:
            placement = solver.Placement(position[session.pitch_id], slot_at[place.slot_id], room_at[place.room_id])
            found[placement] = session
    return found


def _stays(
    sessions: dict[solver.Placement, Session], started: frozenset[int]
) -> tuple[dict[int, solver.Placement], tuple[solver.Placement, ...]]:
    """What is pinned or has begun: the first running of each pitch, and further ones."""
    # Pinned sessions are inputs, and so is what has begun: moving them would surprise the host.
    stay = sorted(p for p, session in sessions.items() if session.is_pinned or p.slot in started)
    first: dict[int, solver.Placement] = {}
    more = []
    for p in stay:
        if p.session in first:
            more.append(p)
        else:
            first[p.session] = p
    return first, tuple(more)


def _attendees(
    camp: Camp, attendees: list[int], wishes: dict[int, dict[int, int]], slot_at: dict[int, int]
) -> Iterable[solver.Attendee]:
    away: dict[int, set[int]] = defaultdict(set)
    rows = Attendee.away_in.through.objects.filter(attendee__camp=camp)
    for attendee, slot in rows.values_list("attendee_id", "slot_id"):
        if slot in slot_at:
            away[attendee].add(slot_at[slot])
    for pk in attendees:
        yield solver.Attendee(tuple(sorted(wishes.get(pk, {}).items())), frozenset(away.get(pk, ())))


def _published(
    camp: Camp, position: dict[int, int], slot_at: dict[int, int], room_at: dict[int, int]
) -> tuple[solver.Placement, ...]:
    latest = GridVersion.latest(camp)
    if latest is None:
        return ()
    rows = latest.placements.filter(is_cancelled=False).values_list("session__pitch_id", "slot_ref", "room_ref")
    return tuple(
        sorted(
            solver.Placement(position[pitch], slot_at[slot], room_at[room])
            for pitch, slot, room in rows
            if pitch in position and slot in slot_at and room in room_at
        )
    )


def weights_of(draft: Draft) -> solver.Weights:
    """The organisers' concerns in wishes."""
    return solver.Weights(
        fairness=FAIRNESS[min(10, draft.fairness)],
        topic=TOPICS * draft.topics,
        overflow=ROOM_FIT * draft.room_fit,
        move=CALM * draft.calm,
        unplaced=UNPLACED,
    )


def _without_lost_pins(problem: solver.Problem) -> solver.Problem:
    slots, rooms = range(len(problem.slots)), range(len(problem.rooms))
    sessions = list(problem.sessions)
    for i, session in enumerate(problem.sessions):
        if session.pin_slot is not None and not any(rules.may_stand(problem, i, t, r) for t in slots for r in rooms):
            sessions[i] = replace(session, pin_slot=None, pin_room=None)
    return replace(problem, sessions=tuple(sessions))


def _wishes(camp: Camp, position: dict[int, int]) -> dict[int, dict[int, int]]:
    wishes: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Interest.objects.filter(pitch__camp=camp, attendee__removed_at=None)
    for attendee, pitch, level in rows.values_list("attendee_id", "pitch_id", "level"):
        if pitch in position:
            wishes[attendee][position[pitch]] = MUST_WEIGHT if level == Interest.Level.MUST else 1
    return wishes


def _slots(camp: Camp, slots: list[Slot]) -> list[solver.Slot]:
    breaks = [s.starts_at for s in camp.slots.all() if not s.is_for_sessions]
    result = []
    for i, slot in enumerate(slots):
        after = slots[i + 1] if i + 1 < len(slots) else None
        gap = after.starts_at - slot.ends_at if after else None
        is_next = (
            after is not None
            and gap is not None
            and gap <= ADJOINING
            and not any(slot.ends_at <= start < after.starts_at for start in breaks)
        )
        minutes = int(gap.total_seconds() // 60) if gap is not None else None
        result.append(solver.Slot(day=slot.day.toordinal(), next=is_next, gap=minutes))
    return result


def _session(
    pitch: Pitch,
    stays: solver.Placement | None,
    person: dict[int, int],
    slot_at: dict[int, int],
    started: frozenset[int],
    is_required: bool,
) -> solver.Session:
    ruled_out = [*pitch.not_in.all(), *(slot for host in pitch.hosts.all() for slot in host.away_in.all())]
    unavailable = {slot_at[s.pk] for s in ruled_out if s.pk in slot_at}
    # What has begun stays, whoever is away now.
    begun = stays is not None and stays.slot in started
    return solver.Session(
        hosts=frozenset(person[h.pk] for h in pitch.hosts.all()),
        length=pitch.length,
        copies=pitch.runs,
        features=frozenset(pitch.needs),
        unavailable=frozenset(unavailable - started if begun else unavailable if stays else unavailable | started),
        topic=pitch.topic or None,
        required=is_required,
        pin_slot=stays.slot if stays else None,
        pin_room=stays.room if stays else None,
        kind=pitch.kind,
    )


def solve(
    plan: Plan, *, seconds: float, seed: int, listener: Callable[[solver.Progress], bool] = lambda progress: True
) -> solver.Solution:
    """The best grid found for the camp in that time, with the camp's concerns weighed against wishes."""
    problem = plan.solvable
    solution = solver.solve(
        problem,
        seconds=seconds,
        seed=seed,
        processes=solver.worthwhile_processes(problem, seconds),
        weighted=True,
        with_bound=solver.is_worthwhile(problem, seconds),
        listener=listener,
    )
    if not plan.fixed:
        return solution
    placements = sorted([*solution.placements, *plan.fixed])
    result = solver.score(plan.problem, placements)
    # What was proved leaves out the runnings that stay.
    return replace(solution, placements=placements, score=result, bound=result.trivial_limit)


def score(plan: Plan) -> solver.Score:
    """How good the draft is."""
    return solver.score(plan.problem, plan.placements)
