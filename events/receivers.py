"""What happens in camps when an account changes."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import guest_claimed

from .merging import merge_attendees
from .models import Attendee


@receiver(guest_claimed)
def move_places(sender: type[User], guest: User, account: User, **kwargs: Any) -> None:
    """Every place of the guest is the account's; where it had one already, the two become one."""
    for place in Attendee.objects.select_for_update().filter(user=guest):
        mine = Attendee.objects.filter(user=account, camp=place.camp_id).first()
        if mine is None:
            place.user = account
            place.save(update_fields=["user"])
        else:
            merge_attendees(place, into=mine)
