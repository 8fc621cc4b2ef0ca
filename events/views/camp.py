"""A camp's own pages: what it is, joining, settings."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth import login, logout
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.http import next_page
from accounts.models import User
from accounts.once import note_left, signed_in_from_here

from .. import stamps
from ..access import Access, camp_view
from ..caching import answers, fresh, kept, no_store
from ..checklist import checklist_of
from ..colour import stylesheet
from ..editing import Edited, archive_camp, delete_camp, edit_camp, switch_camp
from ..erasing import erase_attendee
from ..forms import CampCopyForm, CampForm, DeleteForm, EraseForm, InvitationForm, JoinForm, NameForm
from ..guesses import guess, has_shape_of_code
from ..http import (
    AttendeeRequest,
    CampRequest,
    Undo,
    id_in,
    led_to,
    page_asked_from,
    posted,
    refusal_on,
    refusal_told,
    render_partial,
    sent_from,
    status_of,
    tell_done,
)
from ..joining import (
    WRONG_CODE,
    accept_invitation,
    join_as_guest,
    join_camp,
    may_join,
    number_in_queue,
    rename_attendee,
)
from ..keeping import kept_on_devices
from ..meanwhile import SHOWN, held, note_saved, posted_anew
from ..models import Attendee, Camp, Invitation, Joining, Slot
from ..news import hear
from ..now import edges_passed, what_is_now
from ..opening import copy_camp
from ..practice_style import practice_style
from ..qr import qr_svg
from ..roles import leave_camp
from ..signals import camp_shown, edges_asked, slots_asked
from ..worries import listeners_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: what is said when it is off, and when it is on
SWITCHES = {
    "is_pitching_open": (_lazy("Pitching is closed."), _lazy("Pitching is open.")),
    "is_interest_open": (_lazy("Interest is closed."), _lazy("Interest is open.")),
    "are_counts_shown": (
        _lazy("How many are interested is hidden, so that nobody follows the crowd."),
        _lazy("Everybody sees how many are interested."),
    ),
    "can_hosts_claim": (
        _lazy("Only organisers give places on the grid."),
        _lazy("Hosts take free places on the grid themselves, and everybody sees it at once."),
    ),
    "helpers_move": (
        _lazy("Helpers place no sessions."),
        _lazy("Helpers place and move sessions. In live mode what they place is out at once."),
    ),
    "helpers_capture": (
        _lazy("Helpers type nothing in from the wall."),
        _lazy("Helpers type in and scan the wall."),
    ),
    "helpers_repair": (
        _lazy("Helpers repair nothing."),
        _lazy("Helpers repair what is lost: a room, a host, time."),
    ),
    "is_checklist_shown": (
        _lazy("The list of what is still to do is put away."),
        _lazy("Organisers see what is still to do on the page about the camp, until all is done."),
    ),
}


#: seconds for which the number of people may lag: a crowd that arrives does not have the page made for each of them
CROWD_LAG = 30
#: organisers who are named as those to ask
MOST_TO_ASK = 6


class ToAsk(NamedTuple):
    """Somebody of the camp who can be asked, or told that something is wrong."""

    pk: int
    display_name: str
    runs_camp: bool
    #: of whoever can be told that something is wrong
    found_by: str = ""


class ToMe(NamedTuple):
    """What only those who are in are told of the day."""

    today: date
    #: how many slots of the camp have begun or ended
    edges: int
    to_ask: tuple[ToAsk, ...]
    #: that something is wrong
    to_tell: tuple[ToAsk, ...]


class AboutShown(NamedTuple):
    """What the camp's front page shows."""

    numbers: tuple[int, ...]
    people_count: int
    #: how many wait before me, and I
    my_number: int
    is_over: bool
    #: how many slots of what is published have begun or ended
    edges: tuple[object, ...]
    #: for those who are in
    to_me: ToMe | None = None


