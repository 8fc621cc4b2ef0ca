"""What a card says: its title put right, or one card that becomes two."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import AttendeeRequest, led_to, posted, refusal_on, status_of, tell_done
from events.meanwhile import held, note_saved, posted_anew
from events.models import Camp, HelperRight
from pitches.forms import SplitForm, TitleForm
from pitches.models import Pitch
from pitches.services import rename_pitch, split_pitch


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
@held
def pitch_rename(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """Straight from the board: its hosts see so wherever it stands."""
    pitch = get_object_or_404(camp.pitches if request.method == "POST" else camp.pitches.open(), pk=pitch_id)
    before = pitch.title
    form = TitleForm(posted_anew(request, pitch), instance=pitch)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "title"):
            rename_pitch(pitch=pitch, title=form.cleaned_data["title"])
            note_saved(request, pitch, form)
            return _told(camp, request, pitch, _("“%(before)s” is called “%(title)s” now."), before)
    context = {"camp": camp, "pitch": pitch, "form": form}
    return render(request, "schedule/pitch_rename.html", context, status=status_of(form))


@camp_view(Access.ORGANISER, helpers=[HelperRight.MOVE])
def pitch_split(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """Too much for one hour, or too many for one room: two cards where one was."""
    pitch = get_object_or_404(camp.pitches if request.method == "POST" else camp.pitches.open(), pk=pitch_id)
    form = SplitForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "title"):
            part = split_pitch(pitch=pitch, title=form.cleaned_data["title"], by=request.me)
            note_left(request, part, "withdrawn_at")
            if part.sessions.placed().exists():
                text = _("“%(title)s” has the second of the two slots of “%(before)s”.")
            else:
                text = _("“%(title)s” is split off from “%(before)s”, and waits for a place.")
            return _told(camp, request, part, text, pitch.title)
    context = {"camp": camp, "pitch": pitch, "form": form}
    return render(request, "schedule/pitch_split.html", context, status=status_of(form))


def _told(camp: Camp, request: AttendeeRequest, pitch: Pitch, text: str, before: str) -> HttpResponse:
    """The board, with its card in view."""
    session = pitch.sessions.placed().first()
    card = f"entry-{session.pk}" if session else f"waiting-{pitch.pk}"
    tell_done(request, text % {"title": pitch.title, "before": before}, touched=[card])
    return led_to("schedule:draft_detail", camp.slug, at=card)
