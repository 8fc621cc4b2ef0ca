"""Two people who save one thing at once: what neither has seen is not written over (optimistic lock).

A form that changes something holds what it showed when it was opened, as a mark for each field. When it is sent, each
field is looked at for itself (three-way merge): what nobody else changed is as it was typed; what only somebody else
changed is theirs; what both changed is refused, with theirs beside it and with everything that was typed. The form then
holds what they saved, so that sending it once more saves what is typed in it.

A form that does not say what it showed, from a script say, is taken as typed on what is there now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.once import Made, made_from_here, note_made

from .caching import digest
from .http import CampRequest, posted
from .models import Camp

#: the hidden input that says what was shown
SHOWN = "shown"
#: where a page for something new changed what it made
SAVED_ANEW = gettext_lazy("Saved: your newer text. “%(title)s”")
Row = TypeVar("Row", bound=Model)


def held(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """From the look at what is there until it is saved nobody else changes the camp (row lock)."""

    @wraps(view)
    def wrapper(request: CampRequest, camp: Camp, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, camp, **kwargs)
        with transaction.atomic():
            request.camp = camp.lock()
            return view(request, request.camp, **kwargs)

    return wrapper


def posted_on(request: HttpRequest, made: Made | None) -> QueryDict | None:
    """What was sent, as typed on what this very page saved before: nobody else changed that. A page that shows
    something newer, since it was refused, is believed.
    """
    data = posted(request)
    if data is None or made is None or data.get(SHOWN, "") != made.on:
        return data
    data = data.copy()
    data[SHOWN] = made.typed
    return data


def posted_anew(request: HttpRequest, row: Model) -> QueryDict | None:
    """The same of a page that changes this row."""
    made = made_from_here(request, row._meta.label)
    return posted_on(request, made if made and made.row == row.pk else None)


def known_from_here(request: HttpRequest, rows: QuerySet[Row]) -> tuple[Row | None, Made | None]:
    """The row that this page for something new made before, if it is one of these; and what was typed then."""
    made = made_from_here(request, rows.model._meta.label)
    known = rows.filter(pk=made.row).first() if made else None
    return (known, made) if known else (None, None)


def note_saved(request: HttpRequest, row: Model, form: MeanwhileForm, beside: str = "") -> None:
    """What is sent from this page with other words goes on from here (`accounts.once.note_made`)."""
    on = request.POST.get(SHOWN, "")
    note_made(request, Made(row._meta.label, row.pk, form.typed_state, on, beside))


def found_or_gone(request: HttpRequest, rows: QuerySet[Row], pk: int) -> Row | None:
    """The row; None if it was deleted while somebody typed, so that they are told and keep what they typed.

    404 for what is not theirs, and for a page that is only looked at.
    """
    row = rows.filter(pk=pk).first()
    if row is None and (request.method != "POST" or rows.model._base_manager.filter(pk=pk).exists()):
        raise Http404
    return row


class MeanwhileForm(forms.BaseForm):
    """A form that changes what others may be changing at the same time."""

    #: fields that ask, and are stored in another way: nobody else can have changed them
    NOT_STORED: ClassVar[frozenset[str]] = frozenset()

    @property
    def is_edit(self) -> bool:
        """Whether it changes something that is there; a new thing has been seen by nobody."""
        instance = getattr(self, "instance", None)
        return instance is not None and instance.pk is not None

    @property
    def shown_state(self) -> str:
        """What the page sends back: for each field a mark of what is stored now."""
        if not self.is_edit:
            return ""
        return " ".join(f"{name}={_mark(field, self._stored(name))}" for name, field in self.fields.items())

    @property
    def typed_state(self) -> str:
        """The same of what was typed, whatever of it others had changed."""
        typed = self._as_sent
        return " ".join(
            f"{name}={_mark(field, field.widget.value_from_datadict(typed, self.files, self.add_prefix(name)))}"
            for name, field in self.fields.items()
        )

    def full_clean(self) -> None:
        self._as_sent = self.data
        contested = self._merged() if self.is_bound and self.is_edit and self.data.get(SHOWN) else []
        super().full_clean()
        for name in contested:
            self.add_error(name, _("This was saved anew since you opened the page. Save once more to keep yours."))
            # For the template, beside what was typed.
            bound: Any = self[name]
            bound.theirs = in_words(self.fields[name], self._stored(name)) or _("(empty)")

    def _stored(self, name: str) -> Any:
        return self.get_initial_for_field(self.fields[name], name)

    def _merged(self) -> list[str]:
        """Puts in what only others changed; the names of the fields that both did."""
        shown = dict(pair.partition("=")[::2] for pair in self.data[SHOWN].split())
        self.data = merged = cast("QueryDict", self.data).copy()
        contested = []
        for name, field in self.fields.items():
            if name in self.NOT_STORED:
                continue
            stored = _mark(field, self._stored(name))
            typed = _mark(field, field.widget.value_from_datadict(merged, self.files, self.add_prefix(name)))
            if stored in (shown.get(name), typed):
                continue
            if shown.get(name) in (typed, None):
                # Not touched; or not on the page that was sent.
                _put(merged, self.add_prefix(name), field, self._stored(name))
            else:
                contested.append(name)
        return contested


def _sent(field: forms.Field, value: Any) -> Any:
    """What a browser sends for a value, be it of a row or typed in another way (normal form): a text or several."""
    value = field.prepare_value(value)
    if not isinstance(field, forms.ModelChoiceField):
        # What makes no sense is told as it is.
        with suppress(ValidationError):
            value = field.prepare_value(field.to_python(value))
    if isinstance(field.widget, forms.CheckboxInput):
        return "on" if value else ""
    value = field.widget.format_value(value) if hasattr(field.widget, "format_value") else value
    if isinstance(value, list | tuple | QuerySet):
        return sorted(str(one) for one in value)
    return "" if value is None else str(value).replace("\r\n", "\n")


def _mark(field: forms.Field, value: Any) -> str:
    sent = _sent(field, value)
    # A field that offers one of several gives a list of one.
    return digest([one for one in ([sent] if isinstance(sent, str) else sent) if one])[:12]


def _put(data: QueryDict, key: str, field: forms.Field, value: Any) -> None:
    sent = _sent(field, value)
    if isinstance(field.widget, forms.CheckboxInput) and not sent:
        data.pop(key, None)
    else:
        data.setlist(key, [sent] if isinstance(sent, str) else sent)


def in_words(field: forms.Field, value: Any) -> str:
    """What a field shows to people: the names of what is chosen, not their values."""
    sent = _sent(field, value)
    if isinstance(field.widget, forms.CheckboxInput):
        return _("Yes") if sent else _("No")
    choices: Iterable[tuple[Any, Any]] = getattr(field, "choices", ())
    names = {str(key): str(name) for key, name in choices}
    return ", ".join(names.get(one, one) for one in ([sent] if isinstance(sent, str) else sent) if one)
