"""My camp, to take along: what I was in, as a page, a file, a mail, and as a draft that is mine alone."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.once import note_left
from events.access import Access, camp_view
from events.caching import no_store
from events.http import AttendeeRequest, id_in, refusal_on, status_of, tell_done
from events.meanwhile import note_saved, posted_anew
from events.models import Camp

from ..along import (
    Along,
    as_text,
    forget_draft,
    kept_to_the_room,
    mail_along,
    publish_draft,
    save_along,
    save_draft,
    start_draft,
    what_i_was_in,
)
from ..forms import AlongForm, WriteUpDraftForm
from ..models import WriteUpDraft


@camp_view(Access.ATTENDEE, archived=True)
@no_store
def along_detail(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What I was in, what I take from it, what I do next; by another button of the same form it goes along."""
    along = what_i_was_in(request.me, also=id_in(request.GET.get("with", "")))
    form = AlongForm(posted_anew(request, request.me), me=request.me, along=along)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            save_along(attendee=request.me, sessions=form.said, doing_next=form.cleaned_data["next-text"])
            note_saved(request, request.me, form)
            return _go_on(request, camp)
    context = {
        "camp": camp,
        "form": form,
        "along": along,
        "text": as_text(request.me, along),
        "kept": kept_to_the_room(along),
        "has_draft": WriteUpDraft.objects.filter(by=request.me).exists(),
        "address": request.user.email if request.user.has_proved_email else "",
    }
    return render(request, "notes/along_detail.html", context, status=status_of(form))


def _go_on(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """It is saved; then what the button says."""
    what = request.POST.get("do")
    if what == "draft":
        _draft, is_new = start_draft(attendee=request.me)
        tell_done(request, _("Saved. This draft is yours alone.") if is_new else _("You have a draft: this is it."))
        return redirect("notes:draft_edit", camp.slug)
    if what == "mail":
        mail_along(attendee=request.me, along=what_i_was_in(request.me))
        tell_done(request, _("Saved, and on its way to your address."))
    else:
        tell_done(request, _("Saved."))
    return redirect("along_detail", camp.slug)


@camp_view(Access.ATTENDEE)
@require_safe
@no_store
def along_download(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The same as a file of Markdown."""
    along: Along = what_i_was_in(request.me)
    response = HttpResponse(as_text(request.me, along), content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{camp.slug}.md"'
    return response


@camp_view(Access.ATTENDEE, archived=True)
@no_store
def draft_edit(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Nobody else reads it, until its writer publishes it."""
    draft = get_object_or_404(WriteUpDraft.objects.select_related("by"), by=request.me)
    draft.by = request.me
    form = WriteUpDraftForm(posted_anew(request, draft), instance=draft)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            if request.POST.get("do") == "publish":
                writeup = publish_draft(draft=form.save(commit=False))
                note_left(request, writeup, "title")
                tell_done(request, _("“%(title)s” is published.") % {"title": writeup.title})
                return redirect(writeup)
            save_draft(draft=form.save(commit=False))
            note_saved(request, draft, form)
            tell_done(request, _("Saved. Nobody else reads it."))
            return redirect("notes:draft_edit", camp.slug)
    context = {"camp": camp, "form": form}
    return render(request, "notes/draft_edit.html", context, status=status_of(form))


@camp_view(Access.ATTENDEE, archived=True)
def draft_delete(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    draft = get_object_or_404(WriteUpDraft.objects.select_related("by"), by=request.me)
    if request.method == "POST":
        forget_draft(draft=draft)
        tell_done(request, _("The draft is deleted."))
        return redirect("along_detail", camp.slug)
    return render(request, "notes/draft_delete.html", {"camp": camp, "draft": draft})
