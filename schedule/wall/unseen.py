"""What moved, was cancelled or came back of what is mine, since the last change of the grid that I have seen.

Worked out from what each version changed and what was withdrawn between two of them, which is read once for all, and
from my wishes: a publish writes nothing for anybody. Told against the place that was seen, not against the last one:
who was moved there and back moved nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.safestring import SafeString

from events import stamps
from events.caching import fill, kept, stencil
from events.http import addresses
from events.models import Attendee, Camp
from events.news import MOVED, ON_GRID
from pitches.models import hosts_of

from ..models import Session, Withdrawal
from .changes import State, state_of_placement
from .moved import moment_in_words
from .own import own_of
from .same_clocks import SameClocks


class Step(NamedTuple):
    """What one version, or a withdrawal, did to the place of a session; None: it had none."""

    at: datetime
    before: State | None
    after: State | None
    #: as the version says it
    why: str = ""


class Tracks(NamedTuple):
    """All that ever changed its place in a camp."""

    #: when the last change was; None before there is a grid
    changed_at: datetime | None
    #: by session, the first first
    steps: Mapping[int, tuple[Step, ...]]


class Place(NamedTuple):
    """Where a session is, or was."""

    room: str
    starts_at: datetime
    ends_at: datetime


class Changed(NamedTuple):
    """A session that was elsewhere on some version, or nowhere, as everybody may know it."""

    session: int
    pitch: int
    #: of what was withdrawn none is told
    title: str
    is_withdrawn: bool
    hosts: frozenset[int]
    address: str


class Move(NamedTuple):
    """What became of a session between two versions."""

    session: int
    title: str
    is_withdrawn: bool
    address: str
    #: where it is; or was to be, if it `is_gone`
    place: Place
    #: where it was before; None of what came back or is gone
    before: Place | None
    is_gone: bool
    #: hosts are told by their news
    is_hosted: bool
    #: in words, when it is, and what of that is not so any more
    at: str
    was: str
    #: of the last change, if that says it
    why: str = ""

    @property
    def ends_at(self) -> datetime:
        """When it is over either way."""
        return max(self.place.ends_at, self.before.ends_at) if self.before else self.place.ends_at

    @property
    def is_same_time(self) -> bool:
        return self.before is not None and self.before.starts_at == self.place.starts_at

    @property
    def is_same_room(self) -> bool:
        return self.before is not None and self.before.room == self.place.room


class Unseen(NamedTuple):
    """What somebody has not seen yet."""

    #: when the last change was that it tells
    at: datetime | None = None
    #: told to them, the soonest first
    moves: tuple[Move, ...] = ()
    #: by session what is not so any more, where a tag says that it moved; of what they host, too
    tags: tuple[tuple[int, str], ...] = ()


NOTHING = Unseen()


def tracks_of(camp: Camp) -> Tracks:
    """Read once for each state of the grid (cached)."""
    return kept("tracks", camp.pk, _numbers(camp)[0], make=lambda: _read_tracks(camp))


def _numbers(camp: Camp) -> tuple[int, ...]:
    return stamps.at_hand(camp, stamps.GRID, stamps.PITCHES)


def _read_tracks(camp: Camp) -> Tracks:
    steps: dict[int, list[Step]] = {}
    moments: list[datetime] = []
    rows = camp.grid_versions.order_by("number")
    versions = rows.values_list("pk", "published_at", "changes", "why", "clocks_of", "clocks_in")
    withdrawn = _withdrawn(camp) if versions else {}
    for pk, at, changes, why, *zones in versions:
        if all(zones):
            # What stands at the same clock time did not move.
            clocks = SameClocks.named(*zones)
            steps = {pk: [_by_clocks(step, clocks) for step in found] for pk, found in steps.items()}
        of_sessions = [change for change in changes if change["kind"] == "session"]
        found = [(change["id"], Step(at, change["before"], change["after"], why)) for change in of_sessions]
        for session, step in [*found, *withdrawn.get(pk, ())]:
            _follow(steps.setdefault(session, []), step)
            moments.append(step.at)
        moments.append(at)
    return Tracks(max(moments, default=None), {pk: tuple(of_session) for pk, of_session in steps.items()})


def _withdrawn(camp: Camp) -> dict[int, list[tuple[int, Step]]]:
    """By version, what was withdrawn from it and what came back, as sessions and their steps."""
    found: dict[int, list[tuple[int, Step]]] = {}
    rows = Withdrawal.objects.filter(placement__version__camp=camp).select_related("placement")
    for row in rows:
        state = state_of_placement(row.placement)
        step = Step(row.at, None, state) if row.is_back else Step(row.at, state, None)
        found.setdefault(row.placement.version_id, []).append((row.placement.session_id, step))
    return found


def _follow(steps: list[Step], step: Step) -> None:
    """The step after these, seen from where they end: what was withdrawn falls off with no version any more."""
    before = steps[-1].after if steps else step.before
    if (before, step.after) != (None, None):
        steps.append(step._replace(before=before))


def _by_clocks(step: Step, clocks: SameClocks) -> Step:
    before, after = (state and clocks.state(state) for state in (step.before, step.after))
    return step._replace(before=before, after=after)


def seen_by(attendee: Attendee) -> datetime:
    """The moment of the last change that they have seen; at first that when they came."""
    return attendee.moves_seen_at or attendee.joined_at


def moved_sessions(camp: Camp) -> Mapping[int, Changed]:
    """Each session that ever changed its place: read for the first who looks (cached), with two queries."""

    def read() -> dict[int, Changed]:
        rows = Session.objects.filter(pitch__camp=camp, pk__in=tracks_of(camp).steps).select_related("pitch")
        sessions, page = list(rows), addresses("session_detail", camp)
        hosts = hosts_of({session.pitch_id for session in sessions})
        return {
            session.pk: Changed(
                session.pk,
                session.pitch_id,
                session.title,
                not session.pitch.is_shown,
                frozenset(host.id for host in hosts.get(session.pitch_id, ())),
                page(session.pk),
            )
            for session in sessions
        }

    return kept("moved", camp.pk, _numbers(camp), make=read)


def moves_since(seen: datetime, who: Attendee) -> list[Move]:
    """What of theirs changed since that moment, or since they want it, the soonest first; without what is over. One
    query, what is theirs, and one more where something of it changed.
    """
    tracks, now = tracks_of(who.camp), timezone.now()
    touched = [
        session
        for session, steps in tracks.steps.items()
        # What only came onto a grid for the first time did not move.
        if steps and steps[-1].at > seen and (len(steps) > 1 or steps[0].before)
    ]
    if not touched:
        return []
    own, known = own_of(who), moved_sessions(who.camp)
    wanted, chosen = dict(own.wishes), dict(own.choices)
    mine = [
        found
        for session in touched
        if (found := known.get(session)) and chosen.get(session, found.pitch in wanted or who.pk in found.hosts)
    ]
    since = _wanted_since([found for found in mine if who.pk not in found.hosts], who)
    told = []
    for found in mine:
        if places := _between(tracks.steps[found.session], max(seen, since.get(found.session, seen))):
            move = _as_told_to(found, *places, who)._replace(why=tracks.steps[found.session][-1].why)
            # That it is off the grid is what is told of what was withdrawn.
            if move.ends_at > now and (move.is_gone or not move.is_withdrawn):
                told.append(move)
    return sorted(told, key=lambda move: (move.place.starts_at, move.session))


def _wanted_since(wanted: list[Changed], who: Attendee) -> dict[int, datetime]:
    """By session, from when on they wish it or go there, whichever came first."""
    if not wanted:
        return {}
    wishes = who.interests.values_list(Value("wished"), "pitch_id", "since")
    choices = who.choices.filter(goes=True).values_list(Value("chosen"), "session_id", "since")
    moments = {(kind, pk): at for kind, pk, at in wishes.union(choices, all=True)}
    both = {one.session: (moments.get(("wished", one.pitch)), moments.get(("chosen", one.session))) for one in wanted}
    return {session: min(found) for session, ats in both.items() if (found := [at for at in ats if at])}


def _as_told_to(found: Changed, earlier: Place | None, after: Place | None, who: Attendee) -> Move:
    place = after or earlier
    if place is None:
        raise ValueError("What was nowhere and is nowhere did not change.")
    before = earlier if after else None
    return Move(
        found.session,
        found.title,
        found.is_withdrawn,
        found.address,
        place,
        before,
        is_gone=after is None,
        is_hosted=who.pk in found.hosts,
        at=moment_in_words(place.starts_at, who.camp, who.camp.today()),
        was=_was(before, place, who.camp) if before else "",
    )


def _was(before: Place, place: Place, camp: Camp) -> str:
    """Snug; or 14:00; or Snug, 14:00: what of a place is not so any more."""
    if before.starts_at == place.starts_at:
        return before.room
    when = moment_in_words(before.starts_at, camp, place.starts_at.astimezone(camp.tz).date())
    return when if before.room == place.room else f"{before.room}, {when}"


def _between(steps: tuple[Step, ...], moment: datetime) -> tuple[Place | None, Place | None] | None:
    """Where it was at that moment, and where it is; None if that is the same."""
    later = [step for step in steps if step.at > moment]
    if not later:
        return None
    before, after = later[0].before, later[-1].after
    if before is None and later[0] is steps[0]:
        # It was on no grid then: that it is on one is no move, but what became of it since is.
        before = later[0].after
    if _at(before) == _at(after):
        return None
    # What fell off is told with its last place: whoever looked in between went by that.
    return _place(before if after else later[-1].before), _place(after)


def _at(state: State | None) -> tuple[object, datetime] | None:
    """Only the room and the start count: one that ends later did not move."""
    return (state["room"], datetime.fromisoformat(state["starts_at"])) if state else None


def _place(state: State | None) -> Place | None:
    if state is None:
        return None
    starts_at, ends_at = (datetime.fromisoformat(state[name]) for name in ("starts_at", "ends_at"))
    return Place(state["name"], starts_at, ends_at)


def unseen_of(me: Attendee | None) -> Unseen:
    """What somebody who is in has not seen yet; asked of each page, so worked out once in each request: three
    queries at most, none where the page has read the stamps and nothing changed since.
    """
    if me is None or me.camp.is_archived:
        return NOTHING
    known: Unseen | None = me.__dict__.get("unseen")
    if known is None:
        known = me.__dict__["unseen"] = _unseen(me)
    return known


def _unseen(me: Attendee) -> Unseen:
    tracks = tracks_of(me.camp)
    mine = moves_since(seen_by(me), me)
    told = {item["session"] for item in me.news if item["kind"] in (MOVED, ON_GRID)}
    return Unseen(
        tracks.changed_at,
        tuple(move for move in mine if not move.is_hosted),
        tuple(
            (move.session, move.was) for move in mine if move.before and (not move.is_hosted or move.session in told)
        ),
    )


def unseen_tag(unseen: Unseen, session: int) -> SafeString:
    """HTML of "Moved", with what is not so any more; empty for what they have seen."""
    was = dict(unseen.tags).get(session)
    return fill(stencil("schedule/_unseen_tag.html"), {"was": was}) if was else SafeString("")


@transaction.atomic
def see_moves(*, attendee: Attendee, at: datetime) -> None:
    """They have seen what moved up to that moment, if anything did; what changes after it is told anew."""
    changed_at = tracks_of(attendee.camp).changed_at
    if changed_at is None:
        return
    see_own(attendee=attendee, at=min(at, changed_at))


def has_seen_all(attendee: Attendee) -> bool:
    """Nothing that moved of theirs waits to be seen, as the grid is right now; read anew, whatever is at hand."""
    me = Attendee.objects.select_related("camp").filter(pk=attendee.pk).first()
    return me is not None and not unseen_of(me).moves


@transaction.atomic
def see_own(*, attendee: Attendee, at: datetime) -> None:
    """They have seen whatever moved up to that moment; who published it knows it."""
    older = Attendee.objects.filter(Q(moves_seen_at=None) | Q(moves_seen_at__lt=at), pk=attendee.pk)
    older.update(moves_seen_at=at)
