"""The border: rows become solver data here and nowhere else. Reads, never writes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from events.few import in_steps
from events.models import ADJOINING, Camp, Room, Slot
from pitches.models import Interest, Pitch
from pitches.order import Earlier
from pitches.times import unwelcome_slots
from pitches.wishes import People, Wishes, read_wishes

from .. import solver
from ..draft.rows import DraftRows, read_draft
from ..models import Draft, GridVersion, Session
from ..solver import Progress, rules
from ..solver.bits import bits_in

#: what an interest and a must count
WEIGHTS: dict[int, int] = {Interest.Level.INTERESTED: 1, Interest.Level.MUST: 3}
#: what leaving a pitch out costs, in wishes
UNPLACED = 5.0

NOBODY, NO_CONCERNS = Wishes(), solver.Weights()


@dataclass(frozen=True, slots=True)
class Case:
    """A camp as the solver sees it: its problem, its draft, and the way back from positions to rows."""

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
    #: positions of slots that have begun, while the camp runs
    begun: frozenset[int] = frozenset()
    #: by attendee, ids of the slots in which they are not there
    away: Mapping[int, Collection[int]] = field(default_factory=dict)

    def rows(self, placements: Iterable[solver.Placement]) -> list[list[int]]:
        """[pitch, slot, room] by id."""
        return [[self.pitches[p.session].pk, self.slots[p.slot].pk, self.rooms[p.room].pk] for p in placements]

    def placements_of(self, rows: Iterable[Sequence[int]]) -> list[solver.Placement]:
        """The way back: what these rows are here, without what is not there any more."""
        at = _Positions(self.pitches, self.slots, self.rooms)
        return sorted(p for pitch, slot, room in rows if (p := at.placement(pitch, slot, room)))

    def position_of(self, pitch_id: int) -> int:
        return next(i for i, pitch in enumerate(self.pitches) if pitch.pk == pitch_id)

    def fans(self, wishes: Wishes) -> dict[int, list[People]]:
        """Weight to who wishes each session so much, when the case was made for these people."""
        return {
            weight: [wishes.fans.get(pitch.pk, {}).get(level, 0) for pitch in self.pitches]
            for level, weight in WEIGHTS.items()
        }

    @property
    def shown(self) -> solver.Problem:
        """The problem from which numbers of wishes are told: where people would be if they could be everywhere.

        It knows no host and nobody's absence. Else an organiser who marks somebody away, or has them lead a session of
        nobody's interest here and there, would read from the numbers what that one person wishes at that hour.
        """
        problem = self.problem
        return replace(
            problem,
            sessions=tuple(replace(s, hosts=frozenset()) for s in problem.sessions),
            attendees=tuple(solver.Attendee(a.wishes) for a in problem.attendees),
        )

    @property
    def solvable(self) -> solver.Problem:
        """The problem with the second runnings that stay taken out: their cells are closed, their hosts busy."""
        problem = self.problem
        if not self.fixed:
            return problem
        closed: dict[int, set[int]] = defaultdict(set)
        busy: dict[int, set[int]] = defaultdict(set)
        taken: dict[int, set[int]] = defaultdict(set)
        for p in self.fixed:
            span = problem.span(p.session, p.slot)
            closed[p.room].update(span)
            taken[p.session].update(span)
            for host in problem.sessions[p.session].hosts:
                busy[host].update(span)
        often = Counter(p.session for p in self.fixed)
        rooms = [replace(r, unavailable=r.unavailable | closed[k]) for k, r in enumerate(problem.rooms)]
        sessions = [
            replace(
                s,
                unavailable=s.unavailable.union(taken[i], *(busy[host] for host in s.hosts)),
                copies=max(1, s.copies - often[i]),
            )
            for i, s in enumerate(problem.sessions)
        ]
        return replace(problem, rooms=tuple(rooms), sessions=tuple(sessions))


def read_case(
    camp: Camp,
    *,
    draft: DraftRows | None = None,
    wishes: Wishes | None = None,
    now: datetime | None = None,
    mending: bool = False,
) -> Case:
    """All that the solver may want to know, in ten queries for a camp of any size.

    `draft` and `wishes` are given when they were read already. `mending`: the draft is to be repaired, so a pin that
    can no longer be kept is let go.
    """
    draft = read_draft(camp) if draft is None else draft
    wishes = read_wishes(camp) if wishes is None else wishes
    weights = weights_of(Draft.of(camp))
    return case_of(draft, wishes=wishes, published=_published(camp), weights=weights, now=now, mending=mending)


def case_of(
    draft: DraftRows,
    *,
    wishes: Wishes = NOBODY,
    published: Iterable[tuple[int, int, int]] = (),
    weights: solver.Weights = NO_CONCERNS,
    now: datetime | None = None,
    mending: bool = False,
) -> Case:
    """The case that these rows are, without a query; without wishes it is good for asking which rules are broken.

    `published` is (pitch, slot, room) by id.
    """
    camp, now = draft.camp, now or timezone.now()
    slots = [slot for slot in draft.slots if slot.is_for_sessions]
    at = _Positions(draft.pitches, slots, draft.rooms)
    sessions = {
        p: found.session
        for found in draft.standing
        if (p := at.placement(found.session.pitch_id, found.slot.pk, found.room.pk))
    }
    begun = draft.begun(now)
    started = frozenset(i for i, slot in enumerate(slots) if slot.pk in begun)
    closed = [at.slots_in(draft.closed.get(room.pk, ())) for room in draft.rooms]
    # If there are places for all, all must have one; else those that add most.
    places = len(draft.rooms) * (len(slots) - len(started)) - sum(len(found - started) for found in closed)
    is_required = sum(pitch.length for pitch in draft.pitches) <= places
    hosts = {host.pk for pitch in draft.pitches for host in pitch.hosts.all()}
    attendees = [*wishes.people, *sorted(hosts.difference(wishes.people))]
    person = {pk: i for i, pk in enumerate(attendees)}
    first, fixed = _stays(sessions, started)
    says_when = any(pitch.rather for pitch in draft.pitches)
    unwelcome = {r: at.slots_in(ids) for r, ids in unwelcome_slots(camp, slots).items()} if says_when else {}
    # What no room is recorded to have would keep a session off every grid: organisers are warned of it instead.
    offered = frozenset[str]().union(*(room.offers for room in draft.rooms))
    problem = solver.Problem(
        name=camp.slug,
        slots=tuple(_slots(draft.slots, slots)),
        rooms=tuple(
            solver.Room(r.capacity, r.offers, found - started, r.building)
            for r, found in zip(draft.rooms, closed, strict=True)
        ),
        sessions=tuple(
            replace(
                _session(draft, pitch, first.get(i), person, at, started, is_required, offered),
                rather_not=unwelcome.get(pitch.rather, frozenset()),
            )
            for i, pitch in enumerate(draft.pitches)
        ),
        attendees=tuple(_attendees(draft, attendees, wishes, at)),
        published=tuple(sorted(p for row in published if (p := at.placement(*row)))),
        weights=weights,
        walking_minutes=camp.walking_minutes,
        order=at.order(draft.builds_on),
    )
    if mending:
        problem = _without_lost_pins(problem)
    return Case(
        problem,
        slots,
        draft.rooms,
        draft.pitches,
        attendees,
        tuple(sorted(sessions)),
        sessions,
        fixed,
        started,
        draft.away,
    )


class _Positions:
    """From ids to positions."""

    def __init__(self, pitches: list[Pitch], slots: list[Slot], rooms: list[Room]) -> None:
        self.pitches, self.slots, self.rooms = (
            {row.pk: i for i, row in enumerate(rows)} for rows in (pitches, slots, rooms)
        )

    def placement(self, pitch: int, slot: int, room: int) -> solver.Placement | None:
        """None where one of the three is not there any more."""
        if pitch in self.pitches and slot in self.slots and room in self.rooms:
            return solver.Placement(self.pitches[pitch], self.slots[slot], self.rooms[room])
        return None

    def order(self, builds_on: Earlier) -> tuple[tuple[int, int], ...]:
        """(earlier, later); what is withdrawn holds nothing up."""
        pairs = ((earlier, later) for later, found in builds_on.items() for earlier in found)
        at = self.pitches
        return tuple(sorted((at[a], at[b]) for a, b in pairs if a in at and b in at))

    def slots_in(self, ids: Iterable[int]) -> frozenset[int]:
        return frozenset(self.slots[pk] for pk in ids if pk in self.slots)


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


def _attendees(draft: DraftRows, attendees: list[int], wishes: Wishes, at: _Positions) -> Iterable[solver.Attendee]:
    wished: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for i, pitch in enumerate(draft.pitches):
        for level, fans in wishes.fans.get(pitch.pk, {}).items():
            for person in bits_in(fans):
                wished[person].append((i, WEIGHTS[level]))
    for person, pk in enumerate(attendees):
        yield solver.Attendee(tuple(wished.get(person, ())), at.slots_in(draft.away.get(pk, ())))


def _published(camp: Camp) -> Iterable[tuple[int, int, int]]:
    latest = GridVersion.latest(camp)
    if latest is None:
        return ()
    rows = latest.placements.filter(is_cancelled=False).order_by()
    return rows.values_list("session__pitch_id", "slot_ref", "room_ref")


def told_problem(draft: DraftRows, wishes: Wishes) -> solver.Problem:
    """The camp as numbers of wishes are told from it: the wishes of the snapshot, hosts and absences left out."""
    return case_of(draft, wishes=wishes).shown


def told_attended(told: solver.Problem, placements: Iterable[solver.Placement]) -> int:
    """About how many wishes a grid meets, as it is told: in steps of five."""
    return in_steps(solver.score(told, placements).attended)


def weights_of(draft: Draft) -> solver.Weights:
    """The organisers' concerns in wishes."""
    weights = {concern.NAME: concern.scale(getattr(draft, concern.NAME)) for concern in solver.CONCERNS}
    return solver.Weights(**weights, unplaced=UNPLACED)


