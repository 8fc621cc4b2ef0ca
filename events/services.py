"""What people do to a camp. Each is atomic and refuses with a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mail import send_later
from accounts.models import User

from .models import Attendee, Camp, Invitation, Joining, ListedAddress, Role, Room, Slot


@transaction.atomic
def open_camp(*, camp: Camp, by: User, display_name: str) -> Camp:
    """The camp stands, and whoever opened it is its first organiser."""
    camp.full_clean(exclude=["code"])
    camp.save()
    camp.attendees.create(user=by, display_name=display_name, role=Role.ORGANISER)
    return camp


@transaction.atomic
def copy_camp(*, source: Camp, camp: Camp, by: User, display_name: str) -> Camp:
    """A new camp with the rooms, slots and texts of a past one, and none of its people.

    Slots keep their clock time; the days are counted from the first day of each camp.
    """
    for name in (
        "tagline", "time_zone", "place", "hashtag", "description", "conduct", "accent", "is_public",
        "joining", "capacity", "are_counts_shown", "musts_each", "walking_minutes",
    ):  # fmt: skip
        setattr(camp, name, getattr(source, name))
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
    for slot in source.slots.all():
        start, end = (moment.astimezone(source.tz) for moment in (slot.starts_at, slot.ends_at))
        camp.slots.create(
            starts_at=camp.at(start.date() + shift, start.time()),
            ends_at=camp.at(end.date() + shift, end.time()),
            kind=slot.kind,
            title=slot.title,
        )
    return camp


# -- joining ---------------------------------------------------------------------------------------------


def may_join(camp: Camp, user: User | AnonymousUser, code: str) -> bool:
    """Whether the camp's rule lets this person in with this code."""
    if camp.joining == Joining.CODE:
        return code.upper() == camp.code
    if camp.joining == Joining.LISTED:
        return bool(
            user.is_authenticated
            and user.email
            and user.emailaddress_set.filter(email__iexact=user.email, verified=True).exists()
            and camp.listed_addresses.filter(email__iexact=user.email).exists()
        )
    return True


@transaction.atomic
def join_camp(
    *, camp: Camp, user: User, display_name: str, role: str = Role.ATTENDEE, invited: bool = False
) -> Attendee:
    """The person is in; or, if all places are taken, on the waiting list. Joining twice changes nothing."""
    # Whoever counts places holds the camp's row: two people cannot both take the last one.
    camp = Camp.objects.select_for_update().get(pk=camp.pk)
    if camp.is_archived:
        raise ValidationError(_("This camp is over and archived. Nobody can join it any more."))
    before = camp.attendees.filter(user=user).first()
    if before is not None:
        if before.removed_at:
            raise ValidationError(_("An organiser took you off this camp. Ask them if you think that is a mistake."))
        return before
    is_full = camp.capacity is not None and camp.attendees.present().count() >= camp.capacity
    attendee = Attendee(camp=camp, user=user, display_name=display_name, role=role, is_waiting=is_full and not invited)
    attendee.full_clean()
    attendee.save()
    return attendee


def join_as_guest(*, camp: Camp, display_name: str) -> Attendee:
    """Somebody nobody knows yet is in, by a name alone."""
    with transaction.atomic():
        return join_camp(camp=camp, user=User.objects.create_guest(), display_name=display_name)


@transaction.atomic
def write_down(*, camp: Camp, display_name: str) -> Attendee:
    """Somebody without a phone is in the camp; the same name means the same written-down person."""
    name = display_name.strip()
    found = camp.attendees.present().filter(user=None, display_name__iexact=name).first()
    return found or camp.attendees.create(display_name=name)


def place_in_queue(attendee: Attendee) -> int:
    """1 for the next to move up."""
    waiting = list(attendee.camp.attendees.waiting().values_list("pk", flat=True))
    return waiting.index(attendee.pk) + 1 if attendee.pk in waiting else 0


@transaction.atomic
def fill_places(*, camp: Camp) -> list[Attendee]:
    """As many as there are places for have moved up from the waiting list, and have been told."""
    camp = Camp.objects.select_for_update().get(pk=camp.pk)
    waiting = camp.attendees.waiting().select_related("user")
    if camp.capacity is not None:
        free = camp.capacity - camp.attendees.present().count()
        waiting = waiting[: max(free, 0)]
    moved = list(waiting)
    for attendee in moved:
        attendee.is_waiting = False
        attendee.save(update_fields=["is_waiting"])
    transaction.on_commit(lambda: [tell_moved_up(attendee) for attendee in moved])
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


def _keep_an_organiser(attendee: Attendee) -> None:
    Camp.objects.select_for_update().get(pk=attendee.camp_id)
    others = attendee.camp.attendees.organisers().exclude(pk=attendee.pk)
    # Somebody written down cannot sign in, so cannot be the last one.
    if not others.filter(user__isnull=False).exists():
        raise ValidationError(_("A camp needs an organiser. Make somebody else one first."))


@transaction.atomic
def change_role(*, attendee: Attendee, role: str) -> None:
    """The attendee has the role; a camp never loses its last organiser."""
    if attendee.is_organiser and role != Role.ORGANISER:
        _keep_an_organiser(attendee)
    attendee.role = Role(role)
    attendee.save(update_fields=["role"])


