"""Titles, texts, names and links show at once wherever something is published: calendars are told, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import ValidationError
from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.http import form_token
from events.caching import Fragment, Gaps, fill
from events.http import CampRequest
from events.models import Attendee, Camp, Slot
from events.signals import (
    attendees_merged,
    beside_asked,
    camp_shown,
    clocks_kept,
    edges_asked,
    frame_changed,
    slots_asked,
    times_moved,
    times_moving,
    waiting_asked,
    waiting_shown,
)
from events.templatetags.campgrid import form_key
from pitches.models import Pitch
from pitches.signals import pitch_merged, pitch_returned, pitch_shown, pitch_withdrawn

from ..draft.rows import read_draft
from ..draft.signals import step_done
from ..models import Device, GridVersion, Step
from .coming import Coming, coming_for
from .feeds import tell_calendars
from .kept_clocks import keep_clocks
from .live import send_out
from .mailing import stop_mails
from .publish import AllOut, pending_changes, publish_grid
from .push import is_offered
from .stamp import edges_passed, latest_version
from .telling import SIGN_IN, remove_devices, stop_telling
from .unseen import Move, unseen_of
from .whereabouts import changed_places, whereabouts, with_unseen
from .withdrawing import note_withdrawn

#: on the front page; all of them are on the grid
MOST_CHANGED = 10
#: in the banner; all of them are on My day
MOST_MOVES = 3


@receiver(post_save, sender=Pitch)
def tell_what_it_is(sender: type[Pitch], instance: Pitch, created: bool, **kwargs: Any) -> None:
    if not created and not kwargs.get("raw"):
        tell_calendars(camp=instance.camp, session__pitch=instance)


@receiver(pitch_merged)
def tell_what_it_is_part_of(sender: type[Pitch], source: Pitch, target: Pitch, **kwargs: Any) -> None:
    tell_calendars(camp=target.camp, session__pitch=target)
    # A session that the other pitch did not take over stays with this one, which is off the board.
    note_withdrawn(pitch=source, is_back=False)


@receiver(pitch_withdrawn)
def tell_what_is_withdrawn(sender: type[Pitch], pitch: Pitch, **kwargs: Any) -> None:
    note_withdrawn(pitch=pitch, is_back=False)


@receiver(pitch_returned)
def tell_what_came_back(sender: type[Pitch], pitch: Pitch, **kwargs: Any) -> None:
    note_withdrawn(pitch=pitch, is_back=True)


@receiver(m2m_changed, sender=Pitch.hosts.through)
def tell_who_hosts(sender: type, instance: Pitch | Attendee, action: str, **kwargs: Any) -> None:
    if not action.startswith("post_"):
        return
    if isinstance(instance, Pitch):
        tell_calendars(camp=instance.camp, session__pitch=instance)
    else:
        tell_calendars(camp=instance.camp)


@receiver(post_save, sender=Attendee)
def tell_what_hosts_are_called(sender: type[Attendee], instance: Attendee, created: bool, **kwargs: Any) -> None:
    shown = {"display_name"}
    if not created and not kwargs.get("raw") and shown & set(kwargs.get("update_fields") or shown):
        tell_calendars(camp=instance.camp, session__pitch__hosts=instance)


@receiver(attendees_merged)
def tell_that_two_hosts_are_one(sender: type[Attendee], attendee: Attendee, **kwargs: Any) -> None:
    tell_calendars(camp=attendee.camp, session__pitch__hosts=attendee)


@receiver(post_save, sender=Camp)
def tell_where_the_camp_is(sender: type[Camp], instance: Camp, created: bool, **kwargs: Any) -> None:
    shown = {"venue", "time_zone"}
    if not created and not kwargs.get("raw") and shown & set(kwargs.get("update_fields") or shown):
        tell_calendars(camp=instance)


@receiver(frame_changed)
def tell_what_is_so_of_rooms(sender: type, camp: Camp, **kwargs: Any) -> None:
    """Whether they are closed, which may move with a slot that no version knows, and how one joins there online.

    Once, whatever changed: a room that is given up takes both along, a slot what was closed in it. What else is so of
    rooms and slots is the version's, and told with the next one; who is away is told by no calendar.
    """
    if sender is not Attendee:
        tell_calendars(camp=camp)


@receiver(post_save, sender=Attendee)
def stop_mails_of_who_is_out(sender: type[Attendee], instance: Attendee, created: bool, **kwargs: Any) -> None:
    """Who left or was removed gets no more, also if they come back."""
    if instance.removed_at and "removed_at" in (kwargs.get("update_fields") or ()):
        stop_mails(attendee=instance)
        stop_telling(attendee=instance)


@receiver(user_logged_out)
def forget_devices_of_sign_in(sender: type, request: HttpRequest, **kwargs: Any) -> None:
    """Whoever has the device next is told nothing."""
    if sign_in := request.session.get(SIGN_IN):
        remove_devices(devices=Device.objects.filter(sign_in=sign_in))


@receiver(times_moving)
def say_what_else_waits(sender: type[Camp], camp: Camp, **kwargs: Any) -> bool:
    """Whether the draft holds changes that nobody has published: sessions, their times and lengths, rooms, slots."""
    latest = GridVersion.latest(camp)
    return latest is not None and bool(pending_changes(latest, read_draft(camp)))


@receiver(times_moved)
def publish_new_times(sender: type[Camp], camp: Camp, by: Attendee | None, waits: bool, **kwargs: Any) -> int | None:
    """The grid that is published, at its new times: what else waits on the draft nobody asked to publish."""
    if GridVersion.latest(camp) is None:
        return None
    if waits:
        raise ValidationError(
            _(
                "The draft of the grid holds other changes that nobody has published. Save without publishing, look at "
                "the draft, and publish there."
            )
        )
    try:
        # It is the grid that was published, whatever it breaks.
        return publish_grid(camp=camp, by=by, accept_broken=True).number
    except AllOut:
        # There are no slots that could move with the days.
        return None


@receiver(step_done)
def send_out_what_was_done(sender: type[Step], camp: Camp, kind: str, by: Attendee | None, **kwargs: Any) -> None:
    """In live mode."""
    send_out(camp=camp, kind=kind, by=by)


@receiver(clocks_kept)
def keep_published_clocks(sender: type[Camp], camp: Camp, old: ZoneInfo, **kwargs: Any) -> int | None:
    """The grid that is published shows the times it showed."""
    version = keep_clocks(camp=camp, old=old)
    return version.number if version else None


# -- every page of who is in --------------------------------------------------------------------------------


@receiver(waiting_asked)
def say_what_they_have_not_seen(sender: type[Attendee], me: Attendee, **kwargs: Any) -> tuple[object, ...]:
    unseen = unseen_of(me)
    # Where nothing waits, another version is no other page.
    return (unseen, me.camp.today()) if unseen.moves or unseen.tags else ()


@receiver(waiting_shown)
def tell_what_they_have_not_seen(sender: type[Attendee], request: CampRequest, back: str, **kwargs: Any) -> SafeString:
    """The banner; nothing where nothing moved."""
    unseen = unseen_of(request.me)
    if not unseen.moves:
        return SafeString("")
    banner = _banner(request.camp.slug, unseen.moves, unseen.at, is_offered(), get_language())
    key = form_key(Context({"request": request}))
    return fill(banner, {"token": form_token(request), "key": key, "back": back})


@lru_cache(maxsize=500)
def _banner(slug: str, moves: tuple[Move, ...], at: datetime | None, offers: bool, language: str) -> Fragment:
    """In that language: a hall is told the same by a handful of these (memoised)."""
    gaps, shown = Gaps(), moves[:MOST_MOVES]
    whys = {move.why for move in moves}
    # Said once, where it is so of all.
    why = whys.pop() if len(whys) == 1 else ""
    context = {
        "slug": slug,
        "head": _head_of(moves) if len(moves) == 1 else _("Your day changed"),
        "moves": [move._replace(why="") for move in shown] if why else _each_why_once(shown),
        "why": why,
        "more": max(0, len(moves) - MOST_MOVES),
        "seen": at.isoformat() if at else "",
        "is_offered": offers,
        "gaps": gaps,
    }
    return gaps.split(render_to_string("schedule/_unseen.html", context))


def _each_why_once(moves: Sequence[Move]) -> list[Move]:
    """A long line that is the why of several is written out beside the first of them."""
    said, told = set[str](), []
    for move in moves:
        told.append(move._replace(why=_("as above")) if move.why in said else move)
        said.update(filter(None, [move.why]))
    return told


def _head_of(moves: Sequence[Move]) -> str:
    [move] = moves
    if move.is_gone:
        return _("Cancelled")
    return _("Moved") if move.before else _("On the grid again")


# -- pages of the apps below --------------------------------------------------------------------------------


@receiver(pitch_shown)
def say_where_it_runs(sender: type[Pitch], pitch: Pitch, me: Attendee | None, **kwargs: Any) -> SafeString:
    """When and where each running is, on the pitch's page."""
    places = whereabouts(pitch.camp, session__pitch=pitch) if pitch.is_shown else []
    places = with_unseen(places, me)
    context = {"places": places, "is_in": me is not None}
    return render_to_string("schedule/_pitch_places.html", context) if places else SafeString("")


