"""What is said to an organiser who scanned a code: what is so, in a sentence, and what can be done next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from events.models import Camp
from pitches.models import Pitch

from .. import advice
from ..draft.rows import Standing, begun_in, read_draft
from ..models import Cell, Session
from .marks import CardMark, CellMark, Mark, mark_text

#: what is sent there is in hand, or on the draft
HOLD, PLACE = "schedule:scan_hold", "schedule:scan_place"


class Press(NamedTuple):
    """A button that sends something: what it says, to which page, and what."""

    words: str
    page: str
    fields: tuple[tuple[str, str], ...]
    #: something is not in hand any more
    is_drop: bool = False

    @property
    def is_deed(self) -> bool:
        """It changes the draft, and sent twice does so once."""
        return self.page == PLACE


class Way(NamedTuple):
    """A link."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a scan leads to."""

    heading: str
    sentences: tuple[str, ...]
    way: Way
    presses: tuple[Press, ...] = ()
    #: a script presses the first, once: nothing is to be decided
    goes_by_itself: bool = False
    #: a card and a cell have come together
    is_meeting: bool = False
    #: nothing is to be done any more: what was in hand is not any longer
    is_done: bool = False


def found_by_scan(camp: Camp, scanned: Mark, in_hand: Mark | None) -> Found:
    """What was scanned, and what is in hand, in whichever order."""
    card = next((mark for mark in (scanned, in_hand) if isinstance(mark, CardMark)), None)
    mark = next((mark for mark in (scanned, in_hand) if isinstance(mark, CellMark)), None)
    pitch = Pitch.open_in(camp, card.pitch_id) if card else None
    cell = _cell_at(camp, mark) if mark else None
    if pitch and cell and card and mark:
        found = _meeting(camp, pitch, cell, (("card", mark_text(card)), ("cell", mark_text(mark))))
        if isinstance(in_hand, CellMark):
            # The cell was first: it waits for the next card.
            return replace(found, presses=(*found.presses, _hold(_("Put the card down"), mark, is_drop=True)))
        return replace(found, presses=(*found.presses, _drop(_("Put the card down"), mark_text(card))))
    if isinstance(scanned, CardMark):
        if pitch is None:
            return _off_the_board(camp, scanned)
        return _card_alone(camp, scanned, pitch, in_hand)
    if cell is None:
        return _no_cell(camp, scanned)
    return _cell_alone(camp, scanned, cell, in_hand)


def _cell_at(camp: Camp, mark: CellMark) -> Cell | None:
    """The room and the slot as they are today, if a session can still be there."""
    room = camp.rooms.filter(pk=mark.room_id).first()
    slot = camp.slots.for_sessions().filter(pk=mark.slot_id).first()
    if room is None or slot is None:
        return None
    slot.camp = camp
    return Cell(room=room, slot=slot)


# -- one of the two --------------------------------------------------------------------------------------------


def _off_the_board(camp: Camp, card: CardMark) -> Found:
    sentence = _("This pitch was withdrawn. Take its card off the wall.")
    if camp.pitches.filter(pk=card.pitch_id).exists():
        way = Way(_("See the pitch"), reverse("pitches:pitch_detail", args=[camp.slug, card.pitch_id]))
    else:
        way = Way(_("See the pitches"), reverse("pitches:pitch_list", args=[camp.slug]))
    return Found(_("Off the board"), (sentence,), way)


def _no_cell(camp: Camp, mark: CellMark) -> Found:
    has_room = camp.rooms.filter(pk=mark.room_id).exists()
    has_slot = camp.slots.filter(pk=mark.slot_id).exists()
    if has_room and has_slot:
        sentence = _("The slot of this code is for everybody now.")
    elif has_slot:
        sentence = _("The room of this code is not there any more.")
    elif has_room:
        sentence = _("The slot of this code is not there any more.")
    else:
        sentence = _("Neither the room nor the slot of this code is there any more.")
    way = Way(_("Print the empty grid anew"), reverse("schedule:cells_print", args=[camp.slug]))
    return Found(_("Not on the grid any more"), (sentence,), way)


def _hold(words: str, mark: Mark, *, is_drop: bool = False) -> Press:
    return Press(words, HOLD, (("mark", mark_text(mark)),), is_drop)


def _drop(words: str, back: str) -> Press:
    """Nothing is in hand, and one is led back to where one was."""
    return Press(words, HOLD, (("back", back),), is_drop=True)


def _card_alone(camp: Camp, card: CardMark, pitch: Pitch, in_hand: Mark | None) -> Found:
    is_held = in_hand == card
    sentences = [_("It is in your hand. Now scan where it goes.")] if is_held else []
    if isinstance(in_hand, CellMark):
        sentences.append(_("The code you scanned before is not on the grid any more."))
    places = [session.place for session in pitch.sessions.placed().with_place()]
    for place in places:
        if place:
            place.slot.camp = camp
            sentences.append(_("It stands in %(place)s.") % {"place": place})
    if not places:
        sentences.append(_("It waits for a place."))
    return Found(
        pitch.title,
        tuple(sentences),
        Way(_("Choose its place from the grid"), reverse("schedule:session_place", args=[camp.slug, pitch.pk])),
        (_drop(_("Put it down"), mark_text(card)) if is_held else _hold(_("Take it in hand"), card),),
        goes_by_itself=not is_held,
    )


