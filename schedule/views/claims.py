"""A host chooses a place, or gives it back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import AttendeeRequest, Undo, id_in, refusal_told, sent_from, tell_done
from events.models import Camp
from pitches.models import Pitch

from .. import advice
from ..claims.asking import is_asked
from ..claims.places import free_for
from ..claims.services import claim_place, give_back, refuse_not_hosted
from ..models import Draft, Session
from .moved import where
from .place import cell_in


@camp_view(Access.ATTENDEE)
def place_claim(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """The free cells by slot, the best marked; the one that is pressed is the host's."""
    pitch, problem = _pitch(camp, pitch_id), ""
    with refusal_told(request):
        refuse_not_hosted(pitch=pitch, me=request.me)
        if request.method == "POST":
            try:
                return _take(request, camp, pitch)
            except ValidationError as refused:
                problem = " ".join(refused.messages)
        context = _shown(camp, pitch) | {"problem": problem}
        return render(request, "schedule/place_claim.html", context, status=422 if problem else 200)
    # It was withdrawn, or handed over, since the page was open that led here.
    return redirect(pitch)


@camp_view(Access.ATTENDEE)
@sent_from("schedule:place_claim", "pitch_id")
def place_give_back(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """The host's cell is free for others."""
    pitch = _pitch(camp, pitch_id)
    with refusal_told(request):
        session = give_back(pitch=pitch, by=request.me, seen_revision=_seen(request))
        note_left(request, session, "revision")
        said = _("The place of “%(title)s” is free again.") % {"title": pitch}
        tell_done(request, said, undo=_way_back(camp, session))
    return redirect("schedule:place_claim", camp.slug, pitch.pk)


def _pitch(camp: Camp, pitch_id: int) -> Pitch:
    pitch = get_object_or_404(camp.pitches, pk=pitch_id)
    pitch.camp = camp
    return pitch


def _seen(request: AttendeeRequest) -> int | None:
    return id_in(request.POST.get("seen", ""))


def _take(request: AttendeeRequest, camp: Camp, pitch: Pitch) -> HttpResponse:
    """Refused with a sentence."""
    room, slot = cell_in(request, camp)
    session = claim_place(pitch=pitch, room=room, slot=slot, by=request.me, seen_revision=_seen(request))
    session = camp.sessions.with_place().get(pk=session.pk)
    note_left(request, session, "revision")
    said = _("“%(title)s” has its place: %(place)s. Everybody sees it.")
    tell_done(request, said % {"title": pitch, "place": where(camp, session)}, undo=_way_back(camp, session))
    return redirect(pitch)


def _way_back(camp: Camp, session: Session) -> Undo | None:
    """To where it stood before, if that is free still; or it waits again."""
    stood = session.stood
    if stood is None:
        return None
    seen = [("seen", str(session.revision))]
    if stood["room"] is None:
        return Undo(reverse("schedule:place_give_back", args=[camp.slug, session.pitch_id]), seen)
    cell = [("cell", f"{stood['slot']}-{stood['room']}")]
    return Undo(reverse("schedule:place_claim", args=[camp.slug, session.pitch_id]), cell + seen)


def _shown(camp: Camp, pitch: Pitch) -> dict[str, object]:
    sessions = list(Session.objects.filter(pitch=pitch).placed_first().with_place())
    placed = [session for session in sessions if session.place]
    mine = next((session for session in placed if session.is_claimed), None)
    session = mine or next(iter(sessions), None)
    free = None
    if is_asked(camp) and (mine or not placed):
        # Looking has the figures counted, if that is due.
        counted = advice.counted_of(advice.last_figures(draft=Draft.of(camp)))
        free = free_for(camp, pitch, session, counted)
    place = session.place if session else None
    return {"camp": camp, "pitch": pitch, "session": session, "is_mine": mine, "place": place, "free": free}
