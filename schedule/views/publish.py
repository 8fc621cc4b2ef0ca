"""Publishing: what changes for people, and the button; live mode; a publish taken back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.once import note_left
from events.access import Access, camp_view
from events.http import CampRequest, id_in, led_to, posted, refusal_on, refusal_told, sent_from, status_of, tell_done
from events.models import Camp

from .. import advice
from ..build import border
from ..draft.rows import read_draft
from ..forms import PublishForm, TakeBackForm
from ..models import Draft, GridVersion
from ..wall.live import switch_live
from ..wall.preview import preview_of
from ..wall.publish import AllOut, has_frame, pending_changes, publish_grid
from ..wall.taking_back import before_latest, take_back_version
from ..workshop.shared import last_build
from .draft import seen_revision


@camp_view(Access.ORGANISER)
def grid_publish(request: CampRequest, camp: Camp) -> HttpResponse:
    """What would change for people, why, and the button."""
    # Before anything that is shown: what is read after it can only be newer than what one is said to have seen.
    draft_row, latest = Draft.of(camp), GridVersion.latest(camp)
    form = PublishForm(posted(request), initial={"is_live": bool(draft_row.live)})
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            return _publish(request, camp, form)
    draft = read_draft(camp)
    changes = pending_changes(latest, draft)
    is_all_out = latest is not None and not changes and has_frame(latest, draft)
    context = {
        "camp": camp,
        "form": form.without_why() if is_all_out else form,
        "revision": draft_row.revision,
        "latest": latest,
        "is_all_out": is_all_out,
        "preview": preview_of(camp, changes, standing=len(draft.standing)),
        "broken": advice.broken_rules(border.case_of(draft)),
        "missing_needs": advice.missing_needs(draft),
        "unplaced_count": len(draft.waiting),
        "build": last_build(camp),
    }
    return render(request, "schedule/grid_publish.html", context, status=status_of(form))


def _publish(request: CampRequest, camp: Camp, form: PublishForm) -> HttpResponse:
    """To the grid, and what was done. If all of it is out already, that is what is said; but live mode is switched as
    it was asked.
    """
    why, is_live = form.cleaned_data["why"], form.cleaned_data["is_live"]
    # What a colleague switched on since the page was made stays on.
    is_switched_off = request.POST.get("was_live") == "1" and not is_live
    try:
        version = publish_grid(
            camp=camp,
            accept_broken=request.POST.get("accept_broken") == "1",
            seen_revision=seen_revision(request),
            seen_version=id_in(request.POST.get("version", "")),
            why=why,
            goes_live=is_live,
            by=request.me,
        )
        said = _("Version %(number)s is published.") % {"number": version.number}
    except AllOut as known:
        if why:
            # What is typed stays on the page: it is told with the next publish.
            raise
        if is_live:
            switch_live(camp=camp, is_on=True)
        said = " ".join(known.messages)
    if is_switched_off:
        switch_live(camp=camp, is_on=False)
    live = _("Live: each change goes out at once.") if is_live else ""
    tell_done(request, f"{said} {live}".strip())
    return led_to("schedule:grid_detail", camp.slug, at="published-grid")


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_detail")
def live_switch(request: CampRequest, camp: Camp) -> HttpResponse:
    """Each change of the draft goes out at once, or none does any more."""
    is_on = request.POST.get("on") == "1"
    with refusal_told(request):
        switch_live(camp=camp, is_on=is_on)
        note_left(request, Draft.of(camp), "live")
        said = (
            _("Live: each change goes out at once.")
            if is_on
            else _("Not live any more: changes wait until you publish.")
        )
        tell_done(request, said)
    return led_to("schedule:draft_detail", camp.slug, at="live-mark")


@camp_view(Access.ORGANISER)
def version_take_back(request: CampRequest, camp: Camp) -> HttpResponse:
    """What was up before the last publish, what that changes, and the button."""
    draft_row, latest = Draft.of(camp), GridVersion.latest(camp)
    try:
        before, refused = before_latest(camp, read_draft(camp)), ""
    except ValidationError as error:
        before, refused = None, " ".join(error.messages)
    form = TakeBackForm(posted(request), unpublished=before.unpublished if before else 0)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            version = take_back_version(
                camp=camp,
                by=request.me,
                # A form that does not say what was seen saw nothing.
                seen_version=id_in(request.POST.get("seen", "")) or 0,
                seen_revision=id_in(request.POST.get("draft", "")),
                with_draft=form.cleaned_data["with_draft"],
                accept_broken=request.POST.get("accept_broken") == "1",
                why=form.cleaned_data["why"],
            )
            text = _("Version %(back)s is taken back. What was up before is up again, as version %(number)s.")
            tell_done(request, text % {"back": version.takes_back, "number": version.number})
            return led_to("schedule:grid_detail", camp.slug, at="published-grid")
    if form.errors and before is None:
        # What became of the page that was sent, and why nothing follows from it: each sentence once.
        refused = " ".join(dict.fromkeys([*form.non_field_errors(), refused]))
    context = {
        "camp": camp,
        "form": form,
        "latest": latest,
        "revision": draft_row.revision,
        "before": before,
        "preview": preview_of(camp, before.changes, standing=len(before.placements)) if before else None,
        "refused": refused,
        "is_live": bool(draft_row.live),
    }
    return render(request, "schedule/version_take_back.html", context, status=status_of(form))
