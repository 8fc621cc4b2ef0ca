"""Where allauth asks us."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest

from .mail import send_later


class AccountAdapter(DefaultAccountAdapter):
    """One way in: an e-mailed code. There are no passwords, so nothing offers to set one."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = current.request
        site = {"request": request, "email": email, "current_site": get_current_site(request)}
        message = self.render_mail(template_prefix, email, site | context)
        send_later(subject=message.subject, body=message.body, to=list(message.to))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True
