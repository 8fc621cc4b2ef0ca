"""What a device answers when it makes or shows a passkey (WebAuthn): anything may be sent in its place.

The library takes what is "false" for an answer that need not be looked at: 0 became a passkey that opened nothing, and
broke every page that reads it. And JSON may hold numbers longer than Python reads.
"""

from __future__ import annotations

import struct
from typing import Any

from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from .names import refuse_unseen

NOT_READ = _("The device's answer could not be read. Try again.")
#: what the libraries raise on objects of other shapes, and on bytes that are no CBOR (RFC 8949)
UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, RecursionError, struct.error)


class AnswerField(forms.JSONField):
    """A JSON object, and nothing else."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
        except UNREADABLE as error:
            raise ValidationError(NOT_READ) from error
        if not isinstance(found, dict) or not found:
            raise ValidationError(NOT_READ)
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What stands in the field when the form is shown again."""
        try:
            return super().bound_data(data, initial)
        except UNREADABLE:
            return InvalidJSONInput(data)


class _Ticked(forms.CheckboxInput):
    """A box that nobody sees, and that is ticked: the library's script looks at it."""

    is_hidden = True

    def __init__(self) -> None:
        super().__init__(attrs={"hidden": True})


class AddPasskeyForm(AddWebAuthnForm):
    """One that is made here signs in by itself: there are no passwords beside which it could be a second step."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False, validators=[refuse_unseen])
    credential = AnswerField()
    passwordless = forms.BooleanField(required=False, initial=True, widget=_Ticked)

    def clean_passwordless(self) -> bool:
        return True

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except UNREADABLE as error:
            raise ValidationError(NOT_READ) from error


class _Shown(AuthenticateWebAuthnForm):
    credential = AnswerField()

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except UNREADABLE as error:
            raise ValidationError(NOT_READ) from error


class LoginPasskeyForm(_Shown, LoginWebAuthnForm):
    """One signs in by it."""


class ReauthenticatePasskeyForm(_Shown, ReauthenticateWebAuthnForm):
    """One shows it once more before something that hurts."""
