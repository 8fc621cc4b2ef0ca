"""A host who is missed answers; somebody else offers to lead the session."""

from __future__ import annotations

from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import AttendeeRequest, refusal_told, tell_done
from events.models import Camp

from ..desk.calling import answer_call, is_leader_sought, offer_lead, take_offer_back
from ..models import HostCall, Session


@camp_view(Access.ATTENDEE)
def call_answer(request: AttendeeRequest, camp: Camp, session_id: int) -> HttpResponse:
    """One tap: on the way, or not coming; for whoever was called, and for an organiser who has them on the phone."""
    calls = HostCall.objects.filter(session=session_id, session__camp=camp, session__pitch__hosts=F("host"))
    calls = calls.select_related("session__pitch", "host").order_by("answer", "pk")
    call = calls.filter(host=request.me).first() or (calls.first() if request.me.may_repair else None)
    if call is None:
        raise Http404
    call.session.camp = call.session.pitch.camp = camp
    if request.method == "POST":
        with refusal_told(request):
            call = answer_call(call=call, answer=request.POST.get("answer", ""), by=request.me)
            note_left(request, call, "answer")
            if call.host_id != request.me.pk:
                said = _("It is written down what %(name)s said.") % {"name": call.host}
            elif call.answer == HostCall.Answer.CANNOT:
                said = _("The organisers know that you cannot come.")
            else:
                said = _("The organisers know that you are on your way.")
            tell_done(request, said)
        return redirect("schedule:call_answer", camp.slug, session_id)
    session = Session.objects.with_place().get(pk=session_id)
    session.camp = camp
    is_mine = call.host_id == request.me.pk
    context = {"camp": camp, "call": call, "session": session, "place": session.place, "is_mine": is_mine}
    return render(request, "schedule/call_answer.html", context)


@camp_view(Access.ATTENDEE)
def lead_offer(request: AttendeeRequest, camp: Camp, session_id: int) -> HttpResponse:
    """Somebody says that they could lead a session whose host is missing, or that they no longer can."""
    rows = camp.sessions.visible_to(request.me).select_related("pitch")
    session = get_object_or_404(rows, pk=session_id)
    session.camp = session.pitch.camp = camp
    if request.method == "POST":
        with refusal_told(request):
            if request.POST.get("offer") == "no":
                take_offer_back(session=session, attendee=request.me)
                tell_done(request, _("You are not proposed any more."))
            else:
                offer = offer_lead(session=session, by=request.me)
                note_left(request, offer, "offered_at")
                tell_done(request, _("The organisers know that you could lead it. They tell you if you do."))
        return redirect("schedule:lead_offer", camp.slug, session_id)
    context = {
        "camp": camp,
        "session": session,
        "is_sought": is_leader_sought(session),
        "has_offered": session.offers.filter(attendee=request.me).exists(),
        "is_host": session.pitch.hosts.filter(pk=request.me.pk).exists(),
    }
    return render(request, "schedule/lead_offer.html", context)