@receiver(camp_shown)
def say_what_moved(sender: type[Camp], camp: Camp, me: Attendee | None, **kwargs: Any) -> SafeString:
    """What moved, lost its room or fell off, on the camp's front page; of what is over nobody needs it."""
    if camp.is_over or camp.is_archived:
        return SafeString("")
    now = timezone.now()
    ahead = [place for place in changed_places(camp) if place.ends_at > now]
    if not ahead:
        return SafeString("")
    context = {"camp": camp, "places": with_unseen(ahead[:MOST_CHANGED], me), "more": max(0, len(ahead) - MOST_CHANGED)}
    return render_to_string("schedule/_changed_places.html", context)


@receiver(edges_asked)
def say_how_far_the_day_is(sender: type[Camp], camp: Camp, grid: int, **kwargs: Any) -> int:
    return edges_passed(camp, (grid,))


@receiver(slots_asked)
def tell_slots_as_published(sender: type[Camp], camp: Camp, grid: int, **kwargs: Any) -> list[Slot] | None:
    version = latest_version(camp, (grid,))
    return version.slots() if version else None


@receiver(beside_asked)
def say_what_is_next(sender: type[Camp], request: CampRequest, **kwargs: Any) -> Coming | None:
    """On every page of a running camp."""
    return coming_for(request)
