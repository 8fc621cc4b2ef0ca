"""A first grid, at once: the hardest to place and most wished first, each where it gains most."""

from random import Random

from .board import EMPTY, Board


def greedy(board: Board, rng: Random, *, scatter: bool = False) -> None:
    """Places what is not placed yet: the hardest to place and most wished first, each where it gains most.

    `scatter`: doubles go anywhere, so that a restart does not begin where the search before did. Once the rest is
    placed around them they hardly move any more.
    """
    order = sorted(
        (i for i, slots in enumerate(board.slots_for) if slots and board.slot[i] < 0),
        key=lambda i: (
            board.problem.sessions[i].pin_slot is None,
            -board.bonus[i],
            -board.length[i],
            len(board.slots_for[i]),
            -board.fans[i].bit_count(),
            rng.random(),
        ),
    )
    for i in order:
        fans = board.fans[i]
        ranked = sorted(
            (-sum((fans & board.wins[q]).bit_count() for q in board.span(i, t)), t)
            for t in board.slots_for[i]
            if all(EMPTY in board.row[q] for q in board.span(i, t))
        )
        if scatter and board.length[i] > 1:
            rng.shuffle(ranked)
        for _, t in ranked:
            if board.try_change(((i, t),), float("-inf")) is not None:
                break
