"""Rooms and slots."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import next_page
from accounts.once import note_left

from ..access import Access, camp_view
from ..day_pattern import generate_slots
from ..features import feature_in, record_feature
from ..forms import FeatureForm, RoomForm, RoomLinesForm, SlotForm, SlotPatternForm
from ..frame import add_rooms, add_slots, drop_from_frame, save_room, save_slot, take_back
from ..hanging import hanging_on, named
from ..http import CampRequest, Undo, id_in, led_to, posted, refusal_on, refusal_told, sent_from, status_of, tell_done
from ..meanwhile import found_or_gone, held, note_saved, posted_anew
from ..models import Camp, Room, Slot
from ..pasted_rooms import as_lines, names_of
from ..templatetags.campgrid import clock, day


@camp_view(Access.ORGANISER)
def room_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """All rooms, and a form for one more."""
    form = RoomForm(posted(request), instance=Room(camp=camp, position=camp.rooms.count()))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "name"):
            room = form.save(commit=False)
            save_room(room=room)
            note_saved(request, room, form)
            tell_done(request, _("“%(name)s” is added.") % {"name": room.name})
            return led_to("events:room_list", camp.slug, at=f"room-{room.pk}")
    return _rooms(request, camp, form, RoomLinesForm(camp=camp))


def _rooms(request: CampRequest, camp: Camp, form: RoomForm, lines_form: RoomLinesForm) -> HttpResponse:
    context = {"camp": camp, "rooms": camp.rooms.all(), "form": form, "lines_form": lines_form}
    return render(request, "events/room_list.html", context, status=max(status_of(form), status_of(lines_form)))


@camp_view(Access.ORGANISER)
@sent_from("events:room_list")
@held
def room_paste(request: CampRequest, camp: Camp) -> HttpResponse:
    """Several rooms at once, from pasted lines; all of them, or none."""
    form = RoomLinesForm(request.POST, camp=camp)
    if form.is_valid():
        with refusal_on(form, "lines"):
            rooms = form.cleaned_data["lines"]
            add_rooms(camp=camp, rooms=rooms)
            # Sent again, it says so only as long as the first of them is as it was left.
            note_left(request, rooms[0], "name", "capacity")
            text = ngettext("%(count)s room is added: %(names)s.", "%(count)s rooms are added: %(names)s.", len(rooms))
            fields = [("room", made) for made in _as_made(rooms)]
            undo = Undo(reverse("events:room_unpaste", args=[camp.slug]), fields)
            touched = [f"room-{room.pk}" for room in rooms]
            tell_done(request, text % {"count": len(rooms), "names": names_of(rooms)}, undo=undo, touched=touched)
            return led_to("events:room_list", camp.slug, at=touched[0])
    return _rooms(request, camp, RoomForm(instance=Room(camp=camp)), form)


@camp_view(Access.ORGANISER)
@sent_from("events:room_list")
def room_unpaste(request: CampRequest, camp: Camp) -> HttpResponse:
    """What was pasted is taken back."""
    with refusal_told(request):
        rooms = take_back(camp=camp, things=camp.rooms.all(), seen=_seen(request.POST.getlist("room")))
        if not rooms:
            tell_done(request, _("These rooms are gone already."))
            return redirect("events:room_list", camp.slug)
        text = ngettext("%(count)s room is taken away again.", "%(count)s rooms are taken away again.", len(rooms))
        undo = Undo(reverse("events:room_paste", args=[camp.slug]), [("lines", as_lines(rooms))])
        tell_done(request, text % {"count": len(rooms)}, undo=undo)
    return redirect("events:room_list", camp.slug)


def _as_made(things: Iterable[Room] | Iterable[Slot]) -> list[str]:
    """Which they are and how they are now; `_seen` reads it."""
    return [f"{thing.pk}-{thing.state}" for thing in things]


def _seen(texts: Iterable[str]) -> dict[int, str]:
    pairs = [text.partition("-")[::2] for text in texts]
    return {pk: state for number, state in pairs if (pk := id_in(number)) is not None}


@camp_view(Access.ORGANISER)
def room_features(request: CampRequest, camp: Camp) -> HttpResponse:
    """One thing that rooms have, ticked for all of them on one page."""
    feature = feature_in(request.POST.get("feature", "") or request.GET.get("feature", ""))
    if not feature:
        return redirect("events:room_list", camp.slug)
    form = FeatureForm(posted(request), camp=camp, feature=feature)
    back = next_page(request, reverse("events:room_list", args=[camp.slug]))
    if request.method == "POST" and form.is_valid():
        before, after = form.before, form.after
        with refusal_on(form, "rooms"):
            rooms = record_feature(camp=camp, feature=feature, gained=after - before, lost=before - after)
            _tell_feature(request, camp, feature, form, [room.pk for room in rooms])
            return redirect(back)
    context = {"camp": camp, "form": form, "next": back}
    return render(request, "events/room_features.html", context, status=status_of(form))


def _tell_feature(request: CampRequest, camp: Camp, feature: str, form: FeatureForm, changed: list[int]) -> None:
    """Which rooms have it now, and the way back."""
    having = [room.name for room in camp.rooms.all() if feature in room.features]
    words = {"feature": form.feature_name, "rooms": named(having)}
    said = _("%(feature)s: %(rooms)s.") % words if having else _("%(feature)s: no room has it.") % words
    # Only what changed, the other way round: others may have ticked some of the rest meanwhile.
    gained, lost = [pk for pk in changed if pk in form.after], [pk for pk in changed if pk not in form.after]
    fields = [("feature", feature), ("was", " ".join(map(str, gained))), *(("rooms", str(pk)) for pk in lost)]
    undo = Undo(reverse("events:room_features", args=[camp.slug]), fields) if changed else None
    tell_done(request, said, undo=undo, touched=[f"room-{pk}" for pk in changed])


@camp_view(Access.ORGANISER)
@held
def room_edit(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    room = found_or_gone(request, camp.rooms.all(), room_id)
    form = RoomForm(posted_anew(request, room or Room()), instance=room or Room(camp=camp))
    if room is None:
        form.add_error(None, _("The room was deleted meanwhile. What you typed is still here."))
    elif request.method == "POST" and form.is_valid():
        with refusal_on(form, "name"):
            save_room(room=form.save(commit=False))
            note_saved(request, room, form)
            tell_done(request, _("“%(name)s” is saved.") % {"name": room.name})
            return led_to("events:room_list", camp.slug, at=f"room-{room.pk}")
    context = {"camp": camp, "room": room, "form": form, "hanging": hanging_on(camp, room) if room else []}
    return render(request, "events/room_edit.html", context, status=status_of(form))


@camp_view(Access.ORGANISER)
def room_delete(request: CampRequest, camp: Camp, room_id: int) -> HttpResponse:
    room = get_object_or_404(camp.rooms, pk=room_id)
    if request.method == "POST":
        with refusal_told(request):
            drop_from_frame(thing=room)
            tell_done(request, _("“%(name)s” is taken away.") % {"name": room.name})
        return redirect("events:room_list", camp.slug)
    context = {"camp": camp, "room": room, "hanging": hanging_on(camp, room)}
    return render(request, "events/room_delete.html", context)


@camp_view(Access.ORGANISER)
def slot_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """All slots, and a form for one more."""
    form = SlotForm(posted(request), camp=camp, initial={"day": camp.starts_on})
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "starts"):
            save_slot(slot=form.slot)
            note_saved(request, form.slot, form)
            tell_done(request, _("The slot is added: %(slot)s.") % {"slot": form.slot})
            return led_to("events:slot_list", camp.slug, at=f"slot-{form.slot.pk}")
    context = {"camp": camp, "slots": camp.slots.all(), "form": form, "pattern_form": SlotPatternForm(prefix="day")}
    return render(request, "events/slot_list.html", context, status=status_of(form))


@camp_view(Access.ORGANISER)
@sent_from("events:slot_list")
def slot_generate(request: CampRequest, camp: Camp) -> HttpResponse:
    """The slots of all days at once; each row can be changed afterwards."""
    form = SlotPatternForm(request.POST, prefix="day")
    if form.is_valid():
        with refusal_on(form):
            slots = generate_slots(camp, camp.days, form.pattern())
            if not any(slot.is_for_sessions for slot in slots):
                raise ValidationError(_("No slot is as short as that. Type fewer minutes, or a later end."))
            add_slots(camp=camp, slots=slots)
            note_left(request, slots[0], "starts_at", "ends_at")
            text = ngettext(
                "%(count)s slot is made, from %(first)s to %(last)s.",
                "%(count)s slots are made, from %(first)s to %(last)s.",
                len(slots),
            )
            first, last = min(slot.starts_at for slot in slots), max(slot.ends_at for slot in slots)
            # In one field: a form holds a thousand fields at most. With the pattern, to be made again.
            fields = [("slots", " ".join(_as_made(slots))), *_typed_pattern(request)]
            tell_done(
                request,
                text % {"count": len(slots), "first": _moment(first), "last": _moment(last)},
                undo=Undo(reverse("events:slot_ungenerate", args=[camp.slug]), fields),
            )
            return redirect("events:slot_list", camp.slug)
    context = {"camp": camp, "slots": camp.slots.all(), "form": SlotForm(camp=camp), "pattern_form": form}
    return render(request, "events/slot_list.html", context, status=422)


def _typed_pattern(request: CampRequest) -> list[tuple[str, str]]:
    form = SlotPatternForm(prefix="day")
    return [(name, request.POST.get(name, "")) for name in map(form.add_prefix, form.fields)]


@camp_view(Access.ORGANISER)
@sent_from("events:slot_list")
def slot_ungenerate(request: CampRequest, camp: Camp) -> HttpResponse:
    """Slots that were made at once are taken back."""
    with refusal_told(request):
        seen = _seen(request.POST.get("slots", "").split())
        slots = take_back(camp=camp, things=camp.slots.all(), seen=seen)
        if not slots:
            tell_done(request, _("These slots are gone already."))
            return redirect("events:slot_list", camp.slug)
        text = ngettext("%(count)s slot is taken away again.", "%(count)s slots are taken away again.", len(slots))
        undo = Undo(reverse("events:slot_generate", args=[camp.slug]), _typed_pattern(request))
        tell_done(request, text % {"count": len(slots)}, undo=undo)
    return redirect("events:slot_list", camp.slug)


def _moment(moment: datetime) -> str:
    return f"{day(moment)}, {clock(moment)}"


@camp_view(Access.ORGANISER)
@held
def slot_edit(request: CampRequest, camp: Camp, slot_id: int) -> HttpResponse:
    slot = found_or_gone(request, camp.slots.all(), slot_id)
    form = SlotForm(posted_anew(request, slot or Slot()), camp=camp, slot=slot)
    if slot is None:
        form.add_error(None, _("The slot was deleted meanwhile. What you typed is still here."))
    elif request.method == "POST" and form.is_valid():
        with refusal_on(form, "starts"):
            save_slot(slot=form.slot)
            note_saved(request, slot, form)
            tell_done(request, _("The slot is saved: %(slot)s.") % {"slot": form.slot})
            return led_to("events:slot_list", camp.slug, at=f"slot-{form.slot.pk}")
    context = {"camp": camp, "slot": slot, "form": form, "hanging": hanging_on(camp, slot) if slot else []}
    return render(request, "events/slot_edit.html", context, status=status_of(form))


@camp_view(Access.ORGANISER)
def slot_delete(request: CampRequest, camp: Camp, slot_id: int) -> HttpResponse:
    slot = get_object_or_404(camp.slots, pk=slot_id)
    slot.camp = camp
    if request.method == "POST":
        text = _("The slot is taken away: %(slot)s.") % {"slot": slot}
        with refusal_told(request):
            drop_from_frame(thing=slot)
            tell_done(request, text)
        return redirect("events:slot_list", camp.slug)
    context = {"camp": camp, "slot": slot, "hanging": hanging_on(camp, slot)}
    return render(request, "events/slot_delete.html", context)
