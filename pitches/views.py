"""The board, one pitch, and what people do with it."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import Error
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.databases import PATIENCE
from accounts.http import next_page, wants_json
from accounts.once import Made, note_left
from events import stamps
from events.access import Access, camp_view
from events.caching import answers, fresh
from events.http import (
    AttendeeRequest,
    CampRequest,
    Undo,
    id_in,
    posted,
    refusal_on,
    refusal_told,
    render_partial,
    sent_from,
    status_of,
    tell_done,
    wants_partial,
)
from events.keeping import kept_on_devices
from events.meanwhile import SAVED_ANEW, held, known_from_here, note_saved, posted_anew, posted_on
from events.models import Attendee, Camp

from .board import (
    PARTS,
    InterestControls,
    board_index,
    board_news_shows,
    board_shows,
    cards_for,
    count_in_words,
    counted,
    interest_counts,
    mark_of,
    may_tap,
    on_visit,
    ones_for,
    pitch_shows,
    tap_form,
    visit_of,
)
from .forms import BoardForm, MergeForm, NewPitchForm, PitchForm
from .models import Interest, Pitch, PitchQuerySet, fair_order
from .services import (
    Saved,
    Tap,
    TapIsOld,
    carry_interest,
    host_idea,
    mark_seen,
    merge_pitches,
    put_right,
    return_pitch,
    save_pitch,
    set_interest,
    submit_pitch,
    what_hangs_on,
    withdraw_pitch,
)
from .signals import pitch_shown
from .standing import NOT_FOR_ME, one_by_one, put_last, standing_of, told_as
from .together import wanted_too
from .topics import hues_for

PER_PAGE = 40
#: what a button of interest sends
LEVELS = {"-1": NOT_FOR_ME, "0": 0, "1": Interest.Level.INTERESTED, "2": Interest.Level.MUST}
log = logging.getLogger(__name__)


def topics_of(camp: Camp) -> list[str]:
    return board_index(camp, stamps.read(camp, *PARTS)).topics


@camp_view(Access.ANYONE)
@require_safe
@kept_on_devices
@fresh(board_shows)
def pitch_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """The board, in an order of one's own."""
    me, shown, visit = request.me, request.shown, visit_of(request)
    can_tap = may_tap(request)
    index = board_index(camp, shown.numbers)
    # Most people ask for the board as it is: then no form is made to be told so.
    form = BoardForm(request.GET, topics=index.topics, is_in=me is not None) if request.GET else None
    wanted = form.chosen() if form else {}
    rows = _filtered(camp.pitches.open(), wanted, me, visit)
    found = rows.values_list("pk", flat=True) if wanted else index.ids
    ids = put_last(fair_order(found, me.pk if me else camp.pk), shown.standing)
    if after := id_in(request.GET.get("after", "")):
        # Somebody was told that these came, and wants to see them.
        ids.sort(key=lambda pk: pk <= after)
    page = Paginator(ids, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "camp": camp,
        "fields": form.fields_html()
        if form and wanted
        else _empty_fields(tuple(index.topics), me is not None, get_language()),
        "page": page,
        "visit": mark_of(visit),
        "newest": max(index.ids, default=0),
        "cards": cards_for(request, list(page.object_list), shown),
        "total": len(ids),
        "counted": counted(request, index) if me else None,
        "can_tap": can_tap,
        "tap_form": tap_form(request, back=on_visit(request, visit)) if can_tap else "",
        "is_filtered": bool(wanted),
    }
    return render_partial(request, "pitches/pitch_list.html", "pitch-board", context)


@camp_view(Access.ANYONE)
@require_safe
@fresh(board_news_shows)
def board_news(request: CampRequest, camp: Camp) -> HttpResponse:
    """Over the board: how many came since it was opened. Nothing on it moves until somebody wants to see them."""
    if not request.htmx:
        return redirect("pitches:pitch_list", camp.slug)
    context = {"camp": camp, "newest": request.shown.known, "count": request.shown.n, "seen": request.page_stamp}
    return render_partial(request, "pitches/_board_news.html", "board-news", context)


