"""Rooms as they stand in a mail or a sheet, a line each: "Attic, 40, projector"."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.text import as_called, carried, plain_heading

from .models import Camp, Room
from .models.frame import FEATURES as OFFERED
from .models.frame import feature_codes, plain_feature
from .room_sizes import FEATURES, NAMES, SEATS, Sized, sized, sizes_in
from .totals import total_in

#: more rooms than any camp has
MOST_LINES = 200
#: what a list made by hand begins a line with
BULLET = re.compile(r"^\s*(?:[-*•–]\s+|\d{1,3}[.)]\s+)")
#: a line drawn below headings
RULED = re.compile(r"[\s|:+_=–—-]*[-_=–—]{2}[\s|:+_=–—-]*")
SIZE = re.compile(sized(r"[0-9]{1,9}"), re.IGNORECASE)
#: what a sheet has above its columns
HEADINGS = frozenset(map(plain_heading, ["name", "rooms", "räume", "capacity", "features", *NAMES, *SEATS, *FEATURES]))
#: and above a single one; a room may be called “Saal”
ALONE = frozenset(
    map(plain_heading, "name|names|room|rooms|room name|room names|raum|räume|raumname|salles".split("|"))
)


class Line(NamedTuple):
    """What stands between its commas: a name, and the rest."""

    number: int
    name: str
    cells: list[str]

    @property
    def is_heading(self) -> bool:
        cells = [plain_heading(cell) for cell in (self.name, *self.cells)]
        return set(cells) <= (HEADINGS if len(cells) > 1 else ALONE)

    @property
    def has_size(self) -> bool:
        return any(map(SIZE.fullmatch, self.cells))


def read_rooms(text: str, camp: Camp) -> list[Room]:
    """The rooms of these lines, in their order, to be saved; a sentence for each line that is no room, or for none.

    A line has a name, then in any order how many the room holds and what it has, between commas, semicolons or tabs.
    What is in brackets behind a name is read as in every list of rooms: docs/exchange.md.
    """
    # A file that was opened in an editor and pasted may begin with its mark of order (BOM).
    typed = carried(text).removeprefix("\ufeff").split("\n")
    written = [(number, line) for number, line in enumerate(typed, 1) if line.strip()]
    is_table = _is_table([line for _number, line in written])
    lines = [
        Line(number, *_divided(BULLET.sub("", line), is_table=is_table))
        for number, line in written
        if not RULED.fullmatch(line)
    ]
    if lines and lines[0].is_heading and (lines[0].cells or lines[1:]):
        lines = lines[1:]
    if not lines:
        raise ValidationError(_("Paste at least one line with the name of a room."))
    if len(lines) > MOST_LINES:
        raise ValidationError(_("These are more than %(most)s lines. Paste fewer.") % {"most": MOST_LINES})
    features = _features_of(camp)
    known = {as_called(room.name): _("the camp has that room already") for room in camp.rooms.all()}
    position, sizes = len(known), sizes_in((line.name for line in lines), {*known})
    rooms: list[Room] = []
    faults: list[str] = []
    for line in lines:
        try:
            if total := total_in((line.name, *line.cells)):
                raise ValidationError(_("“%(text)s” counts the other lines. Take it out.") % {"text": total})
            room = _room(line, Sized(line.name) if line.has_size else sizes[line.name], camp, features)
            if where := known.get(as_called(room.name)):
                raise ValidationError(_("“%(name)s”: %(where)s.") % {"name": room.name, "where": where})
        except ValidationError as fault:
            sentence = " ".join(fault.messages)
            faults.append(_("Line %(number)s: %(sentence)s") % {"number": line.number, "sentence": sentence})
            continue
        known[as_called(room.name)] = _("line %(number)s has that name, too") % {"number": line.number}
        room.position = position + len(rooms)
        rooms.append(room)
    if faults:
        raise ValidationError(faults)
    return rooms


def _is_table(lines: list[str]) -> bool:
    """Whether bars stand between their cells, as in Markdown: below a line of headings, or above one that is drawn."""
    heads = Line(1, *_divided(lines[0], is_table=True)) if lines else None
    is_below = heads is not None and bool(heads.cells) and "|" in lines[0] and heads.is_heading
    return is_below or any("|" in line and RULED.fullmatch(line) for line in lines)


def _divided(line: str, *, is_table: bool) -> tuple[str, list[str]]:
    """As a sheet writes them: quotation marks around a cell keep its comma; a mark that is left open is a letter.

    In a table, and behind a bar, bars divide them.
    """
    if (bare := line.strip()).startswith("|") or (is_table and "|" in bare):
        line = bare.strip("|").replace("|", "\t")
    separator = next((one for one in "\t;" if one in line), ",")
    try:
        [row] = csv.reader([line.strip("\n")], delimiter=separator, skipinitialspace=True, strict=True)
    except (csv.Error, ValueError):
        row = line.split(separator)
    name, *cells = [cell.strip() for cell in row] or [""]
    return name, cells


def _features_of(camp: Camp) -> dict[str, str]:
    return feature_codes(code for found in camp.rooms.values_list("features", flat=True) for code in found)


def _room(line: Line, size: Sized, camp: Camp, features: dict[str, str]) -> Room:
    name = size.name
    sizes = [] if size.seats is None else [str(size.seats)]
    if not name:
        raise ValidationError(_("Begin it with the name of the room."))
    if name.endswith(":") and not line.cells:
        raise ValidationError(_("“%(name)s” says what the lines below it are. Take it out.") % {"name": name})
    has: list[str] = []
    for cell in filter(None, line.cells):
        if size_found := SIZE.fullmatch(cell):
            sizes.append(size_found["seats"])
        elif code := features.get(plain_feature(cell)):
            has.append(code)
        else:
            offered = ", ".join(str(words) for words in OFFERED.values())
            text = _(
                "“%(cell)s” is neither how many it holds nor something a room has. "
                "Take it out, or write what it is called here: %(known)s."
            )
            raise ValidationError(text % {"cell": cell, "known": offered})
    if len(sizes) > 1:
        raise ValidationError(_("It has several sizes: %(sizes)s. Keep one.") % {"sizes": ", ".join(sizes)})
    room = Room(camp=camp, name=name, features=list(dict.fromkeys(has)))
    if sizes:
        room.capacity = int(sizes[0])
    try:
        room.clean_fields(exclude=["camp"])
    except ValidationError as fault:
        # Which field it is, the sentence says.
        raise ValidationError(fault.messages) from fault
    return room


def as_lines(rooms: Iterable[Room]) -> str:
    """As somebody would paste them."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([room.name, room.capacity, *room.features] for room in rooms)
    return lines.getvalue()


def names_of(rooms: Iterable[Room]) -> str:
    """Attic (40), Loft (10): as they were understood, so that a size that was not is seen at once."""
    shown = list(rooms)
    words = ", ".join(f"{room.name} ({room.capacity})" for room in shown[:10])
    return _("%(names)s and %(more)s more") % {"names": words, "more": len(shown) - 10} if shown[10:] else words
