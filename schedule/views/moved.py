"""What the draft's page says after a move: where the session is now, with the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import AttendeeRequest, CampRequest, Undo, chosen, id_in, refusal_told, sent_from, tell_done
from events.models import Camp, HelperRight

from ..draft.counting import Turn, counted_in_words
from ..draft.history import told_steps
from ..draft.undo import redo_step, undo_moves, undo_step
from ..models import Draft, GridVersion, Session

STEPS_PER_PAGE = 50
#: sessions of which each is told where it is; of more it is told how many
FEW_TO_NAME = 3


def tell_moved(request: CampRequest, camp: Camp, moved: list[Session], sentence: str = "") -> HttpResponseRedirect:
    """To the draft with what moved in view, the sentence that says where it is now, and Undo."""
    rows = _rows_of(camp, moved)
    touched = [_id_of(row) for row in rows]
    _say(request, camp, rows, sentence, touched)
    # Only some of those that wait are shown unless one asks for all.
    waits = any(found.startswith("waiting") for found in touched[:1])
    address = reverse("schedule:draft_detail", args=[camp.slug], query={"waiting": "all"} if waits else None)
    return HttpResponseRedirect(address + (f"#{touched[0]}" if touched else ""))


def say_moved(request: CampRequest, camp: Camp, moved: list[Session], sentence: str, touched: list[str]) -> None:
    """The next page says so, with Undo, and marks those of its parts; which page that is, is the view's to say."""
    _say(request, camp, _rows_of(camp, moved), sentence, touched)


def _rows_of(camp: Camp, moved: list[Session]) -> list[Session]:
    """The one that was taken in hand first."""
    found = {row.pk: row for row in camp.sessions.filter(pk__in=[session.pk for session in moved]).with_place()}
    return [found[session.pk] for session in moved if session.pk in found]


def _say(request: CampRequest, camp: Camp, rows: list[Session], sentence: str, touched: list[str]) -> None:
    undo = Undo(
        reverse("schedule:move_undo", args=[camp.slug]), [("moved", f"{row.pk}-{row.revision}") for row in rows]
    )
    if rows:
        # Sent again, it says where they are only as long as the first of them was not moved since.
        note_left(request, rows[0], "revision")
    since = max((row.moved_at for row in rows), default=None)
    said = f"{sentence or _where_it_is(camp, rows)} {told_live(request, camp, since)}".strip()
    tell_done(request, said, undo=undo if rows else None, touched=touched)


def told_live(request: CampRequest, camp: Camp, since: datetime | None) -> str:
    """In live mode, whether what was done then is out, or a warning of what it waits for; else nothing."""
    live = Draft.of(camp).live
    if live == Draft.Live.RULES:
        messages.warning(
            request, _("It is not out: a rule is broken. It waits until that is mended, or you publish it.")
        )
    elif live == Draft.Live.BUILD:
        messages.warning(request, _("It is not out: a whole grid is new on the draft. Publish it, or undo it."))
    elif live == Draft.Live.ON:
        latest = GridVersion.latest(camp)
        if latest and since and latest.published_at >= since:
            return _("It is out: version %(number)s.") % {"number": latest.number}
    return ""


def _id_of(session: Session) -> str:
    """Of what stands for it on the draft: its entry, that of another running, or its line among those that wait."""
    placed = session if session.place else session.pitch.sessions.placed().order_by("pk").first()
    return f"entry-{placed.pk}" if placed else f"waiting-{session.pitch_id}"


def where(camp: Camp, session: Session) -> str:
    """Barn, Sat 23 Jan, 10:00; nothing for one that is off the grid."""
    place = session.place
    if place is None:
        return ""
    place.slot.camp = camp
    return str(place)


def _where_it_is(camp: Camp, rows: list[Session]) -> str:
    if 1 < len(rows) <= FEW_TO_NAME:
        return " ".join(_where_it_is(camp, [row]) for row in rows)
    if len(rows) != 1:
        return f"{counted_in_words(_turn_of(row) for row in rows)}."
    place = where(camp, rows[0])
    if not place:
        return _("“%(title)s” is off the grid.") % {"title": rows[0]}
    return _("“%(title)s” is here now: %(place)s.") % {"title": rows[0], "place": place}


def _turn_of(row: Session) -> Turn:
    """Where it stood before it moved last is kept with the row."""
    return bool(row.stood and row.stood["room"]), row.place is not None


@camp_view(Access.ORGANISER, helpers=HelperRight)
@sent_from("schedule:draft_detail")
def move_undo(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What was moved stands where it stood before."""
    seen = {}
    for text in request.POST.getlist("moved"):
        session, _dash, revision = text.partition("-")
        pair = id_in(session), id_in(revision)
        if pair[0] is not None and pair[1] is not None:
            seen[pair[0]] = pair[1]
    with refusal_told(request):
        return tell_moved(request, camp, undo_moves(camp=camp, seen=seen, by=request.me))
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER, helpers=HelperRight)
@sent_from("schedule:draft_detail")
def step_undo(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What the person did last on the draft is taken back."""
    return _turn(request, camp, undo_step, _("Taken back: %(what)s."))


@camp_view(Access.ORGANISER, helpers=HelperRight)
@sent_from("schedule:draft_detail")
def step_redo(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What the person took back last is done anew."""
    return _turn(request, camp, redo_step, _("Done anew: %(what)s."))


def _turn(request: AttendeeRequest, camp: Camp, turn: Callable[..., list[Session]], said: str) -> HttpResponse:
    """Says what it was, and of one session where it is now."""
    step = chosen(camp.steps.all(), request.POST.get("step", ""))
    with refusal_told(request):
        if step is None:
            raise ValidationError(_("That step is not there any more. Look again, then decide."))
        moved = turn(camp=camp, by=request.me, seen=step.pk)
        rows = list(camp.sessions.filter(pk__in=[session.pk for session in moved]).with_place())
        told = [said % {"what": found.sentence} for found in told_steps(camp, [step])]
        if len(rows) == 1 or not told:
            told.append(_where_it_is(camp, rows))
        return tell_moved(request, camp, moved, " ".join(told))
    return redirect("schedule:draft_detail", camp.slug)


@camp_view(Access.ORGANISER, helpers=HelperRight)
@require_safe
def draft_history(request: CampRequest, camp: Camp) -> HttpResponse:
    """Who did what on the draft, the newest first."""
    page = Paginator(camp.steps.select_related("by"), STEPS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"camp": camp, "page": page, "told": told_steps(camp, list(page))}
    return render(request, "schedule/draft_history.html", context)


def tell_left_out(request: CampRequest, titles: list[str]) -> None:
    if titles:
        messages.warning(request, _("Withdrawn meanwhile and so left out: %(titles)s.") % {"titles": ", ".join(titles)})
