"""What differs between two versions: kept as data, put into words when somebody reads it.

Kept are ids, times and what rooms and slots were called. Titles and names are looked up, so what is renamed, withdrawn
or erased later is so in what an old version says, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clocks import on_the_clock
from events.models import Camp, Slot

from ..models import GridVersion, Placement, Session

#: a thing as one version has it
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A session, room or slot of two versions; None: not there. As JSON it is {kind, id, before, after}."""

    kind: str
    id: int
    before: State | None
    after: State | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Place(NamedTuple):
    """Where one version has a session, or would have it."""

    session: int
    room: int
    room_name: str
    starts_at: datetime
    ends_at: datetime


def changes_between(
    old: Iterable[Place], new: Iterable[Place], *, old_frame: dict[str, Any], new_frame: dict[str, Any]
) -> list[Change]:
    """Sessions in the order of the new grid, what falls off last; then rooms, then slots."""
    return [
        *_moves(old, new),
        *_differences("room", _rooms(old_frame), _rooms(new_frame)),
        *_differences("slot", _named_slots(old_frame), _named_slots(new_frame)),
    ]


def _moves(old: Iterable[Place], new: Iterable[Place]) -> list[Change]:
    before = {p.session: p for p in old}
    found = []
    for p in sorted(new, key=lambda p: (p.starts_at, p.room_name)):
        was = before.pop(p.session, None)
        if was is None or _where(was) != _where(p):
            found.append(Change("session", p.session, state_of(was) if was else None, state_of(p)))
    return found + [Change("session", was.session, state_of(was), None) for was in before.values()]


def _where(p: Place) -> tuple[int, datetime, datetime]:
    """A room that is only called something else is the same."""
    return p.room, p.starts_at, p.ends_at


def state_of_placement(p: Placement) -> State:
    return state_of(Place(p.session_id, p.room_ref, p.room_name, p.starts_at, p.ends_at))


def state_of(p: Place) -> State:
    """A place, as a version keeps it."""
    return {
        "room": p.room,
        "name": p.room_name,
        "starts_at": p.starts_at.isoformat(),
        "ends_at": p.ends_at.isoformat(),
    }


def _rooms(frame: dict[str, Any]) -> dict[int, State]:
    return {room["id"]: {"name": room["name"], "capacity": room["capacity"]} for room in frame["rooms"]}


def _named_slots(frame: dict[str, Any]) -> dict[int, State]:
    """Slots that the grid shows by name; the others are seen by the sessions in them."""
    return {
        slot["id"]: {key: slot[key] for key in ("title", "starts_at", "ends_at")}
        for slot in frame["slots"]
        if slot["title"] or slot["kind"] == Slot.Kind.EVERYONE
    }


def _differences(kind: str, old: dict[int, State], new: dict[int, State]) -> list[Change]:
    ids = [*new, *(pk for pk in old if pk not in new)]
    return [Change(kind, pk, old.get(pk), new.get(pk)) for pk in ids if old.get(pk) != new.get(pk)]


# -- in words --------------------------------------------------------------------------------------------


def sentences(camp: Camp, changes: Iterable[Change]) -> list[str]:
    """To organisers, who publish them: the changes in the reader's language, with titles as they are today, also of
    what was withdrawn. One query for any number.
    """
    changes = list(changes)
    titles = {session.pk: title_to_organisers(session) for session in sessions_of(changes)}
    return [_in_words(change, titles, camp) for change in changes]


def title_to_organisers(session: Session) -> str:
    """Also of what was withdrawn: they say what they take off."""
    if session.pitch.is_shown:
        return session.title
    return _("%(title)s (withdrawn)") % {"title": session.pitch.title}


