"""What a publish changes for people, before it is done: how many sessions move, come and go, and which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from events.models import Camp
from pitches.wishes import told_wishes

from ..models import Session
from .changes import Change, place_in_words, sentences, sessions_of, title_to_organisers

TIME, ROOM, NEW, OFF = "time", "room", "new", "off"
#: in this order; with the icon of each
ICONS = {TIME: "clock", ROOM: "door", NEW: "plus", OFF: "not"}
LABELS: dict[str, Promise] = {
    TIME: _lazy("other time"),
    ROOM: _lazy("other room"),
    NEW: _lazy("new"),
    OFF: _lazy("cancelled"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A session, where it stood and where it stands; empty: nowhere."""

    title: str
    before: str
    after: str


@dataclass(slots=True)
class Group:
    """What becomes of some sessions."""

    kind: str
    lines: list[Line] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])

    @property
    def heading(self) -> str:
        count = len(self.lines)
        text = {
            TIME: ngettext("%(count)s moves to another time", "%(count)s move to another time", count),
            ROOM: ngettext("%(count)s moves to another room", "%(count)s move to another room", count),
            NEW: ngettext("%(count)s is new", "%(count)s are new", count),
            OFF: ngettext("%(count)s is cancelled", "%(count)s are cancelled", count),
        }[self.kind]
        return text % {"count": count}


@dataclass(frozen=True, slots=True)
class Preview:
    """What changes."""

    #: each kind once, be it empty
    groups: list[Group]
    #: all else, in words: another end, rooms, slots
    rest: list[str]
    #: sessions that stay where they are
    stay: int
    #: about how many people want to be at one that moves or is cancelled; None: nobody counted yet
    people: int | None

    @property
    def is_empty(self) -> bool:
        return not self.rest and not any(group.lines for group in self.groups)

    @property
    def is_for_somebody(self) -> bool:
        """Whether anything moves that people may count on."""
        return any(group.lines for group in self.groups if group.kind != NEW)


def preview_of(camp: Camp, changes: Iterable[Change], *, standing: int) -> Preview:
    """`standing` is how many sessions the grid has afterwards. Two queries for any number, and one for the rest."""
    changes = list(changes)
    sessions = {session.pk: session for session in sessions_of(changes)}
    groups, rest = {kind: Group(kind) for kind in ICONS}, list[Change]()
    for change in changes:
        kind = _kind_of(change)
        if kind is None:
            rest.append(change)
        else:
            groups[kind].lines.append(_line(change, sessions, camp))
    moved = sum(len(group.lines) for group in groups.values() if group.kind != OFF)
    moved += sum(change.kind == "session" for change in rest)
    return Preview(
        groups=list(groups.values()),
        rest=sentences(camp, rest),
        stay=max(0, standing - moved),
        people=_people(camp, changes, sessions),
    )


def _kind_of(change: Change) -> str | None:
    """To another time and another room counts as to another time: that is what people plan by."""
    if change.kind != "session":
        return None
    if change.before is None:
        return NEW
    if change.after is None:
        return OFF
    if change.before["starts_at"] != change.after["starts_at"]:
        return TIME
    return ROOM if change.before["room"] != change.after["room"] else None


def _line(change: Change, sessions: dict[int, Session], camp: Camp) -> Line:
    session = sessions.get(change.id)
    return Line(
        title=title_to_organisers(session) if session else _("A session"),
        before=place_in_words(change.before, camp) if change.before else "",
        after=place_in_words(change.after, camp) if change.after else "",
    )


def _people(camp: Camp, changes: list[Change], sessions: dict[int, Session]) -> int | None:
    """From the snapshot that all numbers of wishes are told from; told in steps, so that nobody can be worked out."""
    wishes = told_wishes(camp)
    if wishes is None:
        return None
    lost = {c.id for c in changes if _kind_of(c) in (TIME, ROOM, OFF)}
    who = 0
    for pitch in {session.pitch_id for pk, session in sessions.items() if pk in lost}:
        for fans in wishes.fans.get(pitch, {}).values():
            who |= fans
    return who.bit_count()
