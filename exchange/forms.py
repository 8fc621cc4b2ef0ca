"""Files to bring in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 2_000_000


class ImportForm(forms.Form):
    """Any of the files; what is there already stays as it is."""

    rooms = forms.FileField(label="rooms.csv", required=False, help_text="name, capacity, features")
    slots = forms.FileField(label="slots.csv", required=False, help_text="date, starts_at, ends_at, kind, title")
    attendees = forms.FileField(label="attendees.csv", required=False, help_text="attendee, display_name, role")
    pitches = forms.FileField(label="pitches.csv", required=False, help_text="pitch, title, topic, hosts, length")
    interests = forms.FileField(label="interests.csv", required=False, help_text="attendee, pitch, level")
    sheet = forms.FileField(
        label=_("The sheet from the wall"), required=False, help_text="Session, Room, Title, Leader1…4, Session notes"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        texts = {}
        for name, upload in list(data.items()):
            if not upload:
                continue
            try:
                texts[f"{name}.csv"] = _text(upload)
            except ValidationError as error:
                self.add_error(name, error)
        if not texts and not self.errors:
            raise ValidationError(_("Choose at least one file."))
        self.texts = texts
        return data


def _text(upload: Any) -> str:
    if upload.size > MOST_BYTES:
        raise ValidationError(_("The file is larger than 2 MB."))
    try:
        return str(upload.read().decode("utf-8-sig")).replace("\x00", "")
    except UnicodeDecodeError:
        raise ValidationError(_("The file is not UTF-8 text. Save it as CSV (UTF-8) and try again.")) from None
