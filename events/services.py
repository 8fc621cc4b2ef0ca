"""What people do to a camp. Each is atomic and refuses with a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mail import send_later
from accounts.models import User
from accounts.names import refuse_unseen

from . import stamps
from .hanging import Thing, hanging_on, used_among
from .invitations import close_invitations
from .merging import merge_attendees
from .models import Attendee, Camp, DeletedCamp, Invitation, Joining, Role, Room, Slot
from .models.camp import check_year
from .news import AWAY, BACK, ROLE, mail_no_news, tell
from .people import looks_alike, refuse_name_of_organiser
from .shifting import move_with_camp
from .signals import camp_deleting, frame_changed, sessions_ending, times_moved, times_moving


def may_open_camps(user: User) -> bool:
    """Everybody with an account; or those alone whom the operator named, and operators (CAMPS_OPENED_BY)."""
    return settings.CAMPS_OPENED_BY == "everybody" or user.may_open_camps or user.is_superuser


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
        stamps.bump(camp, stamps.CROWD)


@transaction.atomic
def open_camp(*, camp: Camp, by: User, display_name: str) -> Camp:
    """The camp stands, and whoever opened it is its first organiser."""
    refuse_opening(by)
    save_new_camp(camp=camp)
    refuse_unseen(display_name)
    camp.attendees.create(user=by, display_name=display_name, role=Role.ORGANISER)
    return camp


def refuse_opening(by: User) -> None:
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
    refuse_unseen(display_name)
    mine = camp.attendees.filter(user=user).first()
    if mine is None:
        found = list(camp.attendees.organisers().filter(user=None))
        if display_name:
            found = [one for one in found if one.display_name.casefold() == display_name.casefold()]
        mine = found[0] if len(found) == 1 else Attendee(camp=camp, display_name=display_name or _("Organiser"))
    mine.user, mine.role, mine.is_waiting, mine.removed_at = user, Role.ORGANISER, False, None
    mine.full_clean()
    mine.save()
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)
    return mine


@transaction.atomic
def copy_camp(*, source: Camp, camp: Camp, by: User, display_name: str) -> Camp:
    """A new camp with the rooms, slots and texts of a past one, and none of its people.

    Slots keep their clock time; the days are counted from the first day of each camp.
    """
    for name in (
        "tagline", "time_zone", "venue", "hashtag", "description", "conduct", "accent", "is_public",
        "joining", "capacity", "are_counts_shown", "musts_each", "walking_minutes",
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
    shift = camp.starts_on - source.starts_on

    def moved(moment: datetime) -> datetime:
        there = moment.astimezone(source.tz)
        return camp.at(_later(there.date(), shift), there.time())

    Slot.objects.bulk_create(
        Slot(camp=camp, starts_at=moved(s.starts_at), ends_at=moved(s.ends_at), kind=s.kind, title=s.title)
        for s in source.slots.all()
    )
    return camp


def _later(day: date, shift: timedelta) -> date:
    """Of a slot that lies far outside the days of its camp there may be no such day in another one."""
    try:
        found = day + shift
    except OverflowError as error:
        raise ValidationError(_("A slot would be in a year that no calendar has.")) from error
    check_year(found)
    return found


# -- joining ---------------------------------------------------------------------------------------------


def may_join(camp: Camp, user: User | AnonymousUser, code: str) -> bool:
    """Whether the camp's rule lets this person in with this code."""
    if camp.joining == Joining.CODE:
        return code.upper() == camp.code
    if camp.joining == Joining.LISTED:
        return bool(
            user.is_authenticated
            and user.email
            and user.has_proved_email
            and camp.listed_addresses.filter(email__iexact=user.email).exists()
        )
    return True


@transaction.atomic
def join_camp(
    *, camp: Camp, user: User, display_name: str, role: str = Role.ATTENDEE, invited: bool = False
) -> Attendee:
    """The person is in; or, if all places are taken, on the waiting list. Joining twice changes nothing."""
    # Whoever counts places holds the camp's row: two people cannot both take the last one.
    camp = camp.lock()
    before = camp.attendees.filter(user=user).first()
    if before is not None:
        if before.removed_at:
            raise ValidationError(_("An organiser took you off this camp. Ask them if you think that is a mistake."))
        return before
    is_full = camp.capacity is not None and camp.attendees.present().count() >= camp.capacity
    attendee = Attendee(camp=camp, user=user, display_name=display_name, role=role, is_waiting=is_full and not invited)
    attendee.full_clean()
    if not invited:
        refuse_name_of_organiser(camp, display_name)
    attendee.save()
    stamps.bump(camp, stamps.CROWD)
    return attendee


