"""What is still to do until a new camp can begin: the organisers' list on the camp's page.

Each app says what it knows of (`add_step` when it is ready), so that this one need not know those above it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Camp, Role


class Step(NamedTuple):
    #: its place in the list
    number: int
    words: str | Promise
    #: the name of the page where it is done, and the part of it
    page: str
    is_done: Callable[[Camp], bool]
    at: str = ""


class Shown(NamedTuple):
    """A step as one camp has it."""

    step: Step
    is_done: bool


_steps: dict[int, Step] = {}


def add_step(step: Step) -> None:
    """The step is in the list of every camp, at its number."""
    _steps[step.number] = step


def checklist_of(camp: Camp) -> list[Shown]:
    """The steps, done and to do; none once all are done, or the organisers put the list away, or the camp is over."""
    if not camp.is_checklist_shown or camp.is_archived or camp.is_over:
        return []
    shown = [Shown(step, step.is_done(camp)) for _number, step in sorted(_steps.items())]
    return [] if all(each.is_done for each in shown) else shown


for each in (
    Step(1, _("Make the slots"), "events:slot_list", lambda camp: camp.slots.for_sessions().exists()),
    Step(2, _("Add the rooms"), "events:room_list", lambda camp: camp.rooms.exists()),
    Step(3, _("Say what the camp is about"), "events:camp_edit", lambda camp: bool(camp.description), "id_description"),
    Step(
        4,
        _("Hang up the poster, or pass on the code"),
        "events:camp_poster",
        lambda camp: camp.attendees.present().exclude(role=Role.ORGANISER).exists(),
    ),
):
    add_step(each)
