"""A session is lifted: every place with its price; it goes there, changes places, or others make way for it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.access import Access, camp_view
from events.http import CampRequest, chosen, id_in, led_to
from events.models import Camp, Room, Slot
from pitches.models import MOST_RUNS, Pitch
from pitches.wishes import told_wishes

from .. import advice
from ..draft.chain import Link, as_planned, chain_in, place_chain
from ..draft.moves import add_repeat, place_session, swap_sessions
from ..draft.rows import DraftRows, read_draft
from ..models import Draft, Session
from ..workshop.lifted import InHand, lifted_board
from .moved import tell_moved, where

#: in the address: the pitch is to run once more
AGAIN = "again"


@camp_view(Access.ORGANISER)
def session_place(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """The board with the session lifted: each place says what it would break and change, the best are marked."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    pitch.camp = camp
    asked = request.GET.get("running", "")
    # Once more, beside those that are placed.
    is_again = asked == AGAIN and pitch.sessions.placed().exists()
    running = id_in(asked)
    chain, problem = list[Link](), ""
    try:
        # For one more running nobody makes way.
        chain = [] if is_again else chain_in(request.GET.getlist("then"))
    except ValidationError as error:
        problem = " ".join(error.messages)
    if request.method == "POST" and not problem:
        session = _running(pitch, running)
        try:
            if is_again:
                return _repeat(request, camp, pitch)
            if chain:
                return _place_all(request, camp, InHand(pitch, session, chain))
            if "swap" in request.POST:
                return _swap(request, camp, session)
            return tell_moved(request, camp, [_place(request, camp, pitch, session)])
        except ValidationError as error:
            problem = " ".join(error.messages)
    session = None if is_again else _running(pitch, running)
    place = session.place if session else None
    # Looking has the figures counted, if that is due.
    counted = advice.counted_of(advice.last_figures(draft=Draft.of(camp)))
    wishes = told_wishes(camp)
    draft = read_draft(camp)
    if all(known.pk != pitch.pk for known in draft.pitches):
        # It went since this page was asked for.
        messages.error(request, _("“%(title)s” is off the board. It stays off the grid.") % {"title": pitch})
        return led_to("schedule:draft_detail", camp.slug)
    planned = draft
    if chain and session:
        try:
            planned = as_planned(draft, chain, session)
        except ValidationError as error:
            chain, problem = [], problem or " ".join(error.messages)
    slots = advice.place_slots(
        planned, wishes, pitch.pk, session.pk if session else None, before=draft if chain else None
    )
    best = advice.best_cells(slots)
    hand = InHand(pitch, session, chain, counted.people if counted else {}, is_again=is_again)
    context = {
        "camp": camp,
        "pitch": pitch,
        "session": session,
        "place": place,
        "is_counted": wishes is not None,
        "best": best,
        "missing_needs": advice.missing_needs(draft, pitch.pk),
        "board": lifted_board(camp, planned, slots, best, hand, is_counted=wishes is not None),
        "chain": _told_chain(draft, chain),
        "is_again": is_again,
        "address": _address(request, chain),
        "anchor": session if place else _placed(pitch),
        "best_with_seats": [(cell, hand.without_seats(cell)) for cell in best],
        "may_run_again": bool(place) and not chain and pitch.sessions.placed().count() < MOST_RUNS,
        "problem": problem,
    }
    return render(request, "schedule/session_place.html", context, status=422 if request.method == "POST" else 200)


def _repeat(request: CampRequest, camp: Camp, pitch: Pitch) -> HttpResponse:
    """It runs once more where the form says; refused with a sentence."""
    room, slot = _cell(request, camp)
    session = add_repeat(pitch=pitch, room=room, slot=slot, by=request.me)
    return tell_moved(request, camp, [session], _("“%(title)s” runs once more.") % {"title": pitch})


def _cell(request: CampRequest, camp: Camp) -> tuple[Room, Slot]:
    """That the form names; refused with a sentence."""
    slot_id, _dash, room_id = request.POST.get("cell", "").partition("-")
    slot, room = chosen(camp.slots.all(), slot_id), chosen(camp.rooms.all(), room_id)
    if slot is None or room is None:
        raise ValidationError(_("Choose a room and a slot that are there."))
    slot.camp = camp
    return room, slot


def _told_chain(draft: DraftRows, chain: list[Link]) -> list[tuple[Pitch, Room, Slot]]:
    """Who is on the way, and where to."""
    pitches = {pitch.pk: pitch for pitch in draft.pitches}
    slots, rooms = {slot.pk: slot for slot in draft.slots}, {room.pk: room for room in draft.rooms}
    return [(pitches[link.pitch_id], rooms[link.room_id], slots[link.slot_id]) for link in chain]


def _place_all(request: CampRequest, camp: Camp, hand: InHand) -> HttpResponse:
    """The chain ends where the form says; refused with a sentence."""
    room, slot = _cell(request, camp)
    # What was seen of it when it was lifted, not what it is by now.
    seen = id_in(request.POST.get("seen", ""))
    *before, last = hand.at(slot.pk, room.pk)
    moved = place_chain(camp=camp, chain=[*before, last._replace(seen=seen or 0)], by=request.me)
    place = where(camp, camp.sessions.with_place().get(pk=moved[0].pk))
    text = ngettext(
        "“%(title)s” is here now: %(place)s. %(count)s session made way.",
        "“%(title)s” is here now: %(place)s. %(count)s sessions made way.",
        len(before),
    )
    return tell_moved(request, camp, moved, text % {"title": moved[0], "place": place, "count": len(before)})


def _address(request: CampRequest, chain: list[Link]) -> str:
    """Of what the page shows: a chain that fits no more is not in it any more."""
    asked = request.GET.copy()
    asked.setlist("then", [str(link) for link in chain])
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _placed(pitch: Pitch) -> Session | None:
    return pitch.sessions.placed().order_by("pk").first()


def _running(pitch: Pitch, session_id: int | None) -> Session | None:
    """The running that is asked for, or the first on the draft."""
    rows = pitch.sessions.placed_first().with_place()
    return (rows.filter(pk=session_id).first() if session_id else None) or rows.first()


def _place(request: CampRequest, camp: Camp, pitch: Pitch, session: Session | None) -> Session:
    """Puts the pitch where the form says; refused with a sentence."""
    room, slot = _cell(request, camp)
    seen = id_in(request.POST.get("seen", ""))
    return place_session(pitch=pitch, session=session, room=room, slot=slot, by=request.me, seen_revision=seen)


def _swap(request: CampRequest, camp: Camp, session: Session | None) -> HttpResponse:
    """It and whoever stands where the form says change places; refused with a sentence."""
    other_id, _dash, other_seen = request.POST["swap"].partition("-")
    other = chosen(camp.sessions.select_related("pitch"), other_id)
    if session is None or other is None:
        raise ValidationError(_("One of the two is off the grid now. Look again, then decide."))
    session.camp = other.camp = other.pitch.camp = camp
    swap_sessions(
        one=session,
        other=other,
        by=request.me,
        seen_revision=id_in(request.POST.get("seen", "")),
        seen_revision_of_other=id_in(other_seen),
    )
    text = _("“%(one)s” and “%(other)s” changed places.") % {"one": session, "other": other}
    return tell_moved(request, camp, [session, other], text)