@transaction.atomic
def join_as_guest(*, camp: Camp, display_name: str) -> Attendee:
    """Somebody nobody knows yet is in, by a name alone."""
    camp = camp.lock()
    return join_camp(camp=camp, user=User.objects.create_guest(), display_name=display_name)


@transaction.atomic
def write_down(*, camp: Camp, display_name: str) -> Attendee:
    """Somebody without a phone is in the camp; the same name means the same written-down person."""
    camp = camp.lock()
    name = display_name.strip()
    refuse_unseen(name)
    found = camp.attendees.present().filter(user=None, display_name__iexact=name).first()
    if found is None:
        found = camp.attendees.create(display_name=name)
        stamps.bump(camp, stamps.CROWD)
    return found


def number_in_queue(attendee: Attendee) -> int:
    """1 for the next to move up; 0 for whoever does not wait."""
    waiting = attendee.camp.attendees.waiting()
    if not waiting.filter(pk=attendee.pk).exists():
        return 0
    same_moment = Q(joined_at=attendee.joined_at, pk__lte=attendee.pk)
    return waiting.filter(Q(joined_at__lt=attendee.joined_at) | same_moment).count()


@transaction.atomic
def rename_attendee(*, attendee: Attendee, display_name: str) -> None:
    """The person goes by another name in this camp, everywhere at once."""
    camp = attendee.camp.lock()
    refuse_unseen(display_name)
    # Whoever has the name already keeps it, and may write it another way.
    if not attendee.is_organiser and not looks_alike(display_name, attendee.display_name):
        refuse_name_of_organiser(camp, display_name)
    attendee.display_name = display_name
    attendee.save(update_fields=["display_name"])
    stamps.bump(attendee.camp, stamps.PEOPLE)


@transaction.atomic
def move_up(*, camp: Camp) -> list[Attendee]:
    """As many as there are places for have moved up from the waiting list, and have been told."""
    camp = camp.lock()
    waiting = camp.attendees.waiting().select_related("user")
    if camp.capacity is not None:
        free = camp.capacity - camp.attendees.present().count()
        waiting = waiting[: max(free, 0)]
    moved = list(waiting)
    for attendee in moved:
        attendee.is_waiting = False
        attendee.save(update_fields=["is_waiting"])
        # A mail is a row beside this one: either both are there or neither.
        tell_moved_up(attendee)
    if moved:
        stamps.bump(camp, stamps.CROWD)
    return moved


def tell_moved_up(attendee: Attendee) -> None:
    """Those with an address get a mail; guests see it on the camp's page."""
    if not attendee.user or not attendee.user.email:
        return
    send_later(
        subject=_("You have a place at %(camp)s") % {"camp": attendee.camp},
        body=_("A place came free and it is yours.\n\n%(url)s\n\nIf you cannot come, leave the camp on that page.")
        % {"url": settings.SITE_URL + attendee.camp.get_absolute_url()},
        to=[attendee.user.email],
    )


# -- roles -----------------------------------------------------------------------------------------------


def keep_an_organiser(camp: Camp, attendee: Attendee) -> None:
    """Refused, if nobody else could run the camp."""
    others = camp.attendees.organisers().exclude(pk=attendee.pk)
    # Somebody written down cannot sign in, so cannot be the last one.
    if not others.filter(user__isnull=False).exists():
        raise ValidationError(_("A camp needs an organiser. Make somebody else one first."))


@transaction.atomic
def change_role(*, attendee: Attendee, role: str, by: Attendee | None, seen: str = "") -> int:
    """The attendee has the role, and is told so; a camp never loses its last organiser.

    `seen` is the role the person saw: refused if somebody gave another one since. Returns how many open invitations
    were closed, since an organiser is none any more.
    """
    camp = attendee.camp.lock()
    attendee.refresh_from_db(fields=["role"])
    if seen and attendee.role != seen:
        raise ValidationError(
            _("Somebody changed the role of %(name)s meanwhile. Look again, then decide."), params={"name": attendee}
        )
    if role not in Role.values:
        raise ValidationError(_("Choose a role from the list."))
    if attendee.is_organiser and role != Role.ORGANISER:
        keep_an_organiser(camp, attendee)
    if attendee.role != role:
        tell(people=[attendee], kind=ROLE, by=by, role=role)
    closed = close_invitations(attendee=attendee, left=Role(role))
    attendee.role = Role(role)
    attendee.save(update_fields=["role"])
    stamps.bump(camp, stamps.CROWD)
    return closed