def about_shows(request: CampRequest, camp: Camp) -> AboutShown:
    """The frame, how many are in, how many wait before me; what moved on the grid and is not over; what is now; who can
    be asked; to organisers, what is done.
    """
    *numbers, people, crowd, draft = stamps.read(
        camp, stamps.FRAME, stamps.GRID, stamps.PITCHES, stamps.PEOPLE, stamps.CROWD, stamps.DRAFT
    )
    frame, grid, _pitches = numbers
    if _has_checklist(request, camp):
        numbers += [draft, crowd]
    to_me = None
    if request.me:
        named = kept("to-ask", camp.pk, people, crowd, make=lambda: (_to_ask(camp), _to_tell(camp)))
        to_me = ToMe(camp.today(), edges_passed(camp, frame), *named)
    edges = tuple(passed for _receiver, passed in edges_asked.send(sender=Camp, camp=camp, grid=grid))
    return AboutShown(tuple(numbers), _people_count(camp), _my_number(request), camp.is_over, edges, to_me)


def _to_ask(camp: Camp) -> tuple[ToAsk, ...]:
    """The organisers who are there, whoever came first first; of many a few."""
    organisers = camp.attendees.present().organisers().order_by("pk")
    return tuple(ToAsk(one.pk, one.display_name, one.runs_camp) for one in organisers[:MOST_TO_ASK])


def _to_tell(camp: Camp) -> tuple[ToAsk, ...]:
    return tuple(ToAsk(one.pk, one.display_name, one.runs_camp, one.found_by) for one in listeners_of(camp))


def _people_to_ask(request: CampRequest) -> dict[str, object]:
    """Nobody is asked to tell themselves."""
    to_me = request.shown.to_me
    if to_me is None or request.me is None:
        return {}
    to_tell = [one for one in to_me.to_tell if one.pk != request.me.pk]
    return {"to_ask": to_me.to_ask, "to_tell": to_tell, "is_told": len(to_tell) < len(to_me.to_tell)}


def _people_count(camp: Camp) -> int:
    return kept("people-count", camp.pk, make=lambda: camp.attendees.present().count(), seconds=CROWD_LAG)


def _my_number(request: CampRequest) -> int:
    return number_in_queue(request.attendee) if request.attendee and request.attendee.is_waiting else 0


def _slots_told(camp: Camp, grid: int) -> list[Slot]:
    """As they are published, where the grid is: people go by that. `grid` is its stamp."""
    told: list[tuple[Any, Any]] = slots_asked.send(sender=Camp, camp=camp, grid=grid)
    published: list[list[Slot]] = [found for _receiver, found in told if found is not None]
    slots = published[0] if published else list(camp.slots.all())
    for slot in slots:
        slot.camp = camp
    return slots


def _has_checklist(request: CampRequest, camp: Camp) -> bool:
    return camp.is_checklist_shown and request.me is not None and request.me.is_organiser


@camp_view(Access.ANYONE)
@require_safe
@kept_on_devices
@fresh(about_shows)
def camp_detail(request: CampRequest, camp: Camp) -> HttpResponse:
    """What the camp is, and what became of its day. It asks for itself: 204 while it is the same."""
    slots = _slots_told(camp, request.shown.numbers[1])
    context = {
        "camp": camp,
        "changes": answers(camp_shown, Camp, camp=camp, me=request.me),
        "slots": slots,
        "rooms": camp.rooms.all(),
        "people_count": _people_count(camp),
        "number_in_queue": _my_number(request),
        "now": what_is_now(slots) if request.me else None,
        **_people_to_ask(request),
        "checklist": checklist_of(camp) if _has_checklist(request, camp) else [],
    }
    return render_partial(request, "events/camp_detail.html", "camp-page", context)


@camp_view(Access.ANYONE, personal=False)
@require_safe
@cache_control(public=True, max_age=300)
def camp_accent(request: CampRequest, camp: Camp) -> HttpResponse:
    return HttpResponse(stylesheet(camp.accent) + practice_style(camp), content_type="text/css")


@camp_view(Access.ANYONE, closed=True)
def camp_join(request: CampRequest, camp: Camp, code: str = "") -> HttpResponse:
    """One field, and they are in. `code`: that of the address by which the page was asked for."""
    back = next_page(request, camp.get_absolute_url())
    if request.attendee:
        return redirect(camp.get_absolute_url() if request.attendee.is_waiting else back)
    needs_code = camp.joining == Joining.CODE
    form_class = JoinForm if needs_code else NameForm
    code = code or request.GET.get("code", "")
    form = form_class(posted(request), initial={"code": code})
    if needs_code and code:
        # What was typed here before is older than that.
        form.fields["code"].widget.attrs["data-brought"] = ""
    if request.method == "POST" and form.is_valid() and (attendee := _join(request, camp, form)):
        note_left(request, attendee, "is_waiting")
        if attendee.is_waiting:
            tell_done(request, _("The camp is full. You are in the queue for a place."))
        else:
            tell_done(request, _("You are in."))
        return redirect(back)
    context = {
        "camp": camp,
        "form": form,
        "next": back,
        "must_sign_in": camp.joining == Joining.LISTED and not may_join(camp, request.user, ""),
        # From a page that only who is in may see.
        "is_on_the_way": "next" in request.GET,
        "is_full": camp.is_full,
    }
    response = render(request, "events/camp_join.html", context, status=status_of(form))
    if request.method == "POST" or code:
        patch_cache_control(response, private=True, no_store=True)
    return response


