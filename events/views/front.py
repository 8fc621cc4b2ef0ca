"""Before one is in a camp: the front page, the code, one's own camps."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.codes import as_typed
from accounts.http import SignedInRequest, once
from accounts.models import User
from accounts.once import note_left

from ..caching import no_store
from ..erasing import erase_user
from ..forms import CampCreateForm, CodeForm, EraseForm
from ..guesses import guess, has_shape_of_code
from ..http import posted, refusal_on, status_of, tell_done
from ..models import Camp, Invitation
from ..opening import may_open_camps, open_camp
from .camp import camp_join

#: of one's own camps on the front page: those to come first, then the last ones; the others are one link away
MINE_IN_FRONT = 3


def home(request: HttpRequest) -> HttpResponse:
    """One's own camps first, then those that anybody may find; none is on the page twice."""
    camps, mine = Camp.objects.listed(), Camp.objects.none()
    if request.user.is_authenticated:
        mine = Camp.objects.of(request.user)
        camps = camps.exclude(pk__in=mine.values("pk"))
    ended = Camp.objects.is_over_now()
    coming_of_mine = list(mine.exclude(ended)[:MINE_IN_FRONT])
    past_of_mine = mine.filter(ended).order_by("-starts_on")[: max(0, MINE_IN_FRONT - len(coming_of_mine))]
    context = {
        "form": CodeForm(),
        "mine": [*coming_of_mine, *past_of_mine],
        "coming": camps.exclude(ended)[:30],
        "past": camps.filter(ended).order_by("-starts_on")[:30],
    }
    return render(request, "events/home.html", context)


@no_store
def code_enter(request: HttpRequest) -> HttpResponse:
    """By the form of this page, or by that of the front page, which is a GET and so needs no cookie."""
    sent = request.GET if "code" in request.GET else None
    form = CodeForm(sent if request.method == "GET" else request.POST)
    if form.is_valid():
        return redirect("events:code_join", form.cleaned_data["code"])
    return render(request, "events/code_enter.html", {"form": form}, status=status_of(form))


@no_store
@require_safe
def code_join(request: HttpRequest, code: str) -> HttpResponse:
    """What the camp's QR code opens."""
    form = CodeForm({"code": code[:12]})
    found = None
    with refusal_on(form, "code"):
        found = guess(request=request, look=partial(_behind, code))
        if found is None:
            form.add_error("code", _("No camp has the code “%(code)s”. Check it on the poster.") % {"code": code[:12]})
    if found is None:
        return render(request, "events/code_enter.html", {"form": form}, status=422)
    if isinstance(found, Invitation):
        return redirect("events:invitation_accept", found.camp.slug, as_typed(code))
    if found.is_archived and not found.is_closed:
        # An old poster: nobody joins any more, and all that is left to do is read.
        return redirect(found)
    # The way in itself, and no way to it: on a bad network each answer takes two seconds.
    return camp_join(request, camp=found.slug, code=found.code)


def _behind(code: str) -> Camp | Invitation | None:
    """The camp of that code, or what somebody was invited by."""
    if camp := Camp.objects.real().filter(code=as_typed(code)).first():
        return camp
    return Invitation.objects.with_code(code).select_related("camp").first() if has_shape_of_code(code) else None


@login_required
def my_camps(request: SignedInRequest) -> HttpResponse:
    camps = Camp.objects.of(request.user).order_by("-starts_on")
    return render(request, "events/my_camps.html", {"camps": camps})


@once
@login_required
def camp_create(request: SignedInRequest) -> HttpResponse:
    if request.user.is_guest:
        return render(request, "events/camp_create_guest.html")
    if not may_open_camps(request.user):
        return render(request, "events/camp_create_named.html", status=403)
    form = CampCreateForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            name = form.cleaned_data["display_name"]
            camp = open_camp(camp=form.save(commit=False), by=request.user, display_name=name)
            note_left(request, camp, "slug")
            tell_done(request, _("“%(camp)s” is made. Now give it slots and rooms.") % {"camp": camp.name})
            return redirect("events:slot_list", camp.slug)
    return render(request, "events/camp_create.html", {"form": form}, status=status_of(form))


def account_erase(request: HttpRequest) -> HttpResponse:
    """Out of every camp, and no account any more."""
    user = request.user
    if not isinstance(user, User):
        if request.method != "POST":
            return redirect_to_login(request.get_full_path())
        messages.info(request, _("Nobody is signed in here any more: there is nothing left to erase."))
        return redirect("events:home")
    form = EraseForm(posted(request))
    if form.is_valid():
        with refusal_on(form):
            erase_user(user=user, with_texts=form.cleaned_data["texts"])
            logout(request)
            tell_done(request, _("You are erased from Campgrid."))
            return redirect("events:home")
    context = {"form": form, "camps": Camp.objects.of(user).order_by("-starts_on")}
    return render(request, "events/account_erase.html", context, status=status_of(form))
