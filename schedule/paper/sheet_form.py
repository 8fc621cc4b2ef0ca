"""The form that takes a filled sheet back."""

from __future__ import annotations

import csv
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.decoding import BY_PAGE, file_text, refuse_bytes
from events.models import Camp

from .codes import Codes
from .filled import Line, file_lines, typed_lines
from .typed_wall import WallRow


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
