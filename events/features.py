"""What rooms have, recorded for all of them at once."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import carried_in_a_line

from . import stamps
from .models import Camp, Room
from .models.frame import feature_codes, plain_feature
from .signals import frame_changed

#: letters of one; an import brings some of its own
LONGEST_FEATURE = 60
#: of one room, or of one session's needs
MOST_FEATURES = 50
ROOM_GONE = gettext_lazy("One of these rooms was taken away meanwhile. Look again, then save.")
#: in one statement
ROOMS = 100


def feature_in(text: str) -> str:
    """The code of a feature that was sent, by its code or as people call it; empty for what can be none."""
    code = carried_in_a_line(text).strip()
    return feature_codes().get(plain_feature(code), code) if 0 < len(code) <= LONGEST_FEATURE else ""


@transaction.atomic
def record_feature(*, camp: Camp, feature: str, gained: Collection[int], lost: Collection[int]) -> list[Room]:
    """These rooms (ids) have the feature from now on, those have it no more; returns those that changed.

    What others recorded meanwhile of other rooms or features stays. Refused: to record it of a room that is gone.
    """
    camp = camp.lock()
    rooms = {room.pk: room for room in camp.rooms.filter(pk__in={*gained, *lost})}
    if not rooms.keys() >= set(gained):
        raise ValidationError(ROOM_GONE)
    changed = []
    for pk, room in rooms.items():
        features = [code for code in room.features if code != feature] + ([feature] if pk in gained else [])
        if set(features) != set(room.features):
            if len(features) > MOST_FEATURES:
                raise ValidationError(_("“%(room)s” has too much recorded already."), params={"room": room.name})
            room.features = features
            changed.append(room)
    if changed:
        # Who must hear of it hears once, below.
        Room.objects.bulk_update(changed, ["features"], batch_size=ROOMS)
        stamps.bump(camp, stamps.FRAME)
        frame_changed.send(sender=Room, camp=camp)
    return changed
