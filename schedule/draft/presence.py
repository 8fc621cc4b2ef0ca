"""Who is at the board, and what they hold, is seen by the others for as long as it is so (presence, heartbeat)."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.databases import CANNOT_WRITE, PATIENCE, waiting_no_longer_than
from events import stamps
from events.models import Attendee
from pitches.models import Pitch

from ..models import Presence, Session


class Sign(Enum):
    """By what somebody is heard of."""

    #: the board is loaded: nothing is in hand any more
    LOOKS = "looks"
    #: a page asks by itself; another window of theirs may hold something
    ASKS = "asks"
    #: the page of places is loaded, which may never ask: without scripts it is held for longer
    LIFTS = "lifts"
    #: that page asks by itself
    HOLDS = "holds"


class _Change(NamedTuple):
    """What is to be written down."""

    values: dict[str, Any]
    #: the others see something else
    is_news: bool


def _change(before: Presence | None, sign: Sign, pitch: Pitch | None, session: Session | None) -> _Change | None:
    """None, if all of that is known, and was written down a moment ago."""
    now = timezone.now()
    held = (before.pitch_id, before.session_id) if before and before.holds(now) else (None, None)
    hand = (pitch.pk if pitch else None, session.pk if session else None)
    is_there = before is not None and before.is_seen(now)
    # What asked before it was put down, and came after, takes nothing in hand again; what slept does.
    if sign is Sign.ASKS or (sign is Sign.HOLDS and is_there):
        hand = held
    is_news = not is_there or hand != held
    # Without scripts it would be held for long; a page that asks lets go soon after it died.
    is_long = before is not None and sign is Sign.HOLDS and before.held_until > now + Presence.LASTS
    if before and not (is_news or is_long or before.seen_at <= now - Presence.WRITTEN):
        return None
    lasts = Presence.HELD_UNHEARD if sign is Sign.LIFTS else Presence.LASTS
    # What another window holds ends when that one says nothing more.
    until = before.held_until if before and sign is Sign.ASKS else now + lasts
    return _Change({"seen_at": now, "pitch_id": hand[0], "session_id": hand[1], "held_until": until}, is_news)


@transaction.atomic
def be_there(*, me: Attendee, sign: Sign, pitch: Pitch | None = None, session: Session | None = None) -> None:
    """The others see that this person is at the board, and what they hold.

    A page that asks again and again is written down once in ten seconds. The others are told of it only when somebody
    comes, takes something in hand or puts it down.
    """
    before = Presence.objects.filter(attendee=me).first()
    change = _change(before, sign, pitch, session)
    if change is None:
        return
    if before is None or not Presence.objects.filter(attendee=me).update(**change.values):
        Presence.objects.get_or_create(attendee=me, defaults=change.values)
    if change.is_news:
        stamps.bump(me.camp, stamps.HANDS)


def note_there(*, me: Attendee, sign: Sign, pitch: Pitch | None = None, session: Session | None = None) -> None:
    """As `be_there`, for a page that is shown all the same where a database cannot be written to now. In an archived
    camp there is nothing to hold.
    """
    # One query, and no transaction, for all that is known.
    if me.camp.is_archived or _change(Presence.objects.filter(attendee=me).first(), sign, pitch, session) is None:
        return
    with suppress(*CANNOT_WRITE), waiting_no_longer_than(PATIENCE):
        be_there(me=me, sign=sign, pitch=pitch, session=session)
