"""The list of a camp for listed people only: which addresses may join.

Nobody is shown what stands in it: whoever asks says the address. Nor is it told who joined by one, as that would say
who comes, whatever they are called here: in the camp one stays, also when one's address is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models.functions import Lower

from . import stamps
from .models import Camp, ListedAddress

#: rows that one statement asks for
AT_ONCE = 500


def listed_among(camp: Camp, emails: Iterable[str]) -> set[str]:
    """Those of these addresses that are listed, in small letters."""
    known = {email.lower() for email in camp.listed_addresses.values_list("email", flat=True)}
    return known & {email.lower() for email in emails}


@transaction.atomic
def list_addresses(*, camp: Camp, emails: list[str]) -> int:
    """The addresses may join; returns how many are new."""
    camp = camp.lock()
    fresh = sorted({email.lower() for email in emails} - listed_among(camp, emails))
    ListedAddress.objects.bulk_create([ListedAddress(camp=camp, email=email) for email in fresh], ignore_conflicts=True)
    stamps.bump(camp, stamps.CROWD)
    return len(fresh)


@transaction.atomic
def unlist_addresses(*, camp: Camp, emails: Iterable[str] | None) -> int:
    """Nobody joins by these addresses any more, or by any (None); whoever is in stays. Returns how many went."""
    rows = camp.lock().listed_addresses.annotate(small=Lower("email"))
    if emails is None:
        count, _by_model = rows.delete()
    else:
        # A statement holds only so many.
        asked = sorted({email.lower() for email in emails})
        parts = (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE))
        count = sum(rows.filter(small__in=part).delete()[0] for part in parts)
    stamps.bump(camp, stamps.CROWD)
    return count