def _join(request: CampRequest, camp: Camp, form: NameForm) -> Attendee | None:
    """Lets them in if the camp's rule does; otherwise the form says why not."""
    code = form.cleaned_data.get("code", "")
    with refusal_on(form, "code" if code else None):
        if code and not guess(request=request, look=lambda: may_join(camp, request.user, code)):
            raise ValidationError(WRONG_CODE)
    if form.errors:
        return None
    name = form.cleaned_data["display_name"]
    with refusal_on(form):
        if request.user.is_authenticated:
            return join_camp(camp=camp, user=request.user, display_name=name, code=code)
        attendee = _put_right(request, camp, name) or join_as_guest(camp=camp, display_name=name, code=code)
        login(request, attendee.user, backend=BACKEND)
        return attendee
    return None


def _put_right(request: CampRequest, camp: Camp, name: str) -> Attendee | None:
    """Whoever joined by this page already, and never heard so, goes by the name typed now: they are not two people."""
    user = signed_in_from_here(request)
    known = camp.attendees.filter(user=user, removed_at=None).first() if user else None
    if known:
        rename_attendee(attendee=known, display_name=name)
    return known


@camp_view(Access.ANYONE, archived=True)
def camp_leave(request: CampRequest, camp: Camp) -> HttpResponse:
    if not request.attendee:
        return redirect(camp)
    if request.method == "POST":
        with refusal_told(request):
            leave_camp(attendee=request.attendee)
            tell_done(request, _("You left %(camp)s.") % {"camp": camp})
        return redirect(camp)
    context = {"camp": camp, "was_told": request.attendee.worries.exists()}
    return render(request, "events/camp_leave.html", context)


@camp_view(Access.ANYONE, archived=True)
def camp_erase(request: CampRequest, camp: Camp) -> HttpResponse:
    """Leaving without a trace."""
    if not request.attendee:
        return redirect(camp)
    form = EraseForm(posted(request))
    if form.is_valid():
        with refusal_on(form):
            erase_attendee(attendee=request.attendee, with_texts=form.cleaned_data["texts"])
            if request.user.pk is None:
                logout(request)
            tell_done(request, _("You are erased from %(camp)s.") % {"camp": camp})
            return redirect(camp)
    return render(request, "events/camp_erase.html", {"camp": camp, "form": form}, status=status_of(form))


def news_shows(request: CampRequest, camp: Camp) -> tuple[()]:
    """No more than what tells who looks, which every page counts."""
    return ()


