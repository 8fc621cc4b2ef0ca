"""What is said about a draft: what it breaks, for whom it is good, what to change. Words and figures, never names of
people who are interested. Reads a `Plan`; the solver answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Attendee, Room, Slot
from events.models.frame import feature_name
from pitches.models import Pitch

from . import solver
from .planner import Plan, score
from .solver import rules


@dataclass(frozen=True, slots=True)
class Break:
    """One rule broken on the draft, in words, and the sessions it concerns (ids)."""

    sentence: str
    session_ids: tuple[int, ...]


def concern_sentences() -> dict[str, str]:
    """What is weighed against wishes, as people read it."""
    return {name: _(sentence) for name, sentence in solver.concern_sentences().items()}


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
    #: people expected who would have no seat
    standing: int
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
            standing=round(repair.standing),
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
