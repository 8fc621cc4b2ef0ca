"""The shape of notes, links and write-ups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events.forms import URLField
from events.long_text import LongText
from events.meanwhile import MeanwhileForm
from events.models import Attendee
from schedule.models import Session

from .along import Along, Taken
from .merge import has_marks
from .models import LONGEST, Link, Takeaway, WriteUp, WriteUpDraft


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


class AlongForm(MeanwhileForm, forms.Form):
    """Each session: whether they were there, and what they take from it; and what they do next. Saved from a phone and
    from a desk at once, neither text is written over.
    """

    def __init__(self, data: Any, *, me: Attendee, along: Along) -> None:
        super().__init__(data)
        #: whose it is: what is stored of it was shown
        self.instance = me
        self.sessions = [one.session for one in along.sessions]
        self.groups: list[tuple[Any, tuple[str, ...]]] = []
        for one in along.sessions:
            self._add_session(one)
        self.fields["next-text"] = LongText(
            label=_("What I do next"),
            required=False,
            max_length=Takeaway.LONGEST_NEXT,
            initial=along.next,
            widget=forms.Textarea(attrs={"rows": 5}),
            help_text=_("Whom to ask, what to try, what to tell at work."),
        )
        self.groups.append((_("After the camp"), ("next-text",)))

    def _add_session(self, one: Taken) -> None:
        here, text = f"{one.session}-here", f"{one.session}-text"
        about: SafeString = render_to_string("notes/_taken.html", {"taken": one})
        self.fields[here] = forms.BooleanField(
            label=_("I was here"), required=False, initial=one.was_there, help_text=about
        )
        self.fields[text] = LongText(
            label=_("What I take from it"),
            required=False,
            # What two places of one person held together may be longer: it is saved as it is.
            max_length=max(Takeaway.LONGEST, len(one.text)),
            initial=one.text,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.groups.append((format_html('<a href="{}">{}</a>', one.address, one.title), (here, text)))

    @property
    def said(self) -> dict[int | None, tuple[bool, str]]:
        """By session whether they were there, and what they take from it."""
        data = self.cleaned_data
        return {session: (data[f"{session}-here"], data[f"{session}-text"]) for session in self.sessions}


class WriteUpDraftForm(MeanwhileForm, forms.ModelForm):
    class Meta:
        model = WriteUpDraft
        fields = ["title", "text"]
        field_classes = {"text": LongText}
        widgets = {"text": forms.Textarea(attrs={"rows": 18})}
        help_texts = {"text": _("Markdown works.")}
