"""The shape of a pitch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.names import refuse_name, refuse_unseen
from accounts.text import as_called
from events.forms import RowsField
from events.long_text import LongText
from events.meanwhile import MeanwhileForm
from events.models import Attendee, Camp, Slot
from events.models.frame import FEATURES

from .models import Pitch, PitchQuerySet


class SlotChoices(RowsField):
    def label_from_instance(self, obj: Slot) -> str:
        return str(obj)


class TitleChoice(forms.CharField):
    """A pitch by its title, where there are too many for a list to choose from."""

    def __init__(self, *, pitches: PitchQuerySet, **kwargs: Any) -> None:
        super().__init__(max_length=140, **kwargs)
        self.pitches = pitches

    def clean(self, value: Any) -> Any:
        title = super().clean(value)
        if not title:
            return None
        # No database knows what is the same to people: to SQLite Ä and ä are two letters.
        called = as_called(title)
        titles = [(pk, known, as_called(known)) for pk, known in self.pitches.values_list("pk", "title")]
        found = [pk for pk, _known, known_as in titles if known_as == called]
        if len(found) == 1:
            return self.pitches.get(pk=found[0])
        if found:
            raise ValidationError(_("Two pitches are called “%(title)s”. Change one of them."), params={"title": title})
        near = ", ".join([f"“{known}”" for _pk, known, known_as in titles if called in known_as][:5])
        raise ValidationError(
            _("No pitch is called “%(title)s”. Did you mean: %(near)s?")
            if near
            else _("No pitch is called “%(title)s”. Copy its title from the board."),
            params={"title": title, "near": near},
        )


#: more pitches than this are no list to choose from: then the title is typed
MOST_CHOICES = 200


def another_pitch(pitches: PitchQuerySet) -> forms.Field:
    """One of these, chosen from a list or by its title."""
    help_text = _("If it builds on another session. Of those that run several times, the first time counts.")
    if pitches[MOST_CHOICES : MOST_CHOICES + 1]:
        words = format_lazy("{} {}", help_text, _("Type its title."))
        return TitleChoice(pitches=pitches, required=False, help_text=words)
    return forms.ModelChoiceField(pitches, required=False, help_text=help_text, empty_label=_("None"))


def _split(name: str) -> list[str]:
    """The parts of a name between its commas, as they are compared."""
    return [as_called(part) for part in name.split(",") if part.strip()]


def _begins_with(typed: list[str], name: str) -> bool:
    parts = _split(name)
    return bool(parts) and [as_called(part) for part in typed[: len(parts)]] == parts


def one_line(title: str) -> str:
    """As it stands on a card; refused where nothing is left."""
    title = " ".join(title.split())
    if not title:
        raise ValidationError(_("Type a title."))
    return title


class TitleForm(MeanwhileForm, forms.ModelForm):
    """Another title, and nothing else."""

    class Meta:
        model = Pitch
        fields = ["title"]
        widgets = {"title": forms.TextInput(attrs={"autocomplete": "off"})}

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])


class SplitForm(forms.Form):
    """What the second of the two is called."""

    title = Pitch._meta.get_field("title").formfield(
        label=_("What is the second one called?"), validators=[refuse_unseen]
    )

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])


class PitchForm(MeanwhileForm, forms.ModelForm):
    """One minute on a phone: a title is enough."""

    NOT_STORED = frozenset({"builds_also_on"})
    needs = forms.MultipleChoiceField(
        label=_("The room needs"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(FEATURES.items())
    )
    not_in = SlotChoices(
        label=_("I cannot be there"), required=False, widget=forms.CheckboxSelectMultiple, queryset=Slot.objects.none()
    )
    cohosts = forms.CharField(
        label=_("Co-hosts"),
        required=False,
        # As many as pitches that were merged can have together.
        max_length=3_000,
        help_text=_("Their names in this camp, with commas between."),
    )
    builds_on = RowsField(
        label=_("It comes after"), required=False, widget=forms.CheckboxSelectMultiple, queryset=Pitch.objects.none()
    )
    builds_also_on = forms.Field(required=False)

    class Meta:
        model = Pitch
        fields = ["title", "about", "topic", "kind", "length", "needs", "rather", "not_in"]
        field_classes = {"about": LongText}
        widgets = {
            "title": forms.TextInput(attrs={"autocomplete": "off"}),
            "about": forms.Textarea(attrs={"rows": 4}),
            "topic": forms.TextInput(attrs={"list": "topics", "autocomplete": "off"}),
        }
        help_texts = {
            "title": _("A question works well: “How do we …?”"),
            "about": _("Two or three sentences. Markdown works."),
            "topic": _("A word or two, such as Data or Housing."),
            "rather": _("A wish: it is weighed against what people want to see."),
        }

    def __init__(self, *args: Any, camp: Camp, me: Attendee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.camp, self.me = camp, me
        slots = camp.slots.for_sessions()
        for slot in slots:
            slot.camp = camp
        field: Any = self.fields["not_in"]
        field.queryset = slots
        if not slots:
            del self.fields["not_in"]
        self._offer_order()
        if self.instance.pk:
            others = [host.display_name for host in self.instance.hosts.all() if host != me]
            self.initial["cohosts"] = ", ".join(others)

    def _offer_order(self) -> None:
        """Those it comes after, to take back; and all others, to add one."""
        pitches = self.camp.pitches.open()
        chosen = self._built_on(pitches)
        others = pitches.exclude(pk__in=[self.instance.pk, *chosen.values_list("pk", flat=True)]).order_by("title")
        if chosen:
            kept: Any = self.fields["builds_on"]
            kept.queryset = kept.initial = chosen
        else:
            del self.fields["builds_on"]
        self.fields["builds_also_on"] = another_pitch(others)
        self.fields["builds_also_on"].label = _("And after") if chosen else _("It comes after")

    def _built_on(self, pitches: PitchQuerySet) -> PitchQuerySet:
        return pitches.filter(before=self.instance) if self.instance.pk else pitches.none()

    def after(self) -> list[Pitch]:
        """What it comes after now."""
        added = self.cleaned_data.get("builds_also_on")
        return [*self.cleaned_data.get("builds_on", ()), *([added] if added else [])]

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])

    def clean_cohosts(self) -> list[Attendee]:
        """The people meant; a name nobody has, or two have, is named."""
        left = [name.strip() for name in str(self.cleaned_data["cohosts"]).split(",") if name.strip()]
        # Who hosts it already is meant, even if somebody else has the same name; each once.
        hosts = sorted(self._hosts_before(), key=lambda host: (host == self.me, -len(_split(host.display_name))))
        found, faults = [], []
        while left:
            host = next((host for host in hosts if _begins_with(left, host.display_name)), None)
            if host:
                hosts.remove(host)
                found.append(host)
                left = left[len(_split(host.display_name)) :]
                continue
            name, people = self._named_first(left)
            left = left[len(_split(name)) :]
            others = [person for person in people if person not in found]
            if len(others) == 1:
                found.append(others[0])
            elif others:
                faults.append(_("Two people here are called “%(name)s”. Ask one to add a letter.") % {"name": name})
            elif not people:
                faults.append(_("Nobody here is called “%(name)s”. Check the name they chose.") % {"name": name})
        if faults:
            raise ValidationError(faults)
        return found

    def _named_first(self, left: list[str]) -> tuple[str, list[Attendee]]:
        """The longest name with which what is left begins, and who is called so: a name may hold commas."""
        people = self.camp.attendees.present()
        with_commas = [p for p in people.filter(display_name__contains=",") if _begins_with(left, p.display_name)]
        if with_commas:
            name = max(with_commas, key=lambda person: len(_split(person.display_name))).display_name
            return name, [p for p in with_commas if _split(p.display_name) == _split(name)]
        # No database knows what is the same to people: to SQLite Ä and ä are two letters.
        called = as_called(left[0])
        return left[0], [p for p in people if as_called(p.display_name) == called]

    def _hosts_before(self) -> list[Attendee]:
        return list(self.instance.hosts.all()) if self.instance.pk else []

    def hosts(self) -> list[Attendee]:
        """Who hosts it now: the co-hosts typed, and whoever edits it if they did before or pitch it themselves."""
        cohosts = list(self.cleaned_data.get("cohosts") or [])
        return [*([self.me] if self.me in self._hosts_before() else []), *cohosts]


class NewPitchForm(PitchForm):
    """Who hosts it is asked, too; also where it is sent again with other words, and changes what it made."""

    # Who hosts it is what `put_right` looks after.
    NOT_STORED = PitchForm.NOT_STORED | {"who", "behalf", "cohosts"}
    WHO = [
        ("me", _("I host it")),
        ("nobody", _("An idea: somebody else runs it")),
    ]
    who = forms.ChoiceField(label=_("Who hosts it"), choices=WHO, initial="me", widget=forms.RadioSelect)
    behalf = forms.CharField(
        label=_("Their name"),
        max_length=60,
        required=False,
        validators=[refuse_name],
        help_text=_("Somebody without a phone at hand."),
    )
    field_order = ["title", "topic", "who", "behalf", "about", "kind", "length", "cohosts", "needs", "rather", "not_in"]
    #: a title is enough, and the button is seen with it
    folded = (
        "who", "behalf", "about", "kind", "length", "cohosts", "needs", "rather", "not_in", "builds_on",
        "builds_also_on",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.me.is_helper:
            field: Any = self.fields["who"]
            field.choices = [*self.WHO, ("other", _("I type it for somebody else"))]
        else:
            del self.fields["behalf"]

    def _built_on(self, pitches: PitchQuerySet) -> PitchQuerySet:
        # The page asks for one alone, whatever it made.
        return pitches.none()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("who") == "other" and not str(data.get("behalf", "")).strip():
            self.add_error("behalf", _("Type the name of the person who hosts it."))
        return data

    def hosts(self) -> list[Attendee]:
        cohosts = list(self.cleaned_data.get("cohosts") or [])
        return [self.me, *cohosts] if self.cleaned_data["who"] == "me" else cohosts

    @property
    def said(self) -> dict[str, Any]:
        """What the services ask beside the pitch itself."""
        behalf = str(self.cleaned_data.get("behalf", "")) if self.cleaned_data["who"] == "other" else ""
        not_in = self.cleaned_data.get("not_in", ())
        return {"hosts": self.hosts(), "not_in": not_in, "after": self.after(), "on_behalf_of": behalf}


class BoardForm(forms.Form):
    """What the board shows."""

    SHOW = [
        ("", _("All")),
        ("unseen", _("Not seen yet")),
        ("wished", _("My interests")),
        ("mine", _("Mine")),
        ("hostless", _("Looking for a host")),
    ]
    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Pitch.Kind.choices])
    show = forms.ChoiceField(label=_("Show"), required=False, choices=SHOW)

    def __init__(self, *args: Any, topics: Sequence[str], is_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["topic"]
        field.choices = [("", _("All topics")), *((topic, topic) for topic in topics)]
        if not is_in:
            show: Any = self.fields["show"]
            show.choices = [choice for choice in self.SHOW if choice[0] in ("", "hostless")]

    def chosen(self) -> dict[str, Any]:
        """What was chosen; what makes no sense is as if nothing was."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def fields_html(self) -> SafeString:
        return render_to_string("pitches/_board_fields.html", {"form": self})


class MergeForm(forms.Form):
    target = forms.ModelChoiceField(label=_("Merge it into"), queryset=Pitch.objects.none())

    def __init__(self, *args: Any, pitch: Pitch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.queryset = pitch.camp.pitches.open().exclude(pk=pitch.pk).order_by("title")
