"""The border: rows become solver data here and nowhere else. Reads, never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Attendee, Camp, Room, Slot
from pitches.models import Interest, Pitch

from . import solver
from .models import Session
from .solver import rules

#: what a must counts beside an interest
MUST_WEIGHT = 3
#: a change-over this long is still no break: a double session may run over it
ADJOINING = timedelta(minutes=30)
#: what leaving a pitch out costs, in wishes
UNPLACED = 5.0


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
    #: pitch position to the session that stands on the draft
    sessions: dict[int, Session] = field(default_factory=dict)

    def rows(self, placements: list[solver.Placement]) -> list[list[int]]:
        """[pitch, slot, room] by id."""
        return [[self.pitches[p.session].pk, self.slots[p.slot].pk, self.rooms[p.room].pk] for p in placements]


@dataclass(frozen=True, slots=True)
class Break:
    """One rule broken on the draft, in words, and the sessions it concerns (ids)."""

    sentence: str
    session_ids: tuple[int, ...]


def build_plan(camp: Camp, *, now: datetime | None = None) -> Plan:
    """Seven queries for a camp of any size."""
    now = now or timezone.now()
    slots = list(camp.slots.for_sessions())
    for slot in slots:
        slot.camp = camp
    rooms = list(camp.rooms.all())
    pitches = list(camp.pitches.open().order_by("pk").prefetch_related("hosts", "not_in"))
    position = {pitch.pk: i for i, pitch in enumerate(pitches)}
    sessions = {position[s.pitch_id]: s for s in camp.sessions.placed().with_place() if s.pitch_id in position}
    wishes = _wishes(camp, position)
    # While the camp runs, what has begun is the past; a camp that is over may still be put in order.
    started = frozenset(i for i, slot in enumerate(slots) if camp.is_running and slot.starts_at <= now)
    # If there are places for all, all must have one; else those that add most.
    is_required = sum(pitch.length for pitch in pitches) <= len(rooms) * (len(slots) - len(started))
    attendees = sorted(set(wishes) | {h.pk for p in pitches for h in p.hosts.all()})
    person = {pk: i for i, pk in enumerate(attendees)}
    slot_at = {slot.pk: i for i, slot in enumerate(slots)}
    room_at = {room.pk: i for i, room in enumerate(rooms)}
    placements = _placements(sessions, slot_at, room_at)
    problem = solver.Problem(
        name=camp.slug,
        slots=tuple(_slots(camp, slots)),
        rooms=tuple(
            solver.Room(capacity=r.capacity, features=frozenset(r.features), building=r.building) for r in rooms
        ),
        sessions=tuple(
            _session(pitch, sessions.get(i), placements.get(i), person, slot_at, started, is_required)
            for i, pitch in enumerate(pitches)
        ),
        attendees=tuple(solver.Attendee(tuple(sorted(wishes.get(pk, {}).items()))) for pk in attendees),
        weights=solver.Weights(unplaced=UNPLACED),
        walking_minutes=camp.walking_minutes,
    )
    return Plan(problem, slots, rooms, pitches, attendees, tuple(placements.values()), sessions)


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


def _placements(
    sessions: dict[int, Session], slot_at: dict[int, int], room_at: dict[int, int]
) -> dict[int, solver.Placement]:
    found = {}
    for i, session in sessions.items():
        place = session.place
        if place and place.slot_id in slot_at and place.room_id in room_at:
            found[i] = solver.Placement(i, slot_at[place.slot_id], room_at[place.room_id])
    return found


def _session(
    pitch: Pitch,
    session: Session | None,
    placement: solver.Placement | None,
    person: dict[int, int],
    slot_at: dict[int, int],
    started: frozenset[int],
    is_required: bool,
) -> solver.Session:
    # Pinned sessions are inputs, and so is what has begun: moving them would surprise the host.
    stays = session is not None and placement is not None and (session.is_pinned or placement.slot in started)
    unavailable = {slot_at[s.pk] for s in pitch.not_in.all() if s.pk in slot_at}
    return solver.Session(
        hosts=frozenset(person[h.pk] for h in pitch.hosts.all()),
        length=pitch.length,
        features=frozenset(pitch.needs),
        unavailable=frozenset(unavailable if stays else unavailable | started),
        topic=pitch.topic or None,
        required=is_required,
        pin_slot=placement.slot if stays and placement else None,
        pin_room=placement.room if stays and placement else None,
    )


def solve(
    plan: Plan, *, seconds: float, seed: int, listener: Callable[[solver.Progress], bool] = lambda progress: True
) -> solver.Solution:
    """The best grid found for the camp in that time."""
    processes = solver.worthwhile_processes(plan.problem, seconds)
    return solver.solve(plan.problem, seconds=seconds, seed=seed, processes=processes, listener=listener)


def score(plan: Plan) -> solver.Score:
    """How good the draft is."""
    return solver.score(plan.problem, plan.placements)


def expected_people(plan: Plan) -> dict[int, float]:
    """Session id to the people expected, on the draft."""
    people = solver.expected_people(plan.problem, plan.placements)
    return {plan.sessions[p.session].pk: count for p, count in people.items()}


def broken_rules(plan: Plan) -> list[Break]:
    """What the draft breaks, each with the names and times people need to mend it."""
    return [_in_words(plan, broken) for broken in solver.broken_rules(_judged(plan.problem), plan.placements)]


def broken_by_cell(plan: Plan, pitch_id: int) -> dict[tuple[int, int], list[str]]:
    """(slot, room) to what would be broken if the pitch stood there, for all cells of the grid.

    Only what this placement adds is named, not what is broken anyway.
    """
    position = next(i for i, pitch in enumerate(plan.pitches) if pitch.pk == pitch_id)
    problem = _judged(plan.problem)
    others = tuple(p for p in plan.placements if p.session != position)
    result = {}
    for t, slot in enumerate(plan.slots):
        for r, room in enumerate(plan.rooms):
            tried = solver.Placement(position, t, r)
            found = [
                _in_words(plan, broken).sentence
                for broken in solver.broken_rules(problem, (*others, tried))
                # Who stands there is shown in the cell; the swap button says the rest.
                if tried in broken.placements and broken.rule is not rules.cell_given_twice
            ]
            if found:
                result[slot.pk, room.pk] = found
    return result


def _judged(problem: solver.Problem) -> solver.Problem:
    """A pin says where a session stays, not where it may be put by hand."""
    sessions = tuple(replace(s, pin_slot=None, pin_room=None) for s in problem.sessions)
    return replace(problem, sessions=sessions)


def _in_words(plan: Plan, broken: solver.Broken) -> Break:
    titles = _(" and ").join(f"“{plan.pitches[p.session].title}”" for p in broken.placements)
    last = broken.placements[-1]
    clock = timezone.localtime(plan.slots[last.slot].starts_at, plan.slots[last.slot].camp.tz)
    names = _names(plan, broken)
    if names:
        text = _("%(rule)s %(names)s would lead %(titles)s at %(time)s.")
    else:
        text = _("%(rule)s %(titles)s, %(time)s, %(room)s.")
    sentence = text % {
        "rule": _(broken.sentence),
        "names": names,
        "titles": titles,
        "time": f"{clock:%H:%M}",
        "room": plan.rooms[last.room].name,
    }
    sessions = (plan.sessions.get(p.session) for p in broken.placements)
    return Break(sentence, tuple(session.pk for session in sessions if session))


def _names(plan: Plan, broken: solver.Broken) -> str:
    if not broken.hosts:
        return ""
    wanted = {plan.attendees[h] for h in broken.hosts}
    people: dict[int, Attendee] = {
        h.pk: h for p in broken.placements for h in plan.pitches[p.session].hosts.all() if h.pk in wanted
    }
    return ", ".join(people[pk].display_name for pk in sorted(people))