@transaction.atomic
def remove_attendee(*, attendee: Attendee) -> None:
    """The person is out and cannot join again; what they wrote stays. The next in the queue moves up."""
    if attendee.is_organiser:
        _keep_an_organiser(attendee)
    attendee.removed_at = timezone.now()
    attendee.role = Role.ATTENDEE
    attendee.save(update_fields=["removed_at", "role"])
    fill_places(camp=attendee.camp)


@transaction.atomic
def leave_camp(*, attendee: Attendee) -> None:
    """The place is free for the next; whoever left may come back while there is room."""
    if attendee.is_organiser:
        _keep_an_organiser(attendee)
    attendee.user = None
    attendee.removed_at = timezone.now()
    attendee.role = Role.ATTENDEE
    attendee.save(update_fields=["user", "removed_at", "role"])
    fill_places(camp=attendee.camp)


def invite(*, camp: Camp, role: str, email: str = "", attendee: Attendee | None = None) -> Invitation:
    """A link that works once, within 14 days; mailed if there is an address."""
    invitation = camp.invitations.create(role=role, email=email, attendee=attendee)
    if email:
        send_later(
            subject=_("Help run %(camp)s") % {"camp": camp},
            body=_("You are invited to %(camp)s as %(role)s. Open this link, it works once:\n\n%(url)s\n")
            % {
                "camp": camp,
                "role": invitation.get_role_display().lower(),
                "url": settings.SITE_URL + reverse("events:invitation_accept", args=[camp.slug, invitation.key]),
            },
            to=[email],
        )
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User, display_name: str) -> Attendee:
    """The invited has the role, or the place that was written down for them. The link is used up."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open:
        raise ValidationError(_("This link was used already, or is too old. Ask an organiser for a new one."))
    camp = invitation.camp
    mine = camp.attendees.filter(user=user).first()
    written_down = invitation.attendee
    if written_down is not None and written_down.user_id is None:
        if mine is None:
            written_down.user = user
            written_down.save(update_fields=["user"])
            mine = written_down
        else:
            from .merging import merge_attendees

            merge_attendees(written_down, into=mine)
            invitation = Invitation.objects.get(pk=invitation.pk)
    if mine is None:
        mine = join_camp(camp=camp, user=user, display_name=display_name, role=invitation.role, invited=True)
    else:
        order = [Role.ATTENDEE, Role.HELPER, Role.ORGANISER]
        mine.removed_at, mine.is_waiting = None, False
        mine.role = max(Role(mine.role), Role(invitation.role), key=order.index)
        mine.save(update_fields=["removed_at", "is_waiting", "role"])
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    return mine


@transaction.atomic
def list_addresses(*, camp: Camp, emails: list[str]) -> int:
    """The addresses may join; returns how many are new."""
    known = {email.lower() for email in camp.listed_addresses.values_list("email", flat=True)}
    fresh = sorted({email.lower() for email in emails} - known)
    ListedAddress.objects.bulk_create([ListedAddress(camp=camp, email=email) for email in fresh], ignore_conflicts=True)
    return len(fresh)


# -- frame -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_slots(*, camp: Camp, slots: list[Slot]) -> None:
    """The slots are there; none overlaps another."""
    Camp.objects.select_for_update().get(pk=camp.pk)
    for slot in slots:
        slot.camp = camp
        refuse_overlap(slot)
        slot.save()


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
    Camp.objects.select_for_update().get(pk=slot.camp_id)
    refuse_overlap(slot)
    try:
        with transaction.atomic():
            slot.save()
    except IntegrityError as error:
        raise ValidationError(_("Another slot starts at that time.")) from error


def drop_from_frame(*, thing: Room | Slot) -> None:
    """The room or slot is gone; one that holds sessions is refused."""
    try:
        with transaction.atomic():
            thing.delete()
    except RestrictedError as error:
        raise ValidationError(
            _("There are sessions in “%(thing)s”. Move them on the grid first."), params={"thing": str(thing)}
        ) from error


def archive_camp(*, camp: Camp, is_archived: bool = True) -> None:
    """The camp can be read and not changed any more; or it is taken out of the archive again."""
    camp.archived_at = timezone.now() if is_archived else None
    camp.save(update_fields=["archived_at"])


def delete_camp(*, camp: Camp, typed_name: str) -> None:
    """Everything of the camp is gone, if its name was typed."""
    if typed_name.strip() != camp.name:
        raise ValidationError(_("Type “%(name)s” to delete the camp."), params={"name": camp.name})
    camp.delete()


@transaction.atomic
def save_room(*, room: Room) -> None:
    """The room is as given; one name stands for one room."""
    try:
        with transaction.atomic():
            room.save()
    except IntegrityError as error:
        raise ValidationError(_("The camp has a room of that name already.")) from error


@transaction.atomic
def close_rooms(*, rooms: Iterable[Room], slots: Iterable[Slot], is_closed: bool) -> None:
    """Nothing may be in these rooms in these slots, or may again. What stands there already stays, and is shown as
    wrong.
    """
    slots = list(slots)
    for room in rooms:
        if is_closed:
            room.closed_in.add(*slots)
        else:
            room.closed_in.remove(*slots)


@transaction.atomic
def set_away(*, attendee: Attendee, slots: Iterable[Slot], is_away: bool) -> None:
    """The person cannot be there in these slots, or can again."""
    slots = list(slots)
    if is_away:
        attendee.away_in.add(*slots)
    else:
        attendee.away_in.remove(*slots)
