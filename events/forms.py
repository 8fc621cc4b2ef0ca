"""The shape of what people type about a camp."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.clocks import both_hours, on_the_clock
from accounts.codes import as_typed
from accounts.forms import LONGEST_ADDRESS
from accounts.names import refuse_name

from .address_list import AddressList, addresses_in
from .day_pattern import DayPattern
from .decoding import BY_PAGE, file_text, one_by_one, refuse_bytes
from .features import ROOM_GONE
from .http import id_in
from .long_text import LongText
from .meanwhile import MeanwhileForm
from .models import Camp, Role, Room, Slot
from .models.camp import NIGHT_ENDS, check_year
from .models.frame import FEATURES, feature_name
from .pasted_rooms import read_rooms
from .shifting import Clocks, Follow, other_clock
from .time_zones import TimeZoneSelect, time_zone_choices

#: characters of addresses in one go: some ten thousand of them
LONGEST_PASTED = 500_000
#: An address typed without its beginning is https on every Django that we support; 5.2 would make it http.
URLField = partial(forms.URLField, assume_scheme="https")
MINUTES_A_DAY = 24 * 60


class RowsField(forms.ModelMultipleChoiceField):
    """Several of these rows; a number that no database can hold is none of them, and is told as any other."""

    def clean(self, value: Any) -> Any:
        for pk in value if isinstance(value, list | tuple) else ():
            if id_in(str(pk)) is None:
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": str(pk)[:20]})
        return super().clean(value)


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class NameForm(forms.Form):
    """The one field between a stranger and the camp."""

    display_name = forms.CharField(
        label=_("The name people will see"),
        help_text=_("A first name, a nickname, another name: whatever you like to be called here."),
        max_length=60,
        validators=[refuse_name],
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "autocapitalize": "words"}),
    )


class EraseForm(forms.Form):
    """What goes with a person who is erased."""

    texts = forms.BooleanField(
        label=_("Delete what I wrote alone, too"),
        help_text=_("Pitches that nobody else hosts, write-ups and links."),
        required=False,
        initial=True,
    )


def _code(typed: str) -> str:
    """As it stands on the poster; refused if it holds what no code does, so that it can be a part of an address."""
    code = as_typed(typed)
    if not code or not re.fullmatch(r"[\w\s-]+", typed):
        raise ValidationError(_("No camp has the code “%(code)s”. Check it on the poster."), params={"code": typed})
    return code


class JoinForm(NameForm):
    code = forms.CharField(
        label=_("The camp's code"),
        help_text=_("It is on the poster, or an organiser tells you."),
        max_length=12,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        return _code(self.cleaned_data["code"])


class InvitationForm(NameForm):
    """With the code where it is not known that somebody has read the mail."""

    code = forms.CharField(
        label=_("The code beside the link"),
        help_text=_("It stands in the e-mail, or where you found the link."),
        max_length=12,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Camp code"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        return _code(self.cleaned_data["code"])


def _clocks_field(was: datetime, now: datetime) -> forms.Field:
    """`was` and `now` are one moment, by the old clock and by the new."""
    clock = {"old": on_the_clock(was), "new": on_the_clock(now)}
    return forms.ChoiceField(
        label=_("The time zone is another: what stays?"),
        help_text=_(
            "A grid that is published, and calendars, follow at once. No host is told that their session moved; "
            "whoever gets sessions by mail gets them anew."
        ),
        widget=forms.RadioSelect,
        choices=[
            (Clocks.CLOCK, gettext("The clock times: %(old)s stays %(old)s.") % clock),
            (Clocks.MOMENT, gettext("The moments: what was at %(old)s is at %(new)s by the new clock.") % clock),
        ],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("The camp has slots. Choose what stays as it is.")
        ),
    )


def _follow_field(days: int) -> forms.Field:
    if days > 0:
        text = ngettext("They move along: %(count)s day later.", "They move along: %(count)s days later.", days)
    else:
        text = ngettext("They move along: %(count)s day earlier.", "They move along: %(count)s days earlier.", -days)
    return forms.ChoiceField(
        label=_("The first day is another: what becomes of the slots?"),
        widget=forms.RadioSelect,
        choices=[
            (Follow.MOVE, text % {"count": abs(days)}),
            (Follow.STAY, gettext("They stay on the dates they have.")),
        ],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("The camp has slots. Choose what becomes of them.")
        ),
    )


def _publish_field() -> forms.Field:
    return forms.BooleanField(
        label=_("Publish the new times at once"),
        help_text=_("Otherwise a grid that is published, and calendars, keep the old ones until you publish again."),
        required=False,
    )


#: how long one walks
WALKS = ("room_minutes", "walking_minutes")


class CampForm(MeanwhileForm, forms.ModelForm):
    """Settings of a camp that stands; its address stays."""

    #: asked where slots hang on what is changed (see `clean`): no columns of the camp
    ASKED = ("follow", "clocks", "publish")
    #: what belongs together on the page: the heading of each group, and its fields
    groups = (
        (_("What it is"), ("name", "slug", "tagline", "description", "hashtag", "accent")),
        (
            _("When and where"),
            ("starts_on", "ends_on", "follow", "time_zone", "clocks", "publish", "venue", *WALKS),
        ),
        (_("Who comes"), ("is_public", "joining", "capacity")),
        (_("How it goes"), ("musts_each", "conduct")),
        (_("You"), ("display_name",)),
    )

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zone_choices, widget=TimeZoneSelect)

    class Meta:
        model = Camp
        fields = [
            "name", "tagline", "starts_on", "ends_on", "time_zone", "venue", "hashtag", "description", "conduct",
            "accent", "is_public", "joining", "capacity", "musts_each", *WALKS,
        ]  # fmt: skip
        field_classes = {"description": LongText, "conduct": LongText}
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
            "room_minutes": _("From one to another in one building: people are told on their way. 0 says nothing."),
            "walking_minutes": _("If rooms are in several buildings: what a host needs from one to another."),
        }
        error_messages = {"name": {"required": _("Type what the camp is called.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.instance.time_zone
        field: Any = self.fields["time_zone"]
        if zone and zone not in dict(field.choices):
            field.choices = [*field.choices, (zone, zone)]

    def clean(self) -> dict[str, Any]:
        """What is to become of the slots is asked where the time zone or the first day is another (see `shifting`)."""
        data = super().clean() or {}
        slots = list(self.instance.slots.all()) if self.is_edit else []
        zone, first = data.get("time_zone"), data.get("starts_on")
        if slots and zone and (told := other_clock(slots, self.instance.tz, ZoneInfo(zone))):
            self._ask("clocks", _clocks_field(*told))
        if slots and first and (days := (first - self.instance.starts_on).days):
            self._ask("follow", _follow_field(days))
            self._ask("publish", _publish_field())
        return data

    def _ask(self, name: str, field: forms.Field) -> None:
        """The form has that field from now on, and its answer if one was sent with it."""
        self.fields[name] = field
        try:
            self.cleaned_data[name] = field.clean(field.widget.value_from_datadict(self.data, self.files, name))
        except ValidationError as error:
            self.add_error(name, error)

    @property
    def answers(self) -> dict[str, Any]:
        """What was asked, and what was said to it."""
        return {name: self.cleaned_data[name] for name in self.ASKED if name in self.fields}

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
        label=_("Your name in this camp"),
        max_length=60,
        validators=[refuse_name],
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
        error_messages={"required": _("Type your own name in this camp.")},
    )

    class Meta(CampForm.Meta):
        fields = [
            "name", "slug", "tagline", "starts_on", "ends_on", "time_zone", "venue", "hashtag", "description",
            "conduct", "is_public", "joining", "capacity",
        ]  # fmt: skip

    def clean_slug(self) -> str:
        typed = str(self.cleaned_data.get("slug") or "")
        if not typed and "name" not in self.cleaned_data:
            # It would be made from the name, and that is told already.
            return ""
        slug = slugify(typed or self.cleaned_data.get("name", ""))[:50].strip("-_")
        if not slug:
            raise ValidationError(_("Type an address of letters, digits and hyphens, like govcamp-2030."))
        if Camp.objects.filter(slug=slug).exists():
            raise ValidationError(Camp.SLUG_TAKEN, params={"slug": slug})
        return slug


class CampCopyForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the new camp"),
        max_length=80,
        validators=[refuse_name],
        error_messages={"required": _("Type what the new camp is called.")},
    )
    slug = CampCreateForm.base_fields["slug"]
    starts_on = forms.DateField(label=_("First day"), widget=DateInput(), validators=[check_year])

    clean_slug = CampCreateForm.clean_slug


class RoomForm(MeanwhileForm, forms.ModelForm):
    features = forms.MultipleChoiceField(
        label=_("It has"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(FEATURES.items())
    )

    class Meta:
        model = Room
        fields = ["name", "capacity", "features", "building", "directions", "online_url"]
        field_classes = {"online_url": URLField}
        help_texts = {"directions": _("“Second floor, left of the lift”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["features"]
        # An import may have brought features of its own.
        others = [code for code in self.instance.features or [] if code not in FEATURES]
        field.choices = [*FEATURES.items(), *((code, feature_name(code)) for code in others)]


class FeatureForm(forms.Form):
    """Which rooms have one thing. It says, too, which were ticked when the page was made: only what differs changes."""

    def __init__(self, data: Any = None, *, camp: Camp, feature: str) -> None:
        super().__init__(data)
        self.there = {room.pk: feature in room.features for room in camp.rooms.all()}
        ticked = [pk for pk, has_it in self.there.items() if has_it]
        self.feature_name = feature_name(feature)
        self.fields["feature"] = forms.CharField(widget=forms.HiddenInput, initial=feature)
        self.fields["was"] = forms.CharField(
            widget=forms.HiddenInput, initial=" ".join(map(str, ticked)), required=False
        )
        self.fields["rooms"] = RowsField(
            label=_("Rooms"),
            queryset=camp.rooms.all(),
            initial=ticked,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": ROOM_GONE},
        )

    @property
    def before(self) -> set[int]:
        """The ids of those that were ticked when the page was made, and are still there."""
        return {pk for text in self.cleaned_data["was"].split() if (pk := id_in(text)) in self.there}

    @property
    def after(self) -> set[int]:
        return {room.pk for room in self.cleaned_data["rooms"]}


class RoomLinesForm(forms.Form):
    """Several rooms at once, a line each."""

    lines = forms.CharField(
        label=_("A line for each room"),
        help_text=_("Its name, how many it holds, what it has: “Attic, 40, projector”. The name alone is enough."),
        max_length=20_000,
        # The numbers of the lines are those that one sees.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Paste at least one line with the name of a room.")},
    )

    def __init__(self, *args: Any, camp: Camp, **kwargs: Any) -> None:
        self.camp = camp
        super().__init__(*args, **kwargs)

    def clean_lines(self) -> list[Room]:
        return read_rooms(self.cleaned_data["lines"], self.camp)


class SlotForm(MeanwhileForm, forms.Form):
    """One row of the day, in the camp's own time."""

    day = forms.DateField(label=_("Day"), widget=DateInput())
    starts = forms.TimeField(label=_("Starts"), widget=TimeInput())
    ends = forms.TimeField(label=_("Ends"), widget=TimeInput())
    kind = forms.ChoiceField(label=_("Kind"), choices=Slot.Kind.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=80,
        required=False,
        validators=[refuse_name],
        help_text=_("Such as Lunch or Closing."),
    )

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
        if slot and not self.is_bound:
            self._ask_which_hours({"day": start.date(), "starts": start.time(), "ends": end.time()})

    @property
    def is_edit(self) -> bool:
        return self.slot.pk is not None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {"day", "starts", "ends"} <= data.keys():
            return data
        if not self.camp.has_day(data["day"], data["starts"]):
            self.add_error(
                "day",
                ValidationError(
                    _("The camp runs from %(first)s to %(last)s. Choose a day within."),
                    params={"first": self.camp.starts_on, "last": self.camp.ends_on},
                ),
            )
            return data
        self._ask_which_hours(data)
        end_day = self.camp.end_day(data["day"], data["starts"], data["ends"])
        if self.is_edit and all(
            self._is_as_it_was(*found)
            for found in (
                ("starts_at", data["day"], data["starts"]),
                ("ends_at", data["day"], data["ends"]),
            )
        ):
            # In the night in which an hour occurs twice, a slot can end at an earlier time of the same day.
            end_day = data["day"]
        for field, day, clock in (("starts_at", data["day"], data["starts"]), ("ends_at", end_day, data["ends"])):
            if self._is_as_it_was(field, day, clock) and self._fold_of(field) == clock.fold:
                continue
            try:
                setattr(self.slot, field, self.camp.at(day, clock))
            except ValidationError as error:
                self.add_error(field.removesuffix("_at"), error)
        self.slot.kind, self.slot.title = data.get("kind", Slot.Kind.SESSIONS), data.get("title", "")
        if not self.errors:
            try:
                self.slot.refuse_a_whole_day()
            except ValidationError as error:
                self.add_error("ends", error)
        return data

    def _ask_which_hours(self, data: dict[str, Any]) -> None:
        """Where the clocks show a time twice that night, the form has from now on a field that asks which is meant."""
        after = 0.0
        for name in ("starts", "ends"):
            is_next = name == "ends" and data["ends"] <= data["starts"]
            for day in [data["day"], data["day"] + timedelta(days=1)][: 1 + is_next]:
                hours = [hour for hour in both_hours(day, data[name], self.camp.tz) if hour.timestamp() > after]
                if hours:
                    # What starts in the second of them ends in it, too.
                    data[name] = (hours[0] if len(hours) == 1 else self._asked_hour(name, hours)).time()
                    break
            after = datetime.combine(data["day"], data["starts"], self.camp.tz).timestamp()

    def _asked_hour(self, name: str, hours: list[datetime]) -> datetime:
        """As long as nothing is said, the first, and it is asked; of what is there already, that in which it is."""
        asked = f"{name}_hour"
        is_there = self._is_as_it_was(f"{name}_at", hours[0].date(), hours[0].time())
        now = self._fold_of(f"{name}_at") if is_there else 0
        told = _("The clocks change that night: %(time)s comes twice. Choose which.") % {"time": f"{hours[0]:%H:%M}"}
        choices = [(str(hour.fold), on_the_clock(hour)) for hour in hours]
        self.fields[asked] = field = forms.ChoiceField(
            label=_("Which %(time)s?") % {"time": f"{hours[0]:%H:%M}"},
            widget=forms.RadioSelect,
            choices=choices,
            required=not is_there,
            initial=now if is_there else None,
            error_messages=dict.fromkeys(("required", "invalid_choice"), told),
        )
        self.order_fields(["day", "starts", "starts_hour", "ends", "ends_hour"])
        if not self.is_bound:
            return hours[now]
        try:
            said = field.clean(field.widget.value_from_datadict(self.data, self.files, self.add_prefix(asked)))
        except ValidationError as error:
            self.add_error(asked, error)
            return hours[0]
        return hours[int(said or now)]

    def _fold_of(self, field: str) -> int:
        """Which of two equal hours it is in; 0 where there is one."""
        moment: datetime = getattr(self.slot, field)
        return moment.astimezone(self.camp.tz).fold

    def _is_as_it_was(self, field: str, day: date, clock: time) -> bool:
        """Not touched: of an hour that occurs twice the clock does not say which, so it stays that which it was."""
        if not self.is_edit:
            return False
        shown: datetime = getattr(self.slot, field).astimezone(self.camp.tz)
        return (shown.date(), shown.time().replace(fold=0)) == (day, clock)


