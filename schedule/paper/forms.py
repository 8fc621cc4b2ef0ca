"""The forms in which a wall, or a sheet that was filled in by hand, comes back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.names import refuse_unseen
from events.decoding import BY_PAGE, file_text, refuse_bytes
from events.models import Camp, Room, Slot
from events.templatetags.campgrid import clock
from pitches.models import Pitch

from .codes import Codes
from .filled import Line, file_lines, typed_lines
from .typed_wall import WallRow


class WallForm(forms.Form):
    """Rows of slot, room and title, as one reads them off a wall; a row without a title is none."""

    #: where more cells are free, the next page has them
    MOST = 20
    #: where fewer are, so many can be typed all the same
    LEAST = 5

    with_new = forms.BooleanField(label=_("Titles that nobody pitched become new pitches"), required=False)

    def __init__(self, data: Any = None, *, camp: Camp, taken: set[tuple[int, int]]) -> None:
        super().__init__(data)
        #: of the sheets of paper: “17” and “B3 17” are read, too
        self.codes = Codes(camp)
        #: by row, the pitch of the number that was typed
        self.pitches: dict[str, Pitch] = {}
        self.slots = {str(slot.pk): slot for slot in camp.slots.for_sessions()}
        for slot in self.slots.values():
            slot.camp = camp
        self.rooms = {str(room.pk): room for room in camp.rooms.all()}
        is_one_day = len({slot.day for slot in self.slots.values()}) == 1
        choose = ("", gettext("Choose"))
        slots = [choose, *((pk, clock(s.starts_at) if is_one_day else str(s)) for pk, s in self.slots.items())]
        rooms = [choose, *((pk, room.name) for pk, room in self.rooms.items())]
        free = list(islice(self._free(camp, taken), self.MOST))
        #: what the fields of each row begin with
        self.names = [str(number) for number in range(1, self.MOST + 1)]
        self.names = self._sent() or self.names[: max(self.LEAST, len(free))]
        free += [("", "")] * self.MOST
        for name, (slot_id, room_id) in zip(self.names, free, strict=False):
            self.fields[f"{name}-slot"] = self._choice(gettext("Slot, row %(row)s"), name, slots, slot_id)
            self.fields[f"{name}-room"] = self._choice(gettext("Room, row %(row)s"), name, rooms, room_id)
            self.fields[f"{name}-title"] = self._title(gettext("Title, row %(row)s") % {"row": name})

    def _title(self, label: str) -> forms.Field:
        field = Pitch._meta.get_field("title").formfield(label=label, required=False, validators=[refuse_unseen])
        title = cast("forms.CharField", field)
        title.widget.attrs |= {"aria-label": label, "list": "waiting-titles", "autocomplete": "off", "data-title": ""}
        return title

    def _sent(self) -> list[str]:
        """The rows of the page that was sent: meanwhile there may be more, or fewer."""
        return [name for name in self.names if f"{name}-title" in self.data]

    def _choice(self, label: str, name: str, choices: list[tuple[str, str]], initial: str) -> forms.ChoiceField:
        label = label % {"row": name}
        return forms.ChoiceField(
            label=label,
            choices=choices,
            initial=initial,
            required=False,
            error_messages={"invalid_choice": _("That is not there any more. Choose another.")},
            widget=forms.Select(attrs={"aria-label": label}),
        )

    def _free(self, camp: Camp, taken: set[tuple[int, int]]) -> Iterator[tuple[str, str]]:
        """The next free cells, slot after slot as a wall is read; not what has begun, while the camp runs."""
        closed = set(Room.closed_in.through.objects.filter(room__camp=camp).values_list("slot_id", "room_id"))
        now = timezone.now()
        for slot_id, slot in self.slots.items():
            if camp.is_running and slot.starts_at <= now:
                continue
            for room_id, room in self.rooms.items():
                if not {(slot.pk, room.pk)} & (taken | closed):
                    yield slot_id, room_id

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(self.data.get(f"{name}-title", "").strip() for name in self.names):
            self.add_error(f"{self.names[0]}-title", gettext("Type at least one title."))
        for name in self.names:
            self._read_code(name, cleaned)
            for part, sentence in (("slot", gettext("Choose a slot.")), ("room", gettext("Choose a room."))):
                if cleaned.get(f"{name}-title") and cleaned.get(f"{name}-{part}") == "":
                    self.add_error(f"{name}-{part}", sentence)
        return cleaned

    def _read_code(self, name: str, cleaned: dict[str, Any]) -> None:
        """A number is a title, and the code of a cell before it is where it goes, whatever the row says."""
        typed = cleaned.get(f"{name}-title")
        if not typed or not self.codes:
            return
        try:
            read = self.codes.read(typed, needs_place=False)
        except ValidationError as refused:
            self.add_error(f"{name}-title", refused)
            return
        cleaned[f"{name}-title"] = read.title
        if read.slot and read.room:
            cleaned[f"{name}-slot"], cleaned[f"{name}-room"] = str(read.slot.pk), str(read.room.pk)
        if read.pitch:
            self.pitches[name] = read.pitch

    @property
    def rows_typed(self) -> list[tuple[str, Slot, Room, str, Pitch | None]]:
        """Those in which nothing is missing, once the form was looked at."""
        found, pitches = self.cleaned_data, self.pitches
        rows = ((name, [found.get(f"{name}-{part}") for part in ("slot", "room", "title")]) for name in self.names)
        return [
            (name, self.slots[slot], self.rooms[room], title, pitches.get(name))
            for name, (slot, room, title) in rows
            if slot and room and title
        ]

    @property
    def titles_without_a_place(self) -> list[str]:
        """Of the rows in which slot or room is missing."""
        complete = {name for name, *_row in self.rows_typed}
        left = [name for name in self.names if name not in complete]
        return [self.pitches[n].title if n in self.pitches else self.data.get(f"{n}-title", "") for n in left]

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The three fields of each row, for the page."""
        return [[self[f"{name}-{part}"] for part in ("slot", "room", "title")] for name in self.names]


