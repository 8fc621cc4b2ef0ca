"""The shape of notes, links and write-ups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.forms import URLField
from events.long_text import LongText
from events.meanwhile import MeanwhileForm
from schedule.models import Session

from .merge import has_marks
from .models import LONGEST, Link, WriteUp


class NoteForm(forms.Form):
    text = LongText(
        label=_("Notes"),
        required=False,
        max_length=LONGEST,
        strip=False,
        help_text=_("Markdown works: * for a list, ## for a heading. Others may write at the same time."),
        widget=forms.Textarea(attrs={"rows": 18}),
    )
    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    #: "1": the marks of a conflict stay on purpose
    marks = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Marks of a conflict that are still in the text are asked about once, for everybody would read them."""
        data = super().clean() or {}
        if data.get("marks") != "1" and has_marks(data.get("text") or ""):
            # The page that asks says so when it is sent once more.
            self.data = {**self.data.dict(), "marks": "1"}  # type: ignore[attr-defined]
            raise ValidationError(
                {
                    "text": _(
                        "Both texts are still in it, between <<< and >>>. Make one of them, then save; or save once "
                        "more to keep all of it."
                    )
                }
            )
        return data


def web_address(url: str) -> str:
    """The address with its scheme in small letters (RFC 3986, 3.1: case does not matter); refused if it is no page."""
    scheme, mark, rest = url.partition("://")
    if scheme.lower() not in ("http", "https"):
        raise ValidationError(_("Give an address that starts with https://."))
    return f"{scheme.lower()}{mark}{rest}"


class LinkForm(forms.ModelForm):
    class Meta:
        model = Link
        fields = ["url", "title", "kind"]
        field_classes = {"url": URLField}

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.session = session

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        url = web_address(url)
        if Link.objects.filter(session=self.instance.session, url=url).exists():
            raise ValidationError(_("That link is there already."))
        return url


class WriteUpForm(MeanwhileForm, forms.ModelForm):
    class Meta:
        model = WriteUp
        fields = ["title", "text", "url"]
        field_classes = {"text": LongText, "url": URLField}
        widgets = {"text": forms.Textarea(attrs={"rows": 14})}
        help_texts = {"text": _("Markdown works."), "url": _("If it stands on your own blog.")}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        return web_address(url) if url else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("text") and not data.get("url") and "url" not in self.errors:
            self.add_error("text", _("Write a text here, or give the address of your blog post."))
        return data