def _without_lost_pins(problem: solver.Problem) -> solver.Problem:
    slots, rooms = range(len(problem.slots)), range(len(problem.rooms))
    sessions = list(problem.sessions)
    for i, session in enumerate(problem.sessions):
        if session.pin_slot is not None and not any(rules.may_stand(problem, i, t, r) for t in slots for r in rooms):
            sessions[i] = replace(session, pin_slot=None, pin_room=None)
    return replace(problem, sessions=tuple(sessions))


def _slots(all_slots: list[Slot], slots: list[Slot]) -> list[solver.Slot]:
    breaks = [s.starts_at for s in all_slots if not s.is_for_sessions]
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
    draft: DraftRows,
    pitch: Pitch,
    stays: solver.Placement | None,
    person: dict[int, int],
    at: _Positions,
    started: frozenset[int],
    is_required: bool,
    offered: frozenset[str],
) -> solver.Session:
    hosts = [host.pk for host in pitch.hosts.all()]
    ruled_out = draft.ruled_out.get(pitch.pk, set()).union(*(draft.away.get(pk, ()) for pk in hosts))
    unavailable = at.slots_in(ruled_out)
    # What has begun stays, whoever is away now.
    begun = stays is not None and stays.slot in started
    return solver.Session(
        hosts=frozenset(person[pk] for pk in hosts),
        length=pitch.length,
        copies=pitch.runs,
        features=offered.intersection(pitch.needs),
        unavailable=unavailable - started if begun else unavailable if stays else unavailable | started,
        topic=pitch.topic or None,
        required=is_required,
        pin_slot=stays.slot if stays else None,
        pin_room=stays.room if stays else None,
        kind=pitch.kind,
    )