@transaction.atomic
def remove_attendee(*, attendee: Attendee) -> int:
    """The person is out and cannot join again; the row and what they wrote stay (soft deletion). The next moves up.

    Returns how many open invitations were closed, since an organiser is none any more.
    """
    camp = attendee.camp.lock()
    if attendee.is_organiser:
        keep_an_organiser(camp, attendee)
    closed = close_invitations(attendee=attendee, left=None)
    attendee.removed_at = timezone.now()
    attendee.role = Role.ATTENDEE
    attendee.save(update_fields=["removed_at", "role"])
    attendee.invitations.filter(used_at=None).delete()
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)
    move_up(camp=camp)
    return closed


@transaction.atomic
def leave_camp(*, attendee: Attendee) -> None:
    """The place is free for the next; whoever left may come back while there is room.

    Whose it was is kept beside it, for when they want to be erased.
    """
    camp = attendee.camp.lock(archived=True)
    if attendee.is_organiser:
        keep_an_organiser(camp, attendee)
    close_invitations(attendee=attendee, left=Role.ATTENDEE)
    attendee.user, attendee.was_of = None, attendee.user
    attendee.removed_at = timezone.now()
    attendee.role = Role.ATTENDEE
    attendee.save(update_fields=["user", "was_of", "removed_at", "role"])
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)
    if not camp.is_archived:
        move_up(camp=camp)


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User, display_name: str) -> Attendee:
    """The invited has the role, or the place that was written down for them. The link is used up."""
    camp = invitation.camp.lock()
    found = Invitation.objects.select_for_update().filter(pk=invitation.pk).first()
    if found is None or not found.is_open:
        raise ValidationError(
            _("This link was used already, was taken back, or is too old. Ask an organiser for a new one.")
        )
    invitation, mine = found, camp.attendees.filter(user=user).first()
    if mine is not None and mine.removed_at and invitation.created_at < mine.removed_at:
        raise ValidationError(_("An organiser took you off this camp since. Ask them for a new link."))
    written_down = invitation.attendee
    if written_down is not None:
        _refuse_taken(written_down)
        if mine is None:
            written_down.user = user
            written_down.save(update_fields=["user"])
            mine = written_down
        else:
            merge_attendees(source=written_down, into=mine)
            invitation = Invitation.objects.get(pk=invitation.pk)
        # Pressed twice, "Hand over" makes two links: the place is one person's.
        mine.invitations.filter(used_at=None).exclude(pk=invitation.pk).delete()
    if mine is None:
        mine = join_camp(camp=camp, user=user, display_name=display_name, role=invitation.role, invited=True)
    else:
        mine.removed_at, mine.is_waiting = None, False
        mine.role = Role.highest(mine.role, invitation.role)
        mine.save(update_fields=["removed_at", "is_waiting", "role"])
        if display_name != mine.display_name:
            rename_attendee(attendee=mine, display_name=display_name)
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    stamps.bump(camp, stamps.CROWD)
    return mine


def _refuse_taken(attendee: Attendee) -> None:
    """What somebody did in a place is theirs, also once they left: nobody takes it over with that."""
    if attendee.removed_at:
        raise ValidationError(_("This place is in the camp no more. Ask an organiser for an invitation of your own."))
    if attendee.user_id is not None:
        raise ValidationError(
            _("Somebody took this place over already. Ask an organiser for an invitation of your own.")
        )


# -- settings ------------------------------------------------------------------------------------------


#: the columns of a camp that say where and when its sessions can be: how far it is, and what has begun
OF_THE_GRID = ("walking_minutes", "starts_on", "ends_on", "time_zone")


class Edited(NamedTuple):
    """What followed from an edit of the camp."""

    #: slots that stand at other times
    moved: int
    #: the number of the version that was published with it
    version: int | None
    #: people who moved up from the waiting list
    came_in: int


