"""Who is at the board, and what they hold, is seen by the others for as long as it is so (presence, heartbeat)."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum

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


@transaction.atomic
def be_there(*, me: Attendee, sign: Sign, pitch: Pitch | None = None, session: Session | None = None) -> None:
    """The others see that this person is at the board, and what they hold.

    A page that asks again and again is written down once in ten seconds, and what the others see changes only when
    somebody comes, takes something in hand or puts it down: two statements in all then, none else.
    """
    now = timezone.now()
    before = Presence.objects.filter(attendee=me).first()
    held = (before.pitch_id, before.session_id) if before and before.holds(now) else (None, None)
    hand = (pitch.pk if pitch else None, session.pk if session else None)
    if sign is Sign.ASKS:
        hand = held
    is_new = before is None or before.seen_at <= now - Presence.LASTS
    if before and not is_new and hand == held and sign in (Sign.ASKS, Sign.HOLDS):
        is_held_on = hand[0] is None or sign is Sign.ASKS or before.held_until > now + Presence.WRITTEN
        if before.seen_at > now - Presence.WRITTEN and is_held_on:
            return
    lasts = Presence.HELD_UNHEARD if sign is Sign.LIFTS else Presence.LASTS
    values = {"seen_at": now, "pitch_id": hand[0], "session_id": hand[1], "held_until": now + lasts}
    if sign is Sign.ASKS and before:
        values["held_until"] = before.held_until
    Presence.objects.update_or_create(attendee=me, defaults=values)
    if is_new or hand != held:
        stamps.bump(me.camp, stamps.HANDS)


def note_there(*, me: Attendee, sign: Sign, pitch: Pitch | None = None, session: Session | None = None) -> None:
    """As `be_there`, for a page that is shown all the same where a database cannot be written to now. In an archived
    camp there is nothing to hold.
    """
    if me.camp.is_archived:
        return
    with suppress(*CANNOT_WRITE), waiting_no_longer_than(PATIENCE):
        be_there(me=me, sign=sign, pitch=pitch, session=session)