def _cell_alone(camp: Camp, mark: CellMark, cell: Cell, in_hand: Mark | None) -> Found:
    is_held = in_hand == mark
    there = Session.objects.filter(cells__slot=cell.slot, cells__room=cell.room).select_related("pitch").first()
    sentences = [_("The card in your hand is off the board.")] if isinstance(in_hand, CardMark) else []
    if there:
        sentences.append(_("“%(title)s” stands there.") % {"title": there})
    else:
        is_closed = cell.room.closed_in.filter(pk=cell.slot_id).exists()
        sentences.append(_("The room is closed then.") if is_closed else _("It is free."))
    if is_held:
        sentences.append(_("Now scan the card that goes there."))
    return Found(
        str(cell),
        tuple(sentences),
        Way(
            _("Choose what goes there"),
            reverse("schedule:cell_fill", args=[camp.slug, cell.slot_id, cell.room_id]),
        ),
        (_drop(_("Forget it"), mark_text(mark)) if is_held else _hold(_("Keep it for the next card"), mark),),
        goes_by_itself=not is_held,
    )


# -- both ------------------------------------------------------------------------------------------------------


Fields = tuple[tuple[str, str], ...]


def _meeting(camp: Camp, pitch: Pitch, cell: Cell, fields: Fields) -> Found:
    """Where nothing speaks against it, it goes there by itself."""
    draft, slot, room = read_draft(camp), cell.slot, cell.room
    runs = [standing for standing in draft.standing if standing.session.pitch_id == pitch.pk]
    span = draft.span(slot, pitch.length)
    wanted = {(taken.pk, room.pk) for taken in span}
    there = [found for found in draft.standing if any((c.slot_id, c.room_id) in wanted for c in found.cells)]
    # One that may run again, and does not yet, has another place to come.
    movers: list[Standing | None] = [*runs] if runs and len(runs) >= pitch.runs else [None]
    presses: list[Press] = []
    is_clear, is_begun = False, slot.pk in begun_in(camp, [slot])
    is_there = any(standing in runs and standing.slot.pk == slot.pk for standing in there)
    if not span:
        sentences = [_("A double session needs two slots in a row, with no break between.")]
    elif is_there:
        sentences = [_("It stands in %(place)s already.") % {"place": cell}]
    elif others := [standing for standing in there if standing not in runs]:
        sentences, presses = _taken(cell, others, movers, fields, pitch)
        sentences += [_("That slot has begun.")] * is_begun
    else:
        broken = advice.breaks_there(draft, pitch.pk, movers[0].session.pk if movers[0] else None, slot, room)
        against = [*[_("That slot has begun.")] * is_begun, *broken]
        if movers[0] and movers[0].session.is_pinned:
            against.append(_("It is pinned where it stands."))
        sentences = [_goes(movers, cell), *against]
        presses = [_press_for(mover, movers, pitch, fields, all_the_same=bool(against)) for mover in movers]
        is_clear = len(movers) == 1 and not against
    return Found(
        pitch.title,
        tuple(sentences),
        Way(_("Choose another place"), reverse("schedule:session_place", args=[camp.slug, pitch.pk])),
        tuple(presses),
        goes_by_itself=is_clear,
        is_meeting=True,
        is_done=is_there,
    )


def _goes(movers: list[Standing | None], cell: Cell) -> str:
    if len(movers) > 1:
        return _("It stands in several places. Which one goes to %(place)s?") % {"place": cell}
    [mover] = movers
    if mover is None:
        return _("It goes to %(place)s.") % {"place": cell}
    text = _("It goes to %(place)s. Until now it stands in %(before)s.")
    return text % {"place": cell, "before": mover.cells[0]}


def _seen(mover: Standing | None, pitch: Pitch) -> tuple[str, str]:
    """Which session is meant, and as of when it was seen: `12-3`; one that waits may have no row yet: `-0`."""
    if mover:
        return "seen", f"{mover.session.pk}-{mover.session.revision}"
    revision = pitch.sessions.placed_first().values_list("revision", flat=True).first()
    return "seen", f"-{revision or 0}"


def _press_for(
    mover: Standing | None, movers: list[Standing | None], pitch: Pitch, fields: Fields, *, all_the_same: bool
) -> Press:
    if mover and len(movers) > 1:
        words = _("Move the one in %(place)s") % {"place": mover.cells[0]}
    else:
        words = _("Put it there all the same") if all_the_same else _("Put it there")
    return Press(words, PLACE, (*fields, _seen(mover, pitch)))


def _taken(
    cell: Cell, others: list[Standing], movers: list[Standing | None], fields: Fields, pitch: Pitch
) -> tuple[list[str], list[Press]]:
    """Who stands there is named; they swap, or the other one waits."""
    session, mover = others[0].session, movers[0]
    sentences = [
        _("“%(title)s” stands in %(place)s.") % {"title": other.session, "place": other.cells[0]} for other in others
    ]
    if len(others) > 1 or len(movers) > 1:
        # A double over two others, or one of several: the grid is the better page for that.
        return sentences, []
    fields = (*fields, _seen(mover, pitch), ("other", f"{session.pk}-{session.revision}"))
    words = _("Put it there, and let “%(title)s” wait") % {"title": session}
    instead = Press(words, PLACE, (*fields, ("how", "instead")))
    return sentences, [Press(_("Swap the two"), PLACE, (*fields, ("how", "swap"))), instead] if mover else [instead]
