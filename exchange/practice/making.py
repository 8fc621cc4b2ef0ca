"""A practice copy of a camp is made: everything but its people, so that everything may be tried and nobody is told.

Hosts have invented names, interests are invented, and nothing that anybody wrote in a session is there. Its days are
moved, so that what is done while a day runs can be tried, too.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from events.editing import erase_practice
from events.models import Attendee, Camp, Joining, Role, Room, Slot
from events.models.camp import NIGHT_ENDS
from pitches.models import Order, Pitch
from pitches.topics import keep_colours
from pitches.wishes import renew_wishes
from schedule.models import Cell, Draft, Session
from schedule.wall.publish import publish_grid

from .crowd import BATCH, crowd_size, invent_interests
from .ideas import IDEAS
from .names import invented_names

#: what is the same in the copy
SAME = (
    "tagline", "time_zone", "venue", "hashtag", "description", "conduct", "accent", "capacity", "is_pitching_open",
    "is_interest_open", "are_counts_shown", "is_checklist_shown", "musts_each", "room_minutes", "walking_minutes",
    "can_hosts_claim", "helpers_move", "helpers_capture", "helpers_repair",
)  # fmt: skip
OF_ROOM = ("name", "capacity", "building", "directions", "position")
OF_PITCH = ("title", "about", "topic", "kind", "needs", "length", "rather", "runs", "created_at")
#: clocks on walls show nothing finer
A_ROUND = timedelta(minutes=5)


class Begins(models.TextChoices):
    """When the practice day is."""

    NOW = "now", _lazy("Now: the first session begins at once, whatever the clock says")
    TOMORROW = "tomorrow", _lazy("Tomorrow, at its own times")


@dataclass
class _Copied:
    """By id in the camp, what it is in the copy."""

    rooms: dict[int, Room] = field(default_factory=dict)
    slots: dict[int, Slot] = field(default_factory=dict)
    pitches: dict[int, Pitch] = field(default_factory=dict)


def practice_of(source: Camp) -> Camp | None:
    """The practice copy of the camp, as long as its day lasts."""
    there = Camp.objects.filter(practice_of=source).first()
    return there if there is not None and there.erase_at > timezone.now() else None


@transaction.atomic
def open_practice(
    *, source: Camp, by: Attendee, begins: str = Begins.NOW, instead_of: int | None = None, seed: int | None = None
) -> tuple[Camp, bool]:
    """The practice copy of the camp, and whether it was made just now; whoever runs the camp runs it.

    There is one at a time: the one that is there stays, unless it is the one (id) that is to be made anew.
    """
    source = source.lock()
    if source.is_practice:
        raise ValidationError(_("This is a practice copy: practise in it, or make a new one from its camp."))
    there = practice_of(source)
    if there is not None and there.pk != instead_of:
        _seat_organisers(source, there)
        return there, False
    for old in Camp.objects.filter(practice_of=source):
        erase_practice(practice=old)
    # Not seeded by anything of the camp: whoever knew how could else work the copy out.
    chance = random.Random(secrets.randbits(64) if seed is None else seed)
    return _make_copy(source, begins, chance), True


def _make_copy(source: Camp, begins: str, chance: random.Random) -> Camp:
    copied = _Copied()
    camp, shift = _save_copy(source, begins)
    _copy_frame(source, camp, shift, copied)
    _seat_organisers(source, camp)
    names = invented_names(chance, set(source.attendees.values_list("display_name", flat=True)))
    people = _invent_people(camp, crowd_size(source), names)
    _copy_pitches(source, camp, copied, people)
    pitches = list(copied.pitches.values()) or _invent_pitches(camp, people, chance)
    keep_colours(camp=camp)
    _copy_draft(source, camp, copied)
    invent_interests(camp=camp, people=people, pitches=pitches, chance=chance)
    renew_wishes(camp=camp)
    if source.grid_versions.exists() and Cell.objects.filter(session__camp=camp).exists():
        publish_grid(camp=camp, by=None, accept_broken=True)
    return camp


# -- the camp and its days -------------------------------------------------------------------------------------


def _save_copy(source: Camp, begins: str) -> tuple[Camp, timedelta | int]:
    """The copy, saved, and how its slots move: by so much time, or by so many days."""
    camp = Camp(**{name: getattr(source, name) for name in SAME}, practice_of=source)
    camp.name = _("Practice: %(camp)s") % {"camp": source.name}
    camp.name = camp.name[:80]
    camp.slug = f"{source.slug[:30].strip('-')}-practice-{secrets.token_hex(4)}"
    # Nobody but those who run the camp is let in anyhow (events/access.py). A release that knows no practice copies may
    # run beside this one: it neither lists it nor lets anybody in.
    camp.is_public, camp.joining = False, Joining.LISTED
    shift = _shift(source, begins)
    camp.starts_on, camp.ends_on = _days(source, shift)
    camp.full_clean(exclude=["code", "practice_of"], validate_unique=False)
    camp.save()
    return camp, shift


def _shift(source: Camp, begins: str) -> timedelta | int:
    first = source.slots.for_sessions().order_by("starts_at").first() or source.slots.order_by("starts_at").first()
    if begins == Begins.NOW and first is not None:
        now = timezone.now()
        return now - (now - datetime(1970, 1, 1, tzinfo=now.tzinfo)) % A_ROUND - first.starts_at
    day = first.starts_at.astimezone(source.tz).date() if first else source.starts_on
    return (source.today() + timedelta(days=begins == Begins.TOMORROW) - day).days


def _moved(source: Camp, moment: datetime, shift: timedelta | int) -> datetime:
    if isinstance(shift, timedelta):
        return moment + shift
    local = moment.astimezone(source.tz)
    # An hour that the clocks skip that night is the one after it.
    later = datetime.combine(local.date() + timedelta(days=shift), local.time(), source.tz)
    return later.astimezone(moment.tzinfo)


def _days(source: Camp, shift: timedelta | int) -> tuple[date, date]:
    """First and last day: all that are needed for its slots, each in the night after a day being of that day."""
    if not isinstance(shift, timedelta):
        return source.starts_on + timedelta(days=shift), source.ends_on + timedelta(days=shift)
    starts = sorted((slot.starts_at + shift).astimezone(source.tz) for slot in source.slots.all())
    last = starts[-1].date() - timedelta(days=starts[-1].time() < NIGHT_ENDS)
    return starts[0].date(), max(starts[0].date(), last)


def _copy_frame(source: Camp, camp: Camp, shift: timedelta | int, copied: _Copied) -> None:
    """Rooms, slots and what is closed. A link to a real meeting is not there; that the room had one is."""
    for room in source.rooms.all():
        copy = Room(camp=camp, **{name: getattr(room, name) for name in OF_ROOM})
        copy.features = sorted(room.offers)
        copied.rooms[room.pk] = copy
    Room.objects.bulk_create(copied.rooms.values(), batch_size=BATCH)
    for slot in source.slots.all():
        start, end = (_moved(source, moment, shift) for moment in (slot.starts_at, slot.ends_at))
        copied.slots[slot.pk] = Slot(camp=camp, starts_at=start, ends_at=end, kind=slot.kind, title=slot.title)
    Slot.objects.bulk_create(copied.slots.values(), batch_size=BATCH)
    closures = Room.closed_in.through
    closures.objects.bulk_create(
        closures(room=copied.rooms[room], slot=copied.slots[slot])
        for room, slot in closures.objects.filter(room__camp=source).values_list("room_id", "slot_id")
    )


# -- people ----------------------------------------------------------------------------------------------------


def _seat_organisers(source: Camp, camp: Camp) -> None:
    """Whoever runs the camp with an account runs the copy, under the name they have."""
    known = set(camp.attendees.exclude(user=None).values_list("user_id", flat=True))
    for one in source.attendees.organisers().exclude(user=None):
        if one.user_id not in known:
            camp.attendees.create(user_id=one.user_id, display_name=one.display_name, role=Role.ORGANISER)


def _invent_people(camp: Camp, count: int, names: Iterator[str]) -> list[Attendee]:
    """Without accounts: nobody can sign in as one of them."""
    people = [Attendee(camp=camp, display_name=next(names)) for _number in range(count)]
    return Attendee.objects.bulk_create(people, batch_size=BATCH)


# -- pitches and the draft -------------------------------------------------------------------------------------


def _copy_pitches(source: Camp, camp: Camp, copied: _Copied, people: list[Attendee]) -> None:
    """Those that are open, each led by as many invented people; who leads two in the camp leads both here."""
    for pitch in source.pitches.open():
        copied.pitches[pitch.pk] = Pitch(camp=camp, **{name: getattr(pitch, name) for name in OF_PITCH})
    Pitch.objects.bulk_create(copied.pitches.values(), batch_size=BATCH)
    hosting = Pitch.hosts.through.objects.filter(pitch__in=copied.pitches).order_by("pitch_id", "pk")
    rows = list(hosting.values_list("pitch_id", "attendee_id"))
    leads = dict(zip(dict.fromkeys(host for _pitch, host in rows), people, strict=False))
    Pitch.hosts.through.objects.bulk_create(
        (Pitch.hosts.through(pitch=copied.pitches[pitch], attendee=leads[host]) for pitch, host in rows),
        batch_size=BATCH,
    )
    _copy_ties(copied)


def _copy_ties(copied: _Copied) -> None:
    """When a pitch cannot be, and what it comes after."""
    not_in = Pitch.not_in.through
    not_in.objects.bulk_create(
        not_in(pitch=copied.pitches[pitch], slot=copied.slots[slot])
        for pitch, slot in not_in.objects.filter(pitch__in=copied.pitches).values_list("pitch_id", "slot_id")
    )
    Order.objects.bulk_create(
        Order(later=copied.pitches[row.later_id], earlier=copied.pitches[row.earlier_id])
        for row in Order.objects.filter(later__in=copied.pitches, earlier__in=copied.pitches)
    )


def _invent_pitches(camp: Camp, people: list[Attendee], chance: random.Random) -> list[Pitch]:
    """Of a camp in which nobody has pitched yet there would be nothing to try."""
    pitches = [Pitch(camp=camp, title=title, topic=topic) for topic, title in IDEAS]
    Pitch.objects.bulk_create(pitches)
    leads = chance.sample(people, len(pitches))
    through = Pitch.hosts.through
    through.objects.bulk_create(through(pitch=pitch, attendee=lead) for pitch, lead in zip(pitches, leads, strict=True))
    return pitches


def _copy_draft(source: Camp, camp: Camp, copied: _Copied) -> None:
    """Where each session stands, what is pinned, and what counts beside wishes; each change is published by hand."""
    Draft.objects.create(camp=camp, revision=1, **Draft.of(source).numbers)
    sessions = {
        row.pk: Session(
            camp=camp, pitch=copied.pitches[row.pitch_id], is_pinned=row.is_pinned, notes_rule=row.notes_rule
        )
        for row in source.sessions.filter(pitch__in=copied.pitches)
    }
    Session.objects.bulk_create(sessions.values(), batch_size=BATCH)
    Cell.objects.bulk_create(
        (
            Cell(session=sessions[cell.session_id], room=copied.rooms[cell.room_id], slot=copied.slots[cell.slot_id])
            for cell in Cell.objects.filter(session__in=sessions)
        ),
        batch_size=BATCH,
    )
