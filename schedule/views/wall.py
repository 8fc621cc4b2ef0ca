"""The wall, typed in: row by row, and all of them at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.access import Access, camp_view
from events.http import AttendeeRequest, id_in, led_to, posted, refusal_on, status_of
from events.models import Camp, HelperRight

from .. import advice
from ..build import border
from ..draft.rows import read_draft
from ..models import Cell
from ..paper.forms import WallForm
from ..paper.typed_wall import Typed, WallRow, newest_step, place_rows, refuse_rows
from .moved import say_moved


@camp_view(Access.ORGANISER, helpers=[HelperRight.CAPTURE])
def wall_type(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """A row for each of the next free cells: with the wall in front of one, only titles are to be typed."""
    taken = set(Cell.objects.filter(session__camp=camp).values_list("slot_id", "room_id"))
    form = WallForm(posted(request), camp=camp, taken=taken)
    # As of before anything is refused: what comes after that is told next time.
    newest = newest_step(camp)
    is_valid = form.is_valid()
    if form.is_bound:
        rows = [WallRow(*row) for row in form.rows_typed]
        seen, with_new = id_in(request.POST.get("as_of", "")) or 0, form.cleaned_data["with_new"]
        with refusal_on(form):
            if not is_valid:
                # What is wrong with other rows is told in the same answer.
                beside = form.titles_without_a_place
                refuse_rows(camp=camp, rows=rows, by=request.me, with_new=with_new, seen=seen, beside=beside)
                return _page(request, camp, form, newest)
            typed = place_rows(camp=camp, rows=rows, by=request.me, with_new=with_new, seen=seen)
            warn_of(request, camp, typed)
            say_moved(request, camp, typed.sessions, said_of(typed), touched=[])
            return led_to("schedule:wall_type", camp.slug)
    return _page(request, camp, form, newest)


def _page(request: AttendeeRequest, camp: Camp, form: WallForm, newest: int) -> HttpResponse:
    # Those that are new to the grid first; each title once.
    placed = camp.pitches.open().filter(sessions__cells__isnull=False)
    titles = camp.pitches.open().exclude(pk__in=placed).order_by("title").values_list("title", flat=True)
    context = {"camp": camp, "form": form, "titles": dict.fromkeys(titles), "as_of": newest}
    return render(request, "schedule/wall_type.html", context, status=status_of(form))


def warn_of(request: AttendeeRequest, camp: Camp, typed: Typed) -> None:
    """What they break where they stand, and which of them stand in the past: the wall is right, so they stand there."""
    draft, ids = read_draft(camp), {session.pk for session in typed.sessions}
    broken = [found.sentence for found in advice.broken_rules(border.case_of(draft)) if ids & set(found.session_ids)]
    begun = draft.begun(timezone.now())
    past = [found for found in draft.standing if found.session.pk in ids and found.slot.pk in begun]
    broken += [_("“%(title)s” stands in a slot that has begun.") % {"title": found.session} for found in past]
    if broken:
        messages.warning(request, " ".join(broken))


def said_of(typed: Typed) -> str:
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