def with_sentences(camp: Camp, versions: Iterable[GridVersion]) -> list[GridVersion]:
    """Adds `sentences`: what each version changed, as everybody may read it. Two queries for any number."""
    versions = list(versions)
    changes = {version.pk: [Change(**row) for row in version.changes] for version in versions}
    moved = sessions_of(change for found in changes.values() for change in found)
    titles = {session.pk: session.title for session in moved}
    for version in versions:
        if version.number == 1:
            version.sentences = [_first_in_words(version)]
        else:
            words = [_in_words(change, titles, camp) for change in changes[version.pk]]
            version.sentences = [*_taken_back(version), *(words or [_("No session moved.")])]
    return versions


def _taken_back(version: GridVersion) -> list[str]:
    return [_("Version %(number)s was taken back.") % {"number": version.takes_back}] if version.takes_back else []


def sessions_of(changes: Iterable[Change]) -> Iterable[Session]:
    """The sessions that these are about, with their pitches: one query."""
    wanted = {change.id for change in changes if change.kind == "session"}
    return Session.objects.filter(pk__in=wanted).select_related("pitch")


def _first_in_words(version: GridVersion) -> str:
    count = version.placements.count()
    text = ngettext("The first grid: %(count)s session.", "The first grid: %(count)s sessions.", count)
    return text % {"count": count}


def _in_words(change: Change, titles: dict[int, str], camp: Camp) -> str:
    if change.kind == "session":
        return _move_in_words(titles.get(change.id, _("A session")), change.before, change.after, camp)
    if change.kind == "room":
        return _room_in_words(change.before, change.after)
    return _slot_in_words(change.before, change.after, camp)


def _move_in_words(title: str, before: State | None, after: State | None, camp: Camp) -> str:
    if after is None:
        return _("“%(title)s” is off the grid.") % {"title": title}
    words = {"title": title, "to": place_in_words(after, camp), "end": end_in_words(after, camp)}
    if before is None:
        return _("“%(title)s” is new: %(to)s.") % words
    if all(before[key] == after[key] for key in ("room", "starts_at")):
        return _("“%(title)s” ends at %(end)s now: %(to)s.") % words
    return _("“%(title)s” moved from %(from)s to %(to)s.") % (words | {"from": place_in_words(before, camp)})


def _room_in_words(before: State | None, after: State | None) -> str:
    if after is None:
        return _("“%(name)s” is no room of the grid any more.") % (before or {})
    if before is None:
        return _("“%(name)s” is a new room.") % after
    words = []
    if before["name"] != after["name"]:
        words.append(_("“%(old)s” is called “%(name)s” now.") % (after | {"old": before["name"]}))
    if before["capacity"] != after["capacity"]:
        words.append(_("“%(name)s” holds %(capacity)s now.") % after)
    return " ".join(words)


def _slot_in_words(before: State | None, after: State | None, camp: Camp) -> str:
    title = (after or before or {}).get("title") or _("For everybody")
    words = {"title": title, "from": _moment(before, camp), "to": _moment(after, camp)}
    if after is None:
        return _("“%(title)s” is off the grid.") % words
    if before is None:
        return _("“%(title)s” is new: %(to)s.") % words
    if before["title"] != after["title"]:
        words["old"] = before["title"] or _("For everybody")
        return _("“%(old)s” is called “%(title)s” now: %(to)s.") % words
    if before["starts_at"] != after["starts_at"]:
        return _("“%(title)s” moved from %(from)s to %(to)s.") % words
    return _("“%(title)s” ends at %(end)s now: %(to)s.") % (words | {"end": end_in_words(after, camp)})


def place_in_words(place: State, camp: Camp) -> str:
    """Attic, Sat 13:45."""
    return f"{place['name']}, {_moment(place, camp)}"


def _moment(state: State | None, camp: Camp) -> str:
    """Day and time at which it starts, by the clocks of the camp."""
    if state is None:
        return ""
    local = datetime.fromisoformat(state["starts_at"]).astimezone(camp.tz)
    return f"{date_format(local, 'D')} {on_the_clock(local)}"


def end_in_words(state: State, camp: Camp) -> str:
    return on_the_clock(datetime.fromisoformat(state["ends_at"]).astimezone(camp.tz))
