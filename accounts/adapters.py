"""Where allauth asks us."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """One way in: an e-mailed code. There are no passwords, so nothing offers to set one."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True
