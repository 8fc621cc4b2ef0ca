"""What happens in camps when an account changes."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.signals import guest_claimed, guest_claiming

from .joining import move_up
from .merging import merge_attendees
from .models import Attendee, Camp
from .roles import refused_of, remove_attendee
from .signals import attendees_merged


@receiver(guest_claiming)
def hold_attendees(sender: type[User], guest_id: int, account_id: int | None, **kwargs: Any) -> None:
    """Nobody removes one of the guest's places, or gives it another role, until it is handed over.

    A form that changes one's own place holds that row, and its end the account that sent it (foreign key): so places
    are held here before accounts, too (lock order).
    """
    camps = list(Camp.objects.filter(attendees__user=guest_id).distinct().order_by("pk"))
    for camp in camps:
        camp.lock(archived=True)
    people = Attendee.objects.filter(camp__in=camps, user__in=[guest_id, account_id or guest_id])
    list(people.select_for_update().order_by("pk").values_list("pk"))


@receiver(guest_claimed)
def hand_over(sender: type[User], guest: User, account: User, **kwargs: Any) -> None:
    """Every place of the guest is the account's; where it had one already, the two become one."""
    for attendee in Attendee.objects.select_for_update().filter(user=guest).order_by("pk"):
        mine = Attendee.objects.filter(user=account, camp=attendee.camp_id).first()
        if mine is None:
            attendee.user = account
            attendee.save(update_fields=["user"])
        else:
            _undo_own_removal(attendee, by=mine)
            _undo_own_removal(mine, by=attendee)
            if mine.removed_at and not attendee.removed_at:
                _remove_here_too(attendee)
            elif attendee.removed_at and not mine.removed_at:
                _remove_here_too(mine)
            merge_attendees(source=attendee, into=mine)
    # What the guest left before is the account's to have erased.
    Attendee.objects.filter(was_of=guest).update(was_of=account)


def _undo_own_removal(attendee: Attendee, *, by: Attendee) -> None:
    """An organiser who took off a place that turns out to be their own took nobody off the camp."""
    if attendee.removed_at and not by.removed_at and attendee.removed_by_id == by.pk:
        attendee.removed_at = attendee.removed_by = None
        attendee.save(update_fields=["removed_at", "removed_by"])


def _remove_here_too(attendee: Attendee) -> None:
    """Whoever was removed in the other of their two places is in the camp no more, with all that follows of it;
    refused if nobody else could run the camp.
    """
    sentence = _("%(camp)s: an organiser took you off this camp, under that address or here. %(why)s")
    with refused_of(attendee.camp, sentence):
        remove_attendee(attendee=attendee, archived=True)


@receiver(attendees_merged)
def let_the_next_in(sender: type[Attendee], attendee: Attendee, **kwargs: Any) -> None:
    """Where two places became one, the next in the queue has the other; nobody moves up in an archived camp."""
    camp = Camp.objects.get(pk=attendee.camp_id)
    if not camp.is_archived:
        move_up(camp=camp)
