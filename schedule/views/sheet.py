"""A sheet that was filled in by hand comes back, line by line, and all of it at once."""

from __future__ import annotations

import csv
import io

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.access import Access, camp_view
from events.caching import no_store
from events.http import AttendeeRequest, CampRequest, id_in, led_to, posted, refusal_on, status_of
from events.models import Camp, HelperRight

from ..paper.codes import Codes
from ..paper.filled import HEADINGS, empty_rows
from ..paper.forms import SheetForm
from ..paper.typed_wall import Typed, newest_step, place_rows
from .moved import say_moved
from .wall import said_of, warn_of


@camp_view(Access.ORGANISER, helpers=[HelperRight.CAPTURE])
def sheet_type(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Everything on the sheet is on the draft, as one step; or nothing is, and each line that cannot be is told."""
    form = SheetForm(posted(request), request.FILES or None, camp=camp)
    # As of before anything is refused: what comes after that is told next time.
    newest = newest_step(camp)
    if form.is_valid():
        with refusal_on(form):
            if typed := _placed(request, camp, form):
                warn_of(request, camp, typed)
                say_moved(request, camp, typed.sessions, said_of(typed), touched=[])
                return led_to("schedule:draft_detail", camp.slug)
    context = {"camp": camp, "form": form, "has_codes": bool(Codes(camp)), "as_of": newest}
    return render(request, "schedule/sheet_type.html", context, status=status_of(form))


def _placed(request: AttendeeRequest, camp: Camp, form: SheetForm) -> Typed | None:
    seen, with_new = id_in(request.POST.get("as_of", "")) or 0, form.cleaned_data["with_new"]
    try:
        return place_rows(camp=camp, rows=form.rows, by=request.me, with_new=with_new, seen=seen)
    except ValidationError as refused:
        form.tell_refused(refused)
        return None


@camp_view(Access.ORGANISER, helpers=[HelperRight.CAPTURE])
@require_safe
@no_store
def sheet_empty(request: CampRequest, camp: Camp) -> HttpResponse:
    """The cells that are free, as a file to fill in on a computer without a network."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(empty_rows(camp))
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{camp.slug}-sheet.csv"'
    return response
