"""Files to bring in."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.names import refuse_name
from events.decoding import BY_PAGE, file_text, one_by_one, refuse_bytes
from events.models import Camp

from .document import BY_PAGE as DOCUMENT_BY_PAGE
from .document import document_in, text_of_document
from .json_import import refuse_others
from .practice.making import Begins
from .report import quoted
from .table import count_rows


def names_brought(names: dict[str, str]) -> dict[str, str]:
    """What files are called where they come from; not of two that are called alike, whose rows nobody could tell."""
    alike = Counter(names.values())
    return {ours: quoted(theirs) for ours, theirs in names.items() if theirs != ours and alike[theirs] == 1}


class ImportForm(forms.Form):
    """Any of the files; what is there already stays as it is."""

    #: what is in the files, by name; what of them is left out, which is told; what they are called by whoever brings
    #: them; how many rows they have together
    texts: dict[str, str]
    left_out: dict[str, str]
    brought: dict[str, str]
    rows_read: int

    rooms = forms.FileField(label="rooms.csv", required=False, help_text="name, capacity, features")
    slots = forms.FileField(label="slots.csv", required=False, help_text="date, starts_at, ends_at, kind, title")
    attendees = forms.FileField(label="attendees.csv", required=False, help_text="attendee, display_name, role")
    pitches = forms.FileField(
        label="pitches.csv", required=False, help_text="pitch, title, topic, hosts, length, after"
    )
    interests = forms.FileField(label="interests.csv", required=False, help_text="attendee, pitch, level")
    sheet = forms.FileField(
        label=_("The sheet from the wall"),
        required=False,
        help_text=_(
            "A grid with times down and rooms across, or a list: Session or Time, Room, Title, Leader1…4, Session notes"
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.texts, self.left_out, self.rows_read = {}, {}, 0
        for name, file in list(data.items()):
            if not file:
                continue
            try:
                refuse_bytes(file.size, BY_PAGE)
                with one_by_one():
                    read = file_text(file.read(), BY_PAGE)
                    self.rows_read += count_rows(f"{name}.csv", read.text, BY_PAGE)
            except ValidationError as error:
                self.add_error(name, error)
            else:
                self.texts[f"{name}.csv"] = read.text
                self.left_out |= {f"{name}.csv": read.told} if read.told else {}
        self.brought = names_brought({f"{name}.csv": file.name for name, file in data.items() if file})
        if not self.texts and not self.errors:
            raise ValidationError(_("Choose at least one file."))
        return data


class CampFileForm(forms.Form):
    """A camp that was exported, to come in as one of its own."""

    #: what is in the file
    text: str

    document = forms.FileField(
        label=_("The file"),
        help_text=_("A .json file, as “Export” of a camp makes it."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def refuse(self, why: str) -> None:
        """That alone is what is wrong: whether there is a file does not matter."""
        self.fields["document"].required = False
        self.add_error(None, why)

    def clean_document(self) -> Any:
        file = self.cleaned_data["document"]
        if file is None:
            return file
        refuse_bytes(file.size, DOCUMENT_BY_PAGE)
        with one_by_one():
            self.text = text_of_document(file.read())
            # What is no document of ours at all is told here, beside the file; its rows are read by a worker.
            refuse_others(document_in(self.text, DOCUMENT_BY_PAGE))
        return file


class CampOpenForm(forms.Form):
    """What a camp that comes in is to be called here, and whoever brings it."""

    slug = forms.SlugField(
        label=_("Address"),
        max_length=50,
        help_text=_("The last part of the camp's web address. Printed codes lead to the one it had."),
        error_messages={"required": _("Type an address of letters, digits and hyphens, like govcamp-2030.")},
    )
    display_name = forms.CharField(
        label=_("Your name in this camp"),
        max_length=60,
        help_text=_("If an organiser of this name stands in the file, you take their place."),
        validators=[refuse_name],
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": _("Type your name in this camp.")},
    )

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        field = Camp._meta.get_field("slug")
        field.run_validators(slug)
        if Camp.objects.filter(slug=slug).exists():
            raise ValidationError(Camp.SLUG_TAKEN, params={"slug": slug})
        return slug


class PractiseForm(forms.Form):
    """When the practice day is; `instead_of`: the copy that is made anew."""

    begins = forms.ChoiceField(
        label=_("When the practice day begins"),
        choices=Begins.choices,
        initial=Begins.NOW,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose when the practice day begins.")},
    )
    #: its id; the page writes it itself
    instead_of = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def chosen(self) -> dict[str, Any]:
        """Once the form was found valid: what `open_practice` is asked for."""
        return dict(self.cleaned_data)
