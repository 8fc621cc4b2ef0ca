"""What is said of a field that was left empty: what to do, never that it "is required"."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: by the field's name, the same in every form
SENTENCES = {
    "accent": _("Choose a colour."),
    "base": _("Load the page again: it does not say what you wrote on."),
    "between": _("Type how many minutes lie between, 0 for none."),
    "capacity": _("Type how many people fit."),
    "code": _("Type the code."),
    "credential": _("Use your passkey, then try again."),
    "day": _("Choose a day."),
    "display_name": _("Type a name."),
    "email": _("Type an e-mail address."),
    "ends": _("Type when it ends."),
    "ends_on": _("Choose the last day."),
    "file": _("Choose a file."),
    "joining": _("Choose who may join."),
    "kind": _("Choose a kind."),
    "length": _("Choose how long it takes."),
    "lunch_minutes": _("Type how many minutes lunch takes."),
    "minutes": _("Type how many minutes a slot takes."),
    "musts_each": _("Type how many musts each person has, 0 for none."),
    "name": _("Type a name."),
    "password": _("Type your password."),
    "role": _("Choose a role."),
    "room_minutes": _("Type how many minutes it takes from room to room, 0 for none."),
    "starts": _("Type when it starts."),
    "starts_on": _("Choose the first day."),
    "target": _("Choose a pitch."),
    "time_zone": _("Choose a time zone."),
    "title": _("Type a title."),
    "url": _("Type an address that starts with https://."),
    "username": _("Type your e-mail address."),
    "walking_minutes": _("Type how many minutes it takes from building to building, 0 for none."),
    "who": _("Choose who hosts it."),
}
#: where a library's form has a field of another name
OTHERWISE = _("Fill this in.")


def say_what_is_missing(form: forms.BaseForm) -> None:
    """Fields left empty say what to do; a field with a sentence of its own keeps that."""
    usual = str(forms.Field.default_error_messages["required"])
    for name, faults in form.errors.items():
        sentence = SENTENCES.get(name, OTHERWISE)
        faults.data[:] = [
            ValidationError(sentence, code="required") if _is_bare(fault, usual) else fault for fault in faults.data
        ]


def _is_bare(fault: object, usual: str) -> bool:
    return isinstance(fault, ValidationError) and fault.code == "required" and str(fault.message) == usual
