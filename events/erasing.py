"""A person is erased from a camp, or from all of them (right to erasure, GDPR article 17).

Leaving keeps the place of whoever leaves, with their name and what they did, so that they may come back. Erasing keeps
nothing that leads to them: the row goes, and with it their wishes; what others need, a session's notes say, stays
without a name. Old versions of the grid hold numbers and no names, so they forget, too. The snapshot that numbers about
wishes are told from (`pitches/wishes.py`) keeps what a nobody wished until it is taken anew: else a number would tell
what the person had wished.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import MailFailure, SignInCode, User
from accounts.told import forget_told

from . import stamps
from .editing import erase_practice
from .invitations import close_invitations
from .joining import move_up
from .models import Attendee, Camp, Invitation, ListedAddress, Role
from .roles import keep_an_organiser, refused_of
from .signals import attendee_erasing, frame_changed


@transaction.atomic
def erase_attendee(*, attendee: Attendee, with_texts: bool) -> None:
    """The person is in the camp no more, and never was: no name, no wish, no key. The next in the queue moves up.

    `with_texts`: what they wrote alone is gone, too. Archived camps forget like others, and so does a place in the camp
    that they left before. A guest's account goes with their last camp.
    """
    camp = attendee.camp.lock(archived=True)
    _read_anew(attendee)
    keep_an_organiser(camp, attendee)
    close_invitations(attendee=attendee, left=Role.ATTENDEE)
    # Before the row goes: the apps above know what is theirs.
    attendee_erasing.send(sender=Attendee, attendee=attendee, with_texts=with_texts)
    if with_texts:
        attendee.told_worries.all().delete()
    user = attendee.user
    if user is not None:
        for earlier in camp.attendees.filter(was_of=user, user=None):
            erase_attendee(attendee=earlier, with_texts=with_texts)
    if user is not None and user.email:
        camp.listed_addresses.filter(email__iexact=user.email).delete()
        camp.invitations.filter(email__iexact=user.email).delete()
    attendee.delete()
    if user is not None:
        _erase_from_practice(Attendee.objects.filter(user=user, camp__practice_of=camp))
    stamps.bump(camp, stamps.PEOPLE, stamps.CROWD, stamps.PITCHES, stamps.GRID, stamps.TAKEN)
    # Their absence is no reason any more to keep a session out of a slot.
    frame_changed.send(sender=Attendee, camp=camp)
    if not camp.is_archived:
        move_up(camp=camp)
    if user is not None and user.is_guest and _is_nowhere_now(user):
        # In no camp any more: nobody can ever sign in as them.
        user.delete()
    elif user is not None:
        # Of other camps, too: a sentence does not say of which it is.
        forget_told(user=user)


def _erase_from_practice(rows: QuerySet[Attendee]) -> None:
    """A practice copy forgets whoever ran it, too; one that nobody else can run is erased itself."""
    for one in rows.select_related("camp").order_by("camp_id"):
        others = one.camp.attendees.organisers().exclude(pk=one.pk).filter(user__isnull=False)
        if others.exists():
            erase_attendee(attendee=one, with_texts=True)
        else:
            erase_practice(practice=one.camp)


def _read_anew(attendee: Attendee) -> None:
    """Whose place it is by now, and under which address: since it was looked up a guest may have kept it. The camp is
    locked. Gone, if it became one with another: nobody is told that they are erased while all they did stands there.
    """
    row = Attendee.objects.select_related("user").get(pk=attendee.pk)
    if attendee.user is None or row.user is None or attendee.user.pk != row.user.pk:
        attendee.user = row.user
    else:
        attendee.user.email = row.user.email


def _is_nowhere_now(user: User) -> bool:
    """Neither in a camp nor left one, and so until the transaction ends: whoever joins one as them waits (row lock)."""
    list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))
    return not (user.attendees.exists() or user.left.exists())


@transaction.atomic
def erase_user(*, user: User, with_texts: bool) -> None:
    """The person is erased from every camp, also from those that they left, and there is no such account.

    Refused, and nothing is done, as long as a camp has no other organiser.
    """
    # All of them in one order, before anything in one of them goes (lock order).
    for camp in _camps_that_know(user):
        camp.lock(archived=True)
    _erase_from_camps(user, with_texts)
    if user.email:
        # Of camps they are not in: a list they stand on, an invitation they never took up.
        for found in (
            ListedAddress.objects.filter(email__iexact=user.email),
            Invitation.objects.filter(email__iexact=user.email),
        ):
            camps = {row.camp_id: row.camp for row in found.select_related("camp")}
            for _pk, camp in sorted(camps.items()):
                stamps.bump(camp, stamps.CROWD)
            found.delete()
        MailFailure.objects.filter(to__iexact=user.email).delete()
        SignInCode.objects.filter(email__iexact=user.email).delete()
    if user.pk is not None and not _is_nowhere_now(user):
        # They joined one at this very moment; none any more from now on.
        _erase_from_camps(user, with_texts)
    # A guest went with their last camp.
    if user.pk is not None:
        user.delete()


def _erase_from_camps(user: User, with_texts: bool) -> None:
    _erase_from_practice(Attendee.objects.filter(user=user, camp__practice_of__isnull=False))
    theirs = Attendee.objects.filter(Q(user=user) | Q(was_of=user, user=None)).select_related("camp")
    # What they left comes first in each camp: it would go with where they are now.
    for attendee in theirs.order_by("camp_id", F("user").asc(nulls_first=True), "pk"):
        if attendee.user_id is not None:
            # One account, not a copy for each: where it goes with a guest's last camp, the end of this knows.
            attendee.user = user
        with refused_of(attendee.camp, _("%(camp)s: %(why)s Or delete the camp first.")):
            erase_attendee(attendee=attendee, with_texts=with_texts)


def _camps_that_know(user: User) -> QuerySet[Camp]:
    """Those that they are in or left, and those on whose list, or among whose invitations, their address stands."""
    known = Q(pk__in=Attendee.objects.filter(Q(user=user) | Q(was_of=user)).values("camp"))
    if user.email:
        for rows in (ListedAddress.objects.all(), Invitation.objects.all()):
            known |= Q(pk__in=rows.filter(email__iexact=user.email).values("camp"))
    return Camp.objects.filter(known).order_by("pk")
