"""Hosts are told what becomes of the place of their session: on their next page, and by mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.frame import close_rooms
from events.models import Attendee, Camp, Room, Slot
from events.news import ENDS, MOVED, OFF_GRID, ON_GRID, ROOM_CLOSED, ROOM_OPEN, Item, news_item, tell_each

from ..models import GridVersion, Placement, Session
from .changes import Change, State, end_in_words, place_in_words, state_of_placement
from .gathering import QUIET, mails_wait
from .ways import NO_WAY, Way, ways


@transaction.atomic(savepoint=False)
def tell_hosts(*, camp: Camp, changes: Iterable[Change], by: Attendee | None, why: str = "") -> None:
    """Those who lead a session that these changes move, take off the grid or bring back; not what is over anyhow.

    `why` is told with it. Where changes are mailed together, so are these.
    """
    moves = {change.id: change for change in changes if change.kind == "session"}
    moves = _of_what_was_there(camp, moves)
    now = timezone.now()
    moves = {pk: change for pk, change in moves.items() if _ends_at(change) > now}
    beside: dict[str, Any] = {"why": why} if why else {}
    if mails_wait(camp):
        beside["waits"] = int(QUIET.total_seconds())

    def item_of(session: Session) -> Item:
        change = moves[session.pk]
        stood, stands = (_whole(state, camp) for state in (change.before, change.after))
        return {**_move_item(camp, session, change), "stood": stood, "stands": stands, **beside}

    _tell(camp=camp, ids=moves, item_of=item_of, by=by)


def _whole(state: State | None, camp: Camp) -> list[str] | None:
    """A place in words, and its end; None: nowhere."""
    return [place_in_words(state, camp), end_in_words(state, camp)] if state else None


def _of_what_was_there(camp: Camp, moves: dict[int, Change]) -> dict[int, Change]:
    """Without what is on the grid for the first time: the grid that is new tells that."""
    new = [pk for pk, change in moves.items() if not change.before]
    fell = Placement.objects.filter(version__camp=camp, session_id__in=new, is_cancelled=True)
    back = set(fell.values_list("session_id", flat=True).distinct())
    return {pk: change for pk, change in moves.items() if change.before or pk in back}


@transaction.atomic
def switch_rooms(
    *, camp: Camp, rooms: Iterable[Room], slots: Iterable[Slot], is_closed: bool, by: Attendee | None
) -> None:
    """Nothing may be in these rooms in these slots, or may again; hosts of what is published there and is
    not over are told, where it makes a difference.
    """
    camp.lock()
    rooms, latest = list(rooms), GridVersion.latest(camp)
    if latest is None:
        close_rooms(rooms=rooms, slots=slots, is_closed=is_closed)
        return
    before = ways(camp, latest)
    close_rooms(rooms=rooms, slots=slots, is_closed=is_closed)
    after = ways(camp, latest)
    coming = latest.placements.filter(
        is_cancelled=False, room_ref__in=[room.pk for room in rooms], ends_at__gt=timezone.now()
    )
    rows = {row.session_id: row for row in coming if _is_closed(before, row) != _is_closed(after, row)}

    def item_of(session: Session) -> Item:
        row = rows[session.pk]
        place = place_in_words(state_of_placement(row), camp)
        return _item(session, ROOM_CLOSED if is_closed else ROOM_OPEN, row.ends_at, place=place)

    _tell(camp=camp, ids=rows, item_of=item_of, by=by)


def _tell(*, camp: Camp, ids: Iterable[int], item_of: Callable[[Session], Item], by: Attendee | None) -> None:
    """The hosts of each of these sessions are told what `item_of` says of it."""
    told: dict[int, list[Item]] = defaultdict(list)
    for session in _with_hosts(camp, ids):
        item = item_of(session)
        for host in session.pitch.hosts.all():
            told[host.pk].append(item)
    tell_each(told=told, by=by)


def _is_closed(found: Mapping[int, Way], row: Placement) -> bool:
    return found.get(row.room_ref, NO_WAY).is_closed(row.starts_at, row.ends_at)


def _with_hosts(camp: Camp, ids: Iterable[int]) -> Iterable[Session]:
    """Two queries for any number, in the order of `ids`; without what was withdrawn, of which hosts know."""
    rows = camp.sessions.filter(pk__in=list(ids), pitch__withdrawn_at=None)
    found = {session.pk: session for session in rows.select_related("pitch").prefetch_related("pitch__hosts")}
    return [found[pk] for pk in ids if pk in found]


def _ends_at(change: Change) -> datetime:
    """When it is over either way."""
    return max(datetime.fromisoformat(state["ends_at"]) for state in (change.before, change.after) if state)


def _move_item(camp: Camp, session: Session, change: Change) -> Item:
    before, ends_at = change.before or {}, _ends_at(change)
    if change.after is None:
        return _item(session, OFF_GRID, ends_at, place=place_in_words(before, camp))
    place = place_in_words(change.after, camp)
    if not before:
        return _item(session, ON_GRID, ends_at, place=place)
    if all(before[key] == change.after[key] for key in ("room", "starts_at")):
        return _item(session, ENDS, ends_at, place=place, end=end_in_words(change.after, camp))
    return _item(session, MOVED, ends_at, before=place_in_words(before, camp), place=place)


def _item(session: Session, kind: str, ends_at: datetime, **facts: str) -> Item:
    # By the pitch's page, which says where it is: what is told goes with the pitch's text.
    session.pitch.camp = session.camp
    address = session.pitch.get_absolute_url()
    title = session.pitch.title
    return news_item(kind=kind, address=address, session=session.pk, ends_at=ends_at, title=title, **facts)
