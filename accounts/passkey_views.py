"""Pages of the library for passkeys, where its own forget the page that somebody came for."""

from __future__ import annotations

from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from .codes import minutes
from .http import with_next
from .shown import LATELY


class LoginPasskeyView(LoginWebAuthnView):
    """One signs in by a passkey."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Told why, back to signing in, and from there to where one was going."""
        super().form_invalid(form)
        return redirect(with_next(self.request, "account_request_login_code"))


class ReauthenticatePasskeyView(ReauthenticateWebAuthnView):
    """One shows it once more before something that hurts."""

    extra_context = {"lately": minutes(LATELY)}

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        """Told why, back to where it is shown: whoever is signed in has no use for the page that signs in."""
        super().form_invalid(form)
        return redirect(with_next(self.request, "mfa_reauthenticate_webauthn"))
