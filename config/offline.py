"""Without a network: the service worker, the page for where nothing is kept, and what a device keeps of a camp.

Stands above all apps, since a camp's list names pages of each. What is kept, when it goes: docs/adr/0016.
"""

from __future__ import annotations

import json

from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events import stamps
from events.access import Access, camp_view
from events.caching import fresh, release
from events.http import AttendeeRequest, CampRequest, addresses
from events.keeping import HEADER, NOBODY, kept_on_devices, person_of
from events.models import Attendee, Camp
from schedule.models import Session

#: what the worker is made of, in the order in which it is read: static/worker
PARTS = ("known", "pages", "visits", "push")
#: of one's own day so many sessions are kept before they are read
MOST_SESSIONS = 15


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. At the root, for it serves whatever is below its own address.

    It names its parts by what is in them: one of another release is another script, and the browser takes it.
    """
    parts = [static(f"worker/{part}.js") for part in PARTS]
    facts = {"release": release(), "neutral": reverse("offline"), "header": HEADER}
    text = f"self.campgrid = {json.dumps(facts)};\nimportScripts({json.dumps(parts)[1:-1]});\n"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """For where there is no network and nothing is kept: the same for everybody, and about nobody."""
    return HttpResponse(render_to_string("offline.html", {"is_neutral": True}))


@camp_view(Access.ANYONE)
@require_safe
def camp_kept(request: CampRequest, camp: Camp) -> HttpResponse:
    """Whose device it is, which pages it shall have, and how often anything of each part was taken from readers.

    A device asks this whenever it is in touch (revalidation): a page is shown without a network only as long as nothing
    was taken from it since it was kept.
    """
    address = camp.get_absolute_url()
    session = addresses("session_detail", camp)
    taken = stamps.read_taken(camp)
    written = sum(number for part, number in taken.items() if part is not None)
    answer = {
        "person": person_of(request),
        "attendee": request.attendee.mark if request.attendee else NOBODY,
        # A page of another one is fetched anew.
        "release": release(),
        "taken": {
            address: taken.pop(None, 0),
            reverse("notes:record_list", args=[camp.slug]): written,
            f"{address}write-ups/": written,
            **{session(int(part)): number for part, number in taken.items() if part and part.isdigit()},
        },
        "pages": _pages(camp, request.me),
    }
    return JsonResponse(answer)


def _pages(camp: Camp, me: Attendee | None) -> list[str]:
    """What a device has after one visit, the most wanted first; of a practice copy nothing."""
    if camp.is_practice:
        return []
    names = ["schedule:grid_detail", "events:camp_detail", "pitches:pitch_list"]
    if me is None:
        return [reverse(name, args=[camp.slug]) for name in names]
    names = ["schedule:my_interests", *names, "camp_waiting"]
    if camp.takes_pitches_of(me):
        names.append("pitches:pitch_create")
    pages = [reverse(name, args=[camp.slug]) for name in names]
    for pk, rule in _sessions_of(camp, me):
        pages.append(reverse("session_detail", args=[camp.slug, pk]))
        if rule != Session.NotesRule.NONE and not camp.is_archived:
            pages.append(reverse("notes:note_edit", args=[camp.slug, pk]))
    return pages


def _sessions_of(camp: Camp, me: Attendee) -> list[tuple[int, str]]:
    """Those of one's own day: hosted, wished for or chosen."""
    mine = Q(pitch__hosts=me) | Q(pitch__interests__attendee=me) | Q(choices__attendee=me, choices__goes=True)
    rows = camp.sessions.published().filter(mine).annotate(at=Max("placements__starts_at")).order_by("at", "pk")
    return list(rows.values_list("pk", "notes_rule")[:MOST_SESSIONS])


def waiting_shows(request: CampRequest, camp: Camp) -> tuple[int, ...]:
    """Nothing of the camp but its frame: what waits is on the device alone."""
    return stamps.read(camp, stamps.FRAME)


@camp_view(Access.ATTENDEE)
@require_safe
@kept_on_devices
@fresh(waiting_shows)
def camp_waiting(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """What was typed and tapped without a network: the device lists it, there is nothing of it here."""
    return render(request, "camp_waiting.html", {"camp": camp})
