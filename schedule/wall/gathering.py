"""Of a camp that is live each change goes out at once, but mails wait until the organisers pause: five moves in a row
are one mail.

Pages, calendars that are asked and devices do not wait. What waits is found by the workers' look of each minute.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from events.models import Camp

from ..models import Draft

#: after the last change mails go out
QUIET = timedelta(minutes=2)
#: after the first of them at the latest
LONGEST = timedelta(minutes=10)
#: so many changes are looked at: more in ten minutes are mailed all the same
MOST = 60


def mails_wait(camp: Camp) -> bool:
    """Whether more changes may follow that are to be mailed with those that were just published."""
    if not Draft.objects.filter(camp=camp).exclude(live=Draft.Live.OFF).exists():
        return False
    now = timezone.now()
    row = [now]
    for published_at in camp.grid_versions.values_list("published_at", flat=True)[:MOST]:
        if row[-1] - published_at > QUIET:
            break
        row.append(published_at)
    return len(row) > 1 and now - row[-1] < LONGEST
