"""Who is in the camp, for organisers. Names and roles; never an e-mail address."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ..access import Access, camp_view
from ..forms import AddressListForm, InviteForm
from ..http import CampRequest, posted, status_of
from ..models import Attendee, Camp, Role
from ..services import change_role, invite, list_addresses, remove_attendee


@camp_view(Access.ORGANISER)
def people_list(request: CampRequest, camp: Camp) -> HttpResponse:
    """Everybody, and the form that invites helpers and organisers."""
    form = InviteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        invitation = invite(camp=camp, **form.cleaned_data)
        if invitation.email:
            messages.success(request, _("The invitation is on its way."))
        return redirect("events:people_list", camp.slug)
    return render(request, "events/people_list.html", _context(request, camp, form), status=status_of(form))


def _context(request: CampRequest, camp: Camp, form: InviteForm) -> dict[str, object]:
    people = camp.attendees.present().order_by("display_name", "pk")
    if words := request.GET.get("q", "").strip():
        people = people.filter(display_name__icontains=words)
    links = [
        (i, request.build_absolute_uri(f"/{camp.slug}/invitations/{i.key}/"))
        for i in camp.invitations.filter(used_at=None, email="").select_related("attendee").order_by("-created_at")
        if i.is_open
    ]
    return {
        "camp": camp,
        "form": form,
        "address_form": AddressListForm(),
        "page": Paginator(people, 100).get_page(request.GET.get("page")),
        "words": words,
        "waiting_count": camp.attendees.waiting().count(),
        "listed_count": camp.listed_addresses.count(),
        "links": links,
        "roles": Role.choices,
    }


def _try(request: CampRequest, camp: Camp, verb, **arguments: object) -> HttpResponse:
    try:
        verb(**arguments)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("events:people_list", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def person_role(request: CampRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    attendee: Attendee = get_object_or_404(camp.attendees.present(), pk=attendee_id)
    role = request.POST.get("role")
    if role not in Role.values:
        messages.error(request, _("Choose a role from the list."))
        return redirect("events:people_list", camp.slug)
    return _try(request, camp, change_role, attendee=attendee, role=role)


@camp_view(Access.ORGANISER)
@require_POST
def person_remove(request: CampRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    attendee = get_object_or_404(camp.attendees.filter(removed_at=None), pk=attendee_id)
    return _try(request, camp, remove_attendee, attendee=attendee)


@camp_view(Access.ORGANISER)
@require_POST
def person_handover(request: CampRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    """A link by which somebody who was written down takes their place over."""
    attendee = get_object_or_404(camp.attendees.present().filter(user=None), pk=attendee_id)
    invite(camp=camp, role=Role.ATTENDEE, attendee=attendee)
    return redirect("events:people_list", camp.slug)


@camp_view(Access.ORGANISER)
@require_POST
def address_upload(request: CampRequest, camp: Camp) -> HttpResponse:
    form = AddressListForm(request.POST, request.FILES)
    if form.is_valid():
        count = list_addresses(camp=camp, emails=form.cleaned_data["file"])
        text = ngettext("%(count)s address added.", "%(count)s addresses added.", count)
        messages.success(request, text % {"count": count})
        return redirect("events:people_list", camp.slug)
    context = _context(request, camp, InviteForm()) | {"address_form": form}
    return render(request, "events/people_list.html", context, status=422)