class SheetForm(forms.Form):
    """Lines of a place and a pitch, typed or in a file: all of them can be read, or each that cannot is told."""

    #: more cells than any sheet has
    MOST = 1000

    lines = forms.CharField(
        label=_("A line for each cell"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=_("B3 17 puts pitch 17 into cell B3. Behind the cell a title will do, too."),
    )
    file = forms.FileField(
        label=_("Or a file"), required=False, help_text=_("CSV or .xlsx, with the columns “cell” and “pitch”.")
    )
    with_new = forms.BooleanField(label=_("Titles that nobody pitched become new pitches"), required=False)

    def __init__(self, *args: Any, camp: Camp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.camp = camp
        #: once it was found valid
        self.rows: list[WallRow] = []
        self._read_from: dict[str, tuple[str, Line]] = {}

    def clean_file(self) -> list[Line]:
        """The rows of the file."""
        file = self.cleaned_data["file"]
        if not file:
            return []
        refuse_bytes(file.size, BY_PAGE)
        try:
            return file_lines(file_text(file.read(), BY_PAGE).text)
        except csv.Error as error:
            raise ValidationError(_("This is no table: save it as CSV, and try again.")) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed, brought = typed_lines(cleaned.get("lines") or ""), cleaned.get("file") or []
        if not self.errors and not typed and not brought:
            self.add_error("lines", gettext("Type at least one line, or choose a file."))
        if len(typed) + len(brought) > self.MOST:
            self.add_error("lines", gettext("That is more than %(most)s lines.") % {"most": self.MOST})
            return cleaned
        codes = Codes(self.camp)
        for field, lines in (("lines", typed), ("file", brought)):
            for line in lines:
                try:
                    self._keep(codes, field, line)
                except ValidationError as refused:
                    self._tell(field, line, refused.messages)
        return cleaned

    def _keep(self, codes: Codes, field: str, line: Line) -> None:
        read = codes.read(line.text, needs_place=True)
        if read.slot is None or read.room is None:
            return
        if len(read.title) > 140:
            raise ValidationError(gettext("This title is longer than 140 characters."))
        name = str(len(self.rows) + 1)
        self._read_from[name] = field, line
        self.rows.append(WallRow(name, read.slot, read.room, read.title, read.pitch))

    def _tell(self, field: str, line: Line, sentences: list[str]) -> None:
        words = gettext("Line %(number)s, “%(text)s”: %(why)s")
        shown = line.text if len(line.text) <= 40 else f"{line.text[:39]}…"
        self.add_error(field, words % {"number": line.number, "text": shown, "why": " ".join(sentences)})

    def tell_refused(self, refused: ValidationError) -> None:
        """What could not be placed is told at its line; anything else is raised again."""
        by_name: dict[str, list[str]] = refused.message_dict if hasattr(refused, "error_dict") else {}
        if not by_name:
            raise refused
        for name, sentences in by_name.items():
            field, line = self._read_from[name.partition("-")[0]]
            self._tell(field, line, sentences)
