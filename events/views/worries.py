"""Something is wrong: telling it to one person, and what one was told."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.browser import browser_id
from accounts.limits import source_of
from accounts.once import note_left

from ..access import Access, camp_view
from ..caching import no_store
from ..http import AttendeeRequest, CampRequest, posted, refusal_on, status_of, tell_done
from ..models import Camp
from ..worries import count_worry, forget_worry, listen_to_worries, listeners_of, tell_worry
from ..worry_forms import ListenForm, WorryForm


@camp_view(Access.ANYONE)
@no_store
def worry_create(request: CampRequest, camp: Camp) -> HttpResponse:
    """For everybody who sees the camp: one need not be in, nor say who one is."""
    listeners = [one for one in listeners_of(camp) if one != request.me]
    form = WorryForm(posted(request), listeners=listeners, me=request.me)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            _refuse_many(request)
            data = form.cleaned_data
            to = form.listener
            by = request.me if data.get("is_named") else None
            note_left(request, tell_worry(to=to, text=data["text"], by=by), "to", by_nobody=by is None)
            tell_done(request, _("%(name)s can read it now, and nobody else.") % {"name": to})
            return redirect(camp)
    is_told = request.me is not None and not listeners and request.me in listeners_of(camp)
    context = {"camp": camp, "form": form, "listeners": listeners, "is_told": is_told}
    return render(request, "events/worry_create.html", context, status=status_of(form))


def _refuse_many(request: CampRequest) -> None:
    me = request.me
    teller, source = (str(me.pk), None) if me else (browser_id(request), source_of(request))
    if not count_worry(teller=teller, source=source):
        raise ValidationError(_("Much was told from here just now. Wait an hour, or go to one of them."))


@camp_view(Access.ATTENDEE)
@no_store
def worry_list(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What I was told; and for organisers and helpers, whether they can be told."""
    form = ListenForm(posted(request), initial=ListenForm.of(request.me))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            data = form.cleaned_data
            listen_to_worries(attendee=request.me, listens=data["hears_worries"], found_by=data["found_by"])
            note_left(request, request.me, "hears_worries", "found_by")
            tell_done(request, _("Saved."))
            return redirect("events:worry_list", camp.slug)
    worries = request.me.worries.select_related("by")
    context = {"camp": camp, "form": form if request.me.is_helper else None, "worries": worries}
    return render(request, "events/worry_list.html", context, status=status_of(form))


@camp_view(Access.ATTENDEE, archived=True)
@no_store
def worry_delete(request: AttendeeRequest, camp: Camp, worry_id: int) -> HttpResponse:
    worry = get_object_or_404(request.me.worries.select_related("by"), pk=worry_id)
    if request.method == "POST":
        forget_worry(worry=worry)
        tell_done(request, _("It is deleted."))
        return redirect("events:worry_list", camp.slug)
    return render(request, "events/worry_delete.html", {"camp": camp, "worry": worry})
