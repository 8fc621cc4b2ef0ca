"""One stretch of simulated annealing on a board: moves tried one after the other while it cools.

The move: a session goes to another slot; who stands where it would stand takes its place (a swap), or nobody does (a
shift), or one of the two is off the grid before or after (place, unplace). Doubles take along whoever is in their way.
"""

from collections.abc import Callable
from math import log
from random import Random

from .board import CLOSED, EMPTY, Board, add_to, remove_from
from .soft import Soft

#: moves near doubles cost twenty times as much: this share of them is tried, the same in both directions
CAREFUL = 0.05
#: losses of so many temperatures are never taken: their chance is below one in a million
HOPELESS = -14.0

#: hears of a new best: its value, and where every session starts
Offer = Callable[[float], None]


def anneal(
    board: Board,
    rng: Random,
    moves: int,
    hot: float,
    cold: float,
    value: float,
    best: float,
    offer: Offer,
    soft: Soft | None = None,
    least: float = float("-inf"),
) -> float:
    """Tries `moves` moves while cooling from `hot` to `cold`; returns the value reached.

    `value` is wishes and bonus; with `soft` what the soft terms cost is taken from it. Calls `offer` with every
    value above `best`. No move takes the wishes below `least`.

    The inner loop is written out for singles: this is where all the time goes.
    """
    rand = rng.random
    rooms, unit, bonus = board.room_count, board.unit, board.bonus
    slot, row, place, lone = board.slot, board.row, board.place, board.lone
    slots_for, rooms_for, fans = board.slots_for, board.rooms_for, board.fans
    wins, solo, ones, free, present = board.wins, board.solo, board.ones, board.free, board.present
    anchored, hosts_at, who, busy = board.anchored, board.hosts_at, board.who, board.busy
    busy_count, shares, ordered = board.busy_count, board.shares_host, board.is_ordered
    segment_of, is_coupled, counts = board.segment_of, board.is_coupled, board.counts
    movable = movable_sessions(board)
    if not movable or not moves:
        return value
    many = len(movable)
    has_anchored, has_doubles = any(anchored), any(length > 1 for length in board.length)
    hard = value + soft.total if soft else value
    step = (cold / hot) ** (1 / moves)
    temperature = hot
    for _ in range(moves):
        temperature *= step
        u = movable[int(rand() * many)]
        choices = slots_for[u]
        t = choices[int(rand() * len(choices))]
        s = slot[u]
        if s == t and not (has_anchored and anchored[u]):
            continue
        v = row[t][int(rand() * rooms)]
        if v == CLOSED:
            continue
        if has_anchored and (anchored[u] or (v >= 0 and anchored[v])):
            if rand() < CAREFUL:
                floor = temperature * log(rand() or 1e-300)
                gained = _anchored_move(board, rng, u, v, t, floor, soft, hard, least)
                if gained is not None:
                    hard += gained[0]
                    value += gained[1]
                    if value > best:
                        best = value
                        offer(value)
            continue
        fu = fans[u]
        lone_u = 0
        if s >= 0:
            lone_u = lone[u]
            if lone_u < 0:
                lone_u = lone[u] = (fu & solo[s]).bit_count()
        if v >= 0:
            if s >= 0 and not rooms_for[v][s]:
                continue
            fv = fans[v]
            lone_v = lone[v]
            if lone_v < 0:
                lone_v = lone[v] = (fv & solo[t]).bit_count()
            count = (fu & (wins[t] | (fv & solo[t]))).bit_count() - lone_v
            slack = busy_count[v]
            if s >= 0:
                count += (fv & (wins[s] | (fu & solo[s]))).bit_count() - lone_u
                slack += busy_count[u]
                delta = unit * count
            else:
                delta = unit * count + bonus[u] - bonus[v]
        else:
            fv = 0
            count = (fu & wins[t]).bit_count() - lone_u
            slack = busy_count[u] if s >= 0 else 0
            delta = unit * count if s >= 0 else unit * count + bonus[u]
        exact = False
        if has_doubles and (is_coupled[segment_of[t]] or (s >= 0 and is_coupled[segment_of[s]])):
            if s >= 0 and segment_of[s] == segment_of[t]:
                # Both ends meet in one run of doubles: the parts do not add up, only the whole is exact.
                delta, slack, exact = unit * _coupled_gain(board, u, v, s, t), 0, True
            elif not (busy_count[u] or (v >= 0 and busy_count[v])):
                exact = True
            elif delta + unit * slack >= HOPELESS * temperature and not soft:
                delta += unit * (_coupled_gain(board, u, v, s, t) - count)
                slack, exact = 0, True
        most = delta + unit * slack
        if soft:
            most += soft.hope((t, s) if s >= 0 else (t,), *_won_and_lost(board, u, v, s, t))
        # The chance is drawn only for moves that have one.
        if most < HOPELESS * temperature:
            continue
        floor = temperature * log(rand() or 1e-300)
        if most < floor:
            continue
        # From here on few remain: the rules, then the exact price.
        hv = who[v] if v >= 0 else 0
        if shares[u] and hosts_at[t] & ~hv & who[u]:
            continue
        if s >= 0 and v >= 0 and shares[v] and hosts_at[s] & ~who[u] & hv:
            continue
        if soft:
            change = ((u, t),) if v < 0 else ((u, t), (v, s))
            gained = _weighed_move(board, change, floor, soft, hard, least, 0)
            if gained is not None:
                hard += gained[0]
                value += gained[1]
                if value > best:
                    best = value
                    offer(value)
            continue
        bu = busy[u]
        bv = busy[v] if v >= 0 else 0
        if exact:
            pass
        elif slack:
            # Hosts are free where their session was, and busy where it goes.
            twos = 0
            for plane in counts[t][1:]:
                twos |= plane
            now = (ones[t] & ~fv) | twos | fu
            count = (bv & ~bu & present[t] & now).bit_count() - (bu & free[t] & now).bit_count()
            if s >= 0:
                twos = 0
                for plane in counts[s][1:]:
                    twos |= plane
                now = (ones[s] & ~fu) | twos | fv
                count += (bu & ~bv & present[s] & now).bit_count() - (bv & free[s] & now).bit_count()
            delta += unit * count
            if delta < floor:
                continue
        elif bu and s < 0:
            twos = 0
            for plane in counts[t][1:]:
                twos |= plane
            now = (ones[t] & ~fv) | twos | fu
            delta -= unit * (bu & free[t] & now).bit_count()
            if delta < floor:
                continue
        k = place[v] if v >= 0 else row[t].index(EMPTY)
        k_old = place[u]
        row[t][k] = u
        slot[u], place[u] = t, k
        if s >= 0:
            row[s][k_old] = v
        if v >= 0:
            slot[v], place[v] = s, k_old
        if not (
            board.rooms_suffice(t)
            and (s < 0 or v < 0 or board.rooms_suffice(s))
            and not ((ordered[u] or (v >= 0 and ordered[v])) and board.breaks_order())
        ):
            row[t][k] = v
            slot[u], place[u] = s, k_old
            if s >= 0:
                row[s][k_old] = u
            if v >= 0:
                slot[v], place[v] = t, k
            continue
        if v >= 0:
            remove_from(counts[t], fv)
        add_to(counts[t], fu)
        hosts_at[t] = hosts_at[t] & ~hv | who[u]
        free[t] = (free[t] | (bv & present[t])) & ~bu
        if s >= 0:
            remove_from(counts[s], fu)
            if v >= 0:
                add_to(counts[s], fv)
            hosts_at[s] = hosts_at[s] & ~who[u] | hv
            free[s] = (free[s] | (bu & present[s])) & ~bv
            board.refresh([t, s])
        else:
            board.refresh([t])
        value += delta
        if value > best:
            best = value
            offer(value)
    return value