@transaction.atomic
def edit_camp(
    *,
    camp: Camp,
    fields: Iterable[str],
    by: Attendee | None,
    clocks: str = "",
    follow: str = "",
    publish: bool = False,
) -> Edited:
    """The camp is as given in these fields; whoever waited for a place that there is now has moved up.

    Where the time zone or the days are others, its slots stand where the answers say: see `move_with_camp`, also for
    what is refused. `publish` brings a published grid to the new times at once; its hosts are told, but not `by`.
    """
    before, fields = camp.lock(), list(fields)
    # Asked before anything stands elsewhere: afterwards the new times themselves are what waits.
    waits = publish and any(answer for _receiver, answer in times_moving.send(sender=Camp, camp=before))
    camp.save(update_fields=fields)
    moved = move_with_camp(before=before, after=camp, clocks=clocks, follow=follow)
    came_in = len(move_up(camp=camp))
    stamps.bump(camp, stamps.FRAME)
    # Another text or colour is no reason to look at the draft again.
    if any(name in fields and getattr(before, name) != getattr(camp, name) for name in OF_THE_GRID):
        frame_changed.send(sender=Camp, camp=camp)
    version = None
    if moved and publish:
        answers: list[tuple[Any, Any]] = times_moved.send(sender=Camp, camp=camp, by=by, waits=waits)
        version = next((number for _receiver, number in answers if number), None)
    return Edited(moved, version, came_in)


@transaction.atomic
def switch_camp(*, camp: Camp, **flags: bool) -> None:
    """Pitching or interest is open or closed, counts or the checklist are shown or hidden."""
    camp.lock()
    camp.save_flags(**flags)
    stamps.bump(camp, stamps.FRAME)


# -- frame -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_slots(*, camp: Camp, slots: list[Slot]) -> None:
    """The slots are there; none overlaps another."""
    camp.lock()
    for slot in slots:
        slot.camp = camp
        refuse_overlap(slot)
        slot.save()
    stamps.bump(camp, stamps.FRAME)
    frame_changed.send(sender=Slot, camp=camp)


def refuse_overlap(slot: Slot) -> None:
    other = slot.camp.slots.overlapping(slot.starts_at, slot.ends_at).exclude(pk=slot.pk).first()
    if other:
        raise ValidationError(
            _("%(start)s to %(end)s overlaps the slot at %(other)s. Change one of them."),
            params={
                "start": f"{slot.starts_at.astimezone(slot.camp.tz):%H:%M}",
                "end": f"{slot.ends_at.astimezone(slot.camp.tz):%H:%M}",
                "other": f"{other.starts_at.astimezone(slot.camp.tz):%H:%M}",
            },
        )


@transaction.atomic
def save_slot(*, slot: Slot) -> None:
    """The slot is as given, and overlaps no other."""
    slot.camp.lock()
    _refuse_gone(slot)
    refuse_overlap(slot)
    if slot.pk and not slot.is_for_sessions and slot.camp.slots.for_sessions().filter(pk=slot.pk).exists():
        sessions_ending.send(sender=Slot, slot=slot)
    slot.save()
    stamps.bump(slot.camp, stamps.FRAME)
    frame_changed.send(sender=Slot, camp=slot.camp)


def _refuse_gone(thing: Room | Slot) -> None:
    """Saving a row that somebody deleted meanwhile would make it anew."""
    if thing.pk and not type(thing)._default_manager.filter(pk=thing.pk).exists():
        raise ValidationError(_("Somebody deleted “%(thing)s” meanwhile."), params={"thing": str(thing)})


@transaction.atomic
def drop_from_frame(*, thing: Room | Slot) -> None:
    """The room or slot is gone; one that holds sessions is refused."""
    thing.camp.lock()
    try:
        with transaction.atomic():
            thing.delete()
    except RestrictedError as error:
        raise ValidationError(
            _("There are sessions in “%(thing)s”. Move them on the grid first."), params={"thing": str(thing)}
        ) from error
    stamps.bump(thing.camp, stamps.FRAME)
    frame_changed.send(sender=type(thing), camp=thing.camp)


@transaction.atomic
def archive_camp(*, camp: Camp, is_archived: bool = True) -> None:
    """The camp can be read and not changed any more; or it is taken out of the archive again, and whoever waited for a
    place that came free meanwhile has moved up.
    """
    if camp.lock(archived=True).is_archived == is_archived:
        return
    camp.archived_at = timezone.now() if is_archived else None
    camp.save(update_fields=["archived_at"])
    stamps.bump(camp, stamps.FRAME)
    if is_archived:
        # Whenever it leaves the archive: what waits now is late by then.
        mail_no_news(camp=camp)
    else:
        move_up(camp=camp)


