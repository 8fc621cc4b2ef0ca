"""The wall, typed in: row by row, and all of them at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.access import Access, camp_view
from events.http import AttendeeRequest, led_to, posted, refusal_on, status_of
from events.models import Camp, HelperRight

from .. import advice
from ..build import border
from ..draft.rows import read_draft
from ..forms import WallForm
from ..models import Cell
from ..paper.typed_wall import Typed, WallRow, place_rows
from .moved import say_moved


@camp_view(Access.ORGANISER, helpers=[HelperRight.CAPTURE])
def wall_type(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """A row for each of the next free cells: with the wall in front of one, only titles are to be typed."""
    taken = set(Cell.objects.filter(session__camp=camp).values_list("slot_id", "room_id"))
    form = WallForm(posted(request), camp=camp, taken=taken)
    if form.is_valid():
        rows = [WallRow(*row) for row in form.rows_typed]
        with refusal_on(form):
            typed = place_rows(camp=camp, rows=rows, by=request.me, with_new=form.cleaned_data["with_new"])
            say_moved(request, camp, typed.sessions, _sentence(typed), touched=[])
            _warn(request, camp, typed)
            return led_to("schedule:wall_type", camp.slug)
    # Those that are new to the grid first; each title once.
    placed = camp.pitches.open().filter(sessions__cells__isnull=False)
    titles = camp.pitches.open().exclude(pk__in=placed).order_by("title").values_list("title", flat=True)
    context = {"camp": camp, "form": form, "titles": dict.fromkeys(titles)}
    return render(request, "schedule/wall_type.html", context, status=status_of(form))


def _warn(request: AttendeeRequest, camp: Camp, typed: Typed) -> None:
    """What they break where they stand, and which of them stand in the past: the wall is right, so they stand there."""
    draft, ids = read_draft(camp), {session.pk for session in typed.sessions}
    broken = [found.sentence for found in advice.broken_rules(border.case_of(draft)) if ids & set(found.session_ids)]
    begun = draft.begun(timezone.now())
    past = [found for found in draft.standing if found.session.pk in ids and found.slot.pk in begun]
    broken += [_("“%(title)s” stands in a slot that has begun.") % {"title": found.session} for found in past]
    if broken:
        messages.warning(request, " ".join(broken))


def _sentence(typed: Typed) -> str:
    """How many stand there now; of those that stood elsewhere, where."""
    count = len(typed.sessions)
    if not count:
        return _("All of that stands there already.")
    said = [ngettext("%(count)s session is placed.", "%(count)s sessions are placed.", count) % {"count": count}]
    if typed.new:
        new = len(typed.new)
        said.append(ngettext("%(count)s pitch is new.", "%(count)s pitches are new.", new) % {"count": new})
    moved = _("“%(title)s” stood in %(before)s.")
    said += [moved % {"title": session, "before": before} for session, before in typed.before]
    return " ".join(said)
