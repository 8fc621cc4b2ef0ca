"""Names short enough for a tile of the map: of rooms and of topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

#: letters of a room's short name, and of a topic's
ROOM, TOPIC = 4, 3


def short_rooms(names: Sequence[str]) -> list[str]:
    """Each room in a few letters: Hall, Read; those that begin alike with what ends them, Com1, Com2, or numbered."""
    begins = Counter(map(_first, names))
    shorts = [_first(name) if begins[_first(name)] == 1 else _with_end(name) for name in names]
    count = Counter(shorts)
    return [short if count[short] == 1 else f"{short[: ROOM - 1]}{n}" for n, short in enumerate(shorts, 1)]


def short_topic(topic: str) -> str:
    """Its first letters: Hou."""
    return topic.strip()[:TOPIC].strip()


def _first(name: str) -> str:
    words = name.split()
    return words[0][:ROOM] if words else "?"


def _with_end(name: str) -> str:
    """Com1 of Committee 1, NorG of North gallery."""
    words = name.split()
    return f"{words[0][: ROOM - 1]}{words[-1][:1].upper()}" if len(words) > 1 else _first(name)
