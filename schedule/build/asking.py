"""Asking what one more room or slot would win, and what was answered last."""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events import stamps
from events.models import Attendee, Camp

from ..models import GridBuild
from .run import enqueue
from .what_if import Question

#: seconds of a search, where nothing was built yet
USUAL = 10.0
#: answers that are looked through for the last of each kind
LOOKED_AT = 20


@transaction.atomic
def ask_what_if(*, camp: Camp, question: Question, by: Attendee) -> GridBuild:
    """A worker will work it out, in as long a search as the last build took; the same question that is worked out just
    now is not asked twice. Refused while something else is worked out.
    """
    camp = camp.lock()
    running = camp.grid_builds.filter(state__in=GridBuild.ACTIVE).first()
    if running and running.question == question.as_json():
        return running
    if running:
        raise ValidationError(_("Something else is being worked out just now. Wait for it or stop it, then ask again."))
    last = camp.grid_builds.filter(kind=GridBuild.Kind.GRID, state=GridBuild.State.DONE).first()
    build: GridBuild = camp.grid_builds.create(
        kind=GridBuild.Kind.WHAT_IF,
        seconds=last.seconds if last else USUAL,
        seed=last.seed if last else 1,
        question=question.as_json(),
        by=by,
    )
    # If that fails the question waits for `take_up_left_builds`: what was done holds, and is answered so.
    transaction.on_commit(lambda: enqueue(build), robust=True)
    return build


class Asked(NamedTuple):
    """What was asked of a room, and of a slot: the last of each, and the one that is worked out."""

    active: GridBuild | None
    answered: list[GridBuild]
    #: ids of those whose camp was another one: rooms, slots, pitches or wishes changed since
    old: frozenset[int]


def last_asked(camp: Camp) -> Asked:
    """Two queries, however much was asked."""
    found = list(camp.grid_builds.filter(kind=GridBuild.Kind.WHAT_IF)[:LOOKED_AT])
    active = next((build for build in found if build.is_active), None)
    last: dict[str, GridBuild] = {}
    for build in found:
        if not build.is_active:
            last.setdefault(next(iter(build.question)), build)
    now = list(stamps.read(camp, stamps.FRAME, stamps.PITCHES, stamps.WISHES))
    old = frozenset(build.pk for build in last.values() if build.proved_of != now)
    return Asked(active, sorted(last.values(), key=lambda build: -build.pk), old)
