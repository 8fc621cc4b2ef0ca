"""Who wishes what, as sets of people: as it is now, and as it is told.

What is told of wishes in numbers is worked out from one snapshot for each camp, be it a count on the board, a figure
about the draft or the price of a cell. The snapshot is taken anew when at least five people changed their interests
since (k-anonymity), so that no number tells what one of them did; docs/adr/0008 has the attacks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from events import stamps
from events.few import at_least, is_few
from events.models import Camp, Role

from .models import Interest, WishSnapshot

#: a set of people: bit n is set when the n-th of `Wishes.people` belongs to it
People = int
#: by pitch, how much one person wants to be there
Mine = Mapping[int, int]

#: before the first snapshot
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everybody's interests at one moment."""

    #: ids of the attendees who wish something, in the order of their bits
    people: tuple[int, ...] = ()
    #: pitch id to level to who wishes it so
    fans: dict[int, dict[int, People]] = field(default_factory=dict)
    #: those who were written down: what they wish is known to whoever has the file
    written: People = 0

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int]], written: Iterable[int] = ()) -> Wishes:
        """From (attendee, pitch, level), and who of them was written down."""
        found = list(rows)
        people = tuple(sorted({attendee for attendee, _, _ in found}))
        bit = {attendee: 1 << n for n, attendee in enumerate(people)}
        fans: dict[int, dict[int, People]] = defaultdict(lambda: defaultdict(int))
        for attendee, pitch, level in found:
            fans[pitch][level] |= bit[attendee]
        in_order = {pitch: {level: by[level] for level in sorted(by)} for pitch, by in sorted(fans.items())}
        return cls(people, in_order, sum(bit[attendee] for attendee in set(written) if attendee in bit))

    @property
    def rows(self) -> Iterator[tuple[int, int, int]]:
        """(attendee, pitch, level)."""
        for pitch, by in self.fans.items():
            for level, found in by.items():
                yield from ((pk, pitch, level) for n, pk in enumerate(self.people) if found >> n & 1)

    def by_person(self) -> dict[int, dict[int, int]]:
        """Each person's wishes, pitch to level."""
        found: dict[int, dict[int, int]] = {pk: {} for pk in self.people}
        for pk, pitch, level in self.rows:
            found[pk][pitch] = level
        return found

    def count(self, pitch_id: int) -> int:
        """How many want to be there."""
        return self.fans_of(pitch_id).bit_count()

    def told(self, pitch_id: int) -> int:
        """The same as it may be told to people."""
        return self.told_of(self.fans_of(pitch_id))

    def told_of(self, people: People) -> int:
        """How many these are, as it may be told: fewer than five who came themselves count as none beside those who
        were written down. Else whoever imports five would read how many there are beside them.
        """
        came = (people & ~self.written).bit_count()
        return came if not self.written else (people & self.written).bit_count() + at_least(came)

    def fans_of(self, pitch_id: int) -> People:
        """Who want to be there, however much: each of them is in one of the sets."""
        return sum(self.fans.get(pitch_id, {}).values())

    @property
    def unsaid(self) -> Wishes:
        """The same people, wishing nothing: for questions that their wishes are answered apart."""
        return Wishes(self.people, written=self.written)

    def as_json(self) -> dict[str, Any]:
        fans = {pitch: {level: f"{found:x}" for level, found in by.items()} for pitch, by in self.fans.items()}
        return {"people": self.people, "fans": fans, "written": f"{self.written:x}"}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Wishes:
        fans = {
            int(pitch): {int(level): int(found, 16) for level, found in by.items()}
            for pitch, by in data["fans"].items()
        }
        return cls(tuple(data["people"]), fans, int(data.get("written", "0"), 16))


