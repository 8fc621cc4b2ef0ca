"""The colour of a topic: its own in the camp for as long as anything is about it, the first eight never alike.

Colours are kept by what a topic is called, in small letters. Whatever is called in the same way has the same colour in
every camp that has it free (`hue_of`), so that people who go to several know it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction

from accounts.statements import found_by, statement, table_of
from events.models import Camp

from .models import TopicColour, hue_of


def topics_in_use(camp: Camp) -> list[str]:
    """Of the open pitches, the oldest first, each once."""
    found = camp.pitches.open().exclude(topic="").order_by("created_at", "pk").values_list("topic", flat=True)
    return list(dict.fromkeys(topic.casefold() for topic in found))


def coloured(topics: Iterable[str], known: Mapping[str, int]) -> dict[str, int]:
    """The colour of each: the one it has; a new one has that of its name, or the next, of those that fewest have."""
    topics = list(topics)
    hues = {topic: known[topic] for topic in topics if topic in known}
    for topic in topics:
        if topic not in hues:
            used, wanted = Counter(hues.values()), hue_of(topic)
            hues[topic] = min(
                range(TopicColour.COLOURS), key=lambda hue: (used[hue], (hue - wanted) % TopicColour.COLOURS)
            )
    return hues


class Hues(dict[str, int]):
    """By topic, however it is written."""

    def of(self, topic: str) -> int:
        hue = self.get(topic.casefold())
        return hue_of(topic) if hue is None else hue


def hues_of(camp: Camp) -> Hues:
    """Of every topic of the camp's open pitches, in two queries."""
    return _hues(camp, _known(camp))


def hues_for(camp: Camp, topics: Iterable[str]) -> Hues:
    """Of these topics: no query where there are none, one where each has its colour already, else two."""
    wanted = {topic.casefold() for topic in topics if topic}
    known = _known(camp) if wanted else {}
    return Hues(known) if wanted <= known.keys() else _hues(camp, known)


def _hues(camp: Camp, known: Mapping[str, int]) -> Hues:
    return Hues(coloured(topics_in_use(camp), known))


def kept_colours(camp: Camp) -> dict[str, int]:
    """By topic in small letters: those that are kept, also of what is withdrawn, and those that open pitches show."""
    known = _known(camp)
    return known | coloured(topics_in_use(camp), known)


def _known(camp: Camp) -> dict[str, int]:
    # Raw SQL: it is asked with every new state of the board and of the grid.
    sql = statement("SELECT name, hue FROM {colours} WHERE camp_id = %s", colours=table_of(TopicColour))
    return dict(found_by(sql, [camp.pk]))


@transaction.atomic
def keep_colours(*, camp: Camp, renamed: tuple[str, str] = ("", "")) -> None:
    """Every topic of an open pitch has its colour for good; the camp is held already (lock order).

    A topic that nothing is about any more gives its colour to the one that it was `renamed` to, or to the next that
    needs one.
    """
    known, topics = _known(camp), topics_in_use(camp)
    before, after = (topic.casefold() for topic in renamed)
    if after and before in known and before not in topics and after not in known:
        camp.topic_colours.filter(name=before).update(name=after)
        known[after] = known.pop(before)
    hues = coloured(topics, known)
    new = [topic for topic in topics if topic not in known]
    if new:
        taken = {hues[topic] for topic in new}
        gone = [topic for topic, hue in known.items() if topic not in hues and hue in taken]
        camp.topic_colours.filter(name__in=gone).delete()
        TopicColour.objects.bulk_create(
            [TopicColour(camp=camp, name=topic, hue=hues[topic]) for topic in new], batch_size=500
        )
