"""Sign in, and keep a guest's place."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.models import EmailAddress
from django import forms
from django.utils.translation import gettext_lazy as _

from .models import User


class RequestCodeForm(RequestLoginCodeForm):  # type: ignore[misc]
    """One way in for the known and the new: an account comes into being with its first code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Your e-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.by_email(email) is None:
            user = User.objects.create_user(email)
            EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
        return str(super().clean_email())


class ClaimForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("It is never shown to anybody. We send a code to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The code from the e-mail"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
