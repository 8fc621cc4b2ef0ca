"""Who is in the camp, for organisers. Names and roles; never an e-mail address."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.form_keys import new_key
from accounts.http import form_token
from accounts.once import answered_before, done_once, note_left

from .. import stamps
from ..access import Access, camp_view
from ..address_list import AddressList
from ..caching import fill, fresh, joined, no_store, stencils
from ..forms import AddressListForm, InviteForm
from ..http import (
    AttendeeRequest,
    CampRequest,
    Undo,
    addresses,
    led_to,
    posted,
    refusal_on,
    refusal_told,
    sent_from,
    status_of,
    tell_done,
)
from ..invitations import invite, take_back_invitation
from ..listed import list_addresses, listed_among, unlist_addresses
from ..models import Attendee, Camp, Invitation, Role
from ..people import ids_in_order_of_names, named, told_apart
from ..roles import change_role, let_back_in, remove_attendee

PER_PAGE = 100
#: characters: as long as a name can be
LONGEST_SEARCH = 60
#: addresses that a sentence names
MOST_TOLD = 10


def people_shows(request: CampRequest, camp: Camp) -> tuple[object, ...]:
    """Who is in and how they are called; which invitations are too old by now."""
    invitations = list(camp.invitations.open().order_by("pk").values_list("pk", flat=True))
    return (*stamps.read(camp, stamps.FRAME, stamps.PEOPLE, stamps.CROWD), invitations)


@camp_view(Access.ORGANISER)
@no_store
@fresh(people_shows)
def people_list(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Everybody, and the form that invites helpers and organisers."""
    form = InviteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusal_on(form):
            invitation = invite(camp=camp, by=request.user, **form.cleaned_data)
            if invitation.email:
                note_left(request, invitation, "email")
                tell_done(request, _("The invitation is on its way."))
                return redirect("events:people_list", camp.slug)
            return _show_link(request, camp, invitation)
    return render(request, "events/people_list.html", _context(request, camp, form), status=status_of(form))


def _show_link(request: CampRequest, camp: Camp, invitation: Invitation) -> HttpResponse:
    note_left(request, invitation, "used_at")
    tell_done(request, _("The link is made: pass it on. It works once, within 14 days."))
    return led_to("events:people_list", camp.slug, at=f"link-{invitation.pk}")


def _show_person(camp: Camp, attendee: Attendee) -> HttpResponse:
    """Their line, on the page of the list on which it is."""
    ids = _by_name(camp.attendees.present())
    # Removed at this moment they are on none.
    page = ids.index(attendee.pk) // PER_PAGE + 1 if attendee.pk in ids else 1
    address = reverse("events:people_list", args=[camp.slug], query={"page": page} if page > 1 else None)
    return redirect(f"{address}#person-{attendee.pk}")


def _by_name(people: QuerySet[Attendee]) -> list[int]:
    """All of them, be it to show a page: names alone, as rows of thousands take longer than to sort them."""
    return ids_in_order_of_names(people.values_list("pk", "display_name"))


def _page_of(people: QuerySet[Attendee], number: str | None) -> Page[Any]:
    page: Page[Any] = Paginator(_by_name(people), PER_PAGE).get_page(number)
    rows = people.defer("news", "news_due_from").in_bulk(list(page.object_list))
    # Whoever left meanwhile is none.
    page.object_list = [rows[pk] for pk in page.object_list if pk in rows]
    return page


def _context(request: AttendeeRequest, camp: Camp, form: InviteForm) -> dict[str, object]:
    people = camp.attendees.present()
    if words := request.GET.get("q", "").strip()[:LONGEST_SEARCH]:
        people = people.filter(display_name__icontains=words)
    page = _page_of(people, request.GET.get("page"))
    return {
        "camp": camp,
        "form": form,
        "address_form": AddressListForm(),
        "page": page,
        "lines": _lines(request, camp, page),
        "words": words,
        "waiting_count": camp.attendees.waiting().count(),
        "listed_count": camp.listed_addresses.count(),
        "invitations": _open_invitations(request, camp),
    }


class PersonKind(NamedTuple):
    role: str
    is_written_down: bool
    #: others look the same
    has_namesakes: bool
    #: something may be done with them
    is_open: bool

    @property
    def roles(self) -> list[tuple[str, Any]]:
        return Role.choices