def best_grid(
    case: Case, *, seconds: float, seed: int, listener: Callable[[Progress], bool] = lambda progress: True
) -> solver.Solution:
    """The best grid found for the camp in that time, with the camp's concerns weighed against wishes."""
    problem = case.solvable
    solution = solver.solve(
        problem,
        solver.Job(
            seconds=seconds,
            seed=seed,
            processes=solver.worthwhile_processes(problem, seconds),
            weighted=True,
            with_bound=solver.is_worthwhile(problem, seconds),
        ),
        listener,
    )
    if not case.fixed:
        return solution
    placements = sorted([*solution.placements, *case.fixed])
    result = solver.score(case.problem, placements)
    # What was proved, and seen on the way, leaves out the runnings that stay.
    alone = max(solution.wishes_alone, result.attended)
    return replace(solution, placements=placements, score=result, bound=result.trivial_limit, wishes_alone=alone)


def holds(case: Case, grid: Sequence[solver.Placement]) -> bool:
    """Whether a build could have come back with that grid: no rule is broken, and all that must be placed is."""
    return not solver.broken_rules(case.problem, grid) and not solver.missing_in(case.problem, list(grid))


def proof_key(case: Case) -> str:
    """The same for the same camp, people's wishes and pins: what is proved of one is proved of the other.

    What is weighed against wishes is not in it: a proof is about wishes alone.
    """
    document = solver.to_document(replace(case.solvable, published=(), weights=NO_CONCERNS))
    return hashlib.blake2s(json.dumps([document, case.fixed]).encode(), digest_size=16).hexdigest()


def sketched(case: Case) -> Callable[[Progress], list[solver.Placement]]:
    """The grid that a search for `best_grid` has so far, whenever one asks."""
    sketch = solver.Sketch(case.solvable)
    return lambda progress: sorted([*sketch.of(progress), *case.fixed])


def draft_score(case: Case) -> solver.Score:
    """How good the draft is."""
    return solver.score(case.problem, case.placements)
