"""Texts of several lines: how much one may hold is said beside its field, and counted as the browser counts it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.text import carried

#: of a text whose model says nothing else
LONGEST = 10_000


def length_of(text: str) -> int:
    """As `maxlength` counts (HTML, the API value of a textarea): in UTF-16, and the end of a line is one character."""
    return len(text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2


class _MaxLength(MaxLengthValidator):
    message = _("This has %(show_value)d characters; %(limit_value)d is the most.")

    def clean(self, text: Any) -> int:
        return length_of(text)


class LongText(forms.CharField):
    """A text area that says its size beforehand, and takes exactly what the browser let somebody type."""

    def __init__(self, *, max_length: int | None = None, help_text: Any = "", **kwargs: Any) -> None:
        most = max_length or LONGEST
        said = format_lazy(_("Up to {most} characters."), most=f"{most:,}")
        kwargs.setdefault("widget", forms.Textarea)
        super().__init__(help_text=format_lazy("{} {}", help_text, said) if help_text else said, **kwargs)
        self.max_length = most
        self.validators.append(_MaxLength(most))
        self.widget.attrs["maxlength"] = str(most)

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return carried(found) if isinstance(found, str) else found
