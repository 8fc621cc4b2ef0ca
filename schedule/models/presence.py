"""Who has the board open, and what they hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Attendee
from pitches.models import Pitch

from .session import Session


class PresenceQuerySet(models.QuerySet["Presence"]):
    def beside(self, me: Attendee, now: datetime) -> PresenceQuerySet:
        """The others who are at the board, in the order of their names."""
        is_there = models.Q(seen_at__gt=now - Presence.LASTS) | models.Q(pitch__isnull=False, held_until__gt=now)
        there = self.filter(is_there, attendee__camp=me.camp_id).exclude(attendee=me)
        return there.select_related("attendee", "pitch").order_by("attendee__display_name", "attendee")


class Presence(models.Model):
    """That somebody looks at the draft, and the session that they have in hand; it ends by itself (heartbeat, lease).

    It locks nothing: others are told.
    """

    #: whoever is not heard of for that long is gone
    LASTS = timedelta(seconds=20)
    #: a page that asks is written down once in that time, however often it asks
    WRITTEN = timedelta(seconds=10)
    #: for what is held by a page without scripts, which says nothing any more
    HELD_UNHEARD = timedelta(seconds=90)

    attendee = models.OneToOneField(Attendee, models.CASCADE, related_name="presence", primary_key=True)
    seen_at = models.DateTimeField(default=timezone.now)
    #: what is in hand; null: nothing
    pitch = models.ForeignKey(Pitch, models.SET_NULL, null=True, blank=True, related_name="+")
    #: which running of it; null: it waits
    session = models.ForeignKey(Session, models.SET_NULL, null=True, blank=True, related_name="+")
    held_until = models.DateTimeField(default=timezone.now)

    objects = PresenceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"presence {self.pk}"

    def is_seen(self, now: datetime) -> bool:
        return self.seen_at > now - self.LASTS or self.holds(now)

    def holds(self, now: datetime) -> bool:
        return self.pitch_id is not None and self.held_until > now

    @property
    def words(self) -> str:
        """What the card says."""
        return _("%(name)s holds this") % {"name": self.attendee.display_name}

    @property
    def card(self) -> str:
        """Of what stands for it on the page: the id of its entry, or of its line among those that wait."""
        return f"entry-{self.session_id}" if self.session_id else f"waiting-{self.pitch_id}"