def _lines(request: AttendeeRequest, camp: Camp, people: Iterable[Attendee]) -> SafeString:
    """A line for each of them: there may be a hundred, so they are put together from stencils."""
    which, token, stencil = told_apart(camp), form_token(request), stencils()
    pages = {name: addresses(f"events:person_{name}", camp) for name in ("role", "handover", "remove")}
    lines = []
    for person in people:
        kind = PersonKind(person.role, person.is_written_down, person.pk in which, not camp.is_archived)
        values: dict[str, object] = {name: page(person.pk) for name, page in pages.items()}
        values |= {
            "pk": person.pk,
            "name": person.display_name,
            "named": named(person),
            "which": which.get(person.pk, ""),
            "token": token,
        }
        if kind.is_written_down:
            values["key"] = new_key(request.user.mark)
        lines.append(fill(stencil("events/_person.html", kind), values))
    return joined(lines)


def _open_invitations(request: CampRequest, camp: Camp) -> list[tuple[Invitation, str, str]]:
    """Newest first, with link and code of those to be passed on; what was mailed is known to its reader alone."""
    found = []
    for invitation in camp.invitations.open().select_related("attendee", "invited_by").order_by("-created_at", "-pk"):
        link = code = ""
        if shown := invitation.shown():
            address = reverse("events:invitation_accept", args=[camp.slug, shown["key"]])
            link, code = request.build_absolute_uri(address), shown["code"]
        found.append((invitation, link, code))
    return found


