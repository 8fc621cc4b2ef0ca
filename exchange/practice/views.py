"""Practise: a copy of the camp in which everything may be tried, until it is erased."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.once import note_left
from events.access import Access, camp_view
from events.editing import erase_practice
from events.http import AttendeeRequest, posted, refusal_on, status_of, tell_done
from events.models import Camp

from ..forms import PractiseForm
from .making import open_practice, practice_of


@camp_view(Access.ORGANISER)
def practise(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The copy that is there, or a new one; in a copy itself, those of its camp."""
    if camp.practice_of:
        return redirect("exchange:practise", camp.practice_of.slug)
    form = PractiseForm(posted(request))
    if form.is_valid():
        with refusal_on(form):
            made, is_new = open_practice(source=camp, by=request.me, **form.chosen)
            note_left(request, made, "slug")
            if is_new:
                tell_done(request, _("The practice copy is made. Try everything: nobody is told."))
            else:
                tell_done(request, _("A practice copy is there already, and this is it."))
            return redirect("events:camp_detail", made.slug)
    context = {"camp": camp, "form": form, "there": practice_of(camp)}
    return render(request, "exchange/practise.html", context, status=status_of(form))


@camp_view(Access.ORGANISER)
def practice_erase(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The copy is gone before its day is over, and one is back in the camp."""
    if camp.practice_of:
        return redirect("exchange:practice_erase", camp.practice_of.slug)
    there = practice_of(camp)
    if request.method == "POST":
        if there is None or str(there.pk) != request.POST.get("practice"):
            messages.info(request, _("That practice copy is erased already."))
        else:
            erase_practice(practice=there)
            tell_done(request, _("The practice copy is erased."))
        return redirect("events:camp_detail", camp.slug)
    if there is None:
        return redirect("exchange:practise", camp.slug)
    return render(request, "exchange/practice_erase.html", {"camp": camp, "there": there})
