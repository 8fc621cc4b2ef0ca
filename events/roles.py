"""What somebody may do in a camp, and how they leave it. A camp never loses its last organiser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from . import stamps
from .invitations import close_invitations
from .joining import move_up
from .models import Attendee, Camp, Role
from .news import ROLE, tell


def keep_an_organiser(camp: Camp, attendee: Attendee) -> None:
    """Refused, if they are an organiser and nobody else could run the camp.

    The camp is locked: what they are by now counts. Since they were looked up they may have become its last one.
    """
    organisers = camp.attendees.organisers()
    # Somebody written down cannot sign in, so cannot be the last one.
    others = organisers.exclude(pk=attendee.pk).filter(user__isnull=False)
    if organisers.filter(pk=attendee.pk).exists() and not others.exists():
        raise ValidationError(_("A camp needs an organiser. Make somebody else one first."))


@contextmanager
def refused_of(camp: Camp, sentence: str) -> Iterator[None]:
    """Where several camps are asked, a refusal says of which it is: the sentence has its name and why."""
    try:
        yield
    except ValidationError as refused:
        why = " ".join(refused.messages)
        raise ValidationError(sentence, params={"camp": camp, "why": why}) from refused


@transaction.atomic
def change_role(*, attendee: Attendee, role: str, by: Attendee | None, seen: str = "") -> int:
    """The attendee has the role, and is told so; a camp never loses its last organiser.

    `seen` is the role the person saw: refused if somebody gave another one since. Returns how many open invitations
    were closed, since an organiser is none any more.
    """
    camp = attendee.camp.lock()
    attendee.refresh_from_db(fields=["role", "removed_at"])
    if attendee.removed_at:
        raise ValidationError(_("%(name)s was removed meanwhile."), params={"name": attendee})
    if seen and attendee.role != seen:
        raise ValidationError(
            _("The role of %(name)s was changed meanwhile. Look again, then decide."), params={"name": attendee}
        )
    if role not in Role.values:
        raise ValidationError(_("Choose a role from the list."))
    if role != Role.ORGANISER:
        keep_an_organiser(camp, attendee)
    if attendee.role != role:
        tell(people=[attendee], kind=ROLE, by=by, role=role)
    closed = close_invitations(attendee=attendee, left=Role(role))
    parts = stamps.parts_of_roles(attendee.role, role)
    attendee.role = Role(role)
    attendee.save(update_fields=["role"])
    stamps.bump(camp, *parts)
    return closed


@transaction.atomic
def remove_attendee(*, attendee: Attendee, by: Attendee | None = None, archived: bool = False) -> int:
    """The person is out and cannot join again; the row and what they wrote stay (soft deletion). The next moves up.

    Returns how many open invitations were closed, since an organiser is none any more. `archived`: in an archived camp,
    too.
    """
    camp = attendee.camp.lock(archived=archived)
    _refuse_gone(attendee)
    keep_an_organiser(camp, attendee)
    closed = close_invitations(attendee=attendee, left=None)
    attendee.removed_at, attendee.removed_by = timezone.now(), by
    attendee.role = Role.ATTENDEE
    attendee.save(update_fields=["removed_at", "removed_by", "role"])
    attendee.invitations.filter(used_at=None).delete()
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)
    if not camp.is_archived:
        move_up(camp=camp)
    return closed


def _refuse_gone(attendee: Attendee) -> None:
    """Removed is not left, and left is not removed: whichever came first stands. The camp is locked."""
    attendee.refresh_from_db(fields=["removed_at"])
    if attendee.removed_at:
        raise ValidationError(_("%(name)s is in this camp no more."), params={"name": attendee})


@transaction.atomic
def let_back_in(*, attendee: Attendee, role: str, seen: str) -> None:
    """Whoever was removed at the moment `seen` is in again, with that role; or waits, if all places are taken since.

    Not whoever left by themselves: with no account on it their place would look like one that was written down.
    """
    camp = attendee.camp.lock()
    attendee.refresh_from_db(fields=["removed_at", "has_left", "user", "was_of"])
    # The release before this one, which may run beside it, notes only whose place it was.
    if attendee.user_id is None and (attendee.has_left or attendee.was_of_id is not None):
        raise ValidationError(
            _("%(name)s left. Only they can come back, by joining again; what they did here before stays theirs."),
            params={"name": attendee},
        )
    if attendee.removed_at is None or attendee.removed_at.isoformat() != seen:
        raise ValidationError(_("That was changed meanwhile. Look at the list again."))
    # Whoever waited before waits no more while there is room: nobody does.
    attendee.removed_at, attendee.removed_by, attendee.is_waiting = None, None, camp.is_full
    attendee.role = Role(role) if role in Role.values else Role.ATTENDEE
    attendee.save(update_fields=["removed_at", "removed_by", "is_waiting", "role"])
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)


@transaction.atomic
def leave_camp(*, attendee: Attendee) -> None:
    """The place is free for the next; whoever left may come back while there is room.

    Whose it was is kept beside it, for when they want to be erased.
    """
    camp = attendee.camp.lock(archived=True)
    _refuse_gone(attendee)
    keep_an_organiser(camp, attendee)
    close_invitations(attendee=attendee, left=Role.ATTENDEE)
    attendee.user, attendee.was_of, attendee.has_left = None, attendee.user, True
    attendee.removed_at = timezone.now()
    attendee.role = Role.ATTENDEE
    attendee.save(update_fields=["user", "was_of", "has_left", "removed_at", "role"])
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD)
    if not camp.is_archived:
        move_up(camp=camp)
