"""The border: rows become solver data here and nowhere else. Reads, never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Attendee, Camp, Room, Slot
from events.models.frame import feature_name
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


@dataclass(frozen=True, slots=True)
class Break:
    """One rule broken on the draft, in words, and the sessions it concerns (ids)."""

    sentence: str
    session_ids: tuple[int, ...]


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


def concern_sentences() -> dict[str, str]:
    """What is weighed against wishes, as people read it."""
    return {name: _(sentence) for name, sentence in solver.concern_sentences().items()}


def score(plan: Plan) -> solver.Score:
    """How good the draft is."""
    return solver.score(plan.problem, plan.placements)


def expected_people(plan: Plan) -> dict[int, solver.Expected]:
    """Session id to the people expected, on the draft."""
    people = solver.expected_range(plan.problem, plan.placements)
    return {plan.sessions[p].pk: expected for p, expected in people.items()}


def broken_rules(plan: Plan) -> list[Break]:
    """What the draft breaks, each with the names and times people need to mend it."""
    return [_in_words(plan, broken) for broken in solver.broken_rules(_judged(plan.problem), plan.placements)]


@dataclass(frozen=True, slots=True)
class CellChoice:
    """One cell in which a session could stand: what it would break, and what it would change."""

    broken: tuple[str, ...]
    gain: int
    winners: int
    losers: int

    @property
    def loss(self) -> int:
        return -self.gain


def cell_choices(plan: Plan, pitch_id: int, session_id: int | None = None) -> dict[tuple[int, int], CellChoice]:
    """(slot, room) to what would happen if the session (or a first one of the pitch) stood there, for all cells.

    Whoever stands there changes places with it. Only what this placement adds is named, not what is broken anyway.
    """
    position = plan.position_of(pitch_id)
    at = next((p for p, s in plan.sessions.items() if s.pk == session_id), None)
    prices = solver.price_cells(plan.problem, plan.placements, position, at)
    problem = _judged(plan.problem)
    others = tuple(p for p in plan.placements if p != at)
    result = {}
    for t, slot in enumerate(plan.slots):
        for r, room in enumerate(plan.rooms):
            tried = solver.Placement(position, t, r)
            found = tuple(
                _in_words(plan, broken).sentence
                for broken in solver.broken_rules(problem, (*others, tried))
                # Who stands there is shown in the cell; the swap button says the rest.
                if tried in broken.placements and broken.rule is not rules.cell_given_twice
            )
            price = prices.get((t, r))
            result[slot.pk, room.pk] = CellChoice(
                found, round(price.gain) if price else 0, price.winners if price else 0, price.losers if price else 0
            )
    return result


@dataclass(frozen=True, slots=True)
class Figures:
    """How good the draft is, and for whom: shares of what each person could see at most, in percent."""

    attended: int
    limit: int
    percent: int
    worst: int
    median: int
    #: people who can be at all their musts, of those who have some
    musts_met: int
    musts: int
    #: people by share: ten bars, the last for 90 % and more
    bars: tuple[int, ...]

    @property
    def musts_percent(self) -> int:
        return _percent(self.musts_met, self.musts)

    @property
    def tallest(self) -> int:
        return max(self.bars, default=0) or 1


def figures(plan: Plan) -> Figures:
    """The figures of the draft."""
    found = score(plan)
    met, musts = solver.musts_met(plan.problem, plan.placements)
    bars = [0] * 10
    for share in found.shares:
        bars[min(9, int(10 * share))] += 1
    return Figures(
        attended=found.attended,
        limit=found.trivial_limit,
        percent=_percent(found.attended, found.trivial_limit),
        worst=int(100 * found.worst_share),
        median=int(100 * found.median_share),
        musts_met=met,
        musts=musts,
        bars=tuple(bars),
    )


def _percent(part: int, whole: int) -> int:
    # Rounded down: 100 % is only said when it is all.
    return 100 * part // whole if whole else 100


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sessions at the same time, and how many people want both."""

    titles: tuple[str, str]
    starts_at: datetime
    people: int


def worst_clashes(plan: Plan, most: int = 5) -> list[Clash]:
    """The pairs in parallel that most people want both of."""
    return [
        Clash(
            (plan.pitches[c.one.session].title, plan.pitches[c.other.session].title),
            plan.slots[max(c.one.slot, c.other.slot)].starts_at,
            c.people,
        )
        for c in solver.clashes(plan.problem, plan.placements)[:most]
    ]


@dataclass(frozen=True, slots=True)
class RepeatIdea:
    """A session to run once more, where, and the wishes it wins."""

    pitch: Pitch
    slot: Slot
    room: Room
    gain: int


