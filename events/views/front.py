"""Before one is in a camp: the front page, the code, one's own camps."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.limits import address_of, count_failure, is_blocked

from ..forms import CampCreateForm, CodeForm
from ..http import posted, status_of
from ..models import Camp
from ..services import open_camp

#: wrong codes from one address in five minutes; a hall of people with typos stays below
MOST_WRONG_CODES = 120


def home(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    camps = Camp.objects.listed()
    context = {
        "form": CodeForm(),
        "coming": camps.filter(ends_on__gte=today)[:30],
        "past": camps.filter(ends_on__lt=today).order_by("-starts_on")[:30],
    }
    return render(request, "events/home.html", context)


def code_enter(request: HttpRequest) -> HttpResponse:
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return redirect("events:code_join", form.cleaned_data["code"])
    return render(request, "events/code_enter.html", {"form": form}, status=status_of(form))


def code_join(request: HttpRequest, code: str) -> HttpResponse:
    """What the camp's QR code opens."""
    who = address_of(request)
    if is_blocked("code", who, most=MOST_WRONG_CODES):
        message = _("Too many wrong codes from here. Wait five minutes, then try again.")
        camp = None
    else:
        camp = Camp.objects.filter(code=code.upper()).first()
        message = _("No camp has the code “%(code)s”. Check it on the poster.") % {"code": code[:12]}
    if camp is None:
        count_failure("code", who)
        form = CodeForm({"code": code[:12]})
        form.add_error("code", message)
        return render(request, "events/code_enter.html", {"form": form}, status=422)
    address = reverse("events:camp_join", args=[camp.slug])
    return redirect(address + "?" + urlencode({"code": camp.code}))


@login_required
def my_camps(request: HttpRequest) -> HttpResponse:
    camps = Camp.objects.of(request.user).order_by("-starts_on")
    return render(request, "events/my_camps.html", {"camps": camps})


@login_required
def camp_create(request: HttpRequest) -> HttpResponse:
    if request.user.is_guest:
        return render(request, "events/camp_create_guest.html")
    form = CampCreateForm(posted(request))
    if request.method == "POST" and form.is_valid():
        camp = open_camp(camp=form.save(commit=False), by=request.user, display_name=form.cleaned_data["display_name"])
        return redirect("events:slot_list", camp.slug)
    return render(request, "events/camp_create.html", {"form": form}, status=status_of(form))
