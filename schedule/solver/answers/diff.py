"""What is different between two grids, and whom it concerns (a number, never names)."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..problem import Placement, Problem


@dataclass(frozen=True, slots=True)
class Move:
    """One running before and after; None = not on the grid."""

    session: int
    before: Placement | None
    after: Placement | None


def moves_between(before: Iterable[Placement], after: Iterable[Placement]) -> list[Move]:
    """Every running that is new, gone, or in another slot or room, in the order of sessions.

    Runnings of one session are paired: first those that stay, then in the order of time.
    """
    old, new = set(before), set(after)
    left: dict[int, list[Placement]] = {}
    for p in sorted(old - new):
        left.setdefault(p.session, []).append(p)
    moves = []
    for p in sorted(new - old):
        pairs = left.get(p.session)
        moves.append(Move(p.session, pairs.pop(0) if pairs else None, p))
    moves += [Move(p.session, p, None) for rows in left.values() for p in rows]
    return sorted(moves, key=lambda m: (m.session, m.before or (-1, -1, -1), m.after or (-1, -1, -1)))


def people_touched(problem: Problem, sessions: Iterable[int]) -> int:
    """How many people wish or lead at least one of these sessions."""
    wanted = set(sessions)
    hosts = {host for i in wanted for host in problem.sessions[i].hosts}
    return sum(
        a in hosts or any(session in wanted for session, _ in attendee.wishes)
        for a, attendee in enumerate(problem.attendees)
    )
