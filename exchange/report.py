"""What an import says about its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.text import carried_in_a_line
from events.room_sizes import Sized

#: what kinds of things are called on pages
KINDS = {
    "rooms": gettext_lazy("Rooms"),
    "slots": gettext_lazy("Slots"),
    "attendees": gettext_lazy("People"),
    "pitches": gettext_lazy("Pitches"),
    "hosts": gettext_lazy("Hosts"),
    "interests": gettext_lazy("Interests"),
    "sessions": gettext_lazy("Sessions"),
    "versions": gettext_lazy("Published versions"),
    "notes": gettext_lazy("Notes"),
    "links": gettext_lazy("Links"),
    "writeups": gettext_lazy("Write-ups"),
}
#: kinds of which nobody is told how many rows are new
SECRET = frozenset({"interests"})
#: faults, and remarks, that are kept; of the others there is the number
MOST_TOLD = 200
#: characters of why nothing was imported
LONGEST_PROBLEM = 300
#: characters of a value from a file that a sentence quotes
MOST_QUOTED = 40
#: kinds of which those that are new are named, and how many of them
NAMED = {
    "rooms": gettext_lazy("New rooms: %(names)s"), "slots": gettext_lazy("New slots: %(names)s"),
    "attendees": gettext_lazy("New people: %(names)s"),
}  # fmt: skip
MOST_NAMED = 10


def quoted(value: str) -> str:
    """As much of it as a sentence can bear, and nothing that no database or page can hold."""
    short = carried_in_a_line(value[:MOST_QUOTED])
    return short if len(value) <= MOST_QUOTED else f"{short}…"


def told_in_short(refused: ValidationError) -> str:
    """Why nothing was imported, as much of it as an upload keeps."""
    return " ".join(refused.messages)[:LONGEST_PROBLEM]


def told_several(name: str) -> str:
    """Nobody is made a host by a name that several people have."""
    told = _("Several people in this camp are called “%(name)s”: none of them is made a host by this row.")
    return told % {"name": quoted(name)}


def told_size(text: str, room: Sized) -> str:
    """A number behind a name may be a part of it: it is said how it is read, and how to write what is not."""
    if room.seats is None:
        told = _(
            "“%(text)s” is read as a name, its number as a part of it. Seats are read where a word says so, behind a "
            "name that no other room has: Nook (30 seats)."
        )
        return told % {"text": quoted(text)}
    told = _("“%(text)s” is read as the room %(room)s with %(seats)s seats.")
    return told % {"text": quoted(text), "room": quoted(room.name), "seats": room.seats}


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that is wrong, and why. Row 1 holds the column names; 0 is the file as a whole."""

    file: str
    row: int
    reason: str
    #: the cell, as a spreadsheet calls it: C5
    cell: str = ""

    def __str__(self) -> str:
        if self.cell:
            return _("%(file)s, cell %(cell)s: %(reason)s") % {
                "file": self.file, "cell": self.cell, "reason": self.reason,
            }  # fmt: skip
        if not self.row:
            return _("%(file)s: %(reason)s") % {"file": self.file, "reason": self.reason}
        return _("%(file)s, row %(row)s: %(reason)s") % {"file": self.file, "row": self.row, "reason": self.reason}


@dataclass(slots=True)
class Report:
    """Faults keep a row out, and the whole import unless bad rows are skipped; remarks only tell."""

    #: the first of them
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    #: all of them
    fault_count: int = 0
    remark_count: int = 0
    #: what was new, by kind
    added: dict[str, int] = field(default_factory=dict)
    #: rows read, by kind
    read: dict[str, int] = field(default_factory=dict)
    #: what files are called by whoever brought them, where that is another name
    brought: dict[str, str] = field(default_factory=dict)
    #: of those of `NAMED` that are to be made, how many there are and how the first are called
    made: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def name_of(self, file: str) -> str:
        """What whoever brought it calls it."""
        return self.brought.get(file, file)

    def fault(self, file: str, row: int, reason: str, cell: str = "") -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(Fault(self.name_of(file), row, reason, cell))

    def remark(self, file: str, row: int, reason: str, cell: str = "") -> None:
        self.remark_count += 1
        if len(self.remarks) < MOST_TOLD:
            self.remarks.append(Fault(self.name_of(file), row, reason, cell))

    def add(self, kind: str, is_new: bool) -> None:
        self.read[kind] = self.read.get(kind, 0) + 1
        self.added[kind] = self.added.get(kind, 0) + is_new

    @property
    def told(self) -> list[tuple[str, int, int | None]]:
        """(kind, rows read, how many of them are new) as organisers are told; None where that would answer a guess.

        Whether one row of interests is new says whether that person had said so themselves.
        """
        return [(kind, count, None if kind in SECRET else self.added[kind]) for kind, count in self.read.items()]

    @property
    def told_made(self) -> list[str]:
        """What the rooms, slots and people are that are new: a sentence for each kind, of the first of them."""
        sentences = []
        for kind, sentence in NAMED.items():
            count, names = self.made.get(kind, (0, []))
            if names:
                listed = ", ".join(map(quoted, names))
                if more := count - len(names):
                    listed = _("%(names)s and %(count)s more") % {"names": listed, "count": more}
                sentences.append(sentence % {"names": listed})
        return sentences

    @property
    def has_changed_nothing(self) -> bool:
        return not any(self.added.values())

    def as_json(self) -> dict[str, Any]:
        """As organisers are told it, to be kept."""
        return {
            "rows": [(str(KINDS[kind]), count, fresh) for kind, count, fresh in self.told],
            "made": self.told_made,
            "faults": [str(fault) for fault in self.faults],
            "fault_count": self.fault_count,
            "remarks": [str(remark) for remark in self.remarks],
            "remark_count": self.remark_count,
        }


class ImportRefused(Exception):
    """Some rows are wrong, and nothing was imported. The report says which."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"faults: {report.fault_count}")
        self.report = report
