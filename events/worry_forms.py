"""The shape of what somebody tells is wrong, and of how those who can be told are found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .long_text import LongText
from .models import Attendee, Worry


class WorryForm(forms.Form):
    """Something is wrong: to whom of those who can be told, what, and whether under one's name."""

    to = forms.ChoiceField(
        label=_("Who reads it"), widget=forms.RadioSelect, error_messages={"required": _("Choose who reads it.")}
    )
    text = LongText(
        label=_("What is wrong"),
        max_length=Worry.LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Say in a few words what is wrong.")},
    )
    is_named = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, listeners: list[Attendee], me: Attendee | None) -> None:
        super().__init__(data)
        self.listeners = listeners
        field: Any = self.fields["to"]
        field.choices = [(str(one.pk), _listener_in_words(one)) for one in listeners]
        if len(listeners) == 1:
            self.fields["to"].initial = str(listeners[0].pk)
        if me is None:
            del self.fields["is_named"]
        else:
            self.fields["is_named"].label = format_lazy(_("Say that it is from “{name}”"), name=me.display_name)
            self.fields["is_named"].help_text = _("Otherwise nothing is kept of who told it.")

    def clean(self) -> dict[str, Any]:
        """Whoever wanted to be named, and was signed out meanwhile, is asked once more."""
        if "is_named" not in self.fields and self.data.get("is_named"):
            raise ValidationError(
                _("You are signed out, so it cannot say who you are. Send it without a name, or sign in first.")
            )
        return super().clean() or {}

    @property
    def listener(self) -> Attendee:
        """Who was chosen."""
        return next(one for one in self.listeners if str(one.pk) == self.cleaned_data["to"])


def _listener_in_words(attendee: Attendee) -> str:
    parts = [attendee.display_name, attendee.get_role_display(), attendee.found_by]
    return " · ".join(str(part) for part in parts if part)


class ListenForm(forms.Form):
    """Whether an organiser or a helper can be told that something is wrong, and how they are found."""

    hears_worries = forms.BooleanField(label=_("Name me as somebody to tell when something is wrong"), required=False)
    found_by = forms.CharField(
        label=_("How people find you"),
        required=False,
        max_length=140,
        help_text=_("“Yellow lanyard, at the desk.” A number to call, if you want. Everybody reads it."),
    )

    @classmethod
    def of(cls, attendee: Attendee) -> dict[str, Any]:
        return {name: getattr(attendee, name) for name in cls.base_fields}
