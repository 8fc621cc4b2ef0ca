"""The shape of notes, links and write-ups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from schedule.models import Session

from .models import LONGEST, Link, WriteUp


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=LONGEST,
        strip=False,
        help_text=_("Markdown works: * for a list, ## for a heading. Others may write at the same time."),
        widget=forms.Textarea(attrs={"rows": 18}),
    )
    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class LinkForm(forms.ModelForm):
    class Meta:
        model = Link
        fields = ["url", "title", "kind"]

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.session = session

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if not url.startswith(("http://", "https://")):
            raise ValidationError(_("Give an address that starts with https://."))
        if Link.objects.filter(session=self.instance.session, url=url).exists():
            raise ValidationError(_("That link is there already."))
        return url


class WriteUpForm(forms.ModelForm):
    class Meta:
        model = WriteUp
        fields = ["title", "text", "url"]
        widgets = {"text": forms.Textarea(attrs={"rows": 14})}
        help_texts = {"text": _("Markdown works."), "url": _("If it stands on your own blog.")}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if url and not url.startswith(("http://", "https://")):
            raise ValidationError(_("Give an address that starts with https://."))
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("text") and not data.get("url") and "url" not in self.errors:
            self.add_error("text", _("Write a text here, or give the address of your blog post."))
        return data
