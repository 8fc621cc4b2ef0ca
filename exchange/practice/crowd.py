"""The invented people of a practice copy, and what they want: as many as could come, and as unlike as a real crowd.

No real person's interest is ever looked at here, so nothing can be worked out from what is shown of these.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from events.models import Attendee, Camp
from pitches.models import Interest, Pitch

#: as many people at least as a grid is interesting for, and no more than anybody waits for
FEWEST, MOST = 40, 1000
#: rows of one statement
BATCH = 1000
#: interests of one person, about
MIDDLE, SPREAD = 7, 3


def crowd_size(source: Camp) -> int:
    """As many people as are in, which everybody is told; of a camp that has hardly begun, as many as its largest room
    holds. There are enough to lead what is pitched.
    """
    present = source.attendees.present().count()
    seats = max((room.capacity for room in source.rooms.all()), default=0)
    leads = Attendee.objects.filter(pitches__in=source.pitches.open()).distinct().count()
    return max(FEWEST, leads, min(MOST, max(present, seats)))


@transaction.atomic(savepoint=False)
def invent_interests(
    *, camp: Camp, people: Sequence[Attendee], pitches: Sequence[Pitch], chance: random.Random
) -> None:
    """Each of the people wants to be at some of the pitches: a few of these are wanted by very many (heavy tail), and
    whoever likes a topic likes more of it.
    """
    if not pitches:
        return
    hosting = set(Pitch.hosts.through.objects.filter(pitch__camp=camp).values_list("pitch_id", "attendee_id"))
    fame = {pitch.pk: chance.paretovariate(1.4) for pitch in pitches}
    topics = sorted({pitch.topic for pitch in pitches})
    now, rows = timezone.now(), []
    for person in people:
        liked = set(chance.sample(topics, min(3, len(topics))))
        weights = [fame[pitch.pk] * (4 if pitch.topic in liked else 1) for pitch in pitches]
        wanted = chance.choices(pitches, weights, k=max(1, int(chance.gauss(MIDDLE, SPREAD))))
        for number, pitch in enumerate(dict.fromkeys(wanted)):
            if (pitch.pk, person.pk) in hosting:
                continue
            is_must = number < camp.musts_each and chance.random() < 0.25
            level = Interest.Level.MUST if is_must else Interest.Level.INTERESTED
            rows.append(Interest(pitch=pitch, attendee=person, level=level, changed_at=now, since=now))
    Interest.objects.bulk_create(rows, batch_size=BATCH)