def read_wishes(camp: Camp) -> Wishes:
    """What is wished now, of pitches that are open, by people who are in. One query."""
    rows = Interest.objects.counted().filter(pitch__camp=camp, pitch__withdrawn_at=None, pitch__merged_into=None)
    # As `AttendeeQuerySet.written_down` has it, of those who are counted.
    facts = ("attendee__user", "attendee__has_left")
    found = list(rows.values_list("attendee_id", "pitch_id", "level", *facts).order_by())
    written = {attendee for attendee, _pitch, _level, user, has_left in found if user is None and not has_left}
    return Wishes.of((row[:3] for row in found), written)


# -- what is told ------------------------------------------------------------------------------------------


def told_wishes(camp: Camp) -> Wishes | None:
    """The wishes that numbers are worked out from; None: no snapshot was taken yet."""
    snapshot = WishSnapshot.objects.filter(camp=camp).first()
    return Wishes.from_json(snapshot.wishes) if snapshot else None


@transaction.atomic
def renew_wishes(*, camp: Camp) -> Wishes:
    """The snapshot is what people wish now, if at least five changed their interests since it was taken.

    Only those are counted who tapped themselves: no organiser can bring the number about by removing people, by
    merging or withdrawing pitches, or by an import. Those who run the camp are not counted, either. Who was removed
    meanwhile is out from the next snapshot on, and not before: else it would tell what they wished.
    """
    WishSnapshot.objects.get_or_create(camp=camp, defaults={"wishes": Wishes().as_json(), "taken_at": NEVER})
    # Two who renew at once do so one after the other, and the second compares with what the first has kept (row lock):
    # else their snapshots could differ by one person.
    snapshot = WishSnapshot.objects.select_for_update().get(camp=camp)
    before, now, moment = Wishes.from_json(snapshot.wishes), read_wishes(camp), timezone.now()
    if before == now:
        return before
    was, found = before.by_person(), now.by_person()
    if is_few(sum(was.get(pk) != found[pk] for pk in _tapped_since(camp, snapshot.taken_at) if pk in found)):
        wishes = _with_written_down(camp, was, found)
    else:
        wishes, snapshot.taken_at = now, moment
    if wishes != before:
        snapshot.wishes = wishes.as_json()
        snapshot.save(update_fields=["wishes", "taken_at"])
        stamps.bump(camp, stamps.WISHES)
    return wishes


def is_renewal_due(camp: Camp) -> bool:
    """Whether there may be something new to tell; two small queries, and nothing is written."""
    taken_at = WishSnapshot.objects.filter(camp=camp).values_list("taken_at", flat=True).first()
    if taken_at is None:
        return True
    typed = Interest.objects.filter(attendee__in=camp.attendees.written_down(), changed_at__gt=taken_at)
    return not is_few(len(_tapped_since(camp, taken_at))) or typed.exists()


@task()
def follow_taps(camp_id: int) -> None:
    """A worker has what is told follow the taps, if enough is new; doing it twice changes nothing (idempotent)."""
    camp = Camp.objects.filter(pk=camp_id).first()
    if camp is not None:
        renew_wishes(camp=camp)


def _tapped_since(camp: Camp, moment: datetime) -> set[int]:
    """Attendees with an interest of that time on; organisers and helpers are not among them."""
    rows = Interest.objects.counted().filter(Q(attendee__role=Role.ATTENDEE), pitch__camp=camp, changed_at__gt=moment)
    return set(rows.exclude(attendee__user=None).values_list("attendee_id", flat=True))


def _with_written_down(camp: Camp, was: dict[int, dict[int, int]], found: dict[int, dict[int, int]]) -> Wishes:
    """As before, but for those who have no account: their interests came from a file and are nobody's secret."""
    written_down = list(camp.attendees.written_down().values_list("pk", flat=True))
    merged: dict[int, Mine] = {**was, **{pk: found.get(pk, {}) for pk in written_down}}
    rows = ((pk, pitch, level) for pk, mine in merged.items() for pitch, level in mine.items())
    return Wishes.of(rows, written_down)
