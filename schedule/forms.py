"""What organisers tell the scheduler, and the code that stops mails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.names import readable, refuse_name, refuse_unseen
from events.models import Attendee, Camp, Room, Slot
from events.people import ToldApart, in_order_of_names, told_apart
from events.shifting import by_day
from events.templatetags.campgrid import clock, form_fields, long_day
from events.templatetags.campgrid import day as short_day
from pitches.forms import SlotChoices
from pitches.models import Pitch

from .advice import concern_costs, concern_now, concern_sentences, concern_words
from .models import Draft, GridBuild, GridVersion, MailedCalendar


class ConcernsForm(forms.Form):
    """How much each concern counts beside wishes, from 0 to 10; with what it cost in that build."""

    def __init__(self, data: Any = None, *, draft: Draft, build: GridBuild | None = None) -> None:
        # What is not sent stays as it is.
        now = draft.numbers
        self.costs = concern_costs(build)
        super().__init__(None if data is None else now | {name: data[name] for name in now if name in data})
        sentences = concern_sentences()
        titles = {field.name: field.verbose_name for field in Draft._meta.fields}
        for name in Draft.CONCERNS:
            self.fields[name] = forms.IntegerField(
                label=titles[name],
                help_text=f"{sentences[name]} {self.costs.get(name) or concern_now(now[name])}",
                min_value=0,
                max_value=10,
                initial=now[name],
                error_messages=dict.fromkeys(
                    ("required", "invalid", "min_value", "max_value"),
                    _("Choose a number from 0 (not at all) to 10 (a lot)."),
                ),
                widget=forms.NumberInput(attrs={"type": "range", "min": 0, "max": 10, "data-words": concern_words()}),
            )

    def fields_html(self) -> SafeString:
        if self.is_bound:
            return _fields_html(self)
        now = tuple(self.fields[name].initial for name in Draft.CONCERNS)
        return _fields_as_they_are(now, tuple(sorted(self.costs.items())), get_language())


def _fields_html(form: forms.Form) -> SafeString:
    return render_to_string("_form.html", form_fields(form))


@lru_cache(maxsize=200)
def _fields_as_they_are(now: tuple[int, ...], costs: tuple[tuple[str, str], ...], language: str) -> SafeString:
    """What every organiser sees above the draft, made once for these numbers (memoised); never from what was typed."""
    form = ConcernsForm(draft=Draft(**dict(zip(Draft.CONCERNS, now, strict=True))))
    for name, cost in costs:
        form.fields[name].help_text = f"{concern_sentences()[name]} {cost}"
    return _fields_html(form)


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
    """By name, and two of one name by when they came."""

    told_apart: ToldApart

    def label_from_instance(self, obj: Attendee) -> str:
        which = self.told_apart.get(obj.pk)
        return f"{obj.display_name} ({which})" if which else obj.display_name


class AwayForm(forms.Form):
    """A host, and the slots in which they cannot be there."""

    def __init__(self, data: Any = None, *, camp: Camp) -> None:
        super().__init__(data)
        self.fields["host"] = host = HostChoice(
            hosts_of(camp),
            label=_("Host"),
            empty_label=_("Choose"),
            error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a host of this camp.")),
        )
        host.told_apart = told_apart(camp)
        people = in_order_of_names(hosts_of(camp))
        host.choices = [("", host.empty_label), *((one.pk, host.label_from_instance(one)) for one in people)]
        self.fields["away_in"] = slot_choices(camp, _("They are away in"))


#: so long after it should have begun, a slot may still not have
LATE = timedelta(minutes=20)


class MinutesForm(forms.Form):
    """By how many minutes slots move, and which way."""

    LATER, EARLIER = "later", "earlier"

    by_minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=720,
        initial=15,
        error_messages={
            **dict.fromkeys(("required", "invalid"), _("Type by how many minutes.")),
            **dict.fromkeys(("min_value", "max_value"), _("Type a number of minutes from 1 to 720.")),
        },
    )
    way = forms.ChoiceField(
        label=_("Which way"),
        choices=[(LATER, _("Later")), (EARLIER, _("Earlier"))],
        initial=LATER,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose later or earlier.")),
    )

    @property
    def minutes(self) -> int:
        """Negative if earlier; once the form was found valid."""
        minutes: int = self.cleaned_data["by_minutes"]
        return -minutes if self.cleaned_data["way"] == self.EARLIER else minutes


class ShiftForm(MinutesForm):
    """Which slots move, and by how many minutes."""

    def __init__(self, data: Any = None, *, camp: Camp, is_published: bool) -> None:
        super().__init__(data)
        now = timezone.now()
        #: by what is sent: the ids of the slots that move
        self.slots_of: dict[str, list[int]] = {}
        choices: list[tuple[Any, Any]] = []
        for day, slots in by_day(camp, camp.slots.all()):
            if slots[-1].ends_at > now:
                choices.append((long_day(day), list(self._of_day(day, slots, now))))
        self.fields["moving"] = moving = forms.ChoiceField(
            label=_("What moves"),
            choices=choices,
            error_messages={
                "required": _("Choose what moves."),
                "invalid_choice": _("That is over, or was taken away meanwhile. Choose what moves."),
            },
        )
        moving.initial = self._next(camp, now)
        if is_published:
            self.fields["publish"] = forms.BooleanField(
                label=_("Publish at once"),
                help_text=_("The page, the wall and every calendar follow."),
                required=False,
            )
        self.order_fields(["moving", "by_minutes", "way", "publish"])

    def _next(self, camp: Camp, now: datetime) -> str | None:
        """The slot that comes now: who says that it is late says so when it should have begun."""
        after = camp.slots.filter(starts_at__gt=now - LATE, ends_at__gt=now).order_by("starts_at").first()
        return str(after.pk) if after else None

    def _of_day(self, day: date, slots: list[Slot], now: datetime) -> Iterator[tuple[str, str]]:
        """The whole day as long as nothing of it is over, and the rest of it from each slot on.

        A slot after midnight moves with the day before, and is named by its own, as everywhere.
        """
        if slots[0].ends_at > now:
            self.slots_of[f"day-{day.isoformat()}"] = [slot.pk for slot in slots]
            yield f"day-{day.isoformat()}", gettext("%(day)s: the whole day") % {"day": short_day(day)}
        for number, slot in enumerate(slots):
            if slot.ends_at > now:
                self.slots_of[str(slot.pk)] = [later.pk for later in slots[number:]]
                words = {"day": short_day(slot.starts_at), "time": clock(slot.starts_at), "title": slot.title}
                text = (
                    gettext("%(day)s from %(time)s on (%(title)s)")
                    if slot.title
                    else gettext("%(day)s from %(time)s on")
                )
                yield str(slot.pk), text % words

    @property
    def moved_slots(self) -> list[int]:
        return self.slots_of[self.cleaned_data["moving"]]


def hosts_of(camp: Camp) -> QuerySet[Attendee]:
    """People who lead an open pitch."""
    return camp.attendees.present().filter(pitches__in=camp.pitches.open()).distinct()


class NewSessionForm(forms.Form):
    """A session that nobody has pitched, as it is written into a cell."""

    title = Pitch._meta.get_field("title").formfield(validators=[refuse_unseen])
    behalf = forms.CharField(label=_("Who leads it"), max_length=60, required=False, validators=[refuse_name])


class WhyForm(forms.Form):
    """One line for everybody."""

    def clean_why(self) -> str:
        return readable(self.cleaned_data["why"])


class PublishForm(WhyForm):
    """What is said with a publish, and whether each later change goes out by itself."""

    why = GridVersion._meta.get_field("why").formfield(
        help_text=_("Everybody reads it: above the grid, and beside what moved. “The kitchen flooded”, say."),
    )
    is_live = forms.BooleanField(
        label=_("Live from now on"),
        help_text=_(
            "Each later change on the draft goes out at once, with all that waits there. Hosts get one mail when you "
            "pause for two minutes. What would break a rule waits for you, and so does a build."
        ),
        required=False,
    )

    def without_why(self) -> PublishForm:
        """Where there is nothing to publish there is nothing to say; what was typed all the same stays."""
        if not self.is_bound:
            del self.fields["why"]
        return self


class TakeBackForm(WhyForm):
    """What is said with it, and what becomes of the draft."""

    why = GridVersion._meta.get_field("why").formfield(
        help_text=_("Everybody reads it: above the grid, and beside what moved."),
    )
    with_draft = forms.BooleanField(
        label=_("Put the draft back, too"),
        help_text=_("Otherwise it stays as it is, and what differs waits there."),
        required=False,
    )

    def __init__(self, data: Any = None, *, unpublished: int = 0) -> None:
        """`unpublished` is how many sessions stand elsewhere on the draft than people see."""
        super().__init__(data)
        if unpublished:
            lost = ngettext(
                "%(count)s move on the draft that is not published goes, too. Undo brings it back.",
                "%(count)s moves on the draft that are not published go, too. Undo brings them back.",
                unpublished,
            )
            field = self.fields["with_draft"]
            field.help_text = f"{lost % {'count': unpublished}} {field.help_text}"


class StopForm(forms.Form):
    """Something that only a reader has: a machine that reads mail presses buttons, too."""

    code = forms.CharField(
        label=_("The code beside the link"),
        help_text=_("It stands in the e-mail."),
        max_length=12,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, calendar: MailedCalendar) -> None:
        super().__init__(data)
        self.calendar = calendar

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not self.calendar.is_code(code):
            raise forms.ValidationError(_("That is not the code beside this link. Check it in the e-mail."))
        return code
