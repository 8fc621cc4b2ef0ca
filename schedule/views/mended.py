"""What the next page says after a repair at the desk: what was done, what everybody sees by now, and what waits."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Attendee, Camp

from ..desk.plan import Plan
from ..draft.counting import counted_in_words, turns_of
from ..models import Draft, GridVersion, Session, Step
from ..wall.ways import ways
from .moved import where


def what_is_out(camp: Camp, plan: Plan, has_moved: bool, by: Attendee) -> list[str]:
    """A sentence for what everybody sees at once, and one for what waits on the draft, as far as there is such."""
    latest = GridVersion.latest(camp)
    said = [_at_once(camp, plan, latest)]
    if latest and not Draft.of(camp).live and (what := _on_the_draft(plan, has_moved)):
        who = _("Nobody sees that until you publish.") if by.is_organiser else _("An organiser publishes it.")
        said += [what, who]
    return [text for text in said if text]


def _at_once(camp: Camp, plan: Plan, latest: GridVersion | None) -> str:
    if plan.hands:
        return _("Everybody sees at once who leads it.")
    if plan.new:
        return _("Everybody sees at once that it is pitched.")
    if latest and (rooms := _closed_where_published(camp, plan, latest)):
        return _("The grid that is out says at once that %(room)s is closed.") % {"room": ", ".join(rooms)}
    return ""


def _closed_where_published(camp: Camp, plan: Plan, latest: GridVersion) -> list[str]:
    """Names of the rooms that it closed, in which a session is published for that time: nobody else sees it."""
    ids = {room for room, _slot in plan.closes}
    found, there = ways(camp, latest), latest.placements.filter(room_ref__in=ids, is_cancelled=False)
    shown = {place.room_ref for place in there if found[place.room_ref].is_closed(place.starts_at, place.ends_at)}
    return [room.name for room in camp.rooms.filter(pk__in=shown)]


def _on_the_draft(plan: Plan, has_moved: bool) -> str:
    if plan.shift:
        return _("The new times wait on the draft.")
    if plan.closes and has_moved:
        return _("Where its sessions go waits on the draft.")
    if plan.new:
        return _("Its place waits on the draft.")
    return _("It waits on the draft.") if has_moved else ""


def what_was_done(camp: Camp, plan: Plan, rows: list[Session], step: Step | None) -> str:
    title = next((session.title for session in rows), "")
    session = camp.sessions.filter(pk=plan.at[0]).select_related("pitch").first()
    if plan.new:
        words = {"title": title, "place": where(camp, rows[0])}
        return _("“%(title)s” is on the board, and here: %(place)s. Undo takes it off the grid.") % words
    if plan.again and step and step.kind == Step.Kind.MOVE:
        # It had waited.
        return _("“%(title)s” is here now: %(place)s.") % {"title": title, "place": where(camp, rows[0])}
    if plan.again:
        return _("“%(title)s” runs once more.") % {"title": title}
    if plan.shift:
        minutes, slots = plan.shift
        text = ngettext(
            "%(count)s slot is %(minutes)s minutes later.", "%(count)s slots are %(minutes)s minutes later.", len(slots)
        )
        return text % {"count": len(slots), "minutes": minutes}
    if plan.hands:
        names = ", ".join(str(host) for host in camp.attendees.filter(pk__in=plan.hands[2]))
        return _("“%(title)s” is led by %(names)s now.") % {"title": session, "names": names}
    if len(rows) == 1 and not rows[0].place:
        return _("“%(title)s” is off the grid.") % {"title": title}
    counted = counted_in_words(turns_of(step.moves if step else []))
    if plan.closes:
        room = camp.rooms.filter(pk=plan.at[1]).first()
        return _("%(room)s is closed; %(counted)s.") % {"room": room, "counted": counted}
    return f"{counted}."
