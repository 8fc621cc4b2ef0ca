"""A camp's own pages: what it is, joining, settings."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.limits import address_of, count_failure, is_blocked

from ..access import Access, camp_view
from ..colour import stylesheet
from ..forms import CampCopyForm, CampForm, DeleteForm, JoinForm, NameForm
from ..http import CampRequest, next_page, posted, status_of
from ..models import Camp, Joining
from ..qr import qr_svg
from ..services import (
    accept_invitation,
    archive_camp,
    copy_camp,
    delete_camp,
    fill_places,
    join_as_guest,
    join_camp,
    leave_camp,
    may_join,
    place_in_queue,
)
from .front import MOST_WRONG_CODES

BACKEND = "django.contrib.auth.backends.ModelBackend"
SWITCHES = {"is_pitching_open", "is_interest_open", "are_counts_shown"}


@camp_view(Access.ANYONE)
@require_safe
def camp_detail(request: CampRequest, camp: Camp) -> HttpResponse:
    slots = camp.slots.all()
    context = {
        "camp": camp,
        "slots": slots,
        "rooms": camp.rooms.all(),
        "people_count": camp.attendees.present().count(),
        "queue_place": place_in_queue(request.attendee) if request.attendee else 0,
    }
    return render(request, "events/camp_detail.html", context)


@camp_view(Access.ANYONE)
@cache_control(public=True, max_age=300)
def camp_accent(request: CampRequest, camp: Camp) -> HttpResponse:
    return HttpResponse(stylesheet(camp.accent), content_type="text/css")


@camp_view(Access.ANYONE)
def camp_join(request: CampRequest, camp: Camp) -> HttpResponse:
    """One field, and they are in."""
    back = next_page(request, camp.get_absolute_url())
    if request.attendee:
        return redirect(camp.get_absolute_url() if request.attendee.is_waiting else back)
    needs_code = camp.joining == Joining.CODE
    form_class = JoinForm if needs_code else NameForm
    form = form_class(posted(request), initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and form.is_valid() and _join(request, camp, form):
        return redirect(back)
    context = {
        "camp": camp,
        "form": form,
        "next": back,
        "must_sign_in": camp.joining == Joining.LISTED and not may_join(camp, request.user, ""),
        "is_full": camp.capacity is not None and camp.attendees.present().count() >= camp.capacity,
    }
    return render(request, "events/camp_join.html", context, status=status_of(form))


def _join(request: CampRequest, camp: Camp, form: NameForm) -> bool:
    """Lets them in if the camp's rule does; otherwise the form says why not."""
    code, who = form.cleaned_data.get("code", ""), address_of(request)
    if code and is_blocked("code", who, most=MOST_WRONG_CODES):
        form.add_error("code", _("Too many wrong codes from here. Wait five minutes, then try again."))
    elif not may_join(camp, request.user, code):
        if "code" in form.fields:
            count_failure("code", who)
            form.add_error("code", _("That is not this camp's code. Check it on the poster."))
        else:
            form.add_error(None, _("Your e-mail address is not on this camp's list. Ask an organiser."))
    else:
        name = form.cleaned_data["display_name"]
        try:
            if request.user.is_authenticated:
                join_camp(camp=camp, user=request.user, display_name=name)
            else:
                attendee = join_as_guest(camp=camp, display_name=name)
                login(request, attendee.user, backend=BACKEND)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return True
    return False


@camp_view(Access.ANYONE)
def camp_leave(request: CampRequest, camp: Camp) -> HttpResponse:
    if not request.attendee:
        return redirect(camp)
    if request.method == "POST":
        try:
            leave_camp(attendee=request.attendee)
        except ValidationError as error:
            messages.error(request, error.message)
        return redirect(camp)
    return render(request, "events/camp_leave.html", {"camp": camp})


@camp_view(Access.ATTENDEE)
def name_edit(request: CampRequest, camp: Camp) -> HttpResponse:
    """Another name in this camp."""
    attendee = request.attendee
    form = NameForm(posted(request), initial={"display_name": attendee.display_name})
    if request.method == "POST" and form.is_valid():
        attendee.display_name = form.cleaned_data["display_name"]
        attendee.save(update_fields=["display_name"])
        return redirect(camp)
    return render(request, "events/name_edit.html", {"camp": camp, "form": form}, status=status_of(form))


