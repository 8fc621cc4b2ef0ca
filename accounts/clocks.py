"""What a clock shows."""

from __future__ import annotations

from datetime import datetime


def is_shown_twice(local: datetime) -> bool:
    """Whether the clocks of its zone, put back that night, show this time once more."""
    return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()


def on_the_clock(local: datetime) -> str:
    """11:00, by the clocks of its zone; 01:15 BST where they show that twice (ambiguous time, fold)."""
    return f"{local:%H:%M %Z}" if is_shown_twice(local) else f"{local:%H:%M}"
