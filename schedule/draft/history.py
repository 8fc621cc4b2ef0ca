"""What the steps on the draft say, with the titles, rooms and times of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clocks import on_the_clock
from events.models import Attendee, Camp, Room, Slot

from ..models import Moved, Session, Step, Stood
from .counting import counted_in_words, turns_of


class Told(NamedTuple):
    """A step, and what it was."""

    step: Step
    #: “Knots” moved to Barn, 10:00
    sentence: str


class Buttons(NamedTuple):
    """What somebody can take back next, and do anew."""

    undo: Told | None
    redo: Told | None


def buttons_of(camp: Camp, me: Attendee) -> Buttons:
    """None of an archived camp."""
    if camp.is_archived:
        return Buttons(None, None)
    told = {found.step.undone_at is None: found for found in told_steps(camp, list(camp.steps.next_of(me)))}
    return Buttons(undo=told.get(True), redo=told.get(False))


def told_steps(camp: Camp, steps: Sequence[Step]) -> list[Told]:
    """Three queries, however many there are; none for none."""
    if not steps:
        return []
    # Of a build with hundreds of sessions no title is told.
    ids = {moved["session"] for step in steps for moved in step.moves[:2]}
    ids |= {step.beside["at"][0] for step in steps if step.beside and "at" in step.beside}
    sessions = {found.pk: found for found in camp.sessions.filter(pk__in=ids).select_related("pitch")}
    words = Words(camp, sessions, camp.rooms.in_bulk(), camp.slots.in_bulk())
    return [Told(step, words.sentence(step)) for step in steps]


class Words(NamedTuple):
    """By id, what steps name."""

    camp: Camp
    sessions: Mapping[int, Session]
    rooms: Mapping[int, Room]
    slots: Mapping[int, Slot]

    def sentence(self, step: Step) -> str:
        moves, count = step.moves, {"count": len(step.moves)}
        match step.kind:
            case Step.Kind.BUILD:
                return _("Build: %(counted)s") % {"counted": counted_in_words(turns_of(moves))}
            case Step.Kind.PLAN_B:
                # Pins go with a plan, and are no moves.
                turns = turns_of(moved for moved in moves if not _is_pin(moved))
                return _("Plan B taken: %(counted)s") % {"counted": counted_in_words(turns)}
            case Step.Kind.REPAIR if step.beside and (said := self._of_desk(step, step.beside)):
                return said
            case Step.Kind.REPAIR:
                return _("Repair: %(counted)s") % {"counted": counted_in_words(turns_of(moves))}
            case Step.Kind.SWAP if len(moves) == 2:
                one, other = (self._told_title(moved) for moved in moves)
                return _("“%(one)s” and “%(other)s” swapped") % {"one": one, "other": other}
            case Step.Kind.PIN if len(moves) > 1:
                if moves[0]["after"]["is_pinned"]:
                    return ngettext("%(count)s session pinned", "%(count)s sessions pinned", len(moves)) % count
                return (
                    ngettext("%(count)s session no longer pinned", "%(count)s sessions no longer pinned", len(moves))
                    % count
                )
            case Step.Kind.MOVE | Step.Kind.REPEAT if len(moves) > 1:
                # The first is the one that was taken in hand: the others made way.
                text = ngettext("%(what)s; %(count)s made way", "%(what)s; %(count)s made way", len(moves) - 1)
                return text % {"what": self._of_one(step, moves[0]), "count": len(moves) - 1}
        if len(moves) == 1:
            return self._of_one(step, moves[0])
        return ngettext("%(count)s session put back", "%(count)s sessions put back", count["count"]) % count

    def _of_desk(self, step: Step, beside: Mapping[str, Any]) -> str:
        """Of a repair from the desk, what it was about; empty where it says no more than any other."""
        session, room = self.sessions.get(beside["at"][0]), self.rooms.get(beside["at"][1])
        if shift := beside.get("shift"):
            minutes, slots = shift
            text = ngettext(
                "Repair: %(count)s slot %(minutes)s minutes later",
                "Repair: %(count)s slots %(minutes)s minutes later",
                len(slots),
            )
            return text % {"count": len(slots), "minutes": minutes}
        if "hosts" in beside:
            return _("Repair: “%(title)s” handed over") % {"title": session.title if session else "?"}
        if beside.get("closed") and room:
            counted = counted_in_words(turns_of(step.moves))
            return _("Repair: %(room)s gone, %(counted)s") % {"room": room, "counted": counted}
        return _("Repair: %(what)s") % {"what": self._of_one(step, step.moves[0])} if len(step.moves) == 1 else ""

    def _of_one(self, step: Step, moved: Moved) -> str:
        before, after = moved["before"], moved["after"]
        values = {"title": self._told_title(moved), "place": self._told_place(after)}
        if _is_pin(moved):
            return (_("“%(title)s” pinned") if after["is_pinned"] else _("“%(title)s” no longer pinned")) % values
        if after["room"] is None:
            return _("“%(title)s” taken off the grid") % values
        if step.kind == Step.Kind.REPEAT:
            return _("“%(title)s” runs once more: %(place)s") % values
        if step.kind == Step.Kind.CLAIM:
            return _("“%(title)s” placed as its host chose: %(place)s") % values
        if step.kind == Step.Kind.BACK:
            return _("“%(title)s” put back: %(place)s") % values
        if before["room"] is None:
            return _("“%(title)s” placed: %(place)s") % values
        return _("“%(title)s” moved to %(place)s") % values

    def _told_title(self, moved: Moved) -> str:
        session = self.sessions.get(moved["session"])
        return session.title if session else _("A session that is gone")

    def _told_place(self, stood: Stood) -> str:
        """Barn, 10:00; with the day, where the camp has several."""
        room, slot = self.rooms.get(stood["room"] or 0), self.slots.get(stood["slot"] or 0)
        if room is None or slot is None:
            return _("a place that is gone")
        slot.camp = self.camp
        is_one_day = self.camp.starts_on == self.camp.ends_on
        return f"{room}, {on_the_clock(slot.starts_at.astimezone(self.camp.tz)) if is_one_day else slot}"


def _is_pin(moved: Moved) -> bool:
    before, after = moved["before"], moved["after"]
    return (before["room"], before["slot"]) == (after["room"], after["slot"])