def _is_within(pattern: DayPattern) -> bool:
    """Whether lunch is, on the clock of the day, which may go on after midnight."""
    starts, lunch, ends = (
        one.hour * 60 + one.minute for one in (pattern.starts, pattern.lunch_at or pattern.starts, pattern.ends)
    )
    return (lunch - starts) % MINUTES_A_DAY + pattern.lunch_minutes <= (ends - starts) % MINUTES_A_DAY


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
        elif data.get("starts") and data.get("ends") and NIGHT_ENDS < data["ends"] < data["starts"]:
            # An hour that was mistyped would be slots all through the night.
            words = {
                "ends": f"{data['ends']:%H:%M}",
                "starts": f"{data['starts']:%H:%M}",
                "last": f"{NIGHT_ENDS:%H:%M}",
            }
            text = _("%(ends)s is before %(starts)s. A day that goes on after midnight ends by %(last)s.")
            self.add_error("ends", ValidationError(text, params=words))
        elif data.get("lunch_at") and not self.errors and not _is_within(self.pattern()):
            words = {"starts": f"{data['starts']:%H:%M}", "ends": f"{data['ends']:%H:%M}"}
            text = _("Lunch does not lie between %(starts)s and %(ends)s. Give another time, or fewer minutes.")
            self.add_error("lunch_at", ValidationError(text, params=words))
        return data