def repeat_ideas(plan: Plan, now: datetime | None = None) -> list[RepeatIdea]:
    """Which sessions to run once more in free cells that are still to come, the most winning first."""
    now = now or timezone.now()
    problem = plan.problem
    past = frozenset(t for t, slot in enumerate(plan.slots) if slot.starts_at <= now)
    if len(past) < len(plan.slots):
        problem = replace(
            problem, sessions=tuple(replace(s, unavailable=s.unavailable | past) for s in _judged(problem).sessions)
        )
    return [
        RepeatIdea(
            plan.pitches[r.placement.session], plan.slots[r.placement.slot], plan.rooms[r.placement.room], r.gain
        )
        for r in solver.suggest_repeats(problem, plan.placements, most=5)
    ]


def reason_in_words(plan: Plan, session: int, reason: solver.Reason) -> str:
    """Why a pitch has no place and what would make room, with titles."""
    text = _(reason.sentence)
    if reason.rule is not None:
        text = _("No free cell will do: %(rule)s") % {"rule": _(rules.sentence(reason.rule))}
    if reason.lacks:
        text += " " + _("A room with %(needs)s would make a place.") % {
            "needs": ", ".join(feature_name(code) for code in sorted(reason.lacks))
        }
    if reason.instead_of is not None:
        title = plan.pitches[reason.instead_of.session].title
        if reason.gain < 0:
            text += " " + ngettext(
                "In place of “%(title)s” %(n)s fewer wish would be met.",
                "In place of “%(title)s” %(n)s fewer wishes would be met.",
                round(-reason.gain),
            ) % {"title": title, "n": round(-reason.gain)}
        else:
            text += " " + _("It could take the place of “%(title)s” without losing a wish.") % {"title": title}
    return text


def contradictions(plan: Plan) -> list[str]:
    """The smallest set of pins and rules that cannot hold together, in words; empty when all can."""
    try:
        found = solver.contradiction(plan.solvable)
    except (ImportError, ValueError):
        # Without OR-tools, or for a camp too large for it, the reasons of each session must do.
        return []
    pinned = {cause.sessions for cause in found or () if cause.rule is rules.pin_is_kept}
    sentences = []
    for cause in found or ():
        if cause.sessions in pinned and cause.rule is not rules.pin_is_kept:
            continue
        titles = _(" and ").join(f"“{plan.pitches[i].title}”" for i in cause.sessions)
        room = plan.rooms[cause.room].name if cause.room is not None else ""
        place = ""
        if cause.rule is rules.pin_is_kept:
            pin = plan.problem.sessions[cause.sessions[0]]
            if pin.pin_slot is not None and pin.pin_room is not None:
                place = f" ({plan.rooms[pin.pin_room].name}, {plan.slots[pin.pin_slot]})"
        sentences.append(f"{_(cause.sentence)} {titles or room}{place}")
    return sentences


@dataclass(frozen=True, slots=True)
class Mending:
    """One way to repair the draft."""

    moves: list[str]
    moved: int
    people: int
    attended: int
    is_fewest: bool
    rows: list[list[int]]


def repairs(plan: Plan, *, seconds: float, seed: int = 1) -> list[Mending]:
    """Ways to mend the draft, the one with the fewest moves first; made from `build_plan(camp, mending=True)`."""
    standing = [p for p in plan.placements if p not in plan.fixed]
    return [
        Mending(
            moves=[_move_in_words(plan, move) for move in repair.moves],
            moved=repair.moved,
            people=repair.people,
            attended=repair.attended,
            is_fewest=repair.is_fewest,
            rows=plan.rows([*repair.placements, *plan.fixed]),
        )
        for repair in solver.repairs(plan.solvable, standing, seconds=seconds, seed=seed)
    ]


def _move_in_words(plan: Plan, move: solver.Move) -> str:
    words = {"title": plan.pitches[move.session].title}
    if move.after is None:
        return _("“%(title)s” comes off the grid.") % words
    words["to"] = _place(plan, move.after)
    if move.before is None:
        return _("“%(title)s” gets a place: %(to)s.") % words
    words["from"] = _place(plan, move.before)
    return _("“%(title)s” moves from %(from)s to %(to)s.") % words


def _place(plan: Plan, p: solver.Placement) -> str:
    slot = plan.slots[p.slot]
    local = timezone.localtime(slot.starts_at, slot.camp.tz)
    return f"{plan.rooms[p.room].name}, {local:%a} {local:%H:%M}"


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
    sessions = (plan.sessions.get(p) for p in broken.placements)
    return Break(sentence, tuple(session.pk for session in sessions if session))


def _names(plan: Plan, broken: solver.Broken) -> str:
    if not broken.hosts:
        return ""
    wanted = {plan.attendees[h] for h in broken.hosts}
    people: dict[int, Attendee] = {
        h.pk: h for p in broken.placements for h in plan.pitches[p.session].hosts.all() if h.pk in wanted
    }
    return ", ".join(people[pk].display_name for pk in sorted(people))
