"""Keep this place on my other devices."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from .claims import finish_claim, start_claim
from .forms import ClaimForm, CodeForm
from .limits import address_of, count_failure, is_blocked
from .models import Claim


@login_required
def place_keep(request: HttpRequest) -> HttpResponse:
    """A guest gives an address; a code goes there."""
    if not request.user.is_guest:
        return render(request, "account/place_kept.html")
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        who = f"user-{request.user.pk}"
        if is_blocked("claim-mail", who, most=5):
            form.add_error("email", _("Five codes were sent already. Wait five minutes, then try again."))
        else:
            count_failure("claim-mail", who)
            start_claim(guest=request.user, email=form.cleaned_data["email"])
            return redirect("accounts:place_confirm")
    return render(request, "account/place_keep.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def place_confirm(request: HttpRequest) -> HttpResponse:
    """The right code makes the place theirs."""
    claim = Claim.objects.filter(guest=request.user).first()
    if claim is None:
        return redirect("accounts:place_keep")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if is_blocked("claim-code", address_of(request), most=300):
            form.add_error("code", _("Too many wrong codes from here. Wait five minutes, then try again."))
        elif claim.is_proved_by(form.cleaned_data["code"]):
            user = finish_claim(claim=claim)
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            messages.success(request, _("This place is yours. Sign in with your e-mail on any device."))
            return redirect(settings.LOGIN_REDIRECT_URL)
        else:
            count_failure("claim-code", address_of(request))
            form.add_error("code", _("That code is not right, or too old. Check it, or send a new one."))
    context = {"form": form, "email": claim.email}
    return render(request, "account/place_confirm.html", context, status=422 if form.errors else 200)
