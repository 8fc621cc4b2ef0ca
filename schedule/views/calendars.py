"""The page of calendars, and the mails that follow each change at once."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.once import note_left
from events.access import Access, camp_view
from events.caching import fresh, no_store
from events.http import AttendeeRequest, CampRequest, led_to, posted, refusal_told, sent_from, status_of, tell_done
from events.models import Camp

from ..forms import StopForm
from ..models import GridVersion, MailedCalendar
from ..wall.mailing import start_mails, stop_mails
from ..wall.stamp import calendars_show


class Feed(NamedTuple):
    """A calendar that can be followed, or taken once as a file."""

    name: str
    address: str
    #: opens a calendar program; empty where programs could not read it
    webcal: str


def _feed(request: CampRequest, name: str, path: str, *, is_read_by_programs: bool) -> Feed:
    address = request.build_absolute_uri(path)
    return Feed(name, address, "webcal" + address[address.index(":") :] if is_read_by_programs else "")


@camp_view(Access.ANYONE)
@require_safe
@fresh(calendars_show)
def calendar_detail(request: CampRequest, camp: Camp) -> HttpResponse:
    """Every calendar of the camp, with mine for who is in."""
    me, version = request.me, GridVersion.latest(camp)
    # A room may be called what another calendar is called.
    paths = [(_("The whole camp"), reverse("schedule:camp_calendar", args=[camp.slug]))]
    for room in version.frame["rooms"] if version else ():
        paths.append((room["name"], reverse("schedule:room_calendar", args=[camp.slug, room["id"]])))
    # Programs cannot sign in.
    public = [_feed(request, name, path, is_read_by_programs=not camp.is_closed) for name, path in paths]
    context = {"camp": camp, "feeds": public}
    if me is not None:
        path = reverse("schedule:my_calendar", args=[camp.slug, me.calendar_key])
        mails = MailedCalendar.objects.filter(attendee=me).first()
        context["mine"] = _feed(request, _("My sessions"), path, is_read_by_programs=True)
        context["mails"] = mails if mails and mails.is_on else None
        context["has_address"] = bool(me.user and me.user.email)
    response = render(request, "schedule/calendar_detail.html", context)
    return no_store(lambda request: response)(request) if me else response


@camp_view(Access.ATTENDEE)
@sent_from("schedule:calendar_detail")
def mails_start(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """My sessions come by mail from now on."""
    with refusal_told(request):
        note_left(request, start_mails(attendee=request.me), "is_on")
        tell_done(request, _("Your sessions come by e-mail from now on, each as an invitation to your calendar."))
    return led_to("schedule:calendar_detail", camp.slug, at="mails")


@camp_view(Access.ANYONE, archived=True, closed=True)
@no_store
def mails_stop(request: CampRequest, camp: Camp, key: str) -> HttpResponse:
    """What the link in each mail opens. Looking stops nothing, and nobody but a reader of the mail gets further."""
    rows = MailedCalendar.objects.select_related("attendee__camp").filter(attendee__camp=camp)
    calendar = get_object_or_404(rows, key=key)
    is_mine = request.me is not None and request.me.pk == calendar.attendee_id
    form = None if is_mine else StopForm(posted(request), calendar=calendar)
    if request.method == "POST" and (form is None or form.is_valid()):
        stop_mails(attendee=calendar.attendee)
        note_left(request, calendar, "is_on")
        tell_done(
            request,
            _("Your sessions of this camp do not come by e-mail any more. One that is on its way may still arrive."),
        )
        if is_mine:
            return led_to("schedule:calendar_detail", camp.slug, at="mails")
        return HttpResponseRedirect(request.path)
    context = {"camp": camp, "form": form, "mails": calendar}
    return render(request, "schedule/mails_stop.html", context, status=status_of(form) if form else 200)
