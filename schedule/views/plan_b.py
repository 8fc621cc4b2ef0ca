"""Plan B in the drawer: two drafts side by side, and changing over."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import AttendeeRequest, Undo, id_in, led_to, refusal_told, render_partial, sent_from, tell_done
from events.models import Camp

from ..advice import last_figures
from ..draft.drawer import bring_back_plan_b, change_over, drop_plan_b, keep_plan_b
from ..draft.plan_b import Lost, places_of
from ..draft.rows import read_draft
from ..models import Draft, PlanB
from ..workshop.two_drafts import two_drafts
from .draft import seen_revision
from .moved import tell_moved

PAGE = "schedule:plan_b_detail"


@camp_view(Access.ORGANISER)
@require_safe
def plan_b_detail(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The board and plan B side by side, and what changing over would move."""
    # Before anything that is shown: what is read after it can only be newer than what one is said to have seen.
    draft, plan = Draft.of(camp), PlanB.of(camp)
    rows, both = read_draft(camp), None
    if plan:
        figures = last_figures(draft=draft, plan=plan, is_polled=bool(request.htmx))
        both = two_drafts(draft, rows, plan, figures)
    context = {
        "camp": camp,
        "draft": draft,
        "plan": plan,
        "both": both,
        "has_sessions": bool(rows.standing),
        # What is kept already is not kept once more.
        "may_keep": bool(rows.standing) and (plan is None or plan.places != places_of(rows)),
    }
    return render_partial(request, "schedule/plan_b_detail.html", "plan-b", context)


@camp_view(Access.ORGANISER)
@sent_from(PAGE)
def plan_b_keep(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The grid as it stands is plan B, instead of the one before, if there was one."""
    old = id_in(request.POST.get("plan", ""))
    with refusal_told(request):
        kept = keep_plan_b(camp=camp, seen_revision=seen_revision(request), seen_plan=old, by=request.me)
        note_left(request, kept, "dropped_at")
        if old is None:
            tell_done(request, _("This grid is plan B now. Change the board as you like."))
        else:
            tell_done(request, _("The grid of now is plan B."), undo=_way_back(camp, old, kept.pk))
    return led_to(PAGE, camp.slug)


@camp_view(Access.ORGANISER)
@sent_from(PAGE)
def plan_b_take(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The board and plan B change places."""
    with refusal_told(request):
        seen = id_in(request.POST.get("plan", ""))
        done = change_over(camp=camp, seen_revision=seen_revision(request), seen_plan=seen or 0, by=request.me)
        _tell_lost(request, done.lost)
        said = _("Plan B is on the board. What was there is plan B now.")
        return tell_moved(request, camp, done.moved, said)
    return redirect(PAGE, camp.slug)


@camp_view(Access.ORGANISER)
@sent_from(PAGE)
def plan_b_drop(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """There is no plan B; what is on the board stays."""
    with refusal_told(request):
        plan = drop_plan_b(camp=camp, seen_plan=id_in(request.POST.get("plan", "")) or 0)
        note_left(request, plan, "dropped_at")
        tell_done(request, _("Plan B is dropped. The board is as it was."), undo=_way_back(camp, plan.pk))
    return led_to(PAGE, camp.slug)


@camp_view(Access.ORGANISER)
@sent_from(PAGE)
def plan_b_return(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """A plan B that was dropped is there again."""
    with refusal_told(request):
        plan = bring_back_plan_b(
            camp=camp,
            plan=id_in(request.POST.get("plan", "")) or 0,
            instead_of=id_in(request.POST.get("instead_of", "")),
        )
        note_left(request, plan, "dropped_at")
        tell_done(request, _("Plan B is there again."))
    return led_to(PAGE, camp.slug)


def _way_back(camp: Camp, plan: int, instead_of: int | None = None) -> Undo:
    fields = [("plan", str(plan))] + ([("instead_of", str(instead_of))] if instead_of else [])
    return Undo(reverse("schedule:plan_b_return", args=[camp.slug]), fields)


def _tell_lost(request: AttendeeRequest, lost: list[Lost]) -> None:
    if lost:
        named = ", ".join(_("“%(title)s” (%(why)s)") % {"title": found.session, "why": found.why} for found in lost)
        messages.warning(request, _("Plan B could not be put back whole. Off the grid: %(lost)s.") % {"lost": named})