@camp_view(Access.ANYONE)
def invitation_accept(request: CampRequest, camp: Camp, key: str) -> HttpResponse:
    invitation = get_object_or_404(camp.invitations.select_related("attendee"), key=key)
    is_known = request.user.is_authenticated and not request.user.is_guest
    if not is_known and not invitation.attendee_id:
        # Who runs a camp must be able to come back: they need an account, not only a cookie.
        return render(request, "events/invitation_sign_in.html", {"camp": camp})
    name = invitation.attendee or request.attendee or ""
    form = NameForm(posted(request), initial={"display_name": str(name)})
    if request.method == "POST" and form.is_valid():
        try:
            _accept(request, invitation, form.cleaned_data["display_name"])
            return redirect(camp)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"camp": camp, "form": form, "invitation": invitation}
    return render(request, "events/invitation_accept.html", context, status=status_of(form))


def _accept(request: CampRequest, invitation, name: str) -> None:
    from accounts.models import User

    user = request.user if request.user.is_authenticated else User.objects.create_guest()
    accept_invitation(invitation=invitation, user=user, display_name=name)
    if user != request.user:
        login(request, user, backend=BACKEND)


@camp_view(Access.HELPER)
@require_safe
def camp_poster(request: CampRequest, camp: Camp) -> HttpResponse:
    """What hangs at the door: the QR code and the code to type."""
    url = request.build_absolute_uri(f"/j/{camp.code}/")
    return render(
        request, "events/camp_poster.html", {"camp": camp, "qr": qr_svg(url, _("QR code to join")), "url": url}
    )


@camp_view(Access.ORGANISER)
def camp_edit(request: CampRequest, camp: Camp) -> HttpResponse:
    form = CampForm(posted(request), instance=camp)
    if request.method == "POST" and form.is_valid():
        form.save()
        # More places may have come free.
        fill_places(camp=camp)
        messages.success(request, _("Saved."))
        return redirect("events:camp_edit", camp.slug)
    if form.errors:
        # A bound form writes into its instance: the page around it shows the camp as it is.
        camp.refresh_from_db()
    return render(request, "events/camp_edit.html", {"camp": camp, "form": form}, status=status_of(form))


@camp_view(Access.ORGANISER)
@require_POST
def camp_switch(request: CampRequest, camp: Camp, switch: str) -> HttpResponse:
    """Opens or closes pitching or interest, shows or hides the counts."""
    if switch in SWITCHES:
        camp.save_flags(**{switch: request.POST.get("on") == "1"})
    return redirect("events:camp_edit", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def camp_archive(request: CampRequest, camp: Camp) -> HttpResponse:
    is_archived = request.POST.get("on") != "0"
    archive_camp(camp=camp, is_archived=is_archived)
    if is_archived:
        messages.success(request, _("The camp is archived: it can be read, and not changed."))
    return redirect("events:camp_edit", camp.slug)


@camp_view(Access.ORGANISER)
def camp_delete(request: CampRequest, camp: Camp) -> HttpResponse:
    form = DeleteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            delete_camp(camp=camp, typed_name=form.cleaned_data["name"])
            return redirect("events:home")
        except ValidationError as error:
            form.add_error("name", error)
    return render(request, "events/camp_delete.html", {"camp": camp, "form": form}, status=status_of(form))


@camp_view(Access.ORGANISER)
def camp_copy(request: CampRequest, camp: Camp) -> HttpResponse:
    form = CampCopyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        new = Camp(**form.cleaned_data)
        try:
            copy_camp(source=camp, camp=new, by=request.user, display_name=request.attendee.display_name)
            return redirect("events:camp_edit", new.slug)
        except ValidationError as error:
            form.add_error(None, error.messages)
    return render(request, "events/camp_copy.html", {"camp": camp, "form": form}, status=status_of(form))