@camp_view(Access.ATTENDEE)
@require_safe
@fresh(news_shows)
def news_detail(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What waits for whoever looks, for a page that has nothing else that asks for itself."""
    if not request.htmx:
        return redirect(camp)
    return render(request, "_news.html#news", {"asked_from": page_asked_from(request) or camp.get_absolute_url()})


@camp_view(Access.ATTENDEE, archived=True)
@sent_from("events:camp_detail")
def news_hear(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What others did with one's place was read."""
    first, seen = (id_in(request.POST.get(name, "")) or 0 for name in ("first", "seen"))
    hear(attendee=request.me, first=first, seen=seen)
    return redirect(next_page(request, camp.get_absolute_url()))


@camp_view(Access.ATTENDEE)
def name_edit(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Another name in this camp."""
    form = NameForm(posted(request), initial={"display_name": request.me.display_name})
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            rename_attendee(attendee=request.me, display_name=form.cleaned_data["display_name"])
            note_left(request, request.me, "display_name")
            tell_done(request, _("Here you are called “%(name)s” now.") % {"name": form.cleaned_data["display_name"]})
            return redirect(camp)
    return render(request, "events/name_edit.html", {"camp": camp, "form": form}, status=status_of(form))


@camp_view(Access.ANYONE, closed=True)
@no_store
def invitation_accept(request: CampRequest, camp: Camp, key: str) -> HttpResponse:
    """What the link opens. The address with the code in the place of the key is where a typed code leads."""
    invitation, is_code_known = _find_invitation(request, camp, key)
    is_known = request.user.is_authenticated and not request.user.is_guest
    if not is_known and not invitation.attendee_id:
        # Who runs a camp must be able to come back: they need an account, not only a cookie.
        return render(request, "events/invitation_sign_in.html", {"camp": camp})
    # By hand a link goes to somebody who signs in for it; only where nobody does could a machine press the button.
    is_read = is_code_known or invitation.is_for(request.user) or not (invitation.email or invitation.attendee_id)
    form_class = NameForm if is_read or not invitation.code_hash else InvitationForm
    form = form_class(posted(request), initial={"display_name": str(request.attendee or invitation.attendee or "")})
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            _refuse_wrong_code(request, invitation, form)
            note_left(request, _accept(request, invitation, form.cleaned_data["display_name"]), "removed_at")
            tell_done(request, _("You are in."))
            return redirect(camp)
    context = {"camp": camp, "form": form, "invitation": invitation}
    return render(request, "events/invitation_accept.html", context, status=status_of(form))


def _find_invitation(request: CampRequest, camp: Camp, key: str) -> tuple[Invitation, bool]:
    """By its key, or by its code: a code is short, so guesses are counted."""
    rows = camp.invitations.select_related("attendee")
    if by_key := rows.with_key(key).first():
        return by_key, False
    try:
        by_code = guess(request=request, look=rows.with_code(key).first) if has_shape_of_code(key) else None
    except ValidationError as refused:
        raise PermissionDenied(" ".join(refused.messages)) from refused
    if by_code is None:
        raise Http404
    return by_code, True


def _refuse_wrong_code(request: CampRequest, invitation: Invitation, form: NameForm) -> None:
    code = form.cleaned_data.get("code")
    rows = Invitation.objects.filter(pk=invitation.pk)
    if code is not None and not guess(request=request, look=rows.with_code(code).exists):
        raise ValidationError({"code": _("That is not the code beside this link. Check it, or ask an organiser.")})


@transaction.atomic
def _accept(request: CampRequest, invitation: Invitation, name: str) -> Attendee:
    """Who is refused leaves no guest behind."""
    user = request.user if request.user.is_authenticated else User.objects.create_guest()
    attendee = accept_invitation(invitation=invitation, user=user, display_name=name)
    if user != request.user:
        login(request, user, backend=BACKEND)
    return attendee


@camp_view(Access.HELPER)
@require_safe
@no_store
def camp_poster(request: CampRequest, camp: Camp) -> HttpResponse:
    """What hangs at the door: the QR code and the code to type."""
    url = request.build_absolute_uri(f"/j/{camp.code}/")
    return render(
        request, "events/camp_poster.html", {"camp": camp, "qr": qr_svg(url, _("QR code to join")), "url": url}
    )


@camp_view(Access.ORGANISER)
@held
def camp_edit(request: CampRequest, camp: Camp) -> HttpResponse:
    before = {name: getattr(camp, name) for name in (*OF_ITS_TIME, "capacity", "musts_each")}
    form = CampForm(posted_anew(request, camp), instance=camp)
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            edited = edit_camp(camp=camp, fields=CampForm.Meta.fields, by=request.me, **form.answers)
            note_saved(request, camp, form)
            tell_done(
                request, _edited(camp, before, edited), undo=_undo_times(camp, before, form) if edited.moved else None
            )
            return redirect("events:camp_edit", camp.slug)
    if form.errors:
        # A bound form writes into its instance: the page around it shows the camp as it is.
        camp.refresh_from_db()
    return render(request, "events/camp_edit.html", {"camp": camp, "form": form}, status=status_of(form))


#: the settings that the times of slots hang on
OF_ITS_TIME = ("starts_on", "ends_on", "time_zone")


def _edited(camp: Camp, before: dict[str, Any], edited: Edited) -> str:
    """What was saved, and what followed from it."""
    said = [_("Saved.")]
    if edited.moved:
        text = ngettext("%(count)s slot stands at another time.", "%(count)s slots stand at other times.", edited.moved)
        said.append(text % {"count": edited.moved})
        said.append(_("What hangs on them went along: sessions, closed rooms, people who are away."))
    if edited.version:
        said.append(_("Version %(number)s is published.") % {"number": edited.version})
    if edited.came_in:
        text = ngettext(
            "%(count)s person moved up from the waiting list.",
            "%(count)s people moved up from the waiting list.",
            edited.came_in,
        )
        said.append(text % {"count": edited.came_in})
    people = camp.attendees.present().count()
    if camp.capacity is not None and camp.capacity != before["capacity"] and people > camp.capacity:
        text = _("%(people)s people are in already, more than there are places. They stay; nobody else comes in.")
        said.append(text % {"people": people})
    if camp.musts_each < before["musts_each"]:
        # Not how many people that are: who wants what is nobody's to know.
        said.append(_("Whoever chose more musts before keeps them, and they count as before."))
    return " ".join(said)


def _undo_times(camp: Camp, before: dict[str, Any], form: CampForm) -> Undo:
    """The settings as they were, with the same answers: refused where somebody changed one of them since."""
    shown = dict(pair.split("=") for pair in CampForm(instance=camp).shown_state.split())
    fields = [(name, str(before[name])) for name in OF_ITS_TIME]
    answers = [(name, "on" if answer is True else answer) for name, answer in form.answers.items() if answer]
    seen = " ".join(f"{name}={shown[name]}" for name in OF_ITS_TIME)
    return Undo(reverse("events:camp_edit", args=[camp.slug]), [*fields, *answers, (SHOWN, seen)])


@camp_view(Access.ORGANISER)
@sent_from("events:camp_edit")
def camp_switch(request: CampRequest, camp: Camp, switch: str) -> HttpResponse:
    """Opens or closes pitching or interest, lets hosts place themselves or not, shows or hides the counts, or the list
    of what is still to do.
    """
    if switch not in SWITCHES:
        return redirect("events:camp_edit", camp.slug)
    was_on, is_on = getattr(camp, switch), request.POST.get("on") == "1"
    switch_camp(camp=camp, **{switch: is_on})
    note_left(request, camp, switch)
    back = next_page(request, "")
    fields = [("on", "1" if was_on else "0"), *([("next", back)] if back else [])]
    undo = Undo(reverse("events:camp_switch", args=[camp.slug, switch]), fields)
    tell_done(request, str(SWITCHES[switch][is_on]), undo=undo if was_on != is_on else None)
    if back:
        return redirect(back)
    return led_to("events:camp_edit", camp.slug, at=f"switch-{switch}")


@camp_view(Access.ORGANISER, archived=True)
def camp_archive(request: CampRequest, camp: Camp) -> HttpResponse:
    """Into the archive, or out of it."""
    if request.method == "POST":
        is_archived = request.POST.get("on") != "0"
        archive_camp(camp=camp, is_archived=is_archived)
        note_left(request, camp, "archived_at")
        if is_archived:
            tell_done(request, _("The camp is archived: it can be read, and not changed."))
        else:
            tell_done(request, _("The camp is out of the archive: it can be changed again."))
        return redirect("events:camp_edit", camp.slug)
    return render(request, "events/camp_archive.html", {"camp": camp})


@camp_view(Access.ORGANISER, archived=True)
def camp_delete(request: CampRequest, camp: Camp) -> HttpResponse:
    form = DeleteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form, "name"):
            delete_camp(camp=camp, typed_name=form.cleaned_data["name"])
            tell_done(request, _("“%(camp)s” is deleted, with everything in it.") % {"camp": camp.name})
            return redirect("events:home")
    return render(request, "events/camp_delete.html", {"camp": camp, "form": form}, status=status_of(form))


@camp_view(Access.ORGANISER, archived=True)
def camp_copy(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    if request.user.is_guest:
        return render(request, "events/camp_create_guest.html")
    form = CampCopyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            new = Camp(**form.cleaned_data)
            copy_camp(source=camp, camp=new, by=request.user, display_name=request.me.display_name)
            note_left(request, new, "slug")
            tell_done(
                request, _("“%(camp)s” is made. It has the rooms and slots, and nobody but you.") % {"camp": new.name}
            )
            return redirect("events:camp_edit", new.slug)
    return render(request, "events/camp_copy.html", {"camp": camp, "form": form}, status=status_of(form))
