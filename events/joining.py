"""Who comes in: by the camp's rule, from the waiting list, by an invitation; and what they are called there."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.limits import Limit, count_one
from accounts.mail import send_later
from accounts.models import User
from accounts.names import refuse_name
from accounts.text import as_called

from . import stamps
from .merging import merge_attendees
from .models import Attendee, Camp, Invitation, Joining, Role
from .people import looks_alike, refuse_name_of_organiser, refuse_posing

#: of all camps together: whoever runs one could have somebody leave the queue and join it again for ever
MOVED_UP_AT_ONE_ADDRESS = Limit("moved-up-address", 6, timedelta(hours=1))
WRONG_CODE = gettext_lazy("That is not this camp's code. Check it on the poster.")


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


def _refuse_by_rule(camp: Camp, user: User, code: str) -> None:
    if may_join(camp, user, code):
        return
    if camp.joining == Joining.CODE:
        raise ValidationError(WRONG_CODE)
    raise ValidationError(_("Your e-mail address is not on this camp's list. Ask an organiser."))


@transaction.atomic
def join_camp(
    *, camp: Camp, user: User, display_name: str, role: str = Role.ATTENDEE, invited: bool = False, code: str = ""
) -> Attendee:
    """The person is in; or, if all places are taken, on the waiting list. Joining twice changes nothing.

    Refused where the camp's rule, as it is by now, does not let them in with that code; an invitation always does.
    """
    # Whoever counts places holds the camp's row: two people cannot both take the last one.
    camp = camp.lock()
    before = camp.attendees.filter(user=user).first()
    if before is not None:
        if before.removed_at:
            raise ValidationError(_("An organiser took you off this camp. Ask them if you think that is a mistake."))
        return before
    camp.refuse_practice()
    if not invited:
        _refuse_by_rule(camp, user, code)
    waits = camp.is_full and not invited
    attendee = Attendee(camp=camp, user=user, display_name=display_name, role=role, is_waiting=waits)
    attendee.full_clean()
    refuse_name(display_name)
    if not invited:
        refuse_name_of_organiser(camp, display_name)
    refuse_posing(display_name)
    attendee.save()
    stamps.bump(camp, *stamps.parts_of_roles(role))
    return attendee


@transaction.atomic
def join_as_guest(*, camp: Camp, display_name: str, code: str = "") -> Attendee:
    """Somebody nobody knows yet is in, by a name alone; where the camp asks for a code, by that, too."""
    camp = camp.lock()
    return join_camp(camp=camp, user=User.objects.create_guest(), display_name=display_name, code=code)


@transaction.atomic
def write_down(*, camp: Camp, display_name: str) -> Attendee:
    """Somebody without a phone is in the camp; the same name means the same written-down person."""
    camp = camp.lock()
    name = display_name.strip()
    refuse_name(name)
    refuse_posing(name)
    # No database knows what is the same to people: to SQLite Ä and ä are two letters.
    called = as_called(name)
    found = next((one for one in camp.attendees.written_down() if as_called(one.display_name) == called), None)
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
def rename_attendee(*, attendee: Attendee, display_name: str, invited: bool = False) -> None:
    """The person goes by another name in this camp, everywhere at once; an organiser's only if one `invited` them."""
    camp = attendee.camp.lock()
    refuse_name(display_name)
    # Whoever has the name already keeps it, and may write it another way.
    if not looks_alike(display_name, attendee.display_name):
        if not invited and not attendee.is_organiser:
            refuse_name_of_organiser(camp, display_name)
        refuse_posing(display_name)
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
        tell_moved_up(attendee=attendee)
    if moved:
        stamps.bump(camp, *stamps.parts_of_roles(*(attendee.role for attendee in moved)))
    return moved


@transaction.atomic(savepoint=False)
def tell_moved_up(*, attendee: Attendee) -> None:
    """Those with an address get a mail, unless they got many; guests see it on the camp's page, as all others do."""
    if not attendee.user or not attendee.user.email or attendee.camp.is_practice:
        return
    if not count_one(limit=MOVED_UP_AT_ONE_ADDRESS, who=attendee.user.email):
        return
    send_later(
        subject=_("You have a place at %(camp)s") % {"camp": attendee.camp},
        body=_("A place came free and it is yours.\n\n%(url)s\n\nIf you cannot come, leave the camp on that page.")
        % {"url": settings.SITE_URL + attendee.camp.get_absolute_url()},
        to=[attendee.user.email],
    )


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
            rename_attendee(attendee=mine, display_name=display_name, invited=True)
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    stamps.bump(camp, *stamps.parts_of_roles(mine.role))
    return mine


def _refuse_taken(attendee: Attendee) -> None:
    """What somebody did in a place is theirs, also once they left: nobody takes it over with that."""
    if attendee.removed_at or attendee.has_left:
        raise ValidationError(_("This place is in the camp no more. Ask an organiser for an invitation of your own."))
    if attendee.user_id is not None:
        raise ValidationError(_("This place is taken over already. Ask an organiser for an invitation of your own."))
