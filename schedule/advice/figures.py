"""For whom a draft is good, what clashes, what to run once more. Figures, never names of people who are interested.

All is said by ids, so that it can be kept: titles and names are looked up by whoever shows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from statistics import median_low
from typing import Any

from django.utils import timezone

from events.few import FEW, at_least, in_steps, is_few
from pitches.wishes import Wishes

from .. import solver
from ..build.border import Case
from .breaks import unpinned

#: shares are told in steps of so many per cent
PERCENT = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """How good the draft is, and for whom: shares of what each person could see at most, in percent.

    As they may be told: sums in steps of five, shares of at least five people, and in steps, too.
    """

    attended: int
    limit: int
    percent: int
    #: what all but a few reach; None: fewer than ten people wish anything
    least: int | None
    median: int | None
    #: of those who have musts, who can be at all of them; None: a few have some
    musts_percent: int | None
    #: people by share: ten bars, the last for 90 % and more; what is too few for a bar is 0
    bars: tuple[int, ...]
    #: people expected in the emptiest room that somebody leads, in the fullest beside it, and by half the hosts or
    #: more; 0 for a few. None: nobody leads anything, or nothing is beside it
    emptiest: int | None = None
    beside: int | None = None
    usual: int | None = None
    #: hosts who would rather have some times than others, and those of them who got them
    hosts_with_times: int = 0
    hosts_in_time: int = 0

    @property
    def tallest(self) -> int:
        return max(self.bars, default=0) or 1


def figures(case: Case) -> Figures:
    """The figures of the draft."""
    problem = case.shown
    found = solver.score(problem, case.placements)
    met, musts = solver.musts_met(problem, case.placements)
    bars = [0] * 10
    for share in found.shares:
        bars[min(9, int(10 * share))] += 1
    emptiest, beside, usual = _rooms_of_hosts(case)
    hosts_with_times, hosts_in_time = _times_of_hosts(case)
    attended, limit = in_steps(found.attended), in_steps(found.trivial_limit)
    # One person is nobody's figure: the least that is told is what the fifth from below sees. And five see as much or
    # more at least: of six people half are three.
    shares = found.shares if len(found.shares) >= 2 * FEW else []
    return Figures(
        attended=attended,
        limit=limit,
        percent=_percent(attended, limit),
        least=_percent_of(shares[FEW - 1]) if shares else None,
        median=_percent_of(found.median_share) if shares else None,
        musts_percent=None if is_few(musts) else _percent(in_steps(met), in_steps(musts)),
        bars=tuple(in_steps(count) for count in bars),
        emptiest=emptiest,
        beside=beside,
        usual=usual,
        hosts_with_times=hosts_with_times,
        hosts_in_time=hosts_in_time,
    )


def _rooms_of_hosts(case: Case) -> tuple[int | None, int | None, int | None]:
    """The emptiest room that somebody leads, the fullest beside it, and what is usual, as people are told of each."""
    problem = case.problem
    likely = {p: _in_steps(found).likely for p, found in solver.expected_range(case.shown, case.placements).items()}
    told = {p: int(people) for p, people in likely.items() if problem.sessions[p.session].hosts}
    if not told:
        return None, None, None
    by_slot: dict[int, list[int]] = defaultdict(list)
    for p, people in told.items():
        for t in problem.span(p.session, p.slot):
            by_slot[t].append(people)
    # By what is told: an order by more would tell more.
    emptiest, beside = min((min(people), -max(people)) for people in by_slot.values())
    has_neighbour = any(min(people) == emptiest and len(people) > 1 for people in by_slot.values())
    return emptiest, -beside if has_neighbour else None, median_low(told.values())


def _times_of_hosts(case: Case) -> tuple[int, int]:
    """How many would rather have some times than others, and how many of them have them in all their sessions."""
    problem = case.problem
    slots: dict[int, list[int]] = defaultdict(list)
    for p in case.placements:
        slots[p.session].append(p.slot)
    hosts, missed = set[int](), set[int]()
    for i, pitch in enumerate(case.pitches):
        if pitch.rather:
            hosts |= problem.sessions[i].hosts
            if not slots[i] or any(solver.is_unwelcome(problem, i, t) for t in slots[i]):
                missed |= problem.sessions[i].hosts
    return len(hosts), len(hosts - missed)


def _percent(part: int, whole: int) -> int:
    # Rounded down: 100 % is only said when it is all.
    return _percent_of(part / whole) if whole else 100


def _percent_of(share: float) -> int:
    return int(100 * share / PERCENT + 1e-9) * PERCENT


@dataclass(frozen=True, slots=True)
class Clash:
    """Two pitches at the same time, from that slot on, and about how many people want both."""

    pitch_ids: tuple[int, int]
    slot_id: int
    people: int


def worst_clashes(case: Case, most: int = 5) -> list[Clash]:
    """The pairs in parallel that most people want both of; what a few want is no clash to tell of."""
    found = [
        Clash(
            (case.pitches[c.one.session].pk, case.pitches[c.other.session].pk),
            case.slots[max(c.one.slot, c.other.slot)].pk,
            in_steps(c.people),
        )
        for c in solver.clashes(case.shown, case.placements)
        if not is_few(c.people)
    ]
    # By what is told: the order would else tell what the steps do not.
    return sorted(found, key=lambda clash: (-clash.people, clash.pitch_ids, clash.slot_id))[:most]


@dataclass(frozen=True, slots=True)
class RepeatIdea:
    """A pitch to run once more, where, and about how many wishes it wins."""

    pitch_id: int
    slot_id: int
    room_id: int
    gain: int


def repeat_ideas(case: Case, now: datetime | None = None) -> list[RepeatIdea]:
    """Which sessions to run once more in free cells that are still to come, the most winning first."""
    now = now or timezone.now()
    past = frozenset(t for t, slot in enumerate(case.slots) if slot.starts_at <= now)
    past = past if len(past) < len(case.slots) else frozenset()
    busy = _busy(case)
    problem = unpinned(case.shown)
    # What is told of wishes knows no hosts: so the slots in which they lead something else are ruled out here.
    stands = {(p.session, t) for p in case.placements for t in problem.span(p.session, p.slot)}
    sessions = tuple(
        replace(
            s,
            unavailable=s.unavailable.union(
                t for t in past.union(*(busy[host] for host in theirs.hosts)) if (i, t) not in stands
            ),
        )
        for i, (s, theirs) in enumerate(zip(problem.sessions, case.problem.sessions, strict=True))
    )
    found = solver.suggest_repeats(replace(problem, sessions=sessions), case.placements, most=5)
    ideas, rows = [], list(case.placements)
    for repeat in found:
        p = repeat.placement
        if is_few(repeat.gain) or _breaks_more(case, rows, p):
            continue
        rows.append(p)
        ids = case.pitches[p.session].pk, case.slots[p.slot].pk, case.rooms[p.room].pk
        ideas.append(RepeatIdea(*ids, in_steps(repeat.gain)))
    return sorted(ideas, key=lambda idea: (-idea.gain, idea.pitch_id, idea.slot_id))


def _busy(case: Case) -> dict[int, set[int]]:
    """By host, the slots in which they lead something."""
    found: dict[int, set[int]] = defaultdict(set)
    for p in case.placements:
        for host in case.problem.sessions[p.session].hosts:
            found[host].update(case.problem.span(p.session, p.slot))
    return found


def _breaks_more(case: Case, rows: list[solver.Placement], p: solver.Placement) -> bool:
    """Rules that know the hosts: two repeats of one host at once, or too far a walk."""
    problem = unpinned(case.problem)
    often = Counter(row.session for row in (*rows, p))
    sessions = tuple(replace(s, copies=max(s.copies, often[i])) for i, s in enumerate(problem.sessions))
    problem = replace(problem, sessions=sessions)
    return len(list(solver.broken_rules(problem, [*rows, p]))) > len(list(solver.broken_rules(problem, rows)))


def expected_people(case: Case) -> dict[int, solver.Expected]:
    """Session id to the people expected, on the draft, in steps of five."""
    people = solver.expected_range(case.shown, case.placements)
    return {case.sessions[p].pk: _in_steps(expected) for p, expected in people.items()}


def _in_steps(expected: solver.Expected) -> solver.Expected:
    """Where the likely number is a few, the others would tell it."""
    likely = in_steps(expected.likely + FEW / 2) if not is_few(expected.likely) else 0
    if not likely:
        return solver.Expected(0, 0, 0)
    return solver.Expected(min(in_steps(expected.low), likely), likely, max(in_steps(expected.high), likely))


@dataclass(frozen=True, slots=True)
class Counted:
    """All that is counted about a draft at once."""

    figures: Figures
    clashes: list[Clash]
    repeats: list[RepeatIdea]
    #: by session
    people: dict[int, solver.Expected]
    #: by pitch: how many want to be there; 0 for a few
    interested: dict[int, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Counted:
        return cls(
            Figures(**data["figures"]),
            [Clash(**clash) for clash in data["clashes"]],
            [RepeatIdea(**idea) for idea in data["repeats"]],
            {int(session): solver.Expected(**people) for session, people in data["people"].items()},
            {int(pitch): count for pitch, count in data["interested"].items()},
        )


def count(case: Case, wishes: Wishes) -> Counted:
    """The figures of the draft, from a case that was made with these wishes."""
    return Counted(
        figures(case),
        worst_clashes(case),
        repeat_ideas(case),
        expected_people(case),
        {pitch.pk: at_least(wishes.told(pitch.pk)) for pitch in case.pitches},
    )


def count_beside(case: Case) -> Counted:
    """The figures of a grid that is held beside the draft: what is told of each of its cells is not asked."""
    return Counted(figures(case), worst_clashes(case), [], {}, {})
