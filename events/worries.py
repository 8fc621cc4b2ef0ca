"""Something is wrong: told to one named person, who said that they are there for it, and read by nobody else."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.limits import Limit, count_one

from . import stamps
from .models import Attendee, Camp, Role, Worry
from .news import TOLD, tell

#: one browser, or one person, who has much to tell is heard; a machine is not
OF_ONE_TELLER = Limit("worry-teller", 5, timedelta(hours=1))
#: of people who are not in: a hall behind one address stays below
FROM_ONE_SOURCE = Limit("worry-source", 30, timedelta(hours=1))


def listeners_of(camp: Camp) -> list[Attendee]:
    """Whom one can tell that something is wrong: organisers and helpers who said so, in the order in which they came;
    as long as nobody did, the organiser who was there first. Somebody who cannot sign in hears nothing.
    """
    there = camp.attendees.present().exclude(user=None).order_by("pk")
    said_so = list(there.exclude(role=Role.ATTENDEE).filter(hears_worries=True))
    return said_so or list(there.organisers()[:1])


@transaction.atomic
def listen_to_worries(*, attendee: Attendee, listens: bool, found_by: str) -> None:
    """People of the camp are told that this person can be told, and how they are found; or not any more."""
    camp = attendee.camp.lock()
    if not attendee.is_helper:
        raise ValidationError(_("Organisers and helpers can be told. Ask an organiser to make you a helper."))
    attendee.hears_worries, attendee.found_by = listens, found_by
    attendee.full_clean(exclude=["user"], validate_unique=False, validate_constraints=False)
    attendee.save(update_fields=["hears_worries", "found_by"])
    stamps.bump(camp, stamps.CROWD)


@transaction.atomic(savepoint=False)
def count_worry(*, teller: str, source: str | None) -> bool:
    """One more is counted; whether it is no more than anybody has to tell (rate limit). Of strangers the `source` is
    counted, too.
    """
    is_within = count_one(limit=OF_ONE_TELLER, who=teller)
    return is_within and (source is None or count_one(limit=FROM_ONE_SOURCE, who=source))


@transaction.atomic
def tell_worry(*, to: Attendee, text: str, by: Attendee | None) -> Worry:
    """That one person reads it, on a page of theirs; they are told so on every page and by mail, which hold none of it.

    Without `by` nothing is kept of who told it.
    """
    camp = to.camp.lock()
    if to not in listeners_of(camp):
        raise ValidationError({"to": _("They cannot be told any more. Choose somebody else.")})
    worry = Worry(camp=camp, to=to, by=by)
    worry.seal(text)
    worry.save()
    address = reverse("events:worry_list", args=[camp.slug])
    # With the moment: what is told next is mailed, too, while this waits to be read.
    tell(people=[to], kind=TOLD, by=None, address=address, at=timezone.now().isoformat())
    return worry


@transaction.atomic
def forget_worry(*, worry: Worry) -> None:
    """Nobody reads it any more."""
    worry.camp.lock(archived=True)
    worry.delete()