def movable_sessions(board: Board) -> list[int]:
    """Those with a choice: two slots, or on and off the grid; and doubles, which may change rooms."""
    return [
        i
        for i, slots in enumerate(board.slots_for)
        if len(slots) > 1 or (slots and (board.slot[i] < 0 or board.anchored[i]))
    ]


def _won_and_lost(board: Board, u: int, v: int, s: int, t: int) -> tuple[int, int]:
    """Who is covered and who uncovered when u goes to t and v to s, doubles and hosts left aside."""
    fu = board.fans[u]
    fv = board.fans[v] if v >= 0 else 0
    won, lost = fu & board.wins[t], fv & board.solo[t] & ~fu
    if s >= 0:
        won |= fv & board.wins[s]
        lost |= fu & board.solo[s] & ~fv
    return won, lost


def _coupled_gain(board: Board, u: int, v: int, s: int, t: int) -> int:
    """The units won when u goes to t and v to s where doubles run, by the recurrence; s may be -1."""
    fu, bu = board.fans[u], board.busy[u]
    fv, bv = (board.fans[v], board.busy[v]) if v >= 0 else (0, 0)
    ones, free, ending, counts = board.ones, board.free, board.ending, board.counts
    segments = {board.segment_of[t]}
    if s >= 0:
        segments.add(board.segment_of[s])
    total = 0
    for segment in segments:
        gain = new_gain = free_before = 0
        for q in board.segments[segment]:
            covered, there = ones[q], free[q]
            new_covered, new_there = covered, there
            if q in (s, t):
                if q == t:
                    out, into, goes, comes = fv, fu, bv, bu
                else:
                    out, into, goes, comes = fu, fv, bu, bv
                low, *high = counts[q]
                new_covered = (low & ~out) | into
                for plane in high:
                    new_covered |= plane
                new_there = (there | (goes & board.present[q])) & ~comes
            double = ending[q]
            if double:
                covered |= double & free[q - 1] & ~gain
                new_covered |= double & free_before & ~new_gain
            gain = there & covered
            new_gain = new_there & new_covered
            free_before = new_there
            total += new_gain.bit_count() - gain.bit_count()
    return total


