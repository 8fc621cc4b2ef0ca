"""Links by which somebody gets into a camp: how they are made, and when they lead nowhere any more."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.limits import Limit, count_one
from accounts.mail import send_later
from accounts.models import User

from . import stamps
from .models import Attendee, Camp, Invitation, Role

#: nobody has us send words of theirs to hundreds of strangers
INVITED_BY_ONE = (Limit("invited-by", 20, timedelta(hours=1)), Limit("invited-by-day", 50, timedelta(days=1)))
INVITED_TO_ONE_CAMP = (Limit("invited-camp", 30, timedelta(hours=1)),)
#: of all camps together
INVITED_AT_ONE_ADDRESS = (Limit("invited-address", 3, timedelta(days=1)),)


def _refuse_more_invitations(camp: Camp, by: User, email: str) -> None:
    for limits, who, text in (
        (INVITED_BY_ONE, str(by.pk), _("You have invited many people. Wait an hour, or pass on a link yourself.")),
        (INVITED_TO_ONE_CAMP, str(camp.pk), _("This camp has invited many people. Wait an hour, or pass on a link.")),
        (INVITED_AT_ONE_ADDRESS, email, _("That address was invited several times today. Ask them to look for it.")),
    ):
        if not all(count_one(limit=limit, who=who) for limit in limits):
            raise ValidationError(text)


@transaction.atomic
def invite(*, camp: Camp, by: User, role: str, email: str = "", attendee: Attendee | None = None) -> Invitation:
    """A link that works once, within 14 days, with a code; mailed if there is an address, else shown to pass on."""
    camp = camp.lock()
    camp.refuse_practice()
    if email:
        _refuse_more_invitations(camp, by, email)
    invitation = Invitation.objects.issue(
        is_shown=not email,
        camp=camp,
        role=role,
        email=email,
        attendee=attendee,
        invited_by=camp.attendees.filter(user=by).first(),
    )
    stamps.bump(camp, stamps.CROWD)
    if email:
        code = f"{invitation.code[:4]}-{invitation.code[4:]}"
        send_later(
            subject=_("Help run %(camp)s") % {"camp": camp},
            body=_(
                "You are invited to %(camp)s as %(role)s. Open this link and sign in with this e-mail address:\n\n"
                "%(url)s\n\n"
                "Or type this code at %(type_at)s:\n\n    %(code)s\n\n"
                "It works once, within 14 days. If you do not want to, do nothing."
            )
            % {
                "camp": camp,
                "role": invitation.get_role_display().lower(),
                "url": settings.SITE_URL + reverse("events:invitation_accept", args=[camp.slug, invitation.key]),
                "type_at": settings.SITE_URL + reverse("events:code_enter"),
                "code": code,
            },
            to=[email],
        )
    return invitation


@transaction.atomic
def close_invitations(*, attendee: Attendee, left: Role | None) -> int:
    """Whoever was an organiser and has this role left (None: none at all) gets no more back by a link from before.

    Whatever they invited to is closed, and so is a link to be passed on that gives more than they have left: they could
    read it on the page of people. One of an earlier release may be theirs, nobody knows. Returns how many were closed.
    """
    camp = attendee.camp
    if left == Role.ORGANISER or not camp.attendees.filter(pk=attendee.pk, role=Role.ORGANISER).exists():
        return 0
    more = [role for role in Role if left is None or Role.highest(role, left) != left]
    gives_more = Q(role__in=more) | Q(attendee__role__in=more)
    known = Q(email="") | Q(invited_by=None)
    rows = camp.invitations.open().filter(Q(invited_by=attendee) | (known & gives_more))
    count = rows.count()
    rows.delete()
    stamps.bump(camp, stamps.CROWD)
    return count


@transaction.atomic
def take_back_invitation(*, invitation: Invitation) -> None:
    """The link and the code lead nowhere any more."""
    invitation.camp.lock()
    Invitation.objects.filter(pk=invitation.pk, used_at=None).delete()
    stamps.bump(invitation.camp, stamps.CROWD)
