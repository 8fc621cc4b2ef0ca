"""Rooms and slots."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from ..access import Access, camp_view
from ..agenda import generate_slots
from ..forms import RoomForm, SlotForm, SlotPatternForm
from ..http import CampRequest, posted, status_of
from ..models import Camp, Room
from ..services import add_slots, drop_from_frame, save_room, save_slot


@camp_view(Access.ORGANISER)
def room_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """All rooms, and a form for one more."""
    form = RoomForm(posted(request), instance=Room(camp=camp, position=camp.rooms.count()))
    if request.method == "POST" and form.is_valid() and _saved(form):
        return redirect("events:room_list", camp.slug)
    context = {"camp": camp, "rooms": camp.rooms.all(), "form": form}
    return render(request, "events/room_list.html", context, status=status_of(form))


def _saved(form: RoomForm) -> bool:
    try:
        save_room(room=form.save(commit=False))
    except ValidationError as error:
        form.add_error("name", error)
        return False
    return True


@camp_view(Access.ORGANISER)
def room_edit(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    room = get_object_or_404(camp.rooms, pk=room_id)
    form = RoomForm(posted(request), instance=room)
    if request.method == "POST" and form.is_valid() and _saved(form):
        return redirect("events:room_list", camp.slug)
    context = {"camp": camp, "room": room, "form": form}
    return render(request, "events/room_edit.html", context, status=status_of(form))


@camp_view(Access.ORGANISER)
@require_POST
def room_delete(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    _drop(request, get_object_or_404(camp.rooms, pk=room_id))
    return redirect("events:room_list", camp.slug)


def _drop(request: CampRequest, thing) -> None:
    try:
        drop_from_frame(thing=thing)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))


@camp_view(Access.ORGANISER)
def slot_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """All slots, and a form for one more."""
    form = SlotForm(posted(request), camp=camp, initial={"day": camp.starts_on})
    if request.method == "POST" and form.is_valid() and _slot_saved(form):
        return redirect("events:slot_list", camp.slug)
    context = {"camp": camp, "slots": camp.slots.all(), "form": form, "pattern_form": SlotPatternForm(prefix="day")}
    return render(request, "events/slot_list.html", context, status=status_of(form))


def _slot_saved(form: SlotForm) -> bool:
    try:
        save_slot(slot=form.slot)
    except ValidationError as error:
        form.add_error("starts", error)
        return False
    return True


@camp_view(Access.ORGANISER)
@require_POST
def slot_generate(request: CampRequest, camp: Camp) -> HttpResponse:
    """The slots of all days at once; each row can be changed afterwards."""
    form = SlotPatternForm(request.POST, prefix="day")
    if form.is_valid():
        try:
            add_slots(camp=camp, slots=generate_slots(camp, camp.days, form.pattern()))
            return redirect("events:slot_list", camp.slug)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"camp": camp, "slots": camp.slots.all(), "form": SlotForm(camp=camp), "pattern_form": form}
    return render(request, "events/slot_list.html", context, status=422)


@camp_view(Access.ORGANISER)
def slot_edit(request: CampRequest, camp: Camp, slot_id: int) -> HttpResponse:
    slot = get_object_or_404(camp.slots, pk=slot_id)
    form = SlotForm(posted(request), camp=camp, slot=slot)
    if request.method == "POST" and form.is_valid() and _slot_saved(form):
        return redirect("events:slot_list", camp.slug)
    context = {"camp": camp, "slot": slot, "form": form}
    return render(request, "events/slot_edit.html", context, status=status_of(form))


@camp_view(Access.ORGANISER)
@require_POST
def slot_delete(request: CampRequest, camp: Camp, slot_id: int) -> HttpResponse:
    _drop(request, get_object_or_404(camp.slots, pk=slot_id))
    return redirect("events:slot_list", camp.slug)
