"""Signing in by a mailed code, and what makes an account."""

from __future__ import annotations

from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from .codes import TRIED_OUT, is_right, kept, new_code, send_code
from .models import SignInCode, User


@transaction.atomic
def send_sign_in_code(*, browser: str, email: str) -> None:
    """A code is on its way that signs in this browser; the answer is the same for known and unknown addresses."""
    code = new_code()
    SignInCode.objects.create(
        browser=browser,
        email=email,
        code_hash=kept(code, of=f"sign-in {browser} {email}"),
        expires_at=timezone.now() + SignInCode.LIFETIME,
    )
    send_code(code=code, email=email)


def browser_that_asked(digests: list[str]) -> str:
    """Under which of these a code is open for this browser: the server's key may have changed since it asked."""
    asked = SignInCode.objects.filter(browser__in=digests, expires_at__gt=timezone.now()).order_by("-pk").first()
    return asked.browser if asked else digests[0]


def address_asked_for(browser: str) -> str:
    """The address for which this browser asked last, as long as a code may come."""
    newest = SignInCode.objects.filter(browser=browser, expires_at__gt=timezone.now()).order_by("-pk").first()
    return newest.email if newest else ""


def is_code_right(*, browser: str, email: str, code: str) -> bool:
    """Counts the guess before it looks, on each code that is open for this browser (atomic counter). A sentence if none
    has a guess left.
    """
    now, most = timezone.now(), SignInCode.MOST_ATTEMPTS
    rows = SignInCode.objects.filter(browser=browser, email=email, attempts__lt=most, expires_at__gt=now)
    found = is_looked_at = False
    # Mail may arrive in another order than it was sent: the code before the last one is good, too.
    for row in list(rows):
        is_counted = bool(rows.filter(pk=row.pk).update(attempts=F("attempts") + 1))
        is_looked_at |= is_counted
        found |= is_counted and is_right(code, of=f"sign-in {browser} {email}", digest=row.code_hash)
    if not is_looked_at:
        raise ValidationError(TRIED_OUT)
    return found


@transaction.atomic
def finish_sign_in(*, browser: str, email: str) -> User:
    """Whose address it is, with an account made now if there was none. The codes of this browser are used up."""
    SignInCode.objects.filter(browser=browser).delete()
    return account_with(email=email)


def refuse_closed(user: User) -> None:
    """Nobody gets into an account that the operator closed."""
    if not user.is_active:
        raise ValidationError(_("This account is closed. Ask whoever runs this site."))


def account_of(email: str) -> User | None:
    """Whose address it is: who proved it, be it as their second one; else whose account is under it."""
    proved = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    return proved.user if proved else User.objects.by_email(email)


@transaction.atomic
def account_with(*, email: str) -> User:
    """The account of whoever has just proved this address; of two who come at once with a new one, the same."""
    user = account_under(email=email)
    note_proof(user=user, email=email)
    return user


@transaction.atomic
def account_under(*, email: str) -> User:
    """The account of that address, made now if there is none. That it is theirs is not proved by this."""
    if user := account_of(email):
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(email)
    except IntegrityError:
        return User.objects.get(email__iexact=email)


@transaction.atomic
def note_proof(*, user: User, email: str) -> None:
    """The address is proved to be theirs."""
    # Who comes at once waits here (row lock), and finds it noted.
    User.objects.select_for_update().get(pk=user.pk)
    if EmailAddress.objects.filter(email__iexact=email, verified=True).exists():
        return
    noted = EmailAddress.objects.filter(user=user, email__iexact=email).first() or EmailAddress(user=user, email=email)
    noted.verified = True
    noted.primary = not EmailAddress.objects.filter(user=user, primary=True).exclude(pk=noted.pk).exists()
    noted.save()


@transaction.atomic
def save_account(*, user: User, fields: Collection[str]) -> None:
    """Of that account just these columns are as given: what was told to them since it was read is not written over."""
    user.save(update_fields=fields)
