"""What organisers tell the scheduler."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp, Room
from pitches.forms import SlotChoices

from .advice import concern_sentences
from .models import Draft


class ConcernsForm(forms.Form):
    """How much each concern counts beside wishes, from 0 to 10."""

    def __init__(self, data: Any = None, *, draft: Draft) -> None:
        # What is not sent stays as it is.
        now = {name: getattr(draft, name) for name in Draft.CONCERNS}
        super().__init__(None if data is None else now | {name: data[name] for name in now if name in data})
        sentences = concern_sentences()
        for name in Draft.CONCERNS:
            self.fields[name] = forms.IntegerField(
                label=Draft._meta.get_field(name).verbose_name,
                help_text=sentences[name],
                min_value=0,
                max_value=10,
                initial=now[name],
                error_messages=dict.fromkeys(
                    ("required", "invalid", "min_value", "max_value"),
                    _("Choose a number from 0 (not at all) to 10 (a lot)."),
                ),
                widget=forms.NumberInput(attrs={"type": "range", "min": 0, "max": 10, "data-shown": ""}),
            )


def slot_choices(camp: Camp, label: Any) -> SlotChoices:
    """Slots for sessions, by day and time; at least one."""
    return SlotChoices(
        label=label,
        queryset=camp.slots.for_sessions(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one slot.")},
    )


class ClosureForm(forms.Form):
    """A room, or all rooms, and the slots in which nothing may be there."""

    EVERY_ROOM = "all"

    def __init__(self, data: Any = None, *, camp: Camp) -> None:
        super().__init__(data)
        self.rooms = list(camp.rooms.all())
        choices = [("", _("Choose")), *((str(room.pk), room.name) for room in self.rooms)]
        self.fields["room"] = forms.ChoiceField(
            label=_("Room"),
            choices=[*choices, (self.EVERY_ROOM, _("All rooms: the slot is lost"))],
            error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a room of this camp.")),
        )
        self.fields["closed_in"] = slot_choices(camp, _("It is lost in"))

    def chosen(self) -> list[Room]:
        room = self.cleaned_data["room"]
        return [r for r in self.rooms if room in (self.EVERY_ROOM, str(r.pk))]


class HostChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Attendee) -> str:  # type: ignore[override]
        return obj.display_name


class AwayForm(forms.Form):
    """A host, and the slots in which they cannot be there."""

    def __init__(self, data: Any = None, *, camp: Camp) -> None:
        super().__init__(data)
        self.fields["host"] = HostChoice(
            hosts_of(camp),
            label=_("Host"),
            empty_label=_("Choose"),
            error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a host of this camp.")),
        )
        self.fields["away_in"] = slot_choices(camp, _("They are away in"))


def hosts_of(camp: Camp) -> QuerySet[Attendee]:
    """People who lead an open pitch."""
    return camp.attendees.present().filter(pitches__in=camp.pitches.open()).distinct()
