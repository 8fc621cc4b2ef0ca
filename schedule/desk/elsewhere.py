"""One session goes somewhere else, or runs once more: the places that are open to it, by what each costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace

from django.utils.translation import gettext as _

from events.few import in_steps
from pitches.models import MOST_RUNS, Pitch

from .. import advice
from ..advice import PlaceCell
from ..draft.rows import DraftRows, Standing
from .desk import Desk, Remedy
from .plan import Move, Plan, Why

MOST = 3
#: of what waits, so many are priced: the most wished
PRICED = 20


def run_again(desk: Desk) -> list[Remedy]:
    """The best free places for one more running; where there is none, what would have to wait for it."""
    if desk.session is None or not desk.session.pitch.is_open:
        return []
    running = {found.session.pk for found in desk.draft.standing if found.session.pitch_id == desk.session.pitch_id}
    if len(running) >= MOST_RUNS:
        return []
    return _again_where_free(desk) or _again_instead(desk)


def _again_where_free(desk: Desk) -> list[Remedy]:
    assert desk.session is not None
    coming, pitch = {slot.pk for slot in desk.coming}, desk.session.pitch
    slots = advice.place_slots(_once_more(desk.draft, pitch), desk.wishes, pitch.pk, None)
    cells = _best(cell for found in slots for cell in found.cells if cell.slot.pk in coming and cell.is_open)
    return [
        Remedy(
            _("Once more in %(place)s") % {"place": desk.place(cell.slot.pk, cell.room.pk)},
            Plan(Why.AGAIN, again=(pitch.pk, cell.slot.pk, cell.room.pk)),
            costs=[
                *_holds(cell),
                *desk.cost([*desk.rows_after(), [pitch.pk, cell.slot.pk, cell.room.pk]]),
            ],
        )
        for cell in cells
    ]


def _once_more(draft: DraftRows, pitch: Pitch) -> DraftRows:
    """As if it was agreed already that it runs once more."""
    again = copy(pitch)
    again.runs += 1
    return replace(draft, pitches=[again if found.pk == pitch.pk else found for found in draft.pitches])


def _again_instead(desk: Desk) -> list[Remedy]:
    """In place of what costs least, which waits then."""
    assert desk.session is not None
    pitch, hosts = desk.session.pitch, {host.pk for host in desk.hosts}
    found = []
    for other in giving_way(desk):
        if other.session.pitch_id == pitch.pk or len(other.cells) != pitch.length or hosts & desk.busy_beside(other):
            continue
        off, cell = Move(other.session.pk, other.session.revision), (pitch.pk, other.slot.pk, other.room.pk)
        title = _("Once more in %(place)s") % {"place": desk.place(other.slot.pk, other.room.pk)}
        plan = Plan(Why.AGAIN, moves=[off], again=cell)
        costs = desk.cost([*desk.rows_after([off]), list(cell)])
        found.append(Remedy(title, plan, drops=[other.session.title], costs=costs))
        if len(found) == 2:
            break
    return found


def giving_way(desk: Desk) -> list[Standing]:
    """What has not begun and is not pinned, what is wished least first, as far as that is told."""
    coming = {slot.pk for slot in desk.coming}
    rows = [found for found in desk.draft.standing if found.slot.pk in coming and not found.session.is_pinned]
    wished = desk.wishes.count if desk.wishes else lambda _pitch: 0
    return sorted(rows, key=lambda found: (in_steps(wished(found.session.pitch_id)), found.slot.starts_at))


def too_full(desk: Desk) -> list[Remedy]:
    """A larger room at the same time, be it by a swap; or once more, later."""
    if desk.standing is None:
        return []
    here = desk.standing
    cells = _cells(desk, lambda cell: cell.slot.pk == here.slot.pk and cell.room.capacity > here.room.capacity)
    larger = [_proposed(desk, Why.FULL, cell) for cell in sorted(cells, key=lambda cell: -cell.room.capacity)[:2]]
    again = [_because(remedy, Why.FULL) for remedy in run_again(desk)]
    return [*larger, *again][:MOST]


def later(desk: Desk, why: Why) -> list[Remedy]:
    """The best place later, and the best of those in which somebody makes way."""
    if desk.standing is None:
        return []
    here, coming = desk.standing, {slot.pk for slot in desk.coming}
    # What has begun leaves a place in which nobody can begin any more.
    cells = _cells(desk, lambda cell: cell.slot.pk in coming and cell.slot.starts_at > here.slot.starts_at)
    free = [cell for cell in cells if cell.is_open]
    swaps = [cell for cell in cells if not cell.is_open and not desk.has_begun]
    return [_proposed(desk, why, cell) for cell in (*_best(free)[:1], *_best(swaps)[:1])]


def cancel(desk: Desk) -> list[Remedy]:
    """It is off the grid; or what waits and is wished most there takes its place."""
    if desk.standing is None:
        return []
    here = desk.standing
    off = Move(here.session.pk, here.session.revision)
    alone = Remedy(
        _("“%(title)s” comes off the grid") % {"title": here.session.title},
        Plan(Why.CANCEL, moves=[off]),
        drops=[here.session.title],
        costs=[*desk.cost(desk.rows_after([off])), *who_is_told(desk)],
    )
    return [alone, *_instead_of_it(desk, here, off)]


def _instead_of_it(desk: Desk, here: Standing, off: Move) -> list[Remedy]:
    """What waits and wins most there, if something fits."""
    wished = desk.wishes.count if desk.wishes else lambda _pitch: 0
    waiting = sorted(desk.draft.waiting, key=lambda pitch: -in_steps(wished(pitch.pk)))[:PRICED]
    without = replace(desk.draft, standing=[found for found in desk.draft.standing if found is not here])
    fillings = advice.fillings(without, desk.wishes, here.slot, here.room, waiting)
    best = next((found.pitch for found in fillings if found.has_room and not found.choice.broken), None)
    if best is None:
        return []
    cell = (best.pk, here.slot.pk, here.room.pk)
    costs = [*desk.cost([*desk.rows_after([off]), list(cell)]), *who_is_told(desk)]
    title = _("“%(title)s”, which waits, takes its place") % {"title": best.title}
    return [Remedy(title, Plan(Why.CANCEL, moves=[off], again=cell), drops=[here.session.title], costs=costs)]


def who_is_told(desk: Desk) -> list[str]:
    """Of a session that is cancelled."""
    if not desk.hosts:
        return [_("Told are all who have it in their day.")]
    names = ", ".join(str(host) for host in desk.hosts)
    return [_("Told are all who have it in their day, and by mail, too, its hosts: %(names)s") % {"names": names}]


def _cells(desk: Desk, may: Callable[[PlaceCell], bool]) -> list[PlaceCell]:
    """Places that the session on the desk can have without breaking a rule, and in which nothing has begun."""
    if desk.standing is None or desk.standing.session.is_pinned:
        return []
    session = desk.standing.session
    slots = advice.place_slots(desk.draft, desk.wishes, session.pitch_id, session.pk)
    return [cell for found in slots for cell in found.cells if cell.is_good and may(cell) and _may(desk, cell)]


def _may(desk: Desk, cell: PlaceCell) -> bool:
    """Where a slot has begun nobody changes places any more; a room that is free takes what has to leave its own."""
    is_begun = cell.slot.pk in desk.begun
    return not is_begun or (cell.is_open and desk.slot is not None and cell.slot.pk == desk.slot.pk)


def _best(cells: Iterable[PlaceCell]) -> list[PlaceCell]:
    """Each in a slot of its own: what wins most, then what is earlier, then the largest room."""
    found: dict[int, PlaceCell] = {}
    good = (cell for cell in cells if cell.is_good)
    for cell in sorted(good, key=lambda cell: (-cell.choice.gain, cell.slot.starts_at, -cell.room.capacity)):
        found.setdefault(cell.slot.pk, cell)
    return list(found.values())[:MOST]


def _proposed(desk: Desk, why: Why, cell: PlaceCell) -> Remedy:
    """The session on the desk goes there; whoever stands there takes its place."""
    assert desk.standing is not None
    here = desk.standing
    moves = [Move(here.session.pk, here.session.revision, cell.room.pk, cell.slot.pk)]
    title = _("“%(title)s” to %(place)s") % {
        "title": here.session.title,
        "place": desk.place(cell.slot.pk, cell.room.pk),
    }
    if cell.standing is not None:
        other = cell.standing.session
        moves.append(Move(other.pk, other.revision, here.room.pk, here.slot.pk))
        title = _("%(what)s, swapped with “%(other)s”") % {"what": title, "other": other.title}
    costs = [*_holds(cell), *desk.cost(desk.rows_after(moves))]
    return Remedy(title, Plan(why, moves=moves), costs=costs)


def _holds(cell: PlaceCell) -> list[str]:
    return [_("%(room)s holds %(seats)s.") % {"room": cell.room.name, "seats": cell.room.capacity}]


def _because(remedy: Remedy, why: Why) -> Remedy:
    return replace(remedy, plan=remedy.plan._replace(why=why))
