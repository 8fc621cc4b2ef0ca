"""The board, one pitch, and what people do with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.access import Access, camp_view
from events.http import CampRequest, id_in, next_page, posted, render_partial, status_of
from events.models import Attendee, Camp

from .forms import BoardForm, MergeForm, NewPitchForm, PitchForm
from .models import Interest, Pitch, PitchQuerySet, fair_order
from .services import host_idea, mark_seen, merge_pitches, set_interest, submit_pitch, withdraw_pitch

PER_PAGE = 40


def topics_of(camp: Camp) -> list[str]:
    topics = camp.pitches.open().exclude(topic="").order_by("topic").values_list("topic", flat=True)
    return list(topics.distinct())


@camp_view(Access.ANYONE)
@require_safe
def pitch_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """The board, in an order of one's own."""
    me = request.attendee if request.attendee and not request.attendee.is_waiting else None
    form = BoardForm(request.GET, topics=topics_of(camp), is_in=me is not None)
    form.is_valid()
    found = _filtered(camp.pitches.open(), form.cleaned_data, me)
    ids = fair_order(found.values_list("pk", flat=True), me.pk if me else camp.pk)
    page = Paginator(ids, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "camp": camp,
        "form": form,
        "page": page,
        "pitches": cards(camp, page.object_list, me),
        "total": len(ids),
        "can_tap": me is not None and camp.takes_interest,
        "query": "&".join(f"{k}={v}" for k, v in request.GET.items() if k != "page" and v),
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render_partial(request, "pitches/pitch_list.html", "pitch-board", context)


def _filtered(pitches: PitchQuerySet, wanted: dict[str, Any], me: Attendee | None) -> PitchQuerySet:
    if words := wanted.get("q"):
        pitches = pitches.about(words)
    if topic := wanted.get("topic"):
        pitches = pitches.filter(topic=topic)
    if kind := wanted.get("kind"):
        pitches = pitches.filter(kind=kind)
    show = wanted.get("show")
    if show == "hostless":
        pitches = pitches.without_host()
    elif me and show == "mine":
        pitches = pitches.hosted_by(me)
    elif me and show == "wished":
        pitches = pitches.filter(interests__attendee=me)
    elif me and show == "unseen":
        pitches = pitches.not_seen_by(me)
    return pitches


def cards(camp: Camp, ids: list[int], me: Attendee | None) -> list[Pitch]:
    """The pitches in this order, each with `my_level`, and `interest_count` where the camp shows it."""
    rows = camp.pitches.filter(pk__in=ids).prefetch_related("hosts")
    if camp.are_counts_shown:
        rows = rows.with_interest_count()
    by_id = {pitch.pk: pitch for pitch in rows}
    mine = dict(me.interests.filter(pitch_id__in=ids).values_list("pitch_id", "level")) if me else {}
    for pitch in by_id.values():
        pitch.camp = camp
        pitch.my_level = mine.get(pitch.pk, 0)
    return [by_id[pk] for pk in ids if pk in by_id]


@camp_view(Access.ANYONE)
@require_safe
def pitch_detail(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    pitch = get_object_or_404(camp.pitches.select_related("merged_into"), pk=pitch_id)
    if pitch.merged_into_id:
        return redirect("pitches:pitch_detail", camp.slug, pitch.merged_into_id, permanent=False)
    me = request.attendee if request.attendee and not request.attendee.is_waiting else None
    [pitch] = cards(camp, [pitch.pk], me)
    if me:
        mark_seen(attendee=me, pitch_ids=[pitch.pk])
    context = {
        "camp": camp,
        "pitch": pitch,
        "can_tap": me is not None and camp.takes_interest and pitch.is_open,
        "can_edit": me is not None and camp.pitches.editable_by(me).filter(pk=pitch.pk).exists(),
        "can_host": me is not None and pitch.is_open and not pitch.hosts.all() and not camp.is_archived,
        "can_merge": me is not None and me.is_helper and pitch.is_open,
    }
    return render(request, "pitches/pitch_detail.html", context)


@camp_view(Access.ATTENDEE)
def pitch_create(request: CampRequest, camp: Camp) -> HttpResponse:
    form = NewPitchForm(posted(request), camp=camp, me=request.attendee)
    if request.method == "POST" and form.is_valid():
        try:
            pitch = submit_pitch(
                pitch=form.save(commit=False),
                by=request.attendee,
                hosts=form.hosts(),
                not_in=form.cleaned_data.get("not_in", ()),
                on_behalf_of=form.on_behalf_of,
            )
            return redirect(pitch)
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "camp": camp,
        "form": form,
        "topics": topics_of(camp),
        "is_closed": not camp.takes_pitches and not request.attendee.is_helper,
    }
    return render(request, "pitches/pitch_create.html", context, status=status_of(form))


@camp_view(Access.ATTENDEE)
def pitch_edit(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    pitch = get_object_or_404(camp.pitches.open().editable_by(request.attendee), pk=pitch_id)
    form = PitchForm(posted(request), instance=pitch, camp=camp, me=request.attendee)
    if request.method == "POST" and form.is_valid():
        form.save()
        pitch.hosts.set(form.hosts())
        return redirect(pitch)
    context = {"camp": camp, "pitch": pitch, "form": form, "topics": topics_of(camp)}
    return render(request, "pitches/pitch_edit.html", context, status=status_of(form))


@camp_view(Access.ATTENDEE)
def pitch_withdraw(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    pitch = get_object_or_404(camp.pitches.open().editable_by(request.attendee), pk=pitch_id)
    if request.method == "POST":
        withdraw_pitch(pitch=pitch)
        messages.success(request, _("“%(title)s” is withdrawn.") % {"title": pitch.title})
        return redirect("pitches:pitch_list", camp.slug)
    return render(request, "pitches/pitch_withdraw.html", {"camp": camp, "pitch": pitch})


@camp_view(Access.ATTENDEE)
@require_POST
def pitch_host(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """ "I'll host it"."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    try:
        host_idea(pitch=pitch, attendee=request.attendee)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(pitch)


@camp_view(Access.HELPER)
def pitch_merge(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    form = MergeForm(posted(request), pitch=pitch)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(merge_pitches(source=pitch, target=form.cleaned_data["target"]))
        except ValidationError as error:
            form.add_error("target", error)
    return render(
        request, "pitches/pitch_merge.html", {"camp": camp, "pitch": pitch, "form": form}, status=status_of(form)
    )


@camp_view(Access.ATTENDEE)
@require_POST
def interest_set(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """One tap: none, interested or must."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    pitch.camp = camp
    level = {"0": 0, "1": Interest.Level.INTERESTED, "2": Interest.Level.MUST}.get(request.POST.get("level", ""))
    problem = ""
    try:
        if level is None:
            raise ValidationError(_("Choose none, interested or must."))
        set_interest(pitch=pitch, attendee=request.attendee, level=level)
    except ValidationError as error:
        problem = " ".join(error.messages)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(next_page(request, f"{pitch.get_absolute_url()}"))
    [pitch] = cards(camp, [pitch.pk], request.attendee)
    context = {"camp": camp, "pitch": pitch, "can_tap": camp.takes_interest, "problem": problem}
    return render_partial(request, "pitches/pitch_list.html", "interest-control", context)


@camp_view(Access.ATTENDEE)
@require_POST
def seen_mark(request: CampRequest, camp: Camp) -> HttpResponse:
    """The pitches on the page are no longer new."""
    ids = [pk for value in request.POST.getlist("pitch")[:200] if (pk := id_in(value)) is not None]
    known = camp.pitches.filter(pk__in=ids).values_list("pk", flat=True)
    mark_seen(attendee=request.attendee, pitch_ids=known)
    return redirect(next_page(request, camp.get_absolute_url()))
