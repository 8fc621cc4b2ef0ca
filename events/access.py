"""The one place that asks "may you?", and whether the camp may be changed at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import IntEnum
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.databases import CANNOT_WRITE
from accounts.http import wants_json
from accounts.models import User
from accounts.once import answered_before, done_once
from accounts.rows import made_of
from accounts.statements import columns_of, found_by, statement, table_of
from accounts.typed import typed_in

from .http import CampRequest, page_asked_from
from .models import Attendee, Camp, CampArchived, DeletedCamp, HelperRight

#: methods that change nothing (RFC 9110, 9.2.1)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Access(IntEnum):
    """What a camp page asks for; each includes those below it."""

    ANYONE = 0
    ATTENDEE = 1
    HELPER = 2
    ORGANISER = 3


class CampGone(Http404):
    """There was a camp, and who asks may know it: the page that was not found says so (410 Gone, RFC 9110, 15.5.11)."""

    def __init__(self, camp: DeletedCamp) -> None:
        day = date_format(camp.deleted_on, "j F Y")
        super().__init__(_("This camp was deleted by its organisers on %(day)s.") % {"day": day})


def level_of(me: Attendee | None) -> Access:
    """How far somebody gets who is in; anybody else gets no further than anyone."""
    if me is None:
        return Access.ANYONE
    if me.is_organiser:
        return Access.ORGANISER
    return Access.HELPER if me.is_helper else Access.ATTENDEE


def deny(
    request: CampRequest, camp: Camp, access: Access, helpers: Collection[HelperRight] = ()
) -> HttpResponse | None:
    """None if they may; else the way to the join page, 404 for strangers, 403 for the wrong role."""
    level = level_of(request.me)
    if level >= access:
        return None
    if level == Access.HELPER and any(map(camp.lets_helpers, helpers)):
        return None
    if level == Access.ANYONE:
        if access > Access.ATTENDEE:
            raise Http404
        return _to_join_page(request, camp)
    raise PermissionDenied


def is_outside(request: CampRequest, asks: User | AnonymousUser) -> bool:
    """Neither in the camp nor waiting for a place; `asks` is who sent the request, also where that is no matter."""
    if request.attendee is not None:
        return False
    return not asks.is_authenticated or _attendee_in(request.camp.slug, asks) is None


def _turn_away(request: CampRequest, camp: Camp, *, is_page: bool) -> HttpResponse:
    """A page leads to the join page; a feed, a calendar or a file is not there."""
    if not is_page:
        raise Http404
    return _to_join_page(request, camp)


def _to_join_page(request: CampRequest, camp: Camp) -> HttpResponse:
    if wants_json(request):
        if request.user.is_authenticated:
            return JsonResponse({"problem": _("You are not in this camp any more.")}, status=403)
        # Signed in again they may: a script keeps what it could not send (401, RFC 9110, 15.5.2).
        return JsonResponse({"problem": _("You are not signed in any more.")}, status=401)
    if typed := typed_in(request):
        context = {
            "title": _why_outside(request),
            "text": _("This could not be saved. What you typed is kept on this page."),
            "typed": typed,
            "join": reverse("events:camp_join", args=[camp.slug]) if request.attendee is None else "",
        }
        return render(request, "error.html", context, status=403)
    # A POST address cannot be gone back to: return to the page the person sees.
    back = request.get_full_path()
    if request.method != "GET":
        back = page_asked_from(request) or ""
    address = reverse("events:camp_join", args=[camp.slug])
    if back:
        address += "?" + urlencode({"next": back})
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _why_outside(request: CampRequest) -> str:
    if request.attendee is not None:
        return _("You wait for a place in this camp")
    if request.user.is_authenticated:
        return _("You are not in this camp any more")
    return _("You are not signed in any more")


def _refuse_stranger_to_practice(camp: Camp, asks: User | AnonymousUser, *, is_in: bool) -> None:
    """A practice copy is there for those alone who run its camp at this moment, and no longer than its day.

    By no key, code or file either: nothing of it is there for anybody else. From here on it knows its camp.
    """
    if not asks.is_authenticated or not is_in or camp.erase_at <= timezone.now():
        raise Http404
    runs = Attendee.objects.organisers().filter(camp=camp.practice_of_id, user=asks).select_related("camp").first()
    if runs is None:
        raise Http404
    camp.practice_of = runs.camp


def refuse_change(request: CampRequest, camp: Camp) -> None:
    """An archived camp is read with safe methods only."""
    if request.method not in SAFE_METHODS:
        camp.refuse_archived()


def _say_archived(request: CampRequest, refused: CampArchived) -> HttpResponse:
    if request.htmx:
        # The page was loaded before the camp went into the archive: loaded again it says so.
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    raise PermissionDenied(refused.message)


def find_camp(slug: str, user: User | AnonymousUser) -> tuple[Camp, Attendee | None]:
    """The camp of that address, and the person's place in it: one query for whoever has a place."""
    if user.is_authenticated and (attendee := _attendee_in(slug, user)):
        return attendee.camp, attendee
    if camp := _camp_at(slug):
        return camp, None
    if gone := DeletedCamp.objects.told_to(user, slug):
        raise CampGone(gone)
    raise Http404


