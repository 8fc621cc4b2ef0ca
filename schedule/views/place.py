"""A session is lifted: every place with its price; it goes there, changes places, or others make way for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.access import Access, camp_view
from events.http import AttendeeRequest, CampRequest, chosen, id_in, led_to
from events.models import Camp, HelperRight, Room, Slot
from pitches.forms import TitleForm
from pitches.models import MOST_RUNS, Pitch
from pitches.wishes import told_wishes

from .. import advice
from ..draft.chain import LONGEST, Link, as_planned, place_chain
from ..draft.moves import add_repeat, off_the_board, place_session, swap_sessions
from ..draft.presence import Sign, note_there
from ..draft.rows import DraftRows, read_draft
from ..models import Draft, Session
from ..workshop.changed import HEADER, without_known
from ..workshop.here import Here
from ..workshop.lifted import InHand, Seats, lifted_board
from .moved import tell_moved, where

#: in the address: the pitch is to run once more
AGAIN = "again"


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
def session_place(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """The board with the session lifted: each place says what it would break and change, the best are marked."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    pitch.camp = camp
    hand, problem = _in_hand(request, pitch)
    if request.method == "POST" and not problem:
        try:
            return _put(request, camp, hand)
        except ValidationError as error:
            problem = " ".join(error.messages)
        # As it is by now.
        hand, _problem = _in_hand(request, pitch)
    draft = read_draft(camp)
    if all(known.pk != pitch.pk for known in draft.pitches):
        # It went since this page was asked for.
        messages.error(request, " ".join(off_the_board(pitch).messages))
        return led_to("schedule:draft_detail", camp.slug)
    planned = draft
    if hand.chain and hand.session:
        try:
            planned = as_planned(draft, hand.chain, hand.session)
        except ValidationError as error:
            hand, problem = replace(hand, chain=()), problem or " ".join(error.messages)
    note_there(me=request.me, sign=Sign.LIFTS, pitch=hand.pitch, session=hand.session)
    context = _shown(camp, draft, planned, hand) | {"address": _address(request, hand), "problem": problem}
    context["is_helper"] = not request.me.is_organiser
    context["here"] = here = Here.beside(request.me, camp)
    context["holders"] = here.holders(pitch.pk)
    context["hand"] = f"{pitch.pk}-{hand.session.pk}" if hand.session else pitch.pk
    # Whoever is told that others moved something looks again, and has most of it.
    board, known = context["board"], request.headers.get(HEADER, "")
    context |= {"table": without_known(board.table, known), "map": without_known(board.map, known)}
    return render(request, "schedule/session_place.html", context, status=422 if request.method == "POST" else 200)


def _in_hand(request: CampRequest, pitch: Pitch) -> tuple[InHand, str]:
    """What the address says is in hand, as it stands now, and what cannot be read of it."""
    asked = request.GET.get("running", "")
    if asked == AGAIN and pitch.sessions.placed().exists():
        # Beside those that are placed; for it nobody makes way.
        return InHand(pitch, None, is_again=True), ""
    session = _running(pitch, id_in(asked))
    links = [[id_in(part) for part in text.split("-")] for text in request.GET.getlist("then")]
    if len(links) > LONGEST or any(len(link) != len(Link._fields) or None in link for link in links):
        # Half a chain would put the others somewhere.
        return InHand(pitch, session), _("This is no way for a session to go. Begin anew on the grid.")
    return InHand(pitch, session, [Link(*(part or 0 for part in link)) for link in links]), ""


def _running(pitch: Pitch, session_id: int | None) -> Session | None:
    """The running that is asked for, or the first on the draft."""
    rows = pitch.sessions.placed_first().with_place()
    return (rows.filter(pk=session_id).first() if session_id else None) or rows.first()