def _anchored_move(
    board: Board, rng: Random, u: int, v: int, t: int, floor: float, soft: Soft | None, hard: float, least: float
) -> tuple[float, float] | None:
    """A move that a session with a room of its own takes part in."""
    pick = int(rng.random() * board.room_count)
    if not board.anchored[u]:
        # What stands there is the one that changes places with u.
        start = board.slot[u]
        if start < 0 or board.length[v] > 1:
            return None
        change = board.change_for(v, start, pick) if board.rooms_for[v][start] else None
        if change is not None and all(i != u for i, _ in change):
            change = ((v, start), (u, t)) if board.rooms_for[u][t] else None
    elif v >= 0 and v != u and board.length[v] == board.length[u] and board.slot[v] == t:
        start = board.slot[u]
        if start >= 0 and not board.rooms_for[v][start]:
            return None
        change = ((u, t), (v, start))
    else:
        change = board.change_for(u, t, pick)
    if change is None:
        return None
    return _weighed_move(board, change, floor, soft, hard, least, pick)


def _weighed_move(
    board: Board,
    change: tuple[tuple[int, int], ...],
    floor: float,
    soft: Soft | None,
    hard: float,
    least: float,
    first: int,
) -> tuple[float, float] | None:
    """Makes the change if it gains `floor`; returns what it gains in wishes and bonus, and with the soft terms."""
    if soft is None:
        gain = board.try_change(change, floor, first)
        return None if gain is None else (gain, gain)
    undo = [(i, board.slot[i], board.room[i]) for i, _ in change]
    # What the soft terms could save bounds what the wishes may lose.
    gain = board.try_change(change, least - hard, first)
    if gain is None:
        return None
    slots = sorted(
        {
            q
            for (i, new), (_, old, _r) in zip(change, undo, strict=True)
            for a in (old, new)
            if a >= 0
            for q in board.span(i, a)
        }
    )
    weighed = soft.weigh([i for i, _ in change], slots)
    if gain - weighed.cost >= floor:
        soft.accept(weighed)
        return gain, gain - weighed.cost
    for i, _ in change:
        board.take_out(i)
    for i, old, room in undo:
        if old >= 0:
            board.put_in(i, old, room)
    board.refresh(slots)
    return None
