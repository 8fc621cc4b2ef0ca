"""How many wishes a grid could meet at most: proved, whatever the search finds (upper bound).

The trivial limit first (nobody sees more wishes than they have free slots). Then Dantzig and Wolfe: prices of
sessions by column generation (`master`, `columns`), which become a bound through an exact pricing of each kind of
slot (`pricing`). Where the two still differ from the best grid, all contents that could be part of a better one are
written down (`enumeration`) and the best choice of them is found (set partitioning). A value of a master alone is
never shown: it is no bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import floor
from random import Random
from typing import TYPE_CHECKING

from ..audience import limits
from ..problem import Problem
from ..search.board import Board
from ..search.search import search_alone
from ..search.work import Job
from .columns import SAFETY, Columns, Content

if TYPE_CHECKING:
    from .master import Master, Prices

#: more contents than this are not written down
ENUMERABLE = 6_000_000
#: exact pricings that found something new are followed by others, so many at most
ROUNDS = 8
#: climbs for each kind before prices count as found
MOST_TRIES = 30
#: moves of a first search, by part and slot
BEGIN = 300
#: beyond so many parts one exact pricing takes longer than anybody waits
WORTHWHILE = 110
#: … unless they wait so many seconds
PATIENT, WORTHWHILE_WITH_PATIENCE = 50.0, 220


@dataclass(frozen=True, slots=True)
class Proof:
    """No grid meets more than `bound` wishes. `starts`: a grid that the proof came across, if it is a good one."""

    bound: int
    starts: tuple[int, ...] | None = None


def prove(
    problem: Problem, *, seconds: float, incumbent: Callable[[], int] = lambda: 0, seed: int = 1
) -> Iterator[Proof]:
    """Ever smaller bounds, until one is met by `incumbent`, the time is over or nothing helps."""
    best = sum(limits(problem))
    yield Proof(best)
    if not is_worthwhile(problem, seconds) or best <= incumbent():
        return
    try:
        prover = Prover(problem, time.monotonic() + seconds, incumbent, seed)
    except ImportError:
        # Without OR-tools the trivial limit stands.
        return
    for proof in prover.run():
        if proof.bound < best or proof.starts:
            best = min(best, proof.bound)
            yield Proof(best, proof.starts)
        if best <= incumbent():
            return


def is_worthwhile(problem: Problem, seconds: float) -> bool:
    """More than the trivial limit can be proved in that time."""
    parts = sum(s.length for s in problem.sessions)
    most = WORTHWHILE if seconds < PATIENT else WORTHWHILE_WITH_PATIENCE
    return 0 < parts <= most and seconds >= 1.5 and bool(problem.rooms) and any(a.wishes for a in problem.attendees)


class Prover:
    """The steps of one proof."""

    def __init__(self, problem: Problem, deadline: float, incumbent: Callable[[], int], seed: int) -> None:
        from .master import Master

        self.problem, self.deadline, self.heard = problem, deadline, incumbent
        self.random = Random(seed)
        self.columns = Columns(problem)
        self.kinds = self.columns.kinds
        self.new_master: Callable[[], Master] = lambda: Master(self.columns)
        self.found = 0
        self.grids: list[list[int]] = []
        self.center: list[float] = []

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    @property
    def incumbent(self) -> int:
        return max(self.heard(), self.found)

    def run(self) -> Iterator[Proof]:
        if not self.kinds:
            return
        self.begin()
        columns, separate = self.columns, self.kinds
        merged = columns.merged()
        took, prices = 0.0, None
        # Alike kinds as one first: a little more generous, and one exact pricing in place of several.
        for kinds in [merged, separate] if len(merged) < len(separate) else [separate]:
            if took * len(kinds) / len(merged) > self.left:
                return
            columns.kinds = kinds
            master = self.new_master()
            for _ in range(ROUNDS):
                prices = self.converge(master)
                bound, took, is_new = self.price_exactly(master, prices)
                yield Proof(bound)
                if bound <= self.incumbent or took > self.left:
                    return
                if not is_new:
                    break
        if prices is not None and columns.number() <= ENUMERABLE:
            yield from self.choose(prices)

    def begin(self) -> None:
        """A few short searches: their grids are the first contents, and say about what prices will be."""
        columns = self.columns
        lone = [0.0] * columns.count
        searches = 3
        for seed in range(1, searches + 1):
            board = Board(self.problem)
            moves = BEGIN * columns.count * len(self.problem.slots)
            found = search_alone(board, Job(seed=seed, moves=moves), lambda progress: True)
            board.load(found.starts, found.rooms)
            self.grids.append(found.starts)
            self.found = max(self.found, floor(found.wishes_alone) if board.unit == int(board.unit) else 0)
            for k, i in enumerate(columns.parts):
                if board.slot[i] >= 0:
                    solo = board.fans[i] & board.solo[board.slot[i] + columns.second[k]]
                    lone[k] += solo.bit_count() * board.unit / columns.unit / searches
        self.center = [1.15 * n for n in lone] + [0.0] * len(columns.links)

    # -- prices ----------------------------------------------------------------------------------

    def converge(self, master: Master) -> Prices:
        """Prices near the best there are: columns are added until climbing finds none that gains."""
        columns = self.columns
        for starts in self.grids:
            for kind, content in columns.contents_of(starts):
                master.add(kind, content)
        width = 2.0 / columns.unit
        least, tries = float("inf"), 3
        until = time.monotonic() + 0.4 * self.left
        while True:
            prices = master.solve(self.center, width)
            total, added = self.price_by_climbing(master, prices, tries)
            if total < least - 1e-9:
                least, self.center = total, [*prices.parts, *prices.links]
            elif added < len(columns.kinds):
                tries = min(MOST_TRIES, tries + 1)
            if added == 0 and tries >= MOST_TRIES:
                if not prices.is_boxed:
                    return prices
                width *= 2
            if time.monotonic() > until:
                return prices

    def price_by_climbing(self, master: Master, prices: Prices, tries: int) -> tuple[float, int]:
        """Adds the contents that climbing finds; returns what would be a bound if these were the best, and how many
        are new.
        """
        columns = self.columns
        total, added = fixed_part(columns, prices), 0
        for n, kind in enumerate(columns.kinds):
            own, top = prices_of(columns, prices, n), prices.kinds[n]
            used = prices.used.get(n, [()])
            for _ in range(tries):
                if self.random.random() < 0.8:
                    start = columns.shaken(kind, used[int(self.random.random() * len(used))], self.random)
                else:
                    start = columns.random_content(kind, self.random)
                gain, content = columns.climb(kind, own, start)
                top = max(top, gain)
                if gain > prices.kinds[n] + 1e-6:
                    added += master.add(n, content)
            total += top * len(kind.slots)
        return total, added

    def price_exactly(self, master: Master, prices: Prices) -> tuple[int, float, bool]:
        """The bound that these prices prove, the seconds it took, and whether a content came up that gains."""
        from .pricing import Pricing

        columns = self.columns
        began, is_new = time.monotonic(), False
        total = fixed_part(columns, prices)
        for n, kind in enumerate(columns.kinds):
            seconds = max(0.2, self.left / (len(columns.kinds) - n))
            priced = Pricing(columns, kind).price(prices_of(columns, prices, n), seconds)
            total += priced.most * len(kind.slots)
            if priced.content is not None:
                worth = columns.value(priced.content, kind.present)
                paid = sum(prices_of(columns, prices, n)[k] for k in priced.content)
                if worth - paid > prices.kinds[n] + 1e-4:
                    is_new |= master.add(n, priced.content)
        return floor(total * columns.unit + SAFETY), time.monotonic() - began, is_new

    # -- the end ---------------------------------------------------------------------------------

    def choose(self, prices: Prices) -> Iterator[Proof]:
        """The best choice among all contents that can be part of a grid better than the best known."""
        from .enumeration import contents_above
        from .partition import best_partition
        from .pricing import Pricing

        columns = self.columns
        total = fixed_part(columns, prices)
        tops = []
        for n, kind in enumerate(columns.kinds):
            tops.append(Pricing(columns, kind).price(prices_of(columns, prices, n), max(0.2, self.left)).most)
            total += tops[-1] * len(kind.slots)
        # A content so far below the best of its kind cannot be part of a grid above the incumbent.
        gap = total - (self.incumbent + 1) / columns.unit + SAFETY
        pool: list[tuple[int, Content]] = []
        for n, kind in enumerate(columns.kinds):
            contents = contents_above(columns, kind, prices_of(columns, prices, n), tops[n] - gap)
            if contents is None or self.left <= 0:
                return
            pool += [(n, content) for content in contents]
        best = best_partition(columns, pool, self.incumbent, self.left)
        if best is not None:
            yield Proof(*best)


def fixed_part(columns: Columns, prices: Prices) -> float:
    """The part of the bound that no content changes: every price, as often as its session may or must run."""
    total = 0.0
    for price, copies, is_required in zip(prices.parts, columns.copies, columns.is_required, strict=True):
        total += price * copies if price > 0 else price if is_required else 0.0
    return total


def prices_of(columns: Columns, prices: Prices, kind: int) -> list[float]:
    """What each part costs in a slot of that kind; links cost one part what they give to another."""
    own = [
        price if is_required else max(0.0, price)
        for price, is_required in zip(prices.parts, columns.is_required, strict=True)
    ]
    for link, price in zip(columns.links, prices.links, strict=True):
        if link.kind == kind:
            own[link.first] += price
        if link.kind_after == kind:
            own[link.second] -= price
    return own
