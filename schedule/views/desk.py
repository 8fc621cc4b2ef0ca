"""The repair desk: what is wrong here is one tap, the ways to go on follow, one of them is chosen."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import AttendeeRequest, Undo, chosen, id_in, led_to, refusal_told, sent_from, tell_done
from events.models import Camp, HelperRight, Slot

from ..desk.calling import call_host
from ..desk.desk import Desk
from ..desk.mend import Mended, mend, put_in_new
from ..desk.missing import missing_host
from ..desk.plan import Plan, Why
from ..desk.ways import offered, ways, whys
from ..forms import NewSessionForm
from ..models import Draft, GridVersion, HostCall
from .mended import what_is_out, what_was_done
from .moved import told_live


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
def session_repair(request: AttendeeRequest, camp: Camp, session_id: int) -> HttpResponse:
    """What can be wrong with a session, its room and its time, and the ways to mend it."""
    session = get_object_or_404(camp.sessions.select_related("pitch"), pk=session_id)
    session.camp = session.pitch.camp = camp
    return _desk(request, camp, Desk(camp, session=session, room=None, slot=None))


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
def cell_repair(request: AttendeeRequest, camp: Camp, slot_id: int, room_id: int) -> HttpResponse:
    """The same for a place in which nothing stands; where something does by now, for that."""
    slot = get_object_or_404(camp.slots.filter(kind=Slot.Kind.SESSIONS), pk=slot_id)
    room = get_object_or_404(camp.rooms, pk=room_id)
    there = camp.sessions.filter(cells__slot=slot, cells__room=room).select_related("pitch").first()
    return _desk(request, camp, Desk(camp, session=there, room=room, slot=slot))


def _desk(request: AttendeeRequest, camp: Camp, desk: Desk) -> HttpResponse:
    """The desk, or what was chosen on it is done."""
    form, problem = NewSessionForm(), ""
    why = _why(request, desk)
    if request.method == "POST":
        form = NewSessionForm(request.POST) if "title" in request.POST else form
        try:
            plan = Plan.of(camp, request.POST.get("plan", ""))
            if not plan.new:
                return _done(request, camp, plan, mend(camp=camp, plan=plan, by=request.me))
            if form.is_valid():
                title, behalf = form.cleaned_data["title"], form.cleaned_data["behalf"]
                mended = put_in_new(camp=camp, plan=plan, title=title, on_behalf_of=behalf, by=request.me)
                return _done(request, camp, plan, mended)
        except ValidationError as error:
            problem = " ".join(error.messages)
        # As it is by now.
        desk = Desk(camp, session=desk.session, room=desk.room, slot=desk.slot)
    missing = missing_host(desk, id_in(request.GET.get("who", "")))
    remedies = ways(desk, why, missing) if why and not camp.is_archived else []
    asks_who = why == Why.HOST and len(desk.hosts) > 1 and desk.standing and not camp.is_archived
    context = {
        "camp": camp,
        "desk": desk,
        "why": why,
        "whys": [] if camp.is_archived else whys(desk),
        "remedies": [(found, found.plan.signed(camp)) for found in remedies],
        "form": form if why == Why.NEW else None,
        "problem": problem,
        "calls": _calls(desk) if why == Why.HOST else [],
        "missing": missing,
        "asks_who": asks_who,
        # While it is asked who is missing there is nothing to choose from yet.
        "is_stuck": not remedies and (missing or not asks_who),
        "offered": offered(desk) if why == Why.HOST else [],
        "live": Draft.of(camp).live == Draft.Live.ON,
        "may_publish": request.me.is_organiser,
        "may_edit": why == Why.HOST and request.me.is_organiser and not camp.is_archived,
        "is_published": GridVersion.latest(camp) is not None,
    }
    return render(request, "schedule/session_repair.html", context, status=422 if problem or form.errors else 200)


def _why(request: AttendeeRequest, desk: Desk) -> Why | None:
    """What is wrong, as the address says; None: that is asked first."""
    asked = request.GET.get("why", "")
    return Why(asked) if asked in whys(desk) else None


def _calls(desk: Desk) -> list[tuple[object, HostCall | None]]:
    """Each host, and how they were called."""
    calls = {call.host_id: call for call in HostCall.objects.filter(session=desk.session)}
    return [(host, calls.get(host.pk)) for host in desk.hosts]


def _done(request: AttendeeRequest, camp: Camp, plan: Plan, mended: Mended) -> HttpResponse:
    """To the grid, with what moved in view, whether it is out, and the way back."""
    found = {row.pk: row for row in camp.sessions.filter(pk__in=[one.pk for one in mended.moved]).with_place()}
    # That which it was done for comes first.
    rows = [found[session.pk] for session in mended.moved if session.pk in found]
    touched = [f"entry-{row.pk}" for row in rows if row.place]
    step = mended.step
    if rows:
        note_left(request, rows[0], "revision")
    elif plan.shift and (slot := camp.slots.filter(pk__in=plan.shift[1]).first()):
        note_left(request, slot, "starts_at")
        touched = [f"slot-{slot.pk}"]
    elif plan.at[0]:
        touched = [f"entry-{plan.at[0]}"]
    undo = Undo(reverse("schedule:step_undo", args=[camp.slug]), [("step", str(step.pk))]) if step else None
    # Whoever leads it is on no draft: a new host waits for nothing.
    out = "" if plan.hands else told_live(request, camp, step.made_at if step else None)
    waits = [row.title for row in rows if not row.place] if len(rows) > 1 else []
    said = [what_was_done(camp, plan, rows, step), *[_("“%(title)s” waits for a place.") % {"title": t} for t in waits]]
    said += [out] if out else what_is_out(camp, plan, bool(rows), request.me)
    tell_done(request, " ".join(text for text in said if text), undo=undo, touched=touched)
    return _to_grid(camp, touched)


def _to_grid(camp: Camp, touched: list[str]) -> HttpResponseRedirect:
    return led_to("schedule:draft_detail", camp.slug, at=touched[0] if touched else "")


@camp_view(Access.ORGANISER, helpers=[HelperRight.REPAIR])
@sent_from("schedule:session_repair", "session_id")
def host_call(request: AttendeeRequest, camp: Camp, session_id: int) -> HttpResponse:
    """A host who is not here is called."""
    session = get_object_or_404(camp.sessions.select_related("pitch"), pk=session_id)
    session.camp = session.pitch.camp = camp
    host = chosen(session.pitch.hosts.all(), request.POST.get("host", ""))
    with refusal_told(request):
        if host is None:
            raise ValidationError(_("That person does not host this session any more."))
        call = call_host(session=session, host=host, by=request.me)
        note_left(request, call, "called_at")
        tell_done(request, _("%(name)s is called.") % {"name": host})
    address = reverse("schedule:session_repair", args=[camp.slug, session.pk], query={"why": Why.HOST})
    return HttpResponseRedirect(f"{address}#calls")