@transaction.atomic
def delete_camp(*, camp: Camp, typed_name: str) -> None:
    """Everything of the camp is gone, if its name was typed; at its address stands that it was deleted, and when."""
    if typed_name.strip() != camp.name:
        raise ValidationError(_("Type “%(name)s” to delete the camp."), params={"name": camp.name})
    # Whoever joins at this moment is done first, or finds the camp gone; so does a tap, which holds its pitch.
    camp = camp.lock(archived=True)
    DeletedCamp.of(camp).save()
    camp_deleting.send(sender=Camp, camp=camp)
    camp.delete()


@transaction.atomic
def save_room(*, room: Room) -> None:
    """The room is as given; one name stands for one room."""
    room.camp.lock()
    _refuse_gone(room)
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError as error:
        raise ValidationError(_("The camp has a room of that name already.")) from error
    stamps.bump(room.camp, stamps.FRAME)
    frame_changed.send(sender=Room, camp=room.camp)


@transaction.atomic
def add_rooms(*, camp: Camp, rooms: list[Room]) -> None:
    """All of these rooms are there, or none; one name stands for one room."""
    camp.lock()
    try:
        with transaction.atomic():
            for room in rooms:
                room.save()
    except IntegrityError as error:
        raise ValidationError(_("The camp has a room of one of these names already.")) from error
    stamps.bump(camp, stamps.FRAME)
    frame_changed.send(sender=Room, camp=camp)


@transaction.atomic
def take_back(*, camp: Camp, things: QuerySet[Thing], seen: dict[int, str]) -> list[Thing]:
    """All of these rooms, or slots, are gone again, or none: refused if one is not as it was seen, or is used by now.

    `things` are all that the camp has; `seen` is by id what their `state` said. Returns those that went. Takes as many
    queries for a hundred as for one.
    """
    camp.lock()
    found = list(things.filter(pk__in=seen))
    for thing in found:
        thing.camp = camp
    if changed := [thing for thing in found if thing.state != seen[thing.pk]]:
        raise ValidationError(
            _("Somebody changed “%(thing)s” since. Take away below what is too many."),
            params={"thing": str(changed[0])},
        )
    # What came to hang on one since, as hours in which it is closed, would go with it and not come back.
    for thing in used_among(found):
        if hanging := hanging_on(camp, thing):
            raise ValidationError(
                _("“%(thing)s” is used by now (%(how)s). Take away below what is too many."),
                params={"thing": str(thing), "how": " · ".join(hanging)},
            )
    if found:
        things.filter(pk__in=seen).delete()
        stamps.bump(camp, stamps.FRAME)
        frame_changed.send(sender=things.model, camp=camp)
    return found


@transaction.atomic
def close_rooms(*, rooms: Iterable[Room], slots: Iterable[Slot], is_closed: bool) -> None:
    """Nothing may be in these rooms in these slots, or may again. What stands there already stays, and is shown as
    wrong.
    """
    rooms, slots = list(rooms), list(slots)
    for camp in {room.camp for room in rooms}:
        camp.lock()
        frame_changed.send(sender=Room, camp=camp)
    for room in rooms:
        if is_closed:
            room.closed_in.add(*slots)
        else:
            room.closed_in.remove(*slots)
        stamps.bump(room.camp, stamps.FRAME)


@transaction.atomic
def set_away(*, attendee: Attendee, slots: Iterable[Slot], is_away: bool, by: Attendee | None) -> None:
    """The person cannot be there in these slots, or can again, and is told in which they are written down as away."""
    attendee.camp.lock()
    before = set(attendee.away_in.all())
    if is_away:
        attendee.away_in.add(*slots)
    else:
        attendee.away_in.remove(*slots)
    after = list(attendee.away_in.order_by("starts_at"))
    for slot in after:
        slot.camp = attendee.camp
    if set(after) != before:
        # All of them, as what was told before gives way to it.
        if after:
            ends_at = max(slot.ends_at for slot in after)
            tell(people=[attendee], kind=AWAY, by=by, ends_at=ends_at, when=" · ".join(map(str, after)))
        else:
            tell(people=[attendee], kind=BACK, by=by)
    stamps.bump(attendee.camp, stamps.FRAME)
    frame_changed.send(sender=Attendee, camp=attendee.camp)