@camp_view(Access.ATTENDEE)
@require_safe
@fresh(board_shows)
def pitch_one(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The board one by one: what I have said nothing of, from where I am."""
    shown, index = request.shown, board_index(camp, request.shown.numbers)
    order = fair_order(index.ids, request.me.pk)
    at, after = (id_in(request.GET.get(name, "")) for name in ("at", "after"))
    turn = one_by_one(order, shown.standing, at=at, after=after) if may_tap(request) else []
    here = turn[0] if turn else None
    context = {
        "camp": camp,
        "ones": ones_for(request, turn[:PER_PAGE], shown),
        "here": here,
        "before": order[order.index(here) - 1] if here and len(order) > 1 else None,
        "last": turn[:PER_PAGE][-1] if len(turn) > PER_PAGE else None,
        "counted": counted(request, index),
        "tap_form": tap_form(request, back=f"{request.path}?after={here}") if turn else "",
    }
    return render(request, "pitches/pitch_one.html", context)


@lru_cache(maxsize=200)
def _empty_fields(topics: tuple[str, ...], is_in: bool, language: str) -> str:
    """What most people see above the board, made once for these topics (memoised); never from what somebody typed."""
    return BoardForm(topics=topics, is_in=is_in).fields_html()


def _filtered(pitches: PitchQuerySet, wanted: dict[str, Any], me: Attendee | None, visit: datetime) -> PitchQuerySet:
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
        pitches = pitches.not_seen_by(me, visit)
    return pitches


@camp_view(Access.ANYONE)
@require_safe
@kept_on_devices
@fresh(pitch_shows)
def pitch_detail(request: CampRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    pitch = get_object_or_404(camp.pitches.select_related("merged_into").prefetch_related("hosts"), pk=pitch_id)
    if pitch.merged_into_id:
        address = reverse("pitches:pitch_detail", args=[camp.slug, pitch.merged_into_id])
        # A piece that asks for itself would be led on unseen, and be the other pitch under this one's address.
        return HttpResponseClientRedirect(address) if wants_partial(request) else redirect(address)
    pitch.camp, me = camp, request.me
    if me:
        _note_seen(me, pitch)
    can_edit = me is not None and camp.pitches.editable_by(me).filter(pk=pitch.pk).exists()
    if not (pitch.is_shown or can_edit):
        return render_partial(request, "pitches/pitch_gone.html", "pitch-page", {"camp": camp})
    can_tap = may_tap(request) and pitch.is_open
    level = dict(request.shown.standing).get(pitch.pk, 0)
    counts = interest_counts(camp, request.shown.counts) if camp.are_counts_shown else None
    too = wanted_too(camp, pitch.pk, request.shown.counts) if pitch.is_open else []
    context = {
        "camp": camp,
        "pitch": pitch,
        "places": answers(pitch_shown, Pitch, pitch=pitch, me=me),
        "hue": hues_for(camp, [pitch.topic]).of(pitch.topic),
        "count": count_in_words(counts.get(pitch.pk, 0)) if counts is not None else "",
        "control": InterestControls.of(camp).html(pitch.pk, pitch.title, level) if can_tap else "",
        "tap_form": tap_form(request) if can_tap else "",
        "too": sorted(camp.pitches.open().filter(pk__in=too), key=lambda other: too.index(other.pk)),
        "after": camp.pitches.open().filter(before=pitch),
        "before": camp.pitches.open().filter(after=pitch),
        "can_edit": can_edit and not camp.is_archived,
        "can_host": me is not None and pitch.is_open and not pitch.hosts.all() and not camp.is_archived,
        "can_merge": me is not None and me.is_helper and pitch.is_open and not camp.is_archived,
    }
    return render_partial(request, "pitches/pitch_detail.html", "pitch-page", context)


def _note_seen(me: Attendee, pitch: Pitch) -> None:
    """Who cannot be noted as having seen it, on a full disk say, or while others write, sees it all the same."""
    try:
        mark_seen(attendee=me, pitch_ids=[pitch.pk], patience=PATIENCE)
    except Error as error:
        log.warning("Pitch %d is shown and not noted as seen: %s", pitch.pk, error)


@camp_view(Access.ATTENDEE)
@kept_on_devices
@held
def pitch_create(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Sent again from the same page with other words, it changes the pitch it made."""
    known, made = known_from_here(request, camp.pitches.open().editable_by(request.me))
    form = NewPitchForm(posted_on(request, made), instance=known, camp=camp, me=request.me)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            saved = _submit(request, form, made)
            pitch = saved.pitch
            tell_done(request, (SAVED_ANEW if made else _("“%(title)s” is on the board.")) % {"title": pitch})
            _tell_what_came(request, saved)
            note_saved(request, pitch, form, beside=" ".join(map(str, [what_hangs_on(pitch), *saved.wrote_down])))
            return redirect(pitch)
    context = {
        "camp": camp,
        "pitch": known,
        "form": form,
        "topics": topics_of(camp),
        "is_closed": not known and not camp.takes_pitches_of(request.me),
    }
    template = "pitches/pitch_edit.html" if known else "pitches/pitch_create.html"
    return render(request, template, context, status=status_of(form))


def _submit(request: AttendeeRequest, form: NewPitchForm, made: Made | None) -> Saved:
    """The pitch is made, or is as it is typed now where this page made it before."""
    pitch: Pitch = form.save(commit=False)
    if made is None:
        return submit_pitch(pitch=pitch, by=request.me, **form.said)
    left, *wrote_down = made.beside.split(" ")
    return put_right(pitch=pitch, by=request.me, left=left, wrote_down=list(map(int, wrote_down)), **form.said)


@camp_view(Access.ATTENDEE)
@held
def pitch_edit(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    rows = camp.pitches.editable_by(request.me)
    # Off the board meanwhile: the service says so, and what was typed stays.
    pitch = get_object_or_404(rows if request.method == "POST" else rows.open(), pk=pitch_id)
    form = PitchForm(posted_anew(request, pitch), instance=pitch, camp=camp, me=request.me)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            saved = save_pitch(
                pitch=form.save(commit=False),
                hosts=form.hosts(),
                not_in=form.cleaned_data.get("not_in", pitch.not_in.all()),
                after=form.after(),
                by=request.me,
            )
            note_saved(request, pitch, form)
            tell_done(request, _("“%(title)s” is saved.") % {"title": pitch})
            _tell_what_came(request, saved)
            return redirect(pitch)
    context = {"camp": camp, "pitch": pitch, "form": form, "topics": topics_of(camp)}
    return render(request, "pitches/pitch_edit.html", context, status=status_of(form))


def _tell_what_came(request: AttendeeRequest, saved: Saved) -> None:
    """What else came of saving it, and what can be done about that."""
    if saved.is_contested:
        messages.info(request, _("Who hosts it, or what it comes after, was changed meanwhile: that stays."))
    if not saved.has_come_off:
        return
    if request.me.is_organiser:
        told = _(
            "Its session is off the grid now: it takes two slots in a row, and they are not free where it was. "
            "Give it another place on the draft before you publish."
        )
    else:
        told = _(
            "Its session is off the grid now: it takes two slots in a row, and they are not free where it was. "
            "Ask an organiser for another place before they publish the next grid."
        )
    messages.warning(request, told)


@camp_view(Access.ATTENDEE)
def pitch_withdraw(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    pitch = get_object_or_404(camp.pitches.open().editable_by(request.me), pk=pitch_id)
    if request.method == "POST":
        with refusal_told(request):
            withdraw_pitch(pitch=pitch, by=request.me)
            note_left(request, pitch, "withdrawn_at")
            undo = Undo(reverse("pitches:pitch_return", args=[camp.slug, pitch.pk]), [("seen", pitch.withdrawal)])
            tell_done(request, _("“%(title)s” is withdrawn.") % {"title": pitch.title}, undo=undo)
        return redirect("pitches:pitch_list", camp.slug)
    return render(request, "pitches/pitch_withdraw.html", {"camp": camp, "pitch": pitch})


@camp_view(Access.ATTENDEE)
@sent_from("pitches:pitch_detail", "pitch_id")
def pitch_return(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """It was withdrawn by mistake."""
    pitch = get_object_or_404(camp.pitches.editable_by(request.me), pk=pitch_id)
    pitch.camp = camp
    with refusal_told(request):
        return_pitch(pitch=pitch, seen=request.POST.get("seen", ""), by=request.me)
        note_left(request, pitch, "withdrawn_at")
        text = _("“%(title)s” is on the board again, and on the grid if its place is still free.")
        tell_done(request, text % {"title": pitch})
    return redirect(pitch)


@camp_view(Access.ATTENDEE)
@sent_from("pitches:pitch_detail", "pitch_id")
def pitch_host(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """ "I'll host it"."""
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    with refusal_told(request):
        host_idea(pitch=pitch, attendee=request.me)
        tell_done(request, _("You host “%(title)s”.") % {"title": pitch})
    return redirect(pitch)


@camp_view(Access.HELPER)
def pitch_merge(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    pitch = get_object_or_404(camp.pitches.open(), pk=pitch_id)
    form = MergeForm(posted(request), pitch=pitch)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "target"):
            saved = merge_pitches(source=pitch, target=form.cleaned_data["target"], by=request.me)
            tell_done(request, _("“%(title)s” is part of this pitch now.") % {"title": pitch})
            _tell_what_came(request, saved)
            return redirect(saved.pitch)
    return render(
        request, "pitches/pitch_merge.html", {"camp": camp, "pitch": pitch, "form": form}, status=status_of(form)
    )


@camp_view(Access.ATTENDEE)
@sent_from("pitches:pitch_detail", "pitch_id")
def interest_set(request: AttendeeRequest, camp: Camp, pitch_id: int) -> HttpResponse:
    """One tap: none, interested or must. A script is told what stands now, a browser without one goes back."""
    if request.POST.get("mark", request.me.mark) != request.me.mark:
        return _tap_told(_("Somebody else is signed in here now."), status=409)
    which = _tap_in(request)
    # Of which a script needs no more, so no more is read: the service asks whether it is on this camp's board.
    pitch = Pitch(pk=pitch_id, camp=camp) if which else Pitch.open_in(camp, pitch_id)
    if pitch is None:
        if wants_json(request):
            return _tap_told(_("The pitch was withdrawn."), status=404)
        raise Http404
    level = LEVELS.get(request.POST.get("level", ""))
    tap = set_interest if pitch.pk == pitch_id else carry_interest
    status, why = 200, ""
    try:
        if level is None:
            raise ValidationError(_("Choose must, interested or not for me, or none of them."))
        pitch, level, problem, why = tap(pitch=pitch, attendee=request.me, level=level, tap=which)
    except TapIsOld as error:
        return _tap_told(" ".join(error.messages), status=409, is_old=True)
    except ValidationError as error:
        problem, status = " ".join(error.messages), 422
        level = told_as(dict(standing_of(request.me)).get(pitch.pk, 0))
    if wants_json(request):
        more = {"why": why} if why else {}
        return _tap_told(problem, status=status, pitch=pitch.pk, title=pitch.title, level=level, **more)
    if problem:
        messages.error(request, problem)
    # There one was, without a script.
    return redirect(next_page(request, pitch.get_absolute_url()) + f"#interest-control-{pitch.pk}")


def _tap_in(request: CampRequest) -> Tap | None:
    """Which tap of its device a script says that it is; None where none says so."""
    device, number = request.POST.get("device", ""), request.POST.get("number", "")
    is_one = re.fullmatch("[0-9a-f]{32}", device) and re.fullmatch("[0-9]{1,15}", number)
    return Tap(device, int(number)) if is_one and wants_json(request) else None


def _tap_told(problem: str, *, status: int, **stands: object) -> JsonResponse:
    return JsonResponse({"problem": problem, **stands}, status=status, headers={"Cache-Control": "private, no-store"})


@camp_view(Access.ATTENDEE)
@sent_from("pitches:pitch_list")
def seen_mark(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """The pitches on the page are no longer new."""
    ids = [pk for value in request.POST.getlist("pitch")[:200] if (pk := id_in(value)) is not None]
    known = camp.pitches.filter(pk__in=ids).values_list("pk", flat=True)
    mark_seen(attendee=request.me, pitch_ids=known)
    if wants_json(request):
        return HttpResponse(status=204)
    tell_done(request, _("These are no longer new to you."))
    return redirect(next_page(request, camp.get_absolute_url()))
