"""A guest keeps their place: proves an address by code, and stays the same person."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from .codes import TRIED_OUT, is_right, kept, new_code, send_code
from .models import Claim, User
from .services import account_of, note_proof, refuse_closed
from .signals import guest_claimed, guest_claiming


@transaction.atomic
def start_claim(*, guest: User, email: str) -> None:
    """A code is on its way to the address; nothing tells whether the address is known here."""
    code, email = new_code(), email.strip().lower()
    Claim.objects.update_or_create(
        guest=guest,
        defaults={
            "email": email,
            "code_hash": kept(code, of=f"claim {guest.pk} {email}"),
            "attempts": 0,
            "expires_at": timezone.now() + Claim.LIFETIME,
        },
    )
    send_code(code=code, email=email)


def is_proved(*, claim: Claim, code: str) -> bool:
    """Counts the guess before it looks, right or wrong: of nine at once five are looked at (atomic counter). A sentence
    for the others.
    """
    still_open = Claim.objects.filter(pk=claim.pk, attempts__lt=Claim.MOST_ATTEMPTS, expires_at__gt=timezone.now())
    # Of the code as it is in the row: one that was sent meanwhile is another claim.
    is_counted = still_open.filter(code_hash=claim.code_hash).update(attempts=F("attempts") + 1)
    if not is_counted:
        raise ValidationError(TRIED_OUT)
    return is_right(code, of=f"claim {claim.guest_id} {claim.email}", digest=claim.code_hash)


@transaction.atomic
def finish_claim(*, claim: Claim, heard: int = 0) -> User:
    """The guest now has the address; or, if it had an account, all the guest did belongs to that account, with what
    waits to be told; but for what the guest `heard` (its number, see `accounts.told`).

    Returns the user to be signed in. Whoever comes second with the same code, or with the same address, finds what
    the first left: a guest that is gone is refused with a sentence.
    """
    known = account_of(claim.email)
    guest_claiming.send(sender=User, guest_id=claim.guest_id, account_id=known.pk if known else None)
    guest = User.objects.select_for_update().filter(pk=claim.guest_id).first()
    email = claim.email
    if guest is None or not Claim.objects.filter(pk=claim.pk).exists():
        if guest is not None and guest.email == email:
            return guest
        raise ValidationError(_("This code was used already. Sign in with your e-mail address."))
    claim.delete()
    account = account_of(email)
    if account is None:
        try:
            with transaction.atomic():
                guest.email = email
                guest.save(update_fields=["email"])
        except IntegrityError:
            # Somebody else proved the same new address at the same moment.
            account = User.objects.get(email__iexact=email)
        else:
            note_proof(user=guest, email=email)
            return guest
    account = User.objects.select_for_update().get(pk=account.pk)
    # Their place would go with the guest, and nobody would be let in.
    refuse_closed(account)
    note_proof(user=account, email=email)
    guest_claimed.send(sender=User, guest=guest, account=account, heard=heard)
    guest.delete()
    return account
