"""Where allauth asks us."""

from itertools import chain, count
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .mail import send_later
from .shown import showed_code_lately


class PasskeyAdapter(DefaultMFAAdapter):
    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        """How one that nobody named is called: as none of theirs is."""
        names = {str(one) for one in Authenticator.objects.filter(user_id=user.pk, type=type)}
        numbered = (_("Passkey %(n)s") % {"n": number} for number in count(2))
        return next(name for name in chain([_("Passkey")], numbered) if name not in names)


class AccountAdapter(DefaultAccountAdapter):
    """Of the library we have passkeys. Signing in by code is ours (`accounts.services`), and there are no passwords."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = current.request
        site = {"request": request, "email": email, "current_site": get_current_site(request)}
        message = self.render_mail(template_prefix, email, site | context)
        send_later(subject=message.subject, body=message.body, to=list(message.to))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has a passkey shows it before they add or remove one, or signed in by a code just now: the device with
        the only one may be lost. A password, which an operator may have, is not asked for here."""
        user = current.request.user
        if not user.is_authenticated or showed_code_lately(current.request):
            return False
        return bool(Authenticator.objects.filter(user=user, type="webauthn").exists())

    def is_safe_url(self, url: str | None) -> bool:
        """Where `next` leads. What is no address at all is no safe one; the library asks for its host."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
