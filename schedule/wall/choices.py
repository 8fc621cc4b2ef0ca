"""What somebody says of a session for their own day is written here, and nothing that others see."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.models import Attendee

from ..models import Choice, GridVersion, Session


@transaction.atomic
def go_to(*, session: Session, attendee: Attendee) -> None:
    """The session is where the attendee goes then; whatever they had chosen at that time is chosen no more."""
    attendee.camp.keep_open()
    _hold(attendee)
    version = GridVersion.latest(attendee.camp)
    places = version.placements.filter(is_cancelled=False) if version else None
    place = places.filter(session=session, session__pitch__withdrawn_at=None).first() if places is not None else None
    if places is None or place is None:
        raise ValidationError(_("This session is not on the grid any more."))
    beside = places.filter(starts_at__lt=place.ends_at, ends_at__gt=place.starts_at).exclude(session=session)
    attendee.choices.filter(goes=True, session__in=beside.values("session")).delete()
    choice, _is_new = Choice.objects.get_or_create(attendee=attendee, session=session, defaults={"goes": True})
    if not choice.goes:
        choice.goes, choice.since = True, timezone.now()
        choice.save(update_fields=["goes", "since"])


@transaction.atomic
def stay_away(*, session: Session, attendee: Attendee) -> None:
    """The session is off the attendee's day, whatever they wished; refused for one that they host."""
    attendee.camp.keep_open()
    _hold(attendee)
    if session.pitch.hosts.filter(pk=attendee.pk).exists():
        raise ValidationError(_("You host it: it stays in your day. You may go to another one at that time."))
    if attendee.interests.filter(pitch=session.pitch_id).exists():
        Choice.objects.update_or_create(attendee=attendee, session=session, defaults={"goes": False})
    else:
        attendee.choices.filter(session=session).delete()


def _hold(attendee: Attendee) -> None:
    """Two devices of one person choose one after the other (row lock)."""
    Attendee.objects.select_for_update(no_key=True).get(pk=attendee.pk)
