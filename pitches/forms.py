"""The shape of a pitch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import Attendee, Camp, Slot
from events.models.frame import FEATURES

from .models import Pitch


class SlotChoices(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Slot) -> str:  # type: ignore[override]
        return str(obj)


class PitchForm(forms.ModelForm):
    """One minute on a phone: a title is enough."""

    needs = forms.MultipleChoiceField(
        label=_("The room needs"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(FEATURES.items())
    )
    not_in = SlotChoices(
        label=_("I cannot be there"), required=False, widget=forms.CheckboxSelectMultiple, queryset=Slot.objects.none()
    )
    cohosts = forms.CharField(
        label=_("Co-hosts"),
        required=False,
        max_length=300,
        help_text=_("Their names in this camp, with commas between."),
    )

    class Meta:
        model = Pitch
        fields = ["title", "about", "topic", "kind", "length", "needs", "not_in"]
        widgets = {
            "title": forms.TextInput(attrs={"autocomplete": "off"}),
            "about": forms.Textarea(attrs={"rows": 4}),
            "topic": forms.TextInput(attrs={"list": "topics", "autocomplete": "off"}),
        }
        help_texts = {
            "title": _("A question works well: “How do we …?”"),
            "about": _("Two or three sentences. Markdown works."),
            "topic": _("A word or two, such as Data or Housing."),
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
        if self.instance.pk and not self.is_bound:
            others = [host.display_name for host in self.instance.hosts.all() if host != me]
            self.initial["cohosts"] = ", ".join(others)

    def clean_title(self) -> str:
        title = " ".join(str(self.cleaned_data["title"]).split())
        if not title:
            raise ValidationError(_("Type a title."))
        return title

    def clean_cohosts(self) -> list[Attendee]:
        """The people meant; a name nobody has, or two have, is named."""
        names = [name.strip() for name in str(self.cleaned_data["cohosts"]).split(",") if name.strip()]
        known = {host.display_name.casefold(): host for host in self._hosts_before()}
        found, faults = [], []
        for name in names:
            # Who hosts it already is meant, even if somebody else has the same name.
            if host := known.get(name.casefold()):
                found.append(host)
                continue
            people = list(self.camp.attendees.present().filter(display_name__iexact=name)[:2])
            if len(people) == 1:
                found.append(people[0])
            elif people:
                faults.append(_("Two people here are called “%(name)s”. Ask one to add a letter.") % {"name": name})
            else:
                faults.append(_("Nobody here is called “%(name)s”. Check the name they chose.") % {"name": name})
        if faults:
            raise ValidationError(faults)
        return found

    def _hosts_before(self) -> list[Attendee]:
        return list(self.instance.hosts.all()) if self.instance.pk else []

    def hosts(self) -> list[Attendee]:
        """Who hosts it now: the co-hosts typed, and whoever edits it if they did before or pitch it themselves."""
        cohosts = list(self.cleaned_data.get("cohosts") or [])
        return [*([self.me] if self.me in self._hosts_before() else []), *cohosts]


class NewPitchForm(PitchForm):
    WHO = [
        ("me", _("I host it")),
        ("nobody", _("An idea: somebody run this, please")),
    ]
    who = forms.ChoiceField(label=_("Who hosts it"), choices=WHO, initial="me", widget=forms.RadioSelect)
    behalf = forms.CharField(
        label=_("Their name"), max_length=60, required=False, help_text=_("Somebody without a phone at hand.")
    )
    field_order = ["title", "about", "topic", "who", "behalf", "kind", "length", "cohosts", "needs", "not_in"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.me.is_helper:
            field: Any = self.fields["who"]
            field.choices = [*self.WHO, ("other", _("I type it for somebody else"))]
        else:
            del self.fields["behalf"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("who") == "other" and not str(data.get("behalf", "")).strip():
            self.add_error("behalf", _("Type the name of the person who hosts it."))
        return data

    def hosts(self) -> list[Attendee]:
        cohosts = list(self.cleaned_data.get("cohosts") or [])
        return [self.me, *cohosts] if self.cleaned_data["who"] == "me" else cohosts

    @property
    def on_behalf_of(self) -> str:
        return str(self.cleaned_data.get("behalf", "")) if self.cleaned_data["who"] == "other" else ""


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

    def __init__(self, *args: Any, topics: list[str], is_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["topic"]
        field.choices = [("", _("All topics")), *((topic, topic) for topic in topics)]
        if not is_in:
            show: Any = self.fields["show"]
            show.choices = [choice for choice in self.SHOW if choice[0] in ("", "hostless")]


class MergeForm(forms.Form):
    target = forms.ModelChoiceField(label=_("Merge it into"), queryset=Pitch.objects.none())

    def __init__(self, *args: Any, pitch: Pitch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.queryset = pitch.camp.pitches.open().exclude(pk=pitch.pk).order_by("title")
