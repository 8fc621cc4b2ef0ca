"""The shape of what people type about a camp."""

from __future__ import annotations

import csv
import io
from datetime import time, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from .agenda import DayPattern
from .models import Camp, Role, Room, Slot
from .models.frame import FEATURES, feature_name


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


def time_zone_choices() -> list[tuple[str, str]]:
    common = ["Europe/London", "Europe/Dublin", "Europe/Berlin", "Europe/Paris", "America/New_York", "UTC"]
    rest = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [(name, name.replace("_", " ")) for name in [*common, *(n for n in rest if n not in common)]]


class NameForm(forms.Form):
    """The one field between a stranger and the camp."""

    display_name = forms.CharField(
        label=_("The name people will see"),
        help_text=_("A first name, a nickname, another name: whatever you like to be called here."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autocapitalize": "words"}),
    )


class JoinForm(NameForm):
    code = forms.CharField(
        label=_("The camp's code"),
        help_text=_("It is on the poster, or an organiser tells you."),
        max_length=12,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Camp code"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper().replace(" ", "")


class CampForm(forms.ModelForm):
    """Settings of a camp that stands; its address stays."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices)

    class Meta:
        model = Camp
        fields = [
            "name", "tagline", "starts_on", "ends_on", "time_zone", "place", "hashtag", "description", "conduct",
            "accent", "is_public", "joining", "capacity", "musts_each", "walking_minutes",
        ]  # fmt: skip
        widgets = {
            "starts_on": DateInput(),
            "ends_on": DateInput(),
            "description": forms.Textarea(attrs={"rows": 5}),
            "conduct": forms.Textarea(attrs={"rows": 6}),
            "accent": forms.TextInput(attrs={"type": "color"}),
        }
        help_texts = {
            "description": _("Markdown works: a blank line starts a paragraph, * a list."),
            "conduct": _("A good default. Change it to fit."),
            "hashtag": _("With or without #."),
            "accent": _("We make it darker or lighter where it could not be read."),
            "is_public": _("Otherwise only people with its address find it."),
            "capacity": _("Empty: as many as come. Beyond that, people wait and move up by themselves."),
            "musts_each": _("How many sessions a person may mark as “must”."),
            "walking_minutes": _("If rooms are in several buildings: what a host needs from one to another."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.instance.time_zone
        field: Any = self.fields["time_zone"]
        if zone and zone not in dict(field.choices):
            field.choices = [*field.choices, (zone, zone)]

    def clean_hashtag(self) -> str:
        tag = str(self.cleaned_data["hashtag"]).strip()
        return "#" + tag.lstrip("#") if tag else ""


class CampCreateForm(CampForm):
    """A camp in one page. The address is made from the name unless one is typed."""

    slug = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=50,
        help_text=_("The last part of the camp's web address. Empty: made from the name."),
    )
    display_name = forms.CharField(
        label=_("Your name in this camp"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "nickname"})
    )

    class Meta(CampForm.Meta):
        fields = [
            "name", "slug", "tagline", "starts_on", "ends_on", "time_zone", "place", "hashtag", "description",
            "conduct", "is_public", "joining", "capacity",
        ]  # fmt: skip

    def clean_slug(self) -> str:
        typed = str(self.cleaned_data.get("slug") or "")
        slug = slugify(typed or self.cleaned_data.get("name", ""))[:50].strip("-_")
        if not slug:
            raise ValidationError(_("Type an address of letters, digits and hyphens, like govcamp-2030."))
        if Camp.objects.filter(slug=slug).exists():
            raise ValidationError(
                _("The address “%(slug)s” is taken by another camp. Add the year or the town."), params={"slug": slug}
            )
        return slug


class CampCopyForm(forms.Form):
    name = forms.CharField(label=_("Name of the new camp"), max_length=80)
    slug = CampCreateForm.base_fields["slug"]
    starts_on = forms.DateField(label=_("First day"), widget=DateInput())

    clean_slug = CampCreateForm.clean_slug


class RoomForm(forms.ModelForm):
    features = forms.MultipleChoiceField(
        label=_("It has"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(FEATURES.items())
    )

    class Meta:
        model = Room
        fields = ["name", "capacity", "features", "building", "directions", "online_url"]
        help_texts = {"directions": _("“Second floor, left of the lift”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["features"]
        # An import may have brought features of its own.
        others = [code for code in self.instance.features or [] if code not in FEATURES]
        field.choices = [*FEATURES.items(), *((code, feature_name(code)) for code in others)]


class SlotForm(forms.Form):
    """One row of the day, in the camp's own time."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    starts = forms.TimeField(label=_("Starts"), widget=TimeInput())
    ends = forms.TimeField(label=_("Ends"), widget=TimeInput())
    kind = forms.ChoiceField(label=_("Kind"), choices=Slot.Kind.choices)
    title = forms.CharField(label=_("Title"), max_length=80, required=False, help_text=_("Such as Lunch or Closing."))

    def __init__(self, *args: Any, camp: Camp, slot: Slot | None = None, **kwargs: Any) -> None:
        self.camp = camp
        self.slot = slot or Slot(camp=camp)
        if slot:
            start, end = (moment.astimezone(camp.tz) for moment in (slot.starts_at, slot.ends_at))
            kwargs.setdefault(
                "initial",
                {
                    "day": start.date(), "starts": start.time(), "ends": end.time(), "kind": slot.kind,
                    "title": slot.title,
                },
            )  # fmt: skip
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {"day", "starts", "ends"} <= data.keys():
            return data
        if not self.camp.starts_on <= data["day"] <= self.camp.ends_on:
            self.add_error(
                "day",
                ValidationError(
                    _("The camp runs from %(first)s to %(last)s. Choose a day within."),
                    params={"first": self.camp.starts_on, "last": self.camp.ends_on},
                ),
            )
            return data
        # An end that is not after the start is meant for the next day.
        end_day = data["day"] + timedelta(days=data["ends"] <= data["starts"])
        for field, day, clock in (("starts_at", data["day"], data["starts"]), ("ends_at", end_day, data["ends"])):
            try:
                setattr(self.slot, field, self.camp.at(day, clock))
            except ValidationError as error:
                self.add_error(field.removesuffix("_at"), error)
        self.slot.kind, self.slot.title = data.get("kind", Slot.Kind.SESSIONS), data.get("title", "")
        return data


class SlotPatternForm(forms.Form):
    """Makes the slots of every day at once."""

    starts = forms.TimeField(label=_("From"), widget=TimeInput(), initial=time(10))
    ends = forms.TimeField(label=_("To"), widget=TimeInput(), initial=time(17))
    minutes = forms.IntegerField(label=_("Minutes each"), min_value=5, max_value=600, initial=45)
    between = forms.IntegerField(label=_("Minutes between"), min_value=0, max_value=240, initial=15)
    lunch_at = forms.TimeField(label=_("Lunch at"), widget=TimeInput(), required=False, initial=time(12, 45))
    lunch_minutes = forms.IntegerField(label=_("Minutes of lunch"), min_value=5, max_value=240, initial=60)

    def pattern(self) -> DayPattern:
        return DayPattern(**self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts") and data.get("starts") == data.get("ends"):
            self.add_error("ends", _("It ends when it starts. Give a later time."))
        return data


class InviteForm(forms.Form):
    role = forms.ChoiceField(
        label=_("As"), choices=[(Role.HELPER.value, Role.HELPER.label), (Role.ORGANISER.value, Role.ORGANISER.label)]
    )
    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("Empty: you get a link to pass on yourself.")
    )


class AddressListForm(forms.Form):
    """A CSV from the ticket shop: any column may hold the addresses."""

    file = forms.FileField(label=_("CSV file with e-mail addresses"))

    def clean_file(self) -> list[str]:
        upload = self.cleaned_data["file"]
        if upload.size > 2_000_000:
            raise ValidationError(_("The file is larger than 2 MB. Send only the column with the addresses."))
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError(_("The file is not UTF-8 text. Save it as CSV (UTF-8) and try again.")) from None
        found, faults = [], []
        for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
            cells = [cell.strip() for cell in row if "@" in cell]
            for cell in cells:
                try:
                    validate_email(cell)
                    found.append(cell.lower())
                except ValidationError:
                    fault = _("Row %(row)s: “%(text)s” is not an e-mail address.")
                    faults.append(fault % {"row": number, "text": cell})
        if faults:
            raise ValidationError(faults)
        if not found:
            raise ValidationError(_("There is no e-mail address in the file."))
        return found


class DeleteForm(forms.Form):
    name = forms.CharField(label=_("Type the camp's name"), max_length=80)
