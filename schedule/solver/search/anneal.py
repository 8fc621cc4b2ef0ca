"""One stretch of simulated annealing (local search) on a board: moves tried one after the other while it cools.

The move: a session goes to another slot; who stands where it would stand takes its place (a swap), or nobody does (a
shift), or one of the two is off the grid before or after (place, unplace). Doubles take along whoever is in their way.
"""

from collections.abc import Callable
from math import log
from random import Random

from .board import CLOSED, Board, Change
from .soft import Soft

#: moves near doubles cost twenty times as much: this share of them is tried, the same in both directions
CAREFUL = 0.05
#: losses of so many temperatures are never taken: their chance is below one in a million
HOPELESS = -14.0

#: hears of a new best, by its value
Offer = Callable[[float], None]


class Annealing:
    """Anneals a board. Calls `offer` with every value above the best; no move takes the wishes below `least`.

    A value is wishes and bonus; with `soft`, what the concerns cost is taken from it.
    """

    def __init__(
        self, board: Board, rng: Random, offer: Offer, soft: Soft | None = None, least: float = float("-inf")
    ) -> None:
        self.board, self.random, self.offer = board, rng, offer
        self.soft, self.least = soft, least

    def run(self, moves: int, hot: float, cold: float, value: float, best: float) -> float:
        """Tries so many moves while it cools, from a board of that value; returns the value reached.

        All the time of a search goes here, nearly all of it into moves that are not made. So what every move is asked
        is written out, for singles and on local names; what few come to has functions of its own.
        """
        board, soft, rand = self.board, self.soft, self.random.random
        rooms, unit, bonus, slot, row, lone = (
            board.room_count,
            board.unit,
            board.bonus,
            board.slot,
            board.row,
            board.lone,
        )
        slots_for, rooms_for, fans, wins, solo = board.slots_for, board.rooms_for, board.fans, board.wins, board.solo
        anchored, hosts_at, who, shares = board.anchored, board.hosts_at, board.who, board.shares_host
        busy_count, segment_of, is_coupled = board.busy_count, board.segment_of, board.is_coupled
        movable = movable_sessions(board)
        if not movable or not moves:
            return value
        many = len(movable)
        has_anchored, has_doubles = any(anchored), any(length > 1 for length in board.length)
        hard = value + soft.total if soft else value
        step, temperature = (cold / hot) ** (1 / moves), hot
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
                    gained = self._anchored_move(u, v, t, floor, hard)
                    if gained is not None:
                        hard, value = hard + gained[0], value + gained[1]
                        if value > best:
                            best = value
                            self.offer(value)
                continue
            # The price, but for hosts: they can win back `slack` units at most.
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
                most += _hope(soft, board, u, v, s, t)
            # The chance is drawn only for moves that have one.
            if most < HOPELESS * temperature:
                continue
            floor = temperature * log(rand() or 1e-300)
            if most < floor:
                continue
            # From here on few remain. First the rule that is broken most often.
            hv = who[v] if v >= 0 else 0
            if shares[u] and hosts_at[t] & ~hv & who[u]:
                continue
            if s >= 0 and v >= 0 and shares[v] and hosts_at[s] & ~who[u] & hv:
                continue
            if soft:
                gained = self._weighed_move(((u, t),) if v < 0 else ((u, t), (v, s)), floor, hard)
                if gained is None:
                    continue
                hard, value = hard + gained[0], value + gained[1]
            else:
                if not exact and (slack or s < 0):
                    delta += unit * _gain_of_hosts(board, u, v, s, t)
                    if delta < floor:
                        continue
                if not board.exchange(u, v, t):
                    continue
                value += delta
            if value > best:
                best = value
                self.offer(value)
        return value

    def _anchored_move(self, u: int, v: int, t: int, floor: float, hard: float) -> tuple[float, float] | None:
        """A move that a session with a room of its own takes part in."""
        board = self.board
        pick = int(self.random.random() * board.room_count)
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
        return self._weighed_move(change, floor, hard, pick)

    def _weighed_move(self, change: Change, floor: float, hard: float, first: int = 0) -> tuple[float, float] | None:
        """Makes the change if it gains `floor`; returns what it gains in wishes and bonus, and with the concerns."""
        board, soft = self.board, self.soft
        if soft is None:
            gain = board.try_change(change, floor, first)
            return None if gain is None else (gain, gain)
        undo = [(i, board.slot[i], board.room[i]) for i, _ in change]
        # What the concerns could save bounds what the wishes may lose.
        gain = board.try_change(change, self.least - hard, first)
        if gain is None:
            return None
        moves = zip(change, undo, strict=True)
        slots = sorted({q for (i, to), (_, was, _r) in moves for a in (was, to) if a >= 0 for q in board.span(i, a)})
        cost = soft.weigh([i for i, _ in change], slots)
        if gain - cost >= floor:
            soft.accept()
            return gain, gain - cost
        board.take_back(undo, slots)
        return None


def movable_sessions(board: Board) -> list[int]:
    """Those with a choice: two slots, or on and off the grid; and doubles, which may change rooms."""
    return [
        i
        for i, slots in enumerate(board.slots_for)
        if len(slots) > 1 or (slots and (board.slot[i] < 0 or board.anchored[i]))
    ]


def _hope(soft: Soft, board: Board, u: int, v: int, s: int, t: int) -> float:
    """What the concerns could save at best when u goes to t and v to s."""
    hope = soft.slot_hope[t] + soft.session_hope[u]
    if s >= 0:
        hope += soft.slot_hope[s]
    if v >= 0:
        hope += soft.session_hope[v]
    if soft.by_people:
        won, lost = _won_and_lost(board, u, v, s, t)
        for follower in soft.by_people:
            hope += follower.people_hope(won, lost)
    return hope


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
    fans, busy, free, ones, twos = board.fans, board.busy, board.free, board.ones, board.twos
    fv, bv = (fans[v], busy[v]) if v >= 0 else (0, 0)
    segments = [board.segment_of[t]]
    if s >= 0 and board.segment_of[s] != segments[0]:
        segments.append(board.segment_of[s])
    kept = free[t], ones[t], free[s], ones[s]
    ones[t] = (ones[t] & ~fv) | twos[t] | fans[u]
    free[t] = (free[t] | (bv & board.present[t])) & ~busy[u]
    if s >= 0:
        ones[s] = (ones[s] & ~fans[u]) | twos[s] | fv
        free[s] = (free[s] | (busy[u] & board.present[s])) & ~bv
    after = sum([board.value_of_run(k) for k in segments])
    free[s], ones[s] = kept[2:]
    free[t], ones[t] = kept[:2]
    return after - sum([board.segment_value(k) for k in segments])


def _gain_of_hosts(board: Board, u: int, v: int, s: int, t: int) -> int:
    """The units won by hosts who are free where their session was, less those lost who are busy where it goes."""
    ones, twos, free, present = board.ones, board.twos, board.free, board.present
    fu, bu = board.fans[u], board.busy[u]
    fv, bv = (board.fans[v], board.busy[v]) if v >= 0 else (0, 0)
    now = (ones[t] & ~fv) | twos[t] | fu
    count = (bv & ~bu & present[t] & now).bit_count() - (bu & free[t] & now).bit_count()
    if s >= 0:
        now = (ones[s] & ~fu) | twos[s] | fv
        count += (bu & ~bv & present[s] & now).bit_count() - (bv & free[s] & now).bit_count()
    return count
