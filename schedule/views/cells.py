"""A free cell: what waits goes there, or a session that is new."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from events.access import Access, camp_view
from events.http import AttendeeRequest, chosen, id_in, led_to, tell_done
from events.models import Camp, HelperRight, Room, Slot
from pitches.models import Pitch
from pitches.services import submit_pitch
from pitches.wishes import told_wishes

from .. import advice
from ..draft.moves import place_session
from ..draft.rows import DraftRows, read_draft
from ..forms import NewSessionForm
from ..models import Cell, Draft, Session
from .moved import tell_moved

#: pitches that are priced: the most wished
PRICED = 20


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
def cell_fill(request: AttendeeRequest, camp: Camp, slot_id: int, room_id: int) -> HttpResponse:
    """What waits, by what each would win there, and a line for a session that nobody has pitched."""
    slot = get_object_or_404(camp.slots.filter(kind=Slot.Kind.SESSIONS), pk=slot_id)
    room = get_object_or_404(camp.rooms, pk=room_id)
    slot.camp = camp
    form, problem = NewSessionForm(), ""
    if request.method == "POST":
        is_new = "title" in request.POST
        form = NewSessionForm(request.POST) if is_new else form
        try:
            if not is_new:
                return tell_moved(request, camp, [_put_there(request, camp, slot, room)])
            if form.is_valid():
                return _tell_written(request, camp, _write_there(request, camp, slot, room, form))
        except ValidationError as error:
            problem = " ".join(error.messages)
    draft = read_draft(camp)
    counted = advice.counted_of(advice.last_figures(draft=Draft.of(camp)))
    waiting = [found.pitch for found in advice.waiting_pitches(draft, counted)]
    wishes = told_wishes(camp)
    seen = _revisions(camp, waiting[:PRICED])
    fillings = advice.fillings(draft, wishes, slot, room, waiting[:PRICED])
    context = {
        "camp": camp,
        "slot": slot,
        "room": room,
        "form": form,
        "problem": problem,
        "taken": _taken_by(draft, slot, room),
        "fillings": [(found, seen[found.pitch.pk]) for found in fillings],
        "more": waiting[PRICED:],
        "is_counted": wishes is not None,
    }
    return render(request, "schedule/cell_fill.html", context, status=422 if problem or form.errors else 200)


def _taken_by(draft: DraftRows, slot: Slot, room: Room) -> Session | None:
    cells = (cell for found in draft.standing for cell in found.cells)
    return next((cell.session for cell in cells if (cell.slot_id, cell.room_id) == (slot.pk, room.pk)), None)


def _put_there(request: AttendeeRequest, camp: Camp, slot: Slot, room: Room) -> Session:
    pitch_id, _dash, seen = request.POST.get("pitch", "").partition("-")
    pitch = chosen(camp.pitches.open(), pitch_id)
    if pitch is None:
        raise ValidationError(_("Choose a session that waits."))
    pitch.camp = camp
    return place_session(pitch=pitch, room=room, slot=slot, by=request.me, seen_revision=id_in(seen) or 0)


def _revisions(camp: Camp, pitches: list[Pitch]) -> dict[int, int]:
    """By pitch, what was seen of its session, as `place_session` looks for it; 0 of those that have none."""
    rows = camp.sessions.filter(pitch__in=pitches).order_by("-pk").values_list("pitch_id", "revision")
    return {pitch.pk: 0 for pitch in pitches} | dict(rows)


def _tell_written(request: AttendeeRequest, camp: Camp, session: Session) -> HttpResponse:
    """In view, and without Undo, which would leave the pitch: that is withdrawn on its own page."""
    entry = f"entry-{session.pk}"
    tell_done(request, _("“%(title)s” is on the board and on the draft.") % {"title": session}, touched=[entry])
    return led_to("schedule:draft_detail", camp.slug, at=entry)


@transaction.atomic
def _write_there(request: AttendeeRequest, camp: Camp, slot: Slot, room: Room, form: NewSessionForm) -> Session:
    """Both or neither: a title for which the cell is taken by now is not on the board either."""
    camp.lock()
    if taken := Cell.objects.filter(slot=slot, room=room).select_related("session__pitch").first():
        raise ValidationError(
            _("“%(title)s” stands there by now. Choose another place."), params={"title": taken.session}
        )
    pitch = Pitch(camp=camp, title=form.cleaned_data["title"])
    submit_pitch(pitch=pitch, by=request.me, on_behalf_of=form.cleaned_data["behalf"])
    return place_session(pitch=pitch, room=room, slot=slot, by=request.me)
