"""Where somebody says on which devices, and of what, they want to be told."""

from __future__ import annotations

import json
import secrets

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.once import note_left
from events.access import Access, camp_view
from events.caching import no_store
from events.http import AttendeeRequest, led_to, refusal_told, sent_from, tell_done
from events.models import Attendee, Camp

from ..models import Device, Telling
from ..wall.push import is_offered, public_key
from ..wall.telling import SIGN_IN, add_device, choose_telling, move_device, remove_devices

SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux")
#: the more special first: all say that they are Safari, and most that they are Chrome
BROWSERS = {
    "Firefox/": "Firefox", "FxiOS/": "Firefox", "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser/": "Samsung Internet",
    "Chrome/": "Chrome", "CriOS/": "Chrome", "Safari/": "Safari",
}  # fmt: skip


@camp_view(Access.ATTENDEE)
@require_safe
@no_store
def tell_me(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """My devices, and what I am told on them and by mail."""
    me = request.me
    context = {
        "camp": camp,
        "is_offered": is_offered(),
        "key": public_key() if is_offered() else "",
        "devices": me.devices.all(),
        "heard_elsewhere": _heard_elsewhere(me),
        "sign_in": request.session.get(SIGN_IN, "-"),
        "telling": Telling.objects.filter(attendee=me).first(),
        "has_address": bool(me.user and me.user.email),
    }
    return render(request, "schedule/tell_me.html", context)


def _heard_elsewhere(me: Attendee) -> set[str]:
    """Addresses of my devices that are told things of other camps, too: a browser has one for all of them."""
    others = Device.objects.filter(endpoint__in=me.devices.values("endpoint")).exclude(attendee=me)
    return set(others.values_list("endpoint", flat=True))


@camp_view(Access.ATTENDEE)
@sent_from("schedule:tell_me")
def device_add(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """This browser, which its owner has allowed to show what it is told."""
    sign_in = request.session.setdefault(SIGN_IN, secrets.token_hex(16))
    fields = {name: request.POST.get(name, "")[:2000] for name in ("endpoint", "p256dh", "auth")}
    with refusal_told(request):
        device = add_device(attendee=request.me, name=name_of(request), sign_in=sign_in, **fields)
        note_left(request, device, "endpoint")
        tell_done(request, _("This device is told from now on when a session of yours moves."))
    return led_to("schedule:tell_me", camp.slug, at="devices")


@camp_view(Access.ATTENDEE, archived=True)
@sent_from("schedule:tell_me")
def device_remove(request: AttendeeRequest, camp: Camp, device_id: int) -> HttpResponse:
    device = get_object_or_404(request.me.devices, pk=device_id)
    remove_devices(devices=Device.objects.filter(pk=device.pk))
    tell_done(request, _("%(device)s is told nothing more.") % {"device": device.name})
    return led_to("schedule:tell_me", camp.slug, at="devices")


@camp_view(Access.ATTENDEE)
@sent_from("schedule:tell_me")
def telling_choose(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """Ten minutes before; by mail."""
    with refusal_told(request):
        row = choose_telling(
            attendee=request.me, is_before="is_before" in request.POST, is_by_mail="is_by_mail" in request.POST
        )
        note_left(request, row, "is_before", "is_by_mail")
        tell_done(request, _("Saved."))
    return led_to("schedule:tell_me", camp.slug, at="choices")


@csrf_exempt
@require_POST
def device_move(request: HttpRequest) -> HttpResponse:
    """What a browser says by itself when its service gives it another address (pushsubscriptionchange).

    No page is open then that would know a token: whoever knows the address that was, knows what nobody can guess.
    """
    try:
        sent = json.loads(request.body[:5000])
        fields = {name: str(sent[name])[:2000] for name in ("earlier", "endpoint", "p256dh", "auth")}
        move_device(**fields)
    # Brackets within brackets without end are no recursion of ours.
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return HttpResponse(status=400)
    # The same for an address that nobody has.
    return HttpResponse(status=204)


def name_of(request: HttpRequest) -> str:
    """Firefox on Android, by what the browser says of itself."""
    says = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in BROWSERS.items() if mark in says), _("A browser"))
    system = next((name for name in SYSTEMS if name in says), "")
    system = {"Macintosh": "Mac", "CrOS": "Chromebook"}.get(system, system)
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