@camp_view(Access.ORGANISER)
@sent_from("events:people_list")
def person_role(request: CampRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    attendee: Attendee = get_object_or_404(camp.attendees.present(), pk=attendee_id)
    before = attendee.role
    with refusal_told(request):
        closed = change_role(
            attendee=attendee, role=request.POST.get("role", ""), seen=request.POST.get("seen", ""), by=request.me
        )
        note_left(request, attendee, "role")
        words = {"name": attendee, "role": attendee.get_role_display()}
        # Whoever gave their own role away cannot take it back.
        is_own = attendee == request.me
        undo = Undo(request.path, [("role", before), ("seen", attendee.role)])
        text = _("The role of %(name)s: %(role)s.")
        if closed:
            text = _("The role of %(name)s: %(role)s. Invitations from before that they could use are taken back.")
        tell_done(request, text % words, undo=None if is_own else undo)
        if is_own and not attendee.is_organiser:
            return redirect(camp)
    return _show_person(camp, attendee)


@camp_view(Access.ORGANISER)
def person_remove(request: CampRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    """They are out; or, taken back right after, in again."""
    if request.method == "POST" and request.POST.get("back"):
        return _let_back_in(request, camp, get_object_or_404(camp.attendees, pk=attendee_id))
    attendee = get_object_or_404(camp.attendees.filter(removed_at=None), pk=attendee_id)
    if request.method == "POST":
        with refusal_told(request):
            text, role = _("%(name)s is removed."), attendee.role
            if remove_attendee(attendee=attendee, by=request.me):
                text = _("%(name)s is removed. Invitations from before that they could use are taken back.")
            note_left(request, attendee, "removed_at")
            # Whoever removed themselves cannot take it back.
            is_own, at = attendee == request.me, attendee.removed_at
            undo = Undo(request.path, [("back", at.isoformat()), ("role", role)]) if at and not is_own else None
            tell_done(request, text % {"name": attendee}, undo=undo)
        return redirect(camp if attendee == request.me else reverse("events:people_list", args=[camp.slug]))
    context = {"camp": camp, "person": attendee, "which": told_apart(camp).get(attendee.pk)}
    return render(request, "events/person_remove.html", context)


def _let_back_in(request: CampRequest, camp: Camp, attendee: Attendee) -> HttpResponse:
    with refusal_told(request):
        let_back_in(attendee=attendee, role=request.POST.get("role", ""), seen=request.POST["back"])
        text = _("%(name)s is in again. Sessions by mail, if they had them, they have to ask for anew.")
        if attendee.is_waiting:
            text = _("%(name)s waits for a place: all are taken by now.")
        tell_done(request, text % {"name": attendee})
    return _show_person(camp, attendee)


@camp_view(Access.ORGANISER)
@sent_from("events:people_list")
def person_handover(request: AttendeeRequest, camp: Camp, attendee_id: int) -> HttpResponse:
    """A link by which somebody who was written down takes their place over."""
    attendee = get_object_or_404(camp.attendees.written_down(), pk=attendee_id)
    with refusal_told(request):
        return _show_link(request, camp, invite(camp=camp, by=request.user, role=Role.ATTENDEE, attendee=attendee))
    return _show_person(camp, attendee)


@camp_view(Access.ORGANISER)
def invitation_take_back(request: CampRequest, camp: Camp, invitation_id: int) -> HttpResponse:
    """Whom it was sent to, or who was given it, finds nothing there."""
    invitation = get_object_or_404(camp.invitations.open().select_related("attendee"), pk=invitation_id)
    if request.method == "POST":
        take_back_invitation(invitation=invitation)
        tell_done(request, _("The invitation is taken back: its link and its code lead nowhere any more."))
        return led_to("events:people_list", camp.slug)
    return render(request, "events/invitation_take_back.html", {"camp": camp, "invitation": invitation})


@camp_view(Access.ORGANISER, once=False)
@no_store
@sent_from("events:people_list")
def address_upload(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Addresses are put on the list of who may join, looked up in it or taken off, as the button says. A file is read
    with nothing held.
    """
    if first := answered_before(request):
        return first
    form = AddressListForm(request.POST, request.FILES)
    looked_up: list[str] = []
    if form.is_valid() and request.POST.get("do") == "look":
        # A question, no deed: asked again it is answered anew, and what was asked is written down nowhere.
        looked_up = [*_looked_up(camp, form.found.emails), *form.found.remarks]
    if looked_up or not form.is_valid():
        shown = {"address_form": form, "looked_up": looked_up}
        context = _context(request, camp, InviteForm()) | shown
        return render(request, "events/people_list.html", context, status=status_of(form))
    return done_once(request=request, do=partial(_put_on_list, request, camp, form.found))


def _put_on_list(request: CampRequest, camp: Camp, found: AddressList) -> HttpResponse:
    do = _taken_off if request.POST.get("do") == "away" else _listed
    tell_done(request, " ".join([*do(camp, found.emails), *found.remarks]))
    return led_to("events:people_list", camp.slug, at="listed")


def _listed(camp: Camp, emails: list[str]) -> list[str]:
    count = list_addresses(camp=camp, emails=emails)
    said = [ngettext("%(count)s address added.", "%(count)s addresses added.", count) % {"count": count}]
    if before := len(set(emails)) - count:
        text = ngettext("%(count)s was listed before.", "%(count)s were listed before.", before)
        said.append(text % {"count": before})
    return said


def _looked_up(camp: Camp, emails: list[str]) -> list[str]:
    """Of what was asked, and of nothing else."""
    found = listed_among(camp, emails)
    said = [_("On the list: %(emails)s.") % {"emails": _named(sorted(found))}] if found else []
    if missing := sorted(set(emails) - found):
        said.append(_("Not on the list: %(emails)s.") % {"emails": _named(missing)})
    return said


def _taken_off(camp: Camp, emails: list[str]) -> list[str]:
    count = unlist_addresses(camp=camp, emails=emails)
    text = ngettext("%(count)s address is off the list.", "%(count)s addresses are off the list.", count)
    said = [text % {"count": count}]
    if missing := len(set(emails)) - count:
        text = ngettext("%(count)s was not on it.", "%(count)s were not on it.", missing)
        said.append(text % {"count": missing})
    return [*said, _("Whoever is in stays in.")]


def _named(emails: list[str]) -> str:
    """Of many the first, and how many more."""
    first = ", ".join(emails[:MOST_TOLD])
    if len(emails) <= MOST_TOLD:
        return first
    return _("%(first)s and %(count)s more") % {"first": first, "count": len(emails) - MOST_TOLD}


@camp_view(Access.ORGANISER)
def address_drop(request: CampRequest, camp: Camp) -> HttpResponse:
    """The list is emptied."""
    if request.method == "POST":
        count = unlist_addresses(camp=camp, emails=None)
        text = ngettext("%(count)s address is off the list.", "%(count)s addresses are off the list.", count)
        tell_done(request, " ".join([text % {"count": count}, _("Whoever is in stays in.")]))
        return led_to("events:people_list", camp.slug, at="listed")
    return render(request, "events/address_drop.html", {"camp": camp, "listed_count": camp.listed_addresses.count()})