class InviteForm(forms.Form):
    role = forms.ChoiceField(
        label=_("As"), choices=[(Role.HELPER.value, Role.HELPER.label), (Role.ORGANISER.value, Role.ORGANISER.label)]
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=LONGEST_ADDRESS,
        help_text=_("Empty: you get a link to pass on yourself."),
    )


class AddressListForm(forms.Form):
    """Who may join, pasted or as a file: a list, a sheet, or what the ticket shop exports."""

    #: what stands in it; also of one that is refused
    found: AddressList

    text = LongText(
        label=_("Addresses"),
        required=False,
        max_length=LONGEST_PASTED,
        help_text=_(
            "Pasted from anywhere, with commas, semicolons or lines between; a name in front of one does no harm."
        ),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("CSV or a spreadsheet (.xlsx, .ods). Exports of Tito and Eventbrite come in as they are."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.found = AddressList()
        if text := data.get("text"):
            self._read("text", text)
        if file := data.get("file"):
            try:
                refuse_bytes(file.size, BY_PAGE)
                with one_by_one():
                    read = file_text(file.read(), BY_PAGE)
                    self._read("file", read.text)
                self.found.remarks += [read.told] if read.told else []
            except ValidationError as error:
                self.add_error("file", error)
                # Nobody knows what stands in it: of the others alone nothing is offered.
                self.found = AddressList()
        if not data.get("text") and not data.get("file") and not self.errors:
            self.add_error("text", _("Paste addresses, or choose a file."))
        elif not self.errors and not self.found.emails:
            told = [_("There is no e-mail address in it. Give each a line of its own."), *self.found.remarks]
            self.add_error("file" if data.get("file") else "text", ValidationError(told))
        return data

    @property
    def others(self) -> str:
        """All addresses that are right, where it is refused for some that are not; to be sent as they are."""
        emails = ", ".join(dict.fromkeys(self.found.emails)) if self.is_bound and self.found.faults else ""
        return emails if len(emails) <= LONGEST_PASTED else ""

    @property
    def count_of_others(self) -> int:
        return self.others.count("@")

    def _read(self, field: str, text: str) -> None:
        read = addresses_in(text)
        if read.faults:
            self.add_error(field, ValidationError(read.faults))
        self.found.faults += read.faults
        self.found.emails += read.emails
        self.found.remarks += read.remarks


class DeleteForm(forms.Form):
    name = forms.CharField(label=_("Type the camp's name"), max_length=80)
