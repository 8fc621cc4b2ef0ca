"""A camp as a whole: its settings, its switches, into the archive and out of it, gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from . import stamps
from .joining import move_up
from .models import Attendee, Camp, DeletedCamp
from .news import mail_no_news
from .shifting import Clocks, Follow, move_with_camp
from .signals import camp_deleting, clocks_kept, frame_changed, times_moved, times_moving

#: the columns of a camp that say where and when its sessions can be: how far it is, and what has begun
OF_THE_GRID = ("walking_minutes", "starts_on", "ends_on", "time_zone")


class Edited(NamedTuple):
    """What followed from an edit of the camp."""

    #: slots that stand at other times
    moved: int
    #: the number of the version that was published with it
    version: int | None
    #: people who moved up from the waiting list
    came_in: int


@transaction.atomic
def edit_camp(
    *,
    camp: Camp,
    fields: Iterable[str],
    by: Attendee | None,
    clocks: str = "",
    follow: str = "",
    publish: bool = False,
) -> Edited:
    """The camp is as given in these fields; whoever waited for a place that there is now has moved up.

    Where the time zone or the days are others, its slots stand where the answers say: see `move_with_camp`, also for
    what is refused. Clock times that stay do so in what is published, too. `publish` brings a published grid to other
    days at once; its hosts are told, but not `by`.
    """
    before, fields = camp.lock(), list(fields)
    publish = publish and follow == Follow.MOVE
    # Asked before anything stands elsewhere: afterwards the new times themselves are what waits.
    waits = publish and any(answer for _receiver, answer in times_moving.send(sender=Camp, camp=before))
    moved = move_with_camp(before=before, after=camp, clocks=clocks, follow=follow)
    answers: list[tuple[Any, Any]] = []
    if clocks == Clocks.CLOCK and before.time_zone != camp.time_zone:
        answers += clocks_kept.send(sender=Camp, camp=camp, old=before.tz)
    # After what is published: whoever hears of it tells calendars all that is different, and that counts once; days
    # that move count for themselves when they are published, below.
    camp.save(update_fields=fields)
    came_in = len(move_up(camp=camp))
    stamps.bump(camp, stamps.FRAME)
    # Another text or colour is no reason to look at the draft again.
    if any(name in fields and getattr(before, name) != getattr(camp, name) for name in OF_THE_GRID):
        frame_changed.send(sender=Camp, camp=camp)
    if moved and publish:
        answers += times_moved.send(sender=Camp, camp=camp, by=by, waits=waits)
    version = max((number for _receiver, number in answers if number), default=None)
    return Edited(moved, version, came_in)


@transaction.atomic
def save_only(*, camp: Camp, thing: Model, fields: Collection[str]) -> None:
    """Of that row of the camp just these columns are as given: what others saved in the rest since it was read stays.
    By an operator, in an archived camp, too.
    """
    camp.lock(archived=True)
    thing.save(update_fields=fields)


@transaction.atomic
def switch_camp(*, camp: Camp, **flags: bool) -> None:
    """Pitching or interest is open or closed, hosts claim cells or do not, counts or checklist are shown."""
    camp.lock()
    camp.save_flags(**flags)
    stamps.bump(camp, stamps.FRAME)


@transaction.atomic
def archive_camp(*, camp: Camp, is_archived: bool = True) -> None:
    """The camp can be read and not changed any more; or it is taken out of the archive again, and whoever waited for a
    place that came free meanwhile has moved up. There is nothing left to practise: a practice copy is erased.
    """
    if camp.lock(archived=True).is_archived == is_archived:
        return
    for practice in Camp.objects.filter(practice_of=camp):
        erase_practice(practice=practice)
    camp.archived_at = timezone.now() if is_archived else None
    camp.save(update_fields=["archived_at"])
    stamps.bump(camp, stamps.FRAME)
    if is_archived:
        # Whenever it leaves the archive: what waits now is late by then.
        mail_no_news(camp=camp)
    else:
        move_up(camp=camp)


@transaction.atomic
def delete_camp(*, camp: Camp, typed_name: str) -> None:
    """Everything of the camp is gone, if its name was typed; at its address stands that it was deleted, and when."""
    if typed_name.strip() != camp.name:
        raise ValidationError(_("Type “%(name)s” to delete the camp."), params={"name": camp.name})
    # Whoever joins at this moment is done first, or finds the camp gone; so does a tap, which holds its pitch.
    camp = camp.lock(archived=True)
    for practice in Camp.objects.filter(practice_of=camp):
        erase_practice(practice=practice)
    if not camp.is_practice:
        DeletedCamp.of(camp).save()
    camp_deleting.send(sender=Camp, camp=camp)
    camp.delete()


@transaction.atomic
def erase_practice(*, practice: Camp) -> None:
    """The practice copy is gone, and nothing tells that there was one."""
    practice = practice.lock(archived=True)
    camp_deleting.send(sender=Camp, camp=practice)
    practice.delete()


def erase_old_practice() -> int:
    """Practice copies whose day is over are gone; how many those were."""
    count = 0
    for practice in Camp.objects.practice_to_erase():
        # Somebody may press "Erase now" at this moment.
        with suppress(Camp.DoesNotExist):
            erase_practice(practice=practice)
            count += 1
    return count
