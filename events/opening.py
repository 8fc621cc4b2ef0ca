"""How a camp comes to be, and who runs it first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import refuse_name
from accounts.text import as_called

from . import stamps
from .joining import join_camp
from .models import Attendee, Camp, Role, Room, Slot
from .models.camp import check_year
from .people import refuse_posing
from .shifting import Stretch, refuse_times


def may_open_camps(user: User) -> bool:
    """Everybody with an account; or those alone whom the operator named, and operators (CAMPS_OPENED_BY). No guest: who
    runs a camp must be able to come back.
    """
    is_everybody = settings.CAMPS_OPENED_BY == "everybody"
    return not user.is_guest and (is_everybody or user.may_open_camps or user.is_superuser)


@transaction.atomic
def make_organiser(*, user: User, camp: Camp | None = None, display_name: str = "") -> None:
    """The account may open camps; and is an organiser of this one, under that name unless they have one there."""
    if camp is not None:
        # Before the account, as a claim holds them (lock order).
        camp = camp.lock()
    user.may_open_camps = True
    user.save(update_fields=["may_open_camps"])
    if camp is not None:
        attendee = join_camp(camp=camp, user=user, display_name=display_name, role=Role.ORGANISER, invited=True)
        attendee.role, attendee.is_waiting = Role.ORGANISER, False
        attendee.save(update_fields=["role", "is_waiting"])
        stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)


@transaction.atomic
def open_camp(*, camp: Camp, by: User, display_name: str) -> Camp:
    """The camp stands, and whoever opened it is its first organiser."""
    refuse_opening(by)
    save_new_camp(camp=camp)
    # Whoever is called so already, from before that was refused, may be.
    if not by.attendees.filter(display_name=display_name).exists():
        refuse_name(display_name)
        refuse_posing(display_name)
    camp.attendees.create(user=by, display_name=display_name, role=Role.ORGANISER)
    return camp


def refuse_opening(by: User) -> None:
    if by.is_guest:
        raise ValidationError(_("You are here as a guest. Whoever runs a camp needs an e-mail address: give it first."))
    if not may_open_camps(by):
        raise ValidationError(_("Camps are opened here by people whom the operator of this site named. Ask them."))


@transaction.atomic
def save_new_camp(*, camp: Camp) -> None:
    """The camp stands, with nobody in it yet; refused if another has its address."""
    camp.full_clean(exclude=["code"], validate_unique=False)
    # Asked by writing it: two who open one at the same moment both find the address free.
    try:
        with transaction.atomic():
            camp.save()
    except IntegrityError as error:
        if not Camp.objects.filter(slug=camp.slug).exists():
            raise
        raise ValidationError(Camp.SLUG_TAKEN, params={"slug": camp.slug}) from error


@transaction.atomic
def seat_organiser(*, camp: Camp, user: User, display_name: str = "") -> Attendee:
    """Whoever brought the camp in runs it: in the place they have, in that of an organiser who was written down under
    that name (without a name: of the only one), or in a new one.
    """
    camp = camp.lock(archived=True)
    refuse_name(display_name)
    mine = camp.attendees.filter(user=user).first()
    if mine is None:
        found = list(camp.attendees.organisers().written_down())
        if display_name:
            found = [one for one in found if as_called(one.display_name) == as_called(display_name)]
        mine = found[0] if len(found) == 1 else Attendee(camp=camp, display_name=display_name or _("Organiser"))
    mine.user, mine.role, mine.is_waiting, mine.removed_at = user, Role.ORGANISER, False, None
    mine.full_clean()
    mine.save()
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)
    return mine


@transaction.atomic
def copy_camp(*, source: Camp, camp: Camp, by: User, display_name: str) -> Camp:
    """A new camp with the rooms, slots and texts of a past one, and none of its people.

    Slots keep their clock time; the days are counted from the first day of each camp. Refused for a practice copy: what
    is made would be a real camp.
    """
    if source.is_practice:
        raise ValidationError(_("This is a practice copy. Copy the camp itself."))
    for name in (
        "tagline", "time_zone", "venue", "hashtag", "description", "conduct", "accent", "is_public",
        "joining", "capacity", "are_counts_shown", "musts_each", "room_minutes", "walking_minutes",
        "can_hosts_claim",
        "helpers_move", "helpers_capture", "helpers_repair",
    ):  # fmt: skip
        setattr(camp, name, getattr(source, name))
    check_year(camp.starts_on)
    camp.ends_on = camp.starts_on + (source.ends_on - source.starts_on)
    open_camp(camp=camp, by=by, display_name=display_name)
    Room.objects.bulk_create(
        Room(
            camp=camp, name=r.name, capacity=r.capacity, features=r.features, building=r.building,
            directions=r.directions, online_url=r.online_url, position=r.position,
        )
        for r in source.rooms.all()
    )  # fmt: skip
    Slot.objects.bulk_create(
        Slot(camp=camp, starts_at=start, ends_at=end, kind=slot.kind, title=slot.title)
        for slot, (start, end) in _times_in(camp, source).items()
    )
    return camp


def _times_in(camp: Camp, source: Camp) -> dict[Slot, Stretch]:
    """When the slots of the source are in a copy of it. ValidationError, beside the day: they cannot be then."""
    shift = camp.starts_on - source.starts_on

    def moved(moment: datetime) -> datetime:
        if not shift:
            # An hour that occurs twice has a name only once.
            return moment
        there = moment.astimezone(source.tz)
        return camp.at(_later(there.date(), shift), there.time())

    try:
        slots = list(source.slots.all())
        for slot in slots:
            slot.camp = source
        times = {slot: (moved(slot.starts_at), moved(slot.ends_at)) for slot in slots}
        # Of an hour that the clocks show twice, the night of the copy may have one.
        refuse_times(times)
    except ValidationError as refused:
        raise ValidationError({"starts_on": refused.messages}) from refused
    return times


def _later(day: date, shift: timedelta) -> date:
    """Of a slot that lies far outside the days of its camp there may be no such day in another one."""
    try:
        found = day + shift
    except OverflowError as error:
        raise ValidationError(_("A slot would be in a year that no calendar has.")) from error
    check_year(found)
    return found
