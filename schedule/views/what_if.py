"""What one more room or slot would win: asked, watched, answered on the page of figures."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from events.access import Access, camp_view
from events.http import AttendeeRequest, CampRequest, chosen, led_to, refusal_told, render_partial, sent_from
from events.models import Camp, Room
from events.templatetags.campgrid import long_day

from ..advice import won_in_words
from ..build.asking import Asked, ask_what_if, last_asked
from ..build.what_if import Question, slots_thought_of
from ..models import GridBuild

#: where it stands on the page of figures
PLACE = "what-if"


class Answered(NamedTuple):
    """A question in words, and what was found."""

    question: str
    #: none: it failed
    sentences: list[str]
    #: of each search; 0: there is no answer
    seconds: int
    #: rooms, slots, pitches or wishes changed since
    is_old: bool


def what_if(camp: Camp) -> dict[str, Any]:
    """What the part of the page shows: what may be asked, and what was answered last."""
    rooms, slots = list(camp.rooms.all()), list(camp.slots.all())
    days = [(day.isoformat(), long_day(day)) for day in slots_thought_of(camp, slots)]
    asked = last_asked(camp)
    return {
        "camp": camp,
        # The middle one by seats is what is meant most of the time.
        "rooms": rooms,
        "usual_room": sorted(rooms, key=lambda room: (room.capacity, room.pk))[len(rooms) // 2] if rooms else None,
        "days": days,
        "asked": asked.active,
        "asked_in_words": _in_words(asked.active, rooms) if asked.active else "",
        "answers": _answers(asked, rooms),
    }


def _answers(asked: Asked, rooms: list[Room]) -> list[Answered]:
    return [
        Answered(
            _in_words(build, rooms),
            won_in_words(build.answer),
            0 if "none" in build.answer else round(build.seconds),
            build.pk in asked.old,
        )
        for build in asked.answered
    ]


def _in_words(build: GridBuild, rooms: list[Room]) -> str:
    question = Question.from_json(build.question)
    if question.day is not None:
        return _("One more slot at the end of %(day)s") % {"day": long_day(question.day)}
    example = next((room for room in rooms if room.pk == question.room), None)
    if example is None:
        return _("One more room like one that is gone")
    return _("One more room like %(room)s, for %(n)s people") % {"room": example, "n": example.capacity}


@camp_view(Access.ORGANISER)
@sent_from("schedule:draft_figures")
def what_if_start(request: AttendeeRequest, camp: Camp) -> HttpResponse:
    """A worker works out what was asked."""
    question = _question(request, camp)
    if question is None:
        messages.error(request, _("Choose a room or a day that is there."))
        return led_to("schedule:draft_figures", camp.slug, at=PLACE)
    with refusal_told(request):
        # That it is being worked out stands where one is led to.
        ask_what_if(camp=camp, question=question, by=request.me)
    return led_to("schedule:draft_figures", camp.slug, at=PLACE)


def _question(request: AttendeeRequest, camp: Camp) -> Question | None:
    if room := chosen(camp.rooms.all(), request.POST.get("room", "")):
        return Question(room=room.pk)
    days: dict[str, date] = {day.isoformat(): day for day in slots_thought_of(camp, list(camp.slots.all()))}
    day = days.get(request.POST.get("day", ""))
    return Question(day=day) if day else None


def what_if_shown(request: CampRequest, camp: Camp) -> HttpResponse:
    """How far it is, and in the end the answer; polled."""
    return render_partial(request, "schedule/draft_figures.html", PLACE, what_if(camp))
