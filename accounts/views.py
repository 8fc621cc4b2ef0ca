"""Sign in by a mailed code, and keep this place on my other devices."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _

from .browser import browser_digests, note_address
from .claims import finish_claim, is_proved, start_claim
from .codes import count_wrong_code, minutes, refuse_more_mails
from .form_keys import WAS
from .forms import ClaimForm, CodeForm, SignInForm
from .http import SignedInRequest, next_page, once, posted, refusal_on, status_of, with_next
from .models import CODES_LAST, Claim
from .once import BACKEND, answered_before, done_once
from .services import (
    address_asked_for,
    browser_that_asked,
    finish_sign_in,
    is_code_right,
    refuse_closed,
    send_sign_in_code,
)
from .shown import note_code
from .told import heard_in


def sign_in(request: HttpRequest) -> HttpResponse:
    """An address is given; a code goes there."""
    if away := _is_in_already(request):
        return away
    return done_once(request=request, do=lambda: _send_code(request, "account/sign_in.html"))


def _send_code(request: HttpRequest, page: str) -> HttpResponse:
    # Known from the form on: tapped twice, both sends come from one browser, and its code is taken by either answer.
    browser = browser_digests(request)[0]
    form = SignInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        with refusal_on(form, "email"):
            refuse_more_mails(request=request, email=email)
            send_sign_in_code(browser=browser, email=email)
            return redirect(with_next(request, "account_confirm_login_code"))
    return render(request, page, {"form": form, "next": next_page(request, "")}, status=status_of(form))


def sign_in_confirm(request: HttpRequest) -> HttpResponse:
    """The right code signs in."""
    if away := _is_in_already(request):
        return away
    return done_once(request=request, do=lambda: _take_code(request))


def _take_code(request: HttpRequest) -> HttpResponse:
    browser = browser_that_asked(browser_digests(request))
    email = address_asked_for(browser)
    if not email:
        if request.method == "POST":
            messages.error(request, _("That code is too old, or was asked for in another browser. Ask for a new one."))
        return redirect(with_next(request, "account_request_login_code"))
    form = CodeForm(posted(request))
    try:
        if request.POST.get("action") == "resend":
            form = CodeForm()
            refuse_more_mails(request=request, email=email)
            send_sign_in_code(browser=browser, email=email)
            messages.success(request, _("A new code is on its way."))
            return redirect(with_next(request, "account_confirm_login_code"))
        if request.method == "POST" and form.is_valid():
            if is_code_right(browser=browser, email=email, code=form.cleaned_data["code"]):
                return _let_in(request, browser, email)
            count_wrong_code(request=request, email=email)
            raise ValidationError(_("That code is not right, or too old. Check it, or send a new one."))
    except ValidationError as refused:
        if form.is_bound:
            form.add_error("code", refused)
        else:
            messages.error(request, " ".join(refused.messages))
            return redirect(with_next(request, "account_confirm_login_code"))
    context = {"form": form, "email": email, "minutes": minutes(CODES_LAST), "next": next_page(request, "")}
    return render(request, "account/sign_in_confirm.html", context, status=status_of(form))


def _let_in(request: HttpRequest, browser: str, email: str) -> HttpResponse:
    user = finish_sign_in(browser=browser, email=email)
    refuse_closed(user)
    login(request, user, backend=BACKEND)
    note_code(request)
    note_address(request, email)
    return redirect(next_page(request, resolve_url(settings.LOGIN_REDIRECT_URL)))


def _is_in_already(request: HttpRequest) -> HttpResponse | None:
    """Who is signed in goes on; a guest proves an address the other way, and stays the same person."""
    if not request.user.is_authenticated:
        return None
    if request.user.is_guest:
        return redirect(with_next(request, "accounts:account_keep"))
    # Sent again by somebody whom the first answer signed in: the same answer.
    return answered_before(request) or redirect(next_page(request, resolve_url(settings.LOGIN_REDIRECT_URL)))


@once
@login_required
def account_keep(request: SignedInRequest) -> HttpResponse:
    """A guest gives an address; a code goes there."""
    if not request.user.is_guest:
        return render(request, "account/account_kept.html", {"next": next_page(request, "")})
    form = ClaimForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "email"):
            refuse_more_mails(request=request, email=form.cleaned_data["email"])
            start_claim(guest=request.user, email=form.cleaned_data["email"])
            return redirect(with_next(request, "accounts:account_confirm"))
    context = {"form": form, "next": next_page(request, "")}
    return render(request, "account/account_keep.html", context, status=status_of(form))


@once
@login_required
def account_confirm(request: SignedInRequest) -> HttpResponse:
    """The right code makes the place theirs."""
    claim = Claim.objects.filter(guest=request.user).first()
    if claim is None:
        return redirect(with_next(request, "accounts:account_keep"))
    if request.POST.get("action") == "resend":
        try:
            refuse_more_mails(request=request, email=claim.email)
            start_claim(guest=request.user, email=claim.email)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, _("A new code is on its way."))
        return redirect(with_next(request, "accounts:account_confirm"))
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "code"):
            if is_proved(claim=claim, code=form.cleaned_data["code"]):
                return _finish(request, claim)
            count_wrong_code(request=request, email=claim.email)
            raise ValidationError(_("That code is not right, or too old. Check it, or send a new one."))
    context = {"form": form, "email": claim.email, "minutes": minutes(CODES_LAST), "next": next_page(request, "")}
    return render(request, "account/account_confirm.html", context, status=status_of(form))


def _finish(request: SignedInRequest, claim: Claim) -> HttpResponse:
    guest, mark = request.user.pk, request.user.mark
    user = finish_claim(claim=claim, heard=heard_in(request))
    login(request, user, backend=BACKEND)
    note_code(request)
    if user.pk != guest:
        # What was typed as the guest is on this device under their mark, and is this person's from now on.
        request.session[WAS] = mark
    note_address(request, claim.email)
    messages.success(request, _("This place is yours. Sign in with your e-mail on any device."))
    return redirect(next_page(request, resolve_url(settings.LOGIN_REDIRECT_URL)))
