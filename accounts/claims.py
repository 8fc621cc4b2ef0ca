"""A guest keeps their place: proves an address by code, and stays the same person."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from .mail import send_later
from .models import Claim, User
from .signals import guest_claimed


def start_claim(*, guest: User, email: str) -> None:
    """A code is on its way to the address; nothing tells whether the address is known here."""
    _claim, code = Claim.start(guest, email)
    send_later(
        subject=_("Your code for Campgrid: %(code)s") % {"code": code},
        body=_(
            "Type this code to keep your place on your other devices:\n\n    %(code)s\n\n"
            "It works for 15 minutes. If you did not ask for it, do nothing."
        )
        % {"code": code},
        to=[email],
    )


@transaction.atomic
def finish_claim(*, claim: Claim) -> User:
    """The guest now has the address; or, if it had an account, all the guest did belongs to that account.

    Returns the user to be signed in.
    """
    guest = User.objects.select_for_update().get(pk=claim.guest_id)
    email = claim.email
    claim.delete()
    account = User.objects.select_for_update().filter(email__iexact=email).first()
    if account is None:
        guest.email = email
        guest.save(update_fields=["email"])
        _verify_address(guest, email)
        return guest
    _verify_address(account, email)
    guest_claimed.send(sender=User, guest=guest, account=account)
    guest.delete()
    return account


def _verify_address(user: User, email: str) -> None:
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
