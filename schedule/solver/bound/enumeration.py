"""All contents of a slot that are worth enough, one after the other: for camps of up to some millions of contents.

Level by level with NumPy: contents of n sessions come from those of n - 1 by a session of a larger number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .columns import Columns, Content, SlotKind

#: contents of one kind that are looked at, and that are kept, at most
LOOKED_AT = 6_000_000
KEPT = 60_000

Words = NDArray[np.uint64]


def contents_above(columns: Columns, kind: SlotKind, prices: list[float], least: float) -> list[Content] | None:
    """Every content of the kind whose worth less its prices is at least `least`; None if there are too many."""
    parts = list(kind.allowed)
    count = len(parts)
    planes, hosts = _words(columns, kind)
    cost = np.array([prices[k] for k in parts])
    worths = np.array(columns.worth, dtype=np.int64)
    # A level: who sees something by plane, who hosts, what was paid, the inside.
    seen = np.zeros((1, *planes.shape[1:]), dtype=np.uint64)
    busy = np.zeros((1, hosts.shape[1]), dtype=np.uint64)
    paid, inside = np.zeros(1), np.zeros((1, 0), dtype=np.uint8)
    found: list[Content] = [()] if kind.least == 0 and least <= 0 else []
    looked_at = 0
    for size in range(1, kind.most + 1):
        last = inside[:, -1].astype(np.int64) if size > 1 else np.full(1, -1)
        level = []
        for j in range(count):
            parents = np.flatnonzero(last < j)
            if size > 1:
                parents = parents[~(busy[parents] & hosts[j]).any(axis=1)]
            if len(parents):
                level.append((j, parents))
        looked_at += sum(len(parents) for _, parents in level)
        if looked_at > LOOKED_AT:
            return None
        next_level = []
        for j, parents in level:
            new_seen = seen[parents] | planes[j]
            new_busy = busy[parents] | hosts[j]
            new_paid = paid[parents] + cost[j]
            if size >= kind.least:
                worth = np.bitwise_count(new_seen & ~new_busy[:, None, :]).sum(axis=2, dtype=np.int64) @ worths
                for n in np.flatnonzero(worth - new_paid >= least):
                    found.append((*(parts[m] for m in inside[parents[n]]), parts[j]))
                if len(found) > KEPT:
                    return None
            if size < kind.most:
                new_inside = np.column_stack([inside[parents], np.full(len(parents), j, dtype=np.uint8)])
                next_level.append((new_seen, new_busy, new_paid, new_inside))
        if not next_level:
            break
        seen, busy, paid, inside = (np.concatenate(part) for part in zip(*next_level, strict=True))
    return [content for content in found if _fits(kind, content)]


def _fits(kind: SlotKind, content: Content) -> bool:
    return all(sum(k in parts for k in content) <= most for parts, most in kind.limits)


def _words(columns: Columns, kind: SlotKind) -> tuple[Words, Words]:
    """The people who wish each allowed part, by plane, and its hosts, as rows of 64-bit words."""
    size = max(1, (columns.people + 63) // 64)

    def words(bits: int) -> Words:
        return np.frombuffer(bits.to_bytes(size * 8, "little"), dtype=np.uint64)

    planes = np.array([[words(fans[k] & kind.present) for fans in columns.fans] for k in kind.allowed])
    hosts = np.array([words(columns.hosts[k]) for k in kind.allowed])
    return planes.reshape(len(kind.allowed), len(columns.fans), size), hosts.reshape(len(kind.allowed), size)
