"""A day, or the rest of one, moves by minutes."""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import (
    CampRequest,
    Undo,
    id_in,
    led_to,
    posted,
    refusal_on,
    refusal_told,
    sent_from,
    status_of,
    tell_done,
)
from events.models import Camp

from .. import advice
from ..build import border
from ..draft.rows import read_draft
from ..forms import MinutesForm, ShiftForm
from ..models import Draft, GridVersion
from ..wall.changes import sentences
from ..wall.publish import RulesBroken, pending_changes
from ..wall.shift import Shifted, shift_day
from .draft import seen_revision


@camp_view(Access.ORGANISER)
def slots_shift(request: CampRequest, camp: Camp) -> HttpResponse:
    """What moves, by how many minutes, and whether everybody knows at once."""
    # Before anything that is shown: what is read after it can only be newer than what one is said to have seen.
    revision, latest = Draft.revision_of(camp), GridVersion.latest(camp)
    form = ShiftForm(posted(request), camp=camp, is_published=latest is not None)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            shifted = shift_day(
                camp=camp,
                slots=form.moved_slots,
                minutes=form.minutes,
                by=request.me,
                seen_revision=seen_revision(request),
                publish=form.cleaned_data.get("publish", False),
                accept_broken=request.POST.get("accept_broken") == "1",
            )
            return _tell(request, camp, shifted, form.minutes)
    return _ask(request, camp, form, latest, revision)


def _ask(request: CampRequest, camp: Camp, form: ShiftForm, latest: GridVersion | None, revision: int) -> HttpResponse:
    """The question, with all that publishing would show besides."""
    draft = read_draft(camp)
    broken = advice.broken_rules(border.case_of(draft)) if latest else []
    context = {
        "camp": camp,
        "form": form,
        "revision": revision,
        "has_slots": bool(form.slots_of),
        "broken": broken,
        "asks_broken": bool(broken) or form.has_error(NON_FIELD_ERRORS, RulesBroken.CODE),
        "waiting": sentences(camp, pending_changes(latest, draft)) if latest else [],
    }
    return render(request, "schedule/slots_shift.html", context, status=status_of(form))


def _tell(request: CampRequest, camp: Camp, shifted: Shifted, minutes: int) -> HttpResponse:
    """To the list of slots, with what moved marked, and the way back."""
    fields = [("slot", str(slot.pk)) for slot in shifted.slots]
    fields += [("by_minutes", str(abs(minutes))), ("way", ShiftForm.LATER if minutes < 0 else ShiftForm.EARLIER)]
    fields += [("seen", str(shifted.revision)), ("publish", "1" if shifted.version else "")]
    said = [_moved(shifted, minutes)]
    if shifted.version:
        said.append(_("Version %(number)s is published.") % {"number": shifted.version.number})
    elif GridVersion.latest(camp):
        said.append(_("The published grid keeps the old times until you publish."))
    undo, touched = (
        Undo(reverse("schedule:shift_undo", args=[camp.slug]), fields),
        [f"slot-{s.pk}" for s in shifted.slots],
    )
    note_left(request, shifted.slots[0], "starts_at")
    tell_done(request, " ".join(said), undo=undo, touched=touched)
    return led_to("events:slot_list", camp.slug, at=touched[0])


def _moved(shifted: Shifted, minutes: int) -> str:
    count, first = len(shifted.slots), shifted.slots[0]
    if minutes > 0:
        text = ngettext(
            "%(count)s slot is %(minutes)s minutes later, from %(first)s on.",
            "%(count)s slots are %(minutes)s minutes later, from %(first)s on.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s slot is %(minutes)s minutes earlier, from %(first)s on.",
            "%(count)s slots are %(minutes)s minutes earlier, from %(first)s on.",
            count,
        )
    return text % {"count": count, "minutes": abs(minutes), "first": first}


@camp_view(Access.ORGANISER)
@sent_from("slots_shift")
def shift_undo(request: CampRequest, camp: Camp) -> HttpResponse:
    """The slots stand where they stood, and are published so if they were."""
    slots = [pk for text in request.POST.getlist("slot") if (pk := id_in(text)) is not None]
    form = MinutesForm(request.POST)
    with refusal_told(request):
        if not form.is_valid():
            raise ValidationError([message for messages in form.errors.values() for message in messages])
        shifted = shift_day(
            camp=camp,
            slots=slots,
            minutes=form.minutes,
            by=request.me,
            seen_revision=seen_revision(request),
            publish=request.POST.get("publish") == "1",
            # It is the grid that was there before, whatever it breaks.
            accept_broken=True,
        )
        return _tell(request, camp, shifted, form.minutes)
    return redirect("slots_shift", camp.slug)