def _shown(camp: Camp, draft: DraftRows, planned: DraftRows, hand: InHand) -> dict[str, Any]:
    """What the page shows of `planned`, the draft as the chain would leave it."""
    # Looking has the figures counted, if that is due.
    counted = advice.counted_of(advice.last_figures(draft=Draft.of(camp)))
    wishes, session = told_wishes(camp), hand.session
    place = session.place if session else None
    runs = [found.session for found in draft.standing if found.session.pitch_id == hand.pitch.pk]
    slots = advice.place_slots(
        planned, wishes, hand.pitch.pk, session.pk if session else None, before=draft if hand.chain else None
    )
    begun = draft.begun(timezone.now())
    best = advice.best_cells([found for found in slots if found.slot.pk not in begun])
    seats = Seats(session, place.room.capacity if place else 0, counted.people if counted else {})
    is_counted = wishes is not None
    return {
        "camp": camp,
        "pitch": hand.pitch,
        "rather": advice.rather_in_words(hand.pitch),
        "session": session,
        "place": place,
        "is_counted": is_counted,
        "best": [(cell, seats.missing(cell)) for cell in best],
        "missing_needs": advice.missing_needs(draft, hand.pitch.pk),
        "board": lifted_board(camp, planned, slots, best, hand, seats, is_counted=is_counted),
        "chain": _told_chain(draft, hand.chain),
        "is_again": hand.is_again,
        "title_form": TitleForm(instance=hand.pitch),
        "anchor": session if place else next(iter(runs), None),
        "may_run_again": bool(place) and not hand.chain and len(runs) < MOST_RUNS,
    }


def _put(request: CampRequest, camp: Camp, hand: InHand) -> HttpResponse:
    """What is in hand goes where the form says; refused with a sentence."""
    if hand.is_again:
        return _repeat(request, camp, hand.pitch)
    if hand.chain:
        return _place_all(request, camp, hand)
    if "swap" in request.POST:
        return _swap(request, camp, hand.session)
    return tell_moved(request, camp, [_place(request, camp, hand.pitch, hand.session)])


def _repeat(request: CampRequest, camp: Camp, pitch: Pitch) -> HttpResponse:
    """It runs once more where the form says; refused with a sentence."""
    room, slot = cell_in(request, camp)
    session = add_repeat(pitch=pitch, room=room, slot=slot, by=request.me)
    return tell_moved(request, camp, [session], _("“%(title)s” runs once more.") % {"title": pitch})


def cell_in(request: CampRequest, camp: Camp) -> tuple[Room, Slot]:
    """That the form names; refused with a sentence."""
    slot_id, _dash, room_id = request.POST.get("cell", "").partition("-")
    slot, room = chosen(camp.slots.all(), slot_id), chosen(camp.rooms.all(), room_id)
    if slot is None or room is None:
        raise ValidationError(_("Choose a room and a slot that are there."))
    slot.camp = camp
    return room, slot


def _told_chain(draft: DraftRows, chain: Sequence[Link]) -> list[tuple[Pitch, Room, Slot]]:
    """Who is on the way, and where to."""
    pitches = {pitch.pk: pitch for pitch in draft.pitches}
    slots, rooms = {slot.pk: slot for slot in draft.slots}, {room.pk: room for room in draft.rooms}
    return [(pitches[link.pitch_id], rooms[link.room_id], slots[link.slot_id]) for link in chain]


def _place_all(request: CampRequest, camp: Camp, hand: InHand) -> HttpResponse:
    """The chain ends where the form says; refused with a sentence."""
    room, slot = cell_in(request, camp)
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


def _address(request: CampRequest, hand: InHand) -> str:
    """Of what the page shows: a chain that fits no more is not in it any more."""
    asked = request.GET.copy()
    asked.setlist("then", [str(link) for link in hand.chain])
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _place(request: CampRequest, camp: Camp, pitch: Pitch, session: Session | None) -> Session:
    """Puts the pitch where the form says; refused with a sentence."""
    room, slot = cell_in(request, camp)
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