def _camp_at(slug: str) -> Camp | None:
    """Written out for the same reason as below: it is a third of what the calendar costs strangers."""
    sql = statement("SELECT {columns} FROM {camps} WHERE slug = %s", columns=columns_of(Camp), camps=table_of(Camp))
    return next((made_of(Camp, row) for row in found_by(sql, [slug])), None)


def _attendee_in(slug: str, user: User) -> Attendee | None:
    """The place in the camp of that address, with the camp; written out, since every page asks it first."""
    sql = statement(
        "SELECT {of_attendee}, {of_camp} FROM {attendees} JOIN {camps} ON {camps}.id = {attendees}.camp_id "
        "WHERE {camps}.slug = %s AND {attendees}.user_id = %s AND {attendees}.removed_at IS NULL",
        of_attendee=columns_of(Attendee),
        of_camp=columns_of(Camp),
        attendees=table_of(Attendee),
        camps=table_of(Camp),
    )
    rows = found_by(sql, [slug, user.pk])
    if not rows:
        return None
    [row] = rows
    middle = len(Attendee._meta.concrete_fields)
    attendee = made_of(Attendee, row[:middle])
    # Both ends of the relation are known: no query when a template or a service follows it.
    attendee.camp, attendee.user = made_of(Camp, row[middle:]), user
    return attendee


View = Callable[..., HttpResponse]


def camp_view(
    access: Access,
    *,
    helpers: Collection[HelperRight] = (),
    archived: bool = False,
    personal: bool = True,
    closed: bool = False,
    once: bool = True,
) -> Callable[[View], View]:
    """The view gets its Camp, `request.attendee`, `request.me` and the camp's time zone, or is not called at all.

    With `helpers` those who help may, too, where the camp's organisers gave them one of these rights.

    A view with `archived` may change an archived camp, too; docs/words.md says which may, and why. One that is not
    `personal` answers everybody as it answers strangers: who asks is not even looked up, unless the camp is closed to
    strangers. One with `closed` answers them there, too: it is the way in, or its address is a key. One that is not
    `once` calls `done_once` itself, for it works long before it changes anything.
    """

    def decorate(view: View) -> View:
        def answer(request: CampRequest, camp: str, **kwargs: Any) -> HttpResponse:
            asks = request.user
            if not personal:
                request.user = AnonymousUser()
            found, request.attendee = find_camp(camp, request.user)
            if found.is_practice:
                _refuse_stranger_to_practice(found, asks, is_in=request.attendee is not None or not personal)
            request.camp = found
            request.me = request.attendee if request.attendee and request.attendee.is_present else None
            with timezone.override(found.tz):
                if denied := deny(request, found, access, helpers):
                    return denied
                if found.is_closed and not closed and is_outside(request, asks):
                    return _turn_away(request, found, is_page=personal)
                try:
                    request.is_closed = found.is_archived and not archived
                    if not archived:
                        refuse_change(request, found)
                    if not once:
                        return view(request, found, **kwargs)
                    return done_once(request=request, do=lambda: view(request, found, **kwargs))
                except CampArchived as refused:
                    return _say_archived(request, refused)
                except (Http404, PermissionDenied, SuspiciousOperation, *CANNOT_WRITE):
                    # Answered elsewhere: a database that is away is not asked once more.
                    raise
                except Exception as error:
                    # Somebody deleted it since it was found: a service that locks it sees that, and whatever reads its
                    # rows one kind after the other misses some.
                    if not Camp.objects.filter(pk=found.pk).exists():
                        raise Http404 from error
                    raise

        @wraps(view)
        def wrapper(request: CampRequest, camp: str, **kwargs: Any) -> HttpResponse:
            try:
                return answer(request, camp, **kwargs)
            except (Http404, PermissionDenied):
                # Sent twice, and what the first did took the camp or the right away: the same answer, nothing more.
                if first := answered_before(request):
                    return first
                raise

        wrapper.camp_access = access  # type: ignore[attr-defined]
        wrapper.camp_helpers = frozenset(helpers)  # type: ignore[attr-defined]
        wrapper.camp_archived = archived  # type: ignore[attr-defined]
        return wrapper

    return decorate
