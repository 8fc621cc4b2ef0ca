"""What is withdrawn is off the published grid at once, and back at once: it is written down, and told."""

from __future__ import annotations

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from events import stamps
from pitches.models import Pitch

from ..models import GridVersion, Withdrawal
from .telling import tell_soon


@transaction.atomic(savepoint=False)
def note_withdrawn(*, pitch: Pitch, is_back: bool) -> None:
    """Whoever wants to be at a session of this pitch that stands on the published grid is told; of what is over nobody.

    `is_back` holds for what was written down as withdrawn from that version: anything else comes back with the next.
    """
    latest = GridVersion.latest(pitch.camp)
    if latest is None:
        return
    last = Withdrawal.objects.filter(placement=OuterRef("pk")).order_by("-at", "-pk").values("is_back")[:1]
    standing = latest.placements.filter(session__pitch=pitch, is_cancelled=False, ends_at__gt=timezone.now())
    found = standing.annotate(was_back=Subquery(last))
    # What comes back is off by a withdrawal that was not taken back; nothing is said of what is off already.
    rows = [Withdrawal(placement=row, is_back=is_back) for row in found if (row.was_back is False) is is_back]
    if not rows:
        return
    Withdrawal.objects.bulk_create(rows)
    stamps.bump(pitch.camp, stamps.GRID)
    tell_soon(pitch.camp)
